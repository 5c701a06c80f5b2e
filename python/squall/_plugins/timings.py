"""What an operation of a plugin tells of itself."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from squall._squall import Context

FailureClass = Literal[
    "dns",
    "connect",
    "tls",
    "timeout",
    "reset",
    "closed",
    "protocol",
    "too_large",
    "redirect",
    "status",
    "check",
    "extract",
    "request",
    "script",
]
"""Classes by which failures are counted."""


class Timings:
    """The operation under way: its phases, its bytes, its name, and why it failed.

    Call a phase's method when the phase ends. A phase that nobody tells is not counted; the time from the last one told
    belongs to the next. What is left after `first_byte` is the time of reading.
    """

    __slots__ = ("_context", "_failure", "_moments", "bytes_received", "bytes_sent", "name", "status")

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        self._moments: list[int | None] = [None, None, None, None]
        self._failure: tuple[str, str] | None = None
        self.name = name
        """Name of the series. Default: the action's name and the plugin's, `insert database`."""
        self.bytes_sent = 0
        """Bytes written."""
        self.bytes_received = 0
        """Bytes read."""
        self.status = 0
        """Status of the answer, from 100 to 599; 0 has none."""

    def connected(self) -> None:
        """Says that the connection is there, where this operation had to make one."""
        self._moments[0] = self._context.now()

    def secured(self) -> None:
        """Says that the connection is secured, where this operation had to do so."""
        self._moments[1] = self._context.now()

    def written(self) -> None:
        """Says that the request has been handed over."""
        self._moments[2] = self._context.now()

    def first_byte(self) -> None:
        """Says that the answer begins."""
        self._moments[3] = self._context.now()

    def fail(self, message: str, kind: FailureClass = "check") -> None:
        """Counts the operation as failed, although `execute` returns.

        Args:
            message: Why; failures with the same message are one group, so that nothing in it should vary.
            kind: The class by which it is counted.
        """
        self._failure = self._failure or (kind, message)

    def told(self) -> tuple[list[int | None], int, int, int] | None:
        """Returns the moments, bytes and status; None where nothing was told."""
        if self.bytes_sent or self.bytes_received or self.status or any(self._moments):
            return self._moments, self.bytes_sent, self.bytes_received, self.status
        return None

    @property
    def failure(self) -> tuple[str, str] | None:
        """Class and message of what `fail` was told first."""
        return self._failure


CURRENT: ContextVar[Timings | None] = ContextVar("squall_plugin_timings", default=None)
"""The operation of a plugin that this code belongs to."""


def timings() -> Timings:
    """Returns what the operation under way tells of itself; for use in `EnginePlugin.execute`.

    Raises:
        RuntimeError: No operation of a plugin is under way here.
    """
    current = CURRENT.get()
    if current is None:
        raise RuntimeError("`timings()` works inside `EnginePlugin.execute`, while a test runs it")
    return current
