"""What the host calls around scripts."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from squall._recording.frames import shown
from squall._script.errors import MisuseError, NoDataError, SkipIterationError
from squall._script.pools import PoolExhausted
from squall._script.registry import Script, StopVolumeModel, resolve_volume, scripts
from squall._script.remote_pool import RemotePool

if TYPE_CHECKING:
    from squall._squall import Context


_executor: ThreadPoolExecutor | None = None
"""Where the event loop of this process runs what is handed to threads, e.g. by `asyncio.to_thread`."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Makes the event loop of a process: uvloop's where that is installed and `SQUALL_UVLOOP=0` does not forbid it.

    The loop itself runs once per batch of answers, so that it hardly matters with many users; with few it saves about a
    fifth of a request.
    """
    global _executor
    loop = _loop()
    _executor = ThreadPoolExecutor(thread_name_prefix="asyncio")
    loop.set_default_executor(_executor)
    return loop


def _loop() -> asyncio.AbstractEventLoop:
    if os.environ.get("SQUALL_UVLOOP") != "0":
        try:
            uvloop = importlib.import_module("uvloop")
        except ImportError:
            pass
        else:
            loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
            return loop
    return asyncio.new_event_loop()


def close_event_loop(loop: asyncio.AbstractEventLoop) -> bool:
    """Ends what still runs on a stopped loop: tasks, asynchronous generators, the threads of its executor.

    Returns:
        Whether all of it has ended; code in a thread of the executor may not come back.
    """
    loop.run_until_complete(_give_back())
    running: Any = sys.modules.get("squall._plugins.running")
    if running is not None:
        loop.run_until_complete(running.close_all())
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=1))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    return _end_threads()


def _end_threads() -> bool:
    """Ends the threads of the executor; the interpreter would wait for them at its end, however long they take."""
    if _executor is None:
        return True
    _executor.shutdown(wait=False, cancel_futures=True)
    limit = time.monotonic() + 1
    threads = list(_executor._threads)
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


async def _give_back() -> None:
    """Returns the items that this process took from the pools of the one that loaded the test first."""
    for script in scripts():
        if isinstance(script.pool, RemotePool):
            with contextlib.suppress(Exception):  # that process may be gone, and then so are its pools
                await asyncio.wait_for(script.pool.close(), 1)


async def run_coroutine(ctx: Context, script: Script) -> None:
    """Runs a script that takes data or has a fixture."""
    pool = script.pool
    if pool is None:
        await _body(ctx, script, ())
        return
    try:
        item = pool.checkout()
        if inspect.isawaitable(item):
            item = await item
    except PoolExhausted:
        raise NoDataError from None
    if item is None:
        raise SkipIterationError
    id, args = item
    try:
        args = tuple(args)
        ctx._begin(args)
        await _body(ctx, script, args)
    finally:
        returned: Any = pool.checkin(id)
        if inspect.isawaitable(returned):
            await returned


async def _body(ctx: Context, script: Script, args: tuple[Any, ...]) -> None:
    if script.fixture is not None:
        await script.fixture(ctx)
    await script.call(ctx, *args)


def run_blocking(ctx: Context, script: Script) -> None:
    """Runs a script of a thread that takes data or has a fixture."""
    pool = script.pool
    if pool is None:
        _blocking_body(ctx, script, ())
        return
    try:
        item: Any = _waited(pool.checkout())
    except PoolExhausted:
        raise NoDataError from None
    if item is None:
        raise SkipIterationError
    id, args = item
    try:
        args = tuple(args)
        ctx._begin(args)
        _blocking_body(ctx, script, args)
    finally:
        _waited(pool.checkin(id))


def _blocking_body(ctx: Context, script: Script, args: tuple[Any, ...]) -> None:
    if script.fixture is not None:
        _waited(script.fixture(ctx))
    script.call(ctx, *args)


def _waited(value: Any) -> Any:
    if not inspect.isawaitable(value):
        return value

    async def wait() -> Any:
        return await value

    return asyncio.run(wait())


def volume(entry: str, start: float, end: float) -> float | None:
    """Asks a volume model; None ends its scenario.

    Raises:
        MisuseError: What it returns is no number.
    """
    model = resolve_volume(entry)
    try:
        number = model(start, end)
    except StopVolumeModel:
        return None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number:
        code = getattr(model, "__code__", None)
        place = f" ({shown(code.co_filename)}:{code.co_firstlineno})" if code is not None else ""
        raise MisuseError(f"it returned {number!r}, which is no number{place}")
    return max(0.0, float(number))
