"""A persona plugin as the engine asks for it: how many iterations start in a window of time."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from squall._plugins.persona import PersonaPlugin
from squall._script.calls import LoopThread
from squall._script.registry import StopVolumeModel, VolumeModel

SCHEDULE_WINDOW = "1s"
GENERATE_WINDOW = "50ms"
_AHEAD = 100_000
"""Iterations that a generator may be ahead of what was started; then it waits."""
_TOGETHER = 1_000
"""So many yields in a row let others on the loop have their turn."""
_FORGOTTEN = 5.0
"""Seconds without a question after which the load has ended, and nobody needs what else is yielded."""

_loop = LoopThread("squall-personas")


def is_generator(plugin: type[PersonaPlugin]) -> bool:
    """Tells whether a persona defines `generate`."""
    return plugin.generate is not PersonaPlugin.generate


def is_schedule(plugin: type[PersonaPlugin]) -> bool:
    """Tells whether a persona defines `schedule`."""
    return plugin.schedule is not PersonaPlugin.schedule


def model_of(plugin: PersonaPlugin) -> VolumeModel:
    """Returns what the engine asks."""
    return _Generated(plugin) if is_generator(type(plugin)) else plugin.schedule


class _Generated:
    """Counts what a generator has yielded since it was last asked."""

    def __init__(self, plugin: PersonaPlugin) -> None:
        self._plugin = plugin
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._count = 0
        self._ended = False
        self._error: BaseException | None = None
        self._running: asyncio.Task[None] | None = None
        self._asked = time.monotonic()

    def __call__(self, start: float, _: float) -> float:
        """Returns how many iterations have become due; the first question starts the generator anew."""
        if start <= 0 or self._running is None:
            self._restart()
        self._asked = time.monotonic()
        with self._lock:
            count, self._count = self._count, 0
            ended, error = self._ended, self._error
        if count:
            return count
        if error is not None:
            raise error
        if ended:
            raise StopVolumeModel
        return 0

    def _restart(self) -> None:
        before = self._running
        self._begin()
        self._running = _loop.run(self._start(before))

    async def _start(self, before: asyncio.Task[None] | None) -> asyncio.Task[None]:
        if before is not None:
            before.cancel()
            await asyncio.wait([before])
        return asyncio.ensure_future(self._consume())

    async def _consume(self) -> None:
        yields = 0
        generator: Any = self._plugin.generate()
        try:
            async for number in generator:
                with self._lock:
                    self._count += 1 if number is None else max(0, int(number))
                yields += 1
                if time.monotonic() - self._asked > _FORGOTTEN:
                    break
                if yields % _TOGETHER == 0:
                    await asyncio.sleep(0)
                while self._count > _AHEAD and time.monotonic() - self._asked <= _FORGOTTEN:
                    await asyncio.sleep(0.01)
        except Exception as error:
            self._error = error
        finally:
            self._ended = True
            await generator.aclose()
