"""Types of the values that a test file gives."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Union

from squall._authoring.placeholders import Placeholder

Duration = Union[str, int, float, timedelta]
"""A length of time: `"250ms"`, `"90s"`, `"1h30m"`, a number of seconds, or a `timedelta`."""

Text = Union[str, Placeholder]
"""Text, or a placeholder for it."""

Value = Union[str, int, float, Placeholder]
"""A value that is sent as text."""

Fields = Union[
    Mapping[str, Union[Value, Sequence[Value], None]],
    Sequence[tuple[str, Union[Value, None]]],
]
"""Named values: a dictionary or a list of pairs; a list as a value repeats the name, None leaves it out."""

Json = Any
"""What JSON can hold, with placeholders anywhere among the values."""

FilePath = Union[str, "os.PathLike[str]"]
"""Path of a file; relative ones start at the folder of the test file."""

_UNIT = "ns|us|µs|μs|ms|s|secs?|seconds?|m|mins?|minutes?|h|hr|hours?|d|days?|w|weeks?"
_PART = rf"(?:\d+(?:\.\d*)?|\.\d+)(?:{_UNIT})"
_DURATION = re.compile(rf"(?:{_PART})*(?:{_PART}|\d+(?:\.\d*)?|\.\d+)", re.IGNORECASE)


def duration_text(value: object) -> str | None:
    """Returns a duration as the plan writes it, or None where the value is none."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return f"{value:.9f}".rstrip("0").rstrip(".") + "s" if 0 <= value < 1e12 else None
    if isinstance(value, str):
        compact = value.replace(" ", "")
        if _DURATION.fullmatch(compact):
            return f"{compact}s" if compact[-1] in "0123456789." else compact
    return None


_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3}
_SECONDS |= {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_NUMBER_AND_UNIT = re.compile(r"([\d.]+)([^\d.]*)")


def seconds_of(text: str) -> float:
    """Returns the seconds of a duration that `duration_text` made."""
    parts = _NUMBER_AND_UNIT.findall(text.lower())
    return sum(float(number) * (_SECONDS.get(unit) or _SECONDS[unit[0] or "s"]) for number, unit in parts)


DURATION_HINT = 'write it as "250ms", "90s" or "1h30m", as a number of seconds, or as a `timedelta`'
