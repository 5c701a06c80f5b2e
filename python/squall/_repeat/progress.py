"""The progress of a run: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LINES_EVERY_S = 10.0


class Progress:
    """Shows how far a run is, on standard error."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream if stream is not None else sys.stderr
        self._bar = self._stream.isatty()
        self._started = time.monotonic()
        self._told = self._started
        self._drawn = False

    def show(self, done: int) -> None:
        """Shows that so many calls have ended."""
        now = time.monotonic()
        if self._bar:
            self._stream.write(f"\r\x1b[2K{bar(done, self._total)} {self._text(done, now)}")
            self._stream.flush()
            self._drawn = True
        elif now - self._told >= _LINES_EVERY_S:
            self._told = now
            self._stream.write(f"{self._text(done, now)}\n")
            self._stream.flush()

    def clear(self) -> None:
        """Takes the bar away."""
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._drawn = False

    def _text(self, done: int, now: float) -> str:
        passed = now - self._started
        rate = done / passed if passed > 0 else 0.0
        left = f", {clock((self._total - done) / rate)} left" if rate > 0 else ""
        return f"{done:,} of {self._total:,} ({done * 100 // max(1, self._total)} %), {rate:,.1f}/s{left}"


def bar(done: int, total: int) -> str:
    """Returns a bar."""
    eighths = min(done, total) * _WIDTH * 8 // max(1, total)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return f"▕{text.ljust(_WIDTH)}▏"


def clock(seconds: float) -> str:
    """Returns a length of time as `0:07` or `1:02:03`."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
