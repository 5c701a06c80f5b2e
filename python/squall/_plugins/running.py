"""Engine plugins while the load goes: their instances, and their operations as they are counted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from squall import _squall
from squall._plugins.engine import EnginePlugin
from squall._plugins.failures import class_of, described
from squall._plugins.timings import CURRENT, Timings

if TYPE_CHECKING:
    from squall._squall import Context

_CLOSE_WITHIN = 1.0
"""Seconds that all plugins of a process get to close."""


class Seat:
    """An instance of a plugin, which connects before it is first used."""

    __slots__ = ("_connecting", "is_ready", "name", "plugin")

    def __init__(self, name: str, kind: type[EnginePlugin]) -> None:
        self.name = name
        self.plugin = kind()
        self.is_ready = kind.connect is EnginePlugin.connect
        self._connecting: asyncio.Future[None] | None = None

    async def get_ready(self, context: Context) -> None:
        """Connects, or waits for another iteration that does; raises what that raised."""
        while not self.is_ready:
            connecting = self._connecting
            if connecting is None:
                await self._connect(context)
            else:
                # Cancelling who waits must not cancel what others wait for.
                await asyncio.wait([connecting])
                _raise_what_failed(connecting)

    async def _connect(self, context: Context) -> None:
        connecting = self._connecting = asyncio.get_running_loop().create_future()
        series = f"{self.name} connect"
        started = context.now()
        try:
            await self.plugin.connect()
        except Exception as error:
            message, detail = described(error)
            context.record(series, started, context.now(), ok=False, kind="transaction", error=message, detail=detail)
            connecting.set_exception(error)
            connecting.exception()  # somebody has seen it: whoever awaits this
            raise
        else:
            context.record(series, started, context.now(), kind="transaction")
            self.is_ready = True
            connecting.set_result(None)
        finally:
            self._connecting = None
            if not connecting.done():
                connecting.cancel()


def _raise_what_failed(connecting: asyncio.Future[None]) -> None:
    if not connecting.cancelled() and (error := connecting.exception()) is not None:
        raise error


_seats: dict[Hashable, Seat] = {}


def _seat(name: str, kind: type[EnginePlugin], context: Context) -> Seat:
    key: Hashable = (name, context.stage, context.scenario, context.user) if kind.per_user else name
    seat = _seats.get(key)
    if seat is None or type(seat.plugin) is not kind:
        seat = _seats[key] = Seat(name, kind)
    return seat


def instance(name: str, kind: type[EnginePlugin]) -> EnginePlugin:
    """Returns the instance that the running iteration uses, connected or not."""
    return _seat(name, kind, _squall.current()).plugin


def is_in_blocking_code() -> bool:
    """Tells whether this thread has no event loop, so that nothing can be awaited on it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False


Judge = Callable[[Any], Awaitable["tuple[str, str] | None"]]
"""Says of a result why the operation has failed, as class and message; None: it has not."""


async def execute(
    name: str, kind: type[EnginePlugin], args: Sequence[Any], kwargs: Mapping[str, Any], judge: Judge | None = None
) -> Any:
    """Does one operation of a plugin, and counts it as one of a built-in client would be.

    Args:
        name: Name of the plugin.
        kind: Its class.
        args: What the operation is given.
        kwargs: The same by name.
        judge: Looks at the result before the operation is counted; not part of its time.
    """
    context = _squall.current()
    seat = _seat(name, kind, context)
    timings = Timings(context, f"{context._name} {name}")
    intended, started = context._begin_operation()
    token = CURRENT.set(timings)
    is_connected = False
    failed: tuple[str, str, str] | None = None
    ok: bool | None = None
    ended = 0
    try:
        if not seat.is_ready:
            await seat.get_ready(context)
            started = context.now()
        is_connected = True
        result = await seat.plugin.execute(*args, **kwargs)
        ended = context.now()
        failure = timings.failure or _told_by(result)
        if judge is not None:
            failure = await judge(result) or failure
        failed = None if failure is None else (*failure, "")
        ok = failed is None
        return result
    except Exception as error:
        ended = context.now()
        failed = (class_of(error, is_connected=is_connected), *described(error))
        ok = False
        raise
    finally:
        # Neither ok nor failed is what was given up, by the end of the load or by the test.
        times = (intended, started, ended or context.now())
        context._end_operation(timings.name, times, ok, failed, timings.told())
        _put_back(token)


def _put_back(token: Any) -> None:
    try:
        CURRENT.reset(token)
    except ValueError:
        # A coroutine that is thrown away ends in another context, where there is nothing to put back.
        CURRENT.set(None)


def _told_by(result: Any) -> tuple[str, str] | None:
    """Returns the class and the message of a failure that a result tells by its attribute `ok`."""
    if getattr(result, "ok", True) is not False:
        return None
    error = getattr(result, "error", None)
    return "check", str(error) if error else "its result is not ok"


async def close_all() -> None:
    """Closes every instance of this process."""
    seats = [seat for seat in _seats.values() if seat.is_ready]
    _seats.clear()
    if not seats:
        return
    closing = {asyncio.ensure_future(seat.plugin.close()): seat for seat in seats}
    done, late = await asyncio.wait(closing, timeout=_CLOSE_WITHIN)
    log = logging.getLogger("squall.plugins")
    for task in late:
        task.cancel()
        log.warning("the plugin `%s` did not close within %g s", closing[task].name, _CLOSE_WITHIN)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("the plugin `%s` did not close: %s", closing[task].name, described(error)[0])
