"""Takes values from answers that code looks at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from squall._authoring.answers import Extraction

if TYPE_CHECKING:
    from squall._squall import Response


def apply(response: Response, wanted: Mapping[str, Extraction]) -> None:
    """Sets the values that a request is to take from its answer as attributes of the answer.

    Raises:
        LookupError: The answer, though one that was expected, does not have a value.
        TypeError: Something is no extraction.
    """
    values: dict[str, Any] = {}
    for name, extraction in wanted.items():
        if not isinstance(extraction, Extraction):
            raise TypeError(f"`extract[{name!r}]` takes `extract.json(…)`, `.regex(…)`, `.header(…)` or `.cookie(…)`")
        kind, rule = next(iter(extraction.rule.items()))
        found = _TAKE[kind](response, rule)
        if not found:
            if not response.ok:
                continue
            raise LookupError(f"the answer has no `{name}`: {kind} {rule!r} found nothing")
        values[name] = found[0]
    response._extract(values)


def _json(response: Response, path: Any) -> list[Any]:
    from squall._squall import json_path

    found = json_path(response.content, path)
    return [] if found is None else [json.loads(found)]


def _regex(response: Response, rule: Any) -> list[Any]:
    match = re.search(rule["pattern"], response.text)
    if match is None:
        return []
    return [match.group(rule.get("group", 1 if match.re.groups else 0))]


def _header(response: Response, name: Any) -> list[Any]:
    return response.headers.get_all(name)[:1]


def _cookie(response: Response, name: Any) -> list[Any]:
    cookies = response.cookies
    return [cookies[name]] if name in cookies else []


_TAKE = {"json": _json, "regex": _regex, "header": _header, "cookie": _cookie}
