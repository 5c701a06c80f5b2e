"""Watches a body for what a recording would freeze or repeat: clocks, random draws, sleeps, connections of its own.

Clocks and draws are only noted: where the two recordings differ, their values say more. `int(time.time())` and
`random.choice("ab")` may well be equal twice; then the note decides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from squall._recording.frames import Place, is_users, qualified_name
from squall._recording.recording import NotRecordableError, Recording, current, refuse

_CLOCKS = {
    "time": ("time", "time_ns", "strftime", "localtime", "gmtime", "ctime"),
    "datetime": ("now", "utcnow", "today"),
}
_DRAWS = ("random", "getrandbits")
_DRAWING_MODULES = ("random", "secrets", "uuid")
_CLOCK_HINT = "use `timestamp()` of `squall`"
_DRAW_HINT = "use `random_int(…)` or `random_choice(…)` of `squall`"
_SLEEP_HINT = 'use `await pause("1s")` from `squall`'
_SIDE_EFFECTS = {
    "socket.connect": ("it connects to a server by itself", "use `self.client`"),
    "socket.getaddrinfo": ("it resolves a host by itself", "use `self.client`"),
    "subprocess.Popen": ("it starts a program", "do so outside of the action"),
    "os.system": ("it starts a program", "do so outside of the action"),
}
_hooked = False


@contextmanager
def watched(recording: Recording) -> Iterator[None]:
    """Watches what runs inside."""
    _hook_once()
    before = sys.getprofile()
    sys.setprofile(_profiler(recording))
    try:
        yield
    finally:
        sys.setprofile(before)


def _hook_once() -> None:
    global _hooked
    if not _hooked:
        _hooked = True
        sys.addaudithook(_audit)


def _audit(event: str, _: tuple[object, ...]) -> None:
    """Refuses side effects of a body; outside of a recording, everything goes."""
    if event in _SIDE_EFFECTS and current() is not None:
        refuse(*_SIDE_EFFECTS[event])


def _profiler(recording: Recording) -> Callable[[FrameType, str, Any], None]:
    def on_event(frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call":
            return
        kind = _kind(function)
        if kind is None:
            return
        users = _users_frame(frame)
        if users is None:
            return
        place = Place(users.f_code.co_filename, users.f_lineno, qualified_name(users.f_code))
        if kind == "sleep":
            refuse("it sleeps, which in Python holds up all users of its process", _SLEEP_HINT)
        elif recording.note is None:
            reason, hint = (
                ("it reads a clock", _CLOCK_HINT)
                if kind == "clock"
                else ("it draws random values in Python", _DRAW_HINT)
            )
            recording.note = NotRecordableError(f"{reason}, which every iteration would repeat", hint, place)

    return on_event


def _kind(function: Any) -> str | None:
    """Returns what kind of source a built-in function is: `clock`, `draw` or `sleep`, else None."""
    name = getattr(function, "__name__", "")
    owner = getattr(function, "__self__", None)
    module = getattr(owner, "__name__", None) if not isinstance(owner, type) else owner.__module__
    if module == "time" and name == "sleep":
        return "sleep"
    if name in _CLOCKS.get(str(module), ()):
        return "clock"
    if module in ("posix", "nt") and name == "urandom":
        return "draw"
    random = sys.modules.get("random")
    return "draw" if name in _DRAWS and random is not None and isinstance(owner, random.Random) else None


def _users_frame(frame: FrameType | None) -> FrameType | None:
    """Returns the user's frame that made a call, directly or by way of `random`; None for a library's call."""
    while frame is not None and frame.f_globals.get("__name__") in _DRAWING_MODULES:
        frame = frame.f_back
    return frame if frame is not None and is_users(frame.f_code) else None
