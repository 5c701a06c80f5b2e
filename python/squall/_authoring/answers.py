"""Checks on an answer, and values taken from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall._authoring.values import DURATION_HINT, Duration, Json, Text, Value, duration_text
from squall._recording.encoding import described, json_value, plain, template
from squall._recording.recording import misuse


@dataclass(frozen=True)
class Extraction:
    """Where a value is taken from; made by `extract`."""

    rule: Mapping[str, object]
    """The plan's `extract` object."""


class _Extract:
    """Makes extractions: `extract={"token": extract.json("$.token")}`.

    An answer that does not have the value fails the operation.
    """

    def json(self, path: str) -> Extraction:
        """Takes the first node that a JSON path (RFC 9535) finds in the body, with its JSON type."""
        return Extraction({"json": plain(path, "the JSON path")})

    def regex(self, pattern: str, group: int | None = None) -> Extraction:
        """Takes what a regular expression finds in the body first.

        Args:
            pattern: The expression, in the syntax of Rust's `regex`: no look-around, no back references.
            group: Number of the group to take. Default: 1 where the expression has groups, else the whole match.
        """
        rule: dict[str, object] = {"pattern": plain(pattern, "the regular expression")}
        if group is not None:
            if isinstance(group, bool) or not isinstance(group, int) or group < 0:
                misuse(f"`group` must be a whole number from 0, not {described(group)}")
            rule["group"] = group
        return Extraction({"regex": rule})

    def header(self, name: str) -> Extraction:
        """Takes the first value of a header of the answer; upper and lower case are the same."""
        return Extraction({"header": plain(name, "the name of the header")})

    def cookie(self, name: str) -> Extraction:
        """Takes a cookie that the answer sets."""
        return Extraction({"cookie": plain(name, "the name of the cookie")})


extract = _Extract()
"""Makes extractions: `extract.json`, `extract.regex`, `extract.header`, `extract.cookie`."""


@dataclass(frozen=True)
class Expectation:
    """Checks on an answer; made by `expect`."""

    rule: Mapping[str, object]
    """The plan's `expect` object."""


class _Exists:
    """The kind of `expect.exists` and `expect.missing`."""

    def __init__(self, *, exists: bool) -> None:
        self.exists = exists

    def __repr__(self) -> str:
        return "expect.exists" if self.exists else "expect.missing"


StatusRange = int | str
"""`200`, `"2xx"` or `"200-204"`."""


class _Expect:
    """Makes checks: `expect=expect(status=200, json={"ok": True})`."""

    exists = _Exists(exists=True)
    """In `json_path`: the path finds something."""

    missing = _Exists(exists=False)
    """In `json_path`: the path finds nothing."""

    def __call__(
        self,
        *,
        status: StatusRange | Sequence[StatusRange] | None = None,
        headers: Mapping[str, Value] | None = None,
        json: Json = None,
        json_path: Mapping[str, Json] | None = None,
        text: Text | None = None,
        regex: str | None = None,
        body_size: int | tuple[int | None, int | None] | None = None,
        duration: Duration | None = None,
        name: str | None = None,
    ) -> Expectation:
        """Checks an answer; all that are given must hold, and each failed check fails the operation.

        Args:
            status: Accepted statuses: `200`, `"2xx"`, `"200-204"`, or a list of those. Default: everything below 400.
            headers: Headers that must be there with exactly this value.
            json: The body is JSON that contains this: objects may hold more keys, arrays must match item by item.
            json_path: By JSON path (RFC 9535): what the first node found must equal, or `expect.exists`,
                `expect.missing`.
            text: Text that the body contains.
            regex: A regular expression that the body matches somewhere.
            body_size: Bytes of the body after decoding: exactly so many, or `(least, most)`, None leaving an end open.
            duration: Longest accepted service time, e.g. `"500ms"`.
            name: All of it is counted as one check of this name. Default: each by itself, e.g. as `status 200`.
        """
        rule: dict[str, object] = {}
        if status is not None:
            rule["status"] = _status(status)
        if headers:
            rule["headers"] = {
                plain(name, "the name of a header"): template(value, f"the header `{name}`")
                for name, value in headers.items()
            }
        if json is not None:
            rule["json"] = json_value(json, "`expect(json=…)`")
        if json_path:
            rule["json_path"] = {
                plain(path, "a JSON path"): _found(value, f"what `{path}` finds") for path, value in json_path.items()
            }
        if text is not None:
            rule["text"] = template(text, "`expect(text=…)`")
        if regex is not None:
            rule["regex"] = plain(regex, "`expect(regex=…)`")
        if body_size is not None:
            rule["body_size"] = _bounds(body_size)
        if duration is not None:
            rule["duration"] = duration_text(duration) or misuse(
                f"`expect(duration=…)` is no duration: {described(duration)}", DURATION_HINT
            )
        if name is not None:
            rule["name"] = plain(name, "the name of a check") or misuse("the name of a check is empty")
        if not rule.keys() - {"name"}:
            misuse("`expect()` checks nothing", "give at least one check, such as `status=200`")
        return Expectation(rule)


expect = _Expect()
"""Makes checks on an answer: `expect(status=200, json={"ok": True})`."""


def _status(status: object) -> object:
    if isinstance(status, (list, tuple, set, frozenset)) and status:
        return [_status(one) for one in (status if isinstance(status, (list, tuple)) else sorted(status))]
    if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 999:
        return int(status)
    if isinstance(status, str):
        return plain(status, "a status")
    misuse(f"{described(status)} is not a status", 'write 200, "2xx", "200-204", or a list of those')


def _found(value: object, what: str) -> dict[str, Any]:
    if isinstance(value, _Exists):
        return {"exists": value.exists}
    return {"equals": json_value(value, what)}


def _bounds(size: object) -> dict[str, int]:
    least, most = size if isinstance(size, (tuple, list)) and len(size) == 2 else (size, size)
    bounds: dict[str, int] = {}
    for name, end in (("min", least), ("max", most)):
        if isinstance(end, int) and not isinstance(end, bool) and end >= 0:
            bounds[name] = end
        elif end is not None:
            misuse(f"`body_size` cannot be {described(size)}", "give a number of bytes, or `(least, most)`")
    return bounds
