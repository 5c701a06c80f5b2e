"""One pass through a body."""

from __future__ import annotations

import re
import sys
import traceback
import warnings
from collections.abc import Callable, Coroutine
from types import FrameType, ModuleType, TracebackType
from typing import Any

from squall._recording.arguments import argument_hint
from squall._recording.frames import Place, is_users, qualified_name, users_lines
from squall._recording.recording import MisuseError, NotRecordableError, Recording, RefusalError, switch
from squall._recording.watch import watched

_WRONG_ARGUMENTS = re.compile(
    r"missing \d+ required .*argument|takes .*argument.* given|got an unexpected keyword|got multiple values for"
)
_AWAIT_HINT = "only `self.client` and `pause` can be awaited in a compiled action"


class BodyError(Exception):
    """The body itself raised an exception.

    Attributes:
        message: The exception's type and text.
        lines: The user's lines that led to it, outermost first.
        hint: What to write instead, if it is about an argument of the SDK.
        is_mistake: It would be raised in an iteration as well, whatever the answers are.
    """

    def __init__(self, error: BaseException, owner: object) -> None:
        text = str(error)
        super().__init__(text)
        self.message = f"{type(error).__name__}: {text}" if text else type(error).__name__
        self.lines = users_lines(error.__traceback__)
        self.hint = argument_hint(error)
        self.is_mistake = _is_mistake(error, owner)


def _is_mistake(error: BaseException, owner: object) -> bool:
    """Tells whether an exception has nothing to do with being recorded: names and arguments that do not exist."""
    if isinstance(error, AttributeError):
        return (owner is not None and error.obj is owner) or isinstance(error.obj, ModuleType)
    if isinstance(error, TypeError):
        return _WRONG_ARGUMENTS.search(str(error)) is not None
    return isinstance(error, (NameError, ImportError, SyntaxError, SystemExit))


def record_once(body: Callable[[], object], owner: object, nonce_bytes: int) -> Recording:
    """Runs a body against a fresh recording.

    Args:
        body: The body.
        owner: What it knows as `self`.
        nonce_bytes: Length of what tells its placeholders from other text.

    Raises:
        RefusalError: It did what cannot be recorded, or gave a wrong argument.
        BodyError: It raised.
    """
    recording = Recording(nonce_bytes)
    _forget_event_loop()
    failure: Exception | None = None
    before = switch(recording)
    try:
        with watched(recording):
            _drive(body())
    except (Exception, SystemExit) as error:
        failure = _failure(error, owner)
    finally:
        switch(before)
    if recording.refusal is not None:
        raise recording.refusal
    if failure is not None:
        raise failure
    unawaited = recording.first_unawaited()
    if unawaited is not None:
        what, place = unawaited
        raise MisuseError(f"a {what} is not awaited", "write `await` in front of it", place)
    return recording


def _failure(error: BaseException, owner: object) -> Exception:
    """Returns what a body's exception means for the recording."""
    failure = error if isinstance(error, RefusalError) else _needs_event_loop(error) or BodyError(error, owner)
    with warnings.catch_warnings():
        # What the body left behind, such as coroutines for an event loop, is no news to the user.
        warnings.simplefilter("ignore", RuntimeWarning)
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
    return failure


def _forget_event_loop() -> None:
    """Makes `asyncio` say at once that there is no event loop, where Python before 3.14 would make one."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and sys.version_info < (3, 14):
        asyncio.set_event_loop(None)


def _drive(coroutine: object) -> None:
    if not isinstance(coroutine, Coroutine):
        raise MisuseError("the method is not `async`", "write `async def`, or make it a `@task`", None)
    try:
        coroutine.send(None)
    except StopIteration:
        return
    refusal = _foreign_await(coroutine)
    coroutine.close()
    raise refusal


def _foreign_await(coroutine: Coroutine[Any, Any, Any]) -> NotRecordableError:
    """Describes what a suspended body waits for."""
    place, what = Place("<unknown>", 1), "something of another library"
    waiting: Any = coroutine
    while waiting is not None:
        frame: FrameType | None = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame is None:
            break
        if not is_users(frame.f_code):
            what = _function_name(frame)
            break
        place = Place(frame.f_code.co_filename, frame.f_lineno, qualified_name(frame.f_code))
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
    return NotRecordableError(f"it awaits {what}", _await_hint(what), place)


def _needs_event_loop(error: BaseException) -> NotRecordableError | None:
    if not (isinstance(error, RuntimeError) and "event loop" in str(error)):
        return None
    lines = users_lines(error.__traceback__)
    what = _first_foreign_call(error.__traceback__) or "something that needs an event loop"
    return NotRecordableError(f"it awaits {what}", _await_hint(what), lines[-1]) if lines else None


def _first_foreign_call(traceback: TracebackType | None) -> str | None:
    after_users = False
    while traceback is not None:
        if is_users(traceback.tb_frame.f_code):
            after_users = True
        elif after_users:
            return _function_name(traceback.tb_frame)
        traceback = traceback.tb_next
    return None


def _function_name(frame: FrameType) -> str:
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return f"`{package}.{qualified_name(frame.f_code)}`"


def _await_hint(what: str) -> str:
    return 'use `await pause("1s")` from `squall`' if what == "`asyncio.sleep`" else _AWAIT_HINT
