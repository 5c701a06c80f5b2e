"""Python values as plan data: templates, JSON, lists of fields."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from squall._authoring.placeholders import Placeholder
from squall._recording.markers import OPEN, BrokenMarkerError, split
from squall._recording.recording import current_markers, misuse, refuse

_BROKEN = "text made from a placeholder was cut or changed"


_DOLLARS_BEFORE_BRACE = re.compile(r"\$+(?=\{)")
_DOLLARS_AT_END = re.compile(r"\$+$")


def escape(literal: str) -> str:
    """Returns text as a template that renders to exactly this text: dollars right before `{` are doubled."""
    return _DOLLARS_BEFORE_BRACE.sub(lambda dollars: dollars[0] * 2, literal)


def _parts(text: str) -> list[tuple[str, bool]]:
    try:
        return split(text, current_markers())
    except BrokenMarkerError:
        refuse(_BROKEN, _broken_hint(text))


def _broken_hint(text: str) -> str:
    if "%F4%8F%BF" in text.upper():
        return "give the value in `params=` or as it is: the engine does the percent-encoding"
    if "\\udbff" in text.lower():
        return "give the value in `json=` instead of through `json.dumps`"
    return "its value exists only during the load; use it as it is, or in a longer text"


def _join(parts: list[tuple[str, bool]]) -> str:
    out: list[str] = []
    for index, (part, is_expression) in enumerate(parts):
        if is_expression:
            out.append(f"${{{part}}}")
            continue
        literal = escape(part)
        if index + 1 < len(parts):
            literal = _DOLLARS_AT_END.sub(lambda dollars: dollars[0] * 2, literal)
        out.append(literal)
    return "".join(out)


def template(value: object, what: str) -> str:
    """Returns a value as a template.

    Args:
        value: Text, a placeholder, a number or a boolean (`true`, `false`).
        what: What the value is for, as in an error.
    """
    if isinstance(value, Placeholder):
        return f"${{{value.expression}}}"
    if isinstance(value, str):
        return _join(_parts(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    misuse(f"{what} must be text, a number or a placeholder, not {described(value)}")


def plain(value: object, what: str) -> str:
    """Returns text that must be the same in every iteration."""
    if isinstance(value, Placeholder) or (isinstance(value, str) and any(is_one for _, is_one in _parts(value))):
        misuse(f"{what} cannot hold a placeholder", "it must be the same in every iteration")
    if not isinstance(value, str):
        misuse(f"{what} must be text, not {described(value)}")
    return value


def json_value(value: object, what: str) -> Any:
    """Returns a value as JSON in which strings are templates.

    A placeholder stands for its value with its JSON type; text made from one placeholder alone stays text.
    """
    if isinstance(value, Placeholder):
        return f"${{{value.expression}}}"
    if isinstance(value, str):
        parts = _parts(value)
        if len(parts) == 1 and parts[0][1]:
            return f"${{{parts[0][0]}|string}}"
        return _join(parts)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            misuse(f"{what} cannot hold `{value}`: JSON has no such number")
        return value
    if isinstance(value, Mapping):
        return {_json_key(key, what): json_value(item, what) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item, what) for item in value]
    misuse(f"{what} cannot hold {described(value)}: JSON has no such type", "turn it into text or a number first")


def _json_key(key: object, what: str) -> str:
    if isinstance(key, str):
        return plain(key, f"a key of {what}")
    if key is None or isinstance(key, (bool, int, float)):
        return {True: "true", False: "false", None: "null"}.get(key, str(key))  # type: ignore[arg-type]
    misuse(f"a key of {what} must be text, not {described(key)}")


def fields(value: object, what: str) -> dict[str, str | list[str]]:
    """Returns named values, as of a query or a form, by name; None leaves a field out, a list repeats it."""
    out: dict[str, str | list[str]] = {}
    for name, item in _pairs(value, what):
        for one in item if isinstance(item, (list, tuple)) else [item]:
            if one is not None:
                _append(out, plain(name, f"a name in {what}"), template(one, f"`{name}` in {what}"))
    return out


def _append(out: dict[str, str | list[str]], name: str, text: str) -> None:
    before = out.get(name)
    if before is None:
        out[name] = text
    elif isinstance(before, list):
        before.append(text)
    else:
        out[name] = [before, text]


def _pairs(value: object, what: str) -> Iterable[tuple[object, object]]:
    if isinstance(value, Mapping):
        return list(value.items())
    if is_pairs(value):
        return [(pair[0], pair[1]) for pair in value]  # type: ignore[attr-defined]
    misuse(f"{what} must be a dictionary or a list of pairs, not {described(value)}")


def is_pairs(value: object) -> bool:
    """Tells whether a value is a list or tuple of pairs."""
    return isinstance(value, (list, tuple)) and all(
        isinstance(item, (list, tuple)) and len(item) == 2 for item in value
    )


def marked_text(content: bytes) -> str | None:
    """Returns the text of bytes that were encoded from text with placeholders, else None."""
    if OPEN.encode() not in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        refuse(_BROKEN, "give the text itself, not its bytes")


def described(value: object) -> str:
    """Returns a short description of a value for an error."""
    text = repr(value)
    if len(text) > 40:
        text = f"{text[:37]}…"
    return f"`{text}` ({type(value).__name__})" if not isinstance(value, type) else f"the class `{value.__name__}`"
