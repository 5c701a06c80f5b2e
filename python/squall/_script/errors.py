"""What scripts raise, told without a line of ours."""

from __future__ import annotations

import traceback
from types import TracebackType

from squall._recording.frames import is_own, is_users, qualified_name, shown


class Interrupted(BaseException):
    """Raised in blocking code whose iteration was given up because the load has ended."""


class NoDataError(Exception):
    """The data pool is used up; the iteration does not take place, and the scenario ends."""


class SkipIterationError(Exception):
    """The data pool has nothing at the moment; the iteration does not take place."""


class MisuseError(TypeError):
    """Something of the test cannot be used as it is; raised here, so that a traceback would tell of Squall alone."""


_MAX_MESSAGE = 500
_MAX_GROUPS = 1_000
_told: set[str] = set()


def describe(error: BaseException) -> tuple[str, str, str]:
    """Returns the kind of an end (`no_data`, `skipped` or `raised`), the message of its group, and a traceback.

    Exceptions of one type, message and place are one group; the traceback is made for the first of a group alone.
    """
    if isinstance(error, NoDataError):
        return "no_data", "", ""
    if isinstance(error, SkipIterationError):
        return "skipped", "", ""
    if isinstance(error, MisuseError):
        return "raised", str(error)[:_MAX_MESSAGE], ""
    summary = _summary(error)[:_MAX_MESSAGE]
    place = _place(error.__traceback__)
    message = f"{summary} ({place})" if place else summary
    if message in _told or len(_told) >= _MAX_GROUPS:
        return "raised", message, ""
    _told.add(message)
    return "raised", message, traceback_of(error)


def _summary(error: BaseException) -> str:
    """Returns type and message of an exception in one line; of a syntax error what is wrong, and not the code."""
    told = traceback.TracebackException(type(error), error, None, compact=True)
    vars(told)["__notes__"] = None  # they are for the traceback
    lines = [line.strip() for text in told.format_exception_only() for line in text.splitlines() if line.strip()]
    if isinstance(error, SyntaxError):
        return lines[-1]
    return " ".join(lines) or type(error).__name__


def forget() -> None:
    """Starts anew: the next exception of each group gets a traceback."""
    _told.clear()


def _place(trace: TracebackType | None) -> str | None:
    """Returns the innermost line that the user wrote, or else the innermost one that is not ours."""
    users: str | None = None
    others: str | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        line = f"{shown(code.co_filename)}:{trace.tb_lineno} in {qualified_name(code)}"
        if is_users(code):
            users = line
        elif not is_own(code):
            others = line
        trace = trace.tb_next
    return users or others


def traceback_of(error: BaseException) -> str:
    """Returns a traceback as Python prints it, from the user's first line on."""
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    _cut(told)
    return "".join(told.format()).rstrip()


def _cut(told: traceback.TracebackException) -> None:
    seen: traceback.TracebackException | None = told
    while seen is not None:
        frames = list(seen.stack)
        kept = [frame for frame in frames if not frame.filename.startswith(_OWN)]
        seen.stack = traceback.StackSummary.from_list(kept or frames)
        if seen.__context__ is not None and not seen.__suppress_context__:
            _cut(seen.__context__)
        seen = seen.__cause__


def _own_folder() -> str:
    import os

    return os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


_OWN = _own_folder()
