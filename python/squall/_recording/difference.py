"""Finds where two recordings of a body differ, and which placeholder would make them equal."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from squall._recording.describe import describe
from squall._recording.frames import Place
from squall._recording.recording import Step

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_RANDOM_HINT = "use `random_int(…)`, `random_choice(…)` or `data(…)` of `squall`"


@dataclass(frozen=True)
class Difference:
    """Where two recordings differ."""

    reason: str
    hint: str
    place: Place | None


def first_difference(first: list[Step], second: list[Step]) -> Difference | None:
    """Returns the first difference of two recordings, None where there is none."""
    for one, other in zip(first, second, strict=False):
        if _without_source(one) != _without_source(other):
            return _in_step(one, other)
    if len(first) == len(second):
        return None
    longer = first if len(first) > len(second) else second
    extra = longer[min(len(first), len(second))]
    return Difference(f"two recordings made {len(first)} and {len(second)} steps", _RANDOM_HINT, _place(extra))


def _in_step(one: Step, other: Step) -> Difference | None:
    (kind, inside), (other_kind, other_inside) = next(iter(one.items())), next(iter(other.items()))
    place = _place(one)
    if kind == other_kind == "group" and inside["name"] == other_inside["name"]:
        return first_difference(inside["steps"], other_inside["steps"])
    if kind != other_kind:
        return Difference(
            f"two recordings went different ways: `{describe(one)[0]}` and `{describe(other)[0]}`", _RANDOM_HINT, place
        )
    where, values = _first_values(inside, other_inside, [])
    shown = " and ".join(f"`{_short(value)}`" for value in values)
    return Difference(f"{where} differed between two recordings: {shown}", _hint(*values), place)


def _first_values(one: Any, other: Any, path: list[str]) -> tuple[str, tuple[Any, Any]]:
    """Returns where two values first differ, in words, and what is there."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        for key, value in one.items():
            if key != "source" and value != other[key]:
                return _first_values(value, other[key], [*path, key])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (value, other_value) in enumerate(zip(one, other, strict=True)):
            if value != other_value:
                return _first_values(value, other_value, [*path, str(index)])
    names = {"url": "the URL", "body": "the body", "headers": "a header", "params": "a query parameter"}
    where = names.get(path[0], f"`{path[0]}`") if path else "a pause"
    detail = ".".join(part for part in path[1:] if part not in ("json", "text", "form"))
    return (f"{where} (`{detail}`)" if detail else where), (one, other)


def _hint(one: object, other: object) -> str:
    texts = str(one), str(other)
    if all(_UUID.search(text) for text in texts):
        return "use `uuid4()` of `squall`"
    if all(_DATE.search(text) for text in texts):
        return "use `timestamp()` of `squall`"
    if _NUMBER.sub("", texts[0]) != _NUMBER.sub("", texts[1]):
        return _RANDOM_HINT
    numbers = [_differing_number(*texts), _differing_number(*reversed(texts))]
    if all(_is_time(number) for number in numbers):
        return 'use `timestamp()` or `timestamp("ms")` of `squall`'
    if None not in numbers and numbers[1] == numbers[0] + 1:  # type: ignore[operator]
        return "use `counter(…)` of `squall`, or `random_int(…)`"
    if None not in numbers:
        return "use `random_int(…)` of `squall`"
    return _RANDOM_HINT


def _differing_number(one: str, other: str) -> float | None:
    """Returns the first number in a text that the other text does not have."""
    others = _NUMBER.findall(other)
    return next((float(number) for number in _NUMBER.findall(one) if number not in others), None)


def _is_time(number: float | None) -> bool:
    now = time.time()
    return number is not None and any(abs(number / unit - now) < 7 * 86_400 for unit in (1, 1e3, 1e6, 1e9))


def _without_source(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_source(item) for key, item in value.items() if key != "source"}
    return [_without_source(item) for item in value] if isinstance(value, list) else value


def _place(step: Step) -> Place | None:
    source = next(iter(step.values()))
    source = source.get("source") if isinstance(source, dict) else None
    return Place(source["file"], source["line"], source.get("name")) if source else None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
