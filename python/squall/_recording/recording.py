"""What one pass through a body asked for."""

from __future__ import annotations

from typing import Any, NoReturn

from squall._recording.frames import Place, caller
from squall._recording.markers import OUTSIDE, Markers

Step = dict[str, Any]

MOST_STEPS = 10_000
"""Steps of one body at most; a body that makes more most likely never ends."""


class RefusalError(Exception):
    """Says why something in the user's code cannot be used as it is.

    Attributes:
        message: What was refused.
        hint: How to write it instead, if there is a way.
        place: The user's line; None for a body as a whole.
    """

    def __init__(self, message: str, hint: str | None, place: Place | None) -> None:
        super().__init__(message if hint is None else f"{message} (hint: {hint})")
        self.message = message
        self.hint = hint
        self.place = place


class NotRecordableError(RefusalError):
    """What a body does is valid Python, but cannot be expressed as a flow."""


class MisuseError(RefusalError, ValueError):
    """An argument given to this package is wrong, however the body is run."""


class Recording:
    """Collects the steps of one pass through a body."""

    def __init__(self, nonce_bytes: int) -> None:
        self.markers = Markers(nonce_bytes)
        self.steps: list[Step] = []
        self.refusal: RefusalError | None = None
        self.note: NotRecordableError | None = None
        self.pools: dict[str, Place] = {}
        self._count = 0
        self._open = [self.steps]
        self._variables: set[str] = set()
        # Holds the operations themselves, so that no later one gets the same id.
        self._unawaited: dict[int, tuple[object, str, Place]] = {}

    def add(self, step: Step) -> None:
        """Appends a step to the innermost open group."""
        self._count += 1
        if self._count > MOST_STEPS:
            refuse(
                f"it makes more than {MOST_STEPS:,} steps",
                "does its loop end? Each iteration of the load runs the body once",
            )
        self._open[-1].append(step)

    def open_group(self, steps: list[Step]) -> None:
        """Makes the following steps part of a group."""
        self._open.append(steps)

    def close_group(self) -> None:
        """Ends the innermost group."""
        self._open.pop()

    def variable(self, key: str) -> str:
        """Returns a name for an extracted value that no other step of the body uses."""
        name, count = key, 1
        # In templates, `data` starts the name of a data pool.
        while name in self._variables or name == "data":
            count += 1
            name = f"{key}_{count}"
        self._variables.add(name)
        return name

    def expect_await(self, operation: object, what: str, place: Place) -> None:
        """Remembers an operation that does nothing until it is awaited."""
        self._unawaited[id(operation)] = (operation, what, place)

    def awaited(self, operation: object) -> None:
        """Forgets an operation that was awaited."""
        self._unawaited.pop(id(operation), None)

    def first_unawaited(self) -> tuple[str, Place] | None:
        """Returns what the first operation is that was created and never awaited, and where."""
        return next(((what, place) for _, what, place in self._unawaited.values()), None)


_current: Recording | None = None


def current() -> Recording | None:
    """Returns the recording that is under way."""
    return _current


def switch(recording: Recording | None) -> Recording | None:
    """Makes a recording the current one and returns the one before it."""
    global _current
    before, _current = _current, recording
    return before


def current_markers() -> Markers:
    """Returns the markers of the recording under way, or those for text made outside of any."""
    return _current.markers if _current else OUTSIDE


def refuse(message: str, hint: str | None = None) -> NoReturn:
    """Raises that the user's code cannot be recorded.

    The recording remembers it, so that a body which catches every exception does not hide it.

    Raises:
        NotRecordableError: Always.
    """
    _raise(NotRecordableError(message, hint, caller()))


def misuse(message: str, hint: str | None = None) -> NoReturn:
    """Raises that an argument is wrong.

    Raises:
        MisuseError: Always.
    """
    _raise(MisuseError(message, hint, caller()))


def _raise(refusal: RefusalError) -> NoReturn:
    if _current is not None and _current.refusal is None:
        _current.refusal = refusal
    raise refusal


def needs_recording(what: str) -> Recording:
    """Returns the recording under way.

    Raises:
        MisuseError: There is none: `what` was used outside of an action.
    """
    if _current is None:
        misuse(
            f"`{what}` can only be used inside an action",
            "move it into an `@action` or `@task` method of an `Execute` stage",
        )
    return _current
