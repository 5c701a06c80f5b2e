"""What the process can reach of the run that it is part of; a process without a run is alone."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from squall import _squall

_native: Any = _squall


def in_agent() -> bool:
    """Tells whether another process loaded the test first and this one runs a part of its load."""
    known = getattr(_native, "in_agent", None)
    return known is not None and bool(known())


def place() -> tuple[int, int]:
    """Returns the number of this process among those that run scripts, from 0, and how many there are."""
    known = getattr(_native, "place", None)
    if known is None:
        return 0, 1
    number, count = known()
    return int(number), int(count)


def ask(topic: str, payload: bytes) -> Awaitable[bytes]:
    """Asks the process in which the test was loaded first; `squall._script.parent.serve` answers there."""
    answer: Awaitable[bytes] = _native.ask(topic, payload)
    return answer


def tell_all(topic: str, payload: bytes) -> None:
    """Tells all other processes of the run; `squall._script.parent.notify` hears it there."""
    tell = getattr(_native, "tell_all", None)
    if tell is not None:
        tell(topic, payload)
