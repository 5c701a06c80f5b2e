"""Think time."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Generator
from typing import TYPE_CHECKING, Any

from squall._authoring.values import DURATION_HINT, Duration, duration_text, seconds_of
from squall._recording.frames import caller
from squall._recording.recording import misuse, needs_recording
from squall._recording.running import running

if TYPE_CHECKING:
    from squall._squall import Context


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


class _Over:
    """A wait that is over."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


def pause(duration: Duration, longest: Duration | None = None) -> Awaitable[None]:
    """Waits inside an action, as in `await pause("250ms")`.

    In blocking code, such as a `@task` that is a plain `def`, the call itself waits, without `await`.

    Args:
        duration: How long, e.g. `"250ms"` or a number of seconds.
        longest: With it, each wait is drawn evenly from `duration` to `longest`, both included.
    """
    text = pause_text(duration if longest is None else (duration, longest))
    if text is None:
        misuse(f"`{duration!r}`{'' if longest is None else f' to `{longest!r}`'} is not a pause", DURATION_HINT)
    context = running()
    return Pause(text) if context is None else _wait(text, context)


def _wait(text: str, context: Context) -> Awaitable[None]:
    shortest, _, longest = text.partition("..")
    seconds = seconds_of(shortest)
    if longest:
        seconds = context.rng.uniform(seconds, seconds_of(longest))
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        time.sleep(seconds)
        return _Over()
    wait: Awaitable[None] = asyncio.sleep(seconds)
    return wait


def pause_text(value: object) -> str | None:
    """Returns a pause or a range of pauses as the plan writes it, or None where the value is none."""
    if not isinstance(value, (list, tuple)):
        return duration_text(value)
    if len(value) != 2:
        return None
    shortest, longest = duration_text(value[0]), duration_text(value[1])
    return f"{shortest}..{longest}" if shortest and longest else None
