"""Think time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from squall._authoring.values import DURATION_HINT, Duration, duration_text
from squall._recording.frames import caller
from squall._recording.recording import misuse, needs_recording


class Pause:
    """A wait that takes place when it is awaited."""

    def __init__(self, text: str) -> None:
        self._recording = needs_recording("pause")
        self._text = text
        self._recording.expect_await(self, "pause", caller())

    def __await__(self) -> Generator[Any, None, None]:
        """Waits."""
        self._recording.awaited(self)
        self._recording.add({"pause": self._text})
        return
        yield


def pause(duration: Duration, longest: Duration | None = None) -> Pause:
    """Waits inside an action, as in `await pause("250ms")`.

    Args:
        duration: How long, e.g. `"250ms"` or a number of seconds.
        longest: With it, each wait is drawn evenly from `duration` to `longest`, both included.
    """
    text = pause_text(duration if longest is None else (duration, longest))
    if text is None:
        misuse(f"`{duration!r}`{'' if longest is None else f' to `{longest!r}`'} is not a pause", DURATION_HINT)
    return Pause(text)


def pause_text(value: object) -> str | None:
    """Returns a pause or a range of pauses as the plan writes it, or None where the value is none."""
    if not isinstance(value, (list, tuple)):
        return duration_text(value)
    if len(value) != 2:
        return None
    shortest, longest = duration_text(value[0]), duration_text(value[1])
    return f"{shortest}..{longest}" if shortest and longest else None
