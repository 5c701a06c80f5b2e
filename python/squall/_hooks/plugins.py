"""Engine plugins in actions with hooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from squall._hooks.attached import HookedHttp, Judge
from squall._hooks.plan import Plan
from squall._hooks.request import ActionRequest
from squall._plugins.client import RUNNING, Handle, Plugins


class PluginRequest(ActionRequest):
    """An operation of an engine plugin, as the hooks around it see it.

    Attributes:
        url: Name of the plugin.
        args: What the operation is given, as a list that can be changed.
        kwargs: The same by name.
    """

    __slots__ = ("args", "kwargs")

    def __init__(self, plugin: str, args: Sequence[Any], kwargs: Mapping[str, Any], of: Plan) -> None:
        super().__init__("execute", plugin, {}, of)
        self.args = list(args)
        self.kwargs = dict(kwargs)


class HookedPlugins(Plugins):
    """The engine plugins of an action with hooks."""

    __slots__ = ("_hooked",)

    def __init__(self, hooked: HookedHttp) -> None:
        self._hooked = hooked

    def __getitem__(self, plugin: Any) -> Any:
        """Returns a plugin, whose `execute` is measured, with hooks around it."""
        return _HookedHandle(RUNNING[plugin], self._hooked)


class _HookedHandle:
    """A plugin in the hands of an action with hooks."""

    __slots__ = ("_handle", "_hooked")

    def __init__(self, handle: Handle, hooked: HookedHttp) -> None:
        self._handle = handle
        self._hooked = hooked

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Does one operation of the plugin, with the hooks around it."""
        request = PluginRequest(self._handle._name, args, kwargs, self._hooked.plan)

        async def perform(judge: Judge) -> Any:
            async def told(result: Any) -> tuple[str, str] | None:
                failed = await judge(result)
                return failed and failed[:2]

            return await self._handle._judged(told, request.args, request.kwargs)

        return await self._hooked.surround(request, perform)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._handle, attribute)
