"""What a test prints in this process, handed to whoever draws the screen."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any, TextIO

from squall import _squall

_taken: dict[str, TextIO] = {}


class Lines(io.TextIOBase):
    """A stream whose lines appear above the screen; without a screen they go where they went before.

    Args:
        stream: Where they went before.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._rest = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def writable(self) -> bool:
        """Tells that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Tells what the stream before it was."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Returns the number of the stream before it."""
        return self._stream.fileno()

    def write(self, text: str, /) -> int:
        """Hands over whole lines, and keeps the rest."""
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
            for line in lines:
                self._put(line)
        return len(text)

    def flush(self) -> None:
        """Hands over a line without its end."""
        with self._lock:
            if self._rest:
                line, self._rest = self._rest, ""
                self._put(line)

    def _put(self, line: str) -> None:
        if not _squall.printed(line):
            self._stream.write(line + "\n")


def take() -> None:
    """Takes what is printed from now on, where it would go to the terminal."""
    if _taken or not all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr)):
        return
    for name in ("stdout", "stderr"):
        _taken[name] = getattr(sys, name)
        _replace(name, _taken[name], Lines(_taken[name]))


def give_back() -> None:
    """Lets what is printed go where it went before."""
    for name in tuple(_taken):
        lines = getattr(sys, name)
        if isinstance(lines, Lines):
            lines.flush()
            _replace(name, lines, _taken[name])
        del _taken[name]


def _replace(name: str, old: Any, new: Any) -> None:
    setattr(sys, name, new)
    logging = sys.modules.get("logging")
    for handler in logging.root.handlers if logging is not None else ():
        if getattr(handler, "stream", None) is old:
            handler.setStream(new)
