"""A reporter plugin as its driver calls it, on a thread of its own."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from typing import Any

from squall._plugins import declared
from squall._plugins.reporter import ReporterPlugin, Temporary, TooLarge, kinds_of
from squall._script.errors import describe as describe_error

_instances: dict[str, ReporterPlugin] = {}
"""Those that the test made itself, by the names that its plan uses."""


def forget() -> None:
    """Forgets the reporters, before another test is loaded."""
    _instances.clear()


def register(plugin: ReporterPlugin) -> str:
    """Adds a reporter that the test made, and returns its name in the plan, without `plugin:`."""
    own = declared.name_of(type(plugin)) or type(plugin).__name__
    name, count = own, 1
    while _instances.setdefault(name, plugin) is not plugin:
        count += 1
        name = f"{own}-{count}"
    return name


class Bridge:
    """What the driver holds of a reporter.

    Attributes:
        kinds: What it takes.
        max_batch_records: Records that a batch may have.
    """

    def __init__(self, plugin: ReporterPlugin) -> None:
        self.kinds = kinds_of(type(plugin))
        self.max_batch_records = plugin.max_batch_records
        self._plugin = plugin
        self._loop: asyncio.AbstractEventLoop | None = None

    def connect(self) -> None:
        """Gets ready."""
        self._plugin.run = None
        self._call(self._plugin.connect)

    def send(self, kind: str, run: str | None, records: str) -> int | None:
        """Hands over records of one kind; returns how many were taken, None for all."""
        if run is not None:
            self._plugin.run = json.loads(run)
        taken = self._call(getattr(self._plugin, kind), json.loads(records))
        if taken is not None and (isinstance(taken, bool) or not isinstance(taken, int) or taken < 0):
            raise TypeError(f"`{kind}` must return how many records it took, or None for all, not {taken!r}")
        return taken

    def close(self) -> str | None:
        """Ends it; returns where the results are."""
        try:
            where = self._call(self._plugin.close)
        finally:
            self._end_loop()
        return None if where is None else str(where)

    def _call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            returned = method(*arguments)
            if not inspect.isawaitable(returned):
                return returned
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
            return self._loop.run_until_complete(_awaited(returned))
        except (Temporary, TooLarge):
            raise
        except BaseException:
            # It is not called again.
            self._end_loop()
            raise

    def _end_loop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


async def _awaited(value: Any) -> Any:
    return await value


def build(name: str, settings: str) -> Bridge:
    """Finds a reporter: one that the test made, or one of the plugins, made with these settings.

    Args:
        name: Its name, without `plugin:`.
        settings: A JSON object; for those that the test made it is empty.

    Raises:
        Exception: There is none, or it cannot be made; says why.
    """
    if name in _instances:
        return Bridge(_instances[name])
    kind = declared.find(name, ReporterPlugin)
    given: dict[str, Any] = json.loads(settings)
    try:
        inspect.signature(kind).bind(**given)
    except TypeError as error:
        raise ValueError(f"the settings of the reporter `{name}` are wrong: {error}") from None
    return Bridge(kind(**given))


def describe(error: BaseException) -> tuple[str, str]:
    """Returns what the driver should do about an exception of a reporter, and what it tells."""
    if isinstance(error, Temporary):
        return "temporary", str(error) or "it may succeed later"
    if isinstance(error, TooLarge):
        return "too_large", str(error) or "the batch is too large"
    return "permanent", describe_error(error)[1]
