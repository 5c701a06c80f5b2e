"""Engine plugins as a test meets them: `self.client.plugin` and `ctx.plugin`."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from squall._plugins import declared
from squall._plugins.engine import EnginePlugin
from squall._recording.recording import current as recording
from squall._recording.recording import misuse, refuse
from squall._recording.running import running
from squall._script.errors import MisuseError

if TYPE_CHECKING:
    from squall._plugins.running import Judge

Plugin = TypeVar("Plugin", bound=EnginePlugin)


class Plugins:
    """The engine plugins of the test, by the name under which they were declared, or by their class."""

    __slots__ = ()

    @overload
    def __getitem__(self, plugin: str) -> EnginePlugin: ...
    @overload
    def __getitem__(self, plugin: type[Plugin]) -> Plugin: ...
    def __getitem__(self, plugin: str | type) -> Any:
        """Returns a plugin, whose `execute` is measured.

        Raises:
            MisuseError: There is no such engine plugin; the message names those that exist.
        """
        name, kind = declared.engine(plugin)
        if recording() is not None:
            refuse(f"it uses the plugin `{name}`, which runs in Python")
        context = running()
        if context is None:
            misuse(
                f"the plugin `{name}` is used outside of an iteration",
                "use it inside an action, a task, a hook or a journey",
            )
        return Handle(name, kind)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        misuse(f"`plugin` has no attribute `{name}`", f'write `plugin["{name}"]`')


class Handle:
    """A plugin in the hands of one iteration; whatever it has besides `execute` is that of its instance."""

    __slots__ = ("_kind", "_name")

    def __init__(self, name: str, kind: type[EnginePlugin]) -> None:
        self._name = name
        self._kind = kind

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Does one operation of the plugin, and counts it."""
        from squall._plugins.running import execute, is_in_blocking_code

        if is_in_blocking_code():
            raise MisuseError(f"the plugin `{self._name}` must be awaited: make the method `async def`")
        return execute(self._name, self._kind, args, kwargs)

    def _judged(self, judge: Judge, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Awaitable[Any]:
        """Does one operation of the plugin, whose result is looked at before it is counted."""
        from squall._plugins.running import execute

        return execute(self._name, self._kind, args, kwargs, judge)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        from squall._plugins.running import instance

        return getattr(instance(self._name, self._kind), attribute)

    def __repr__(self) -> str:
        return f"<plugin {self._name}: {self._kind.__name__}>"


RUNNING = Plugins()
"""The plugins; there is one such object, as they are those of the test that was loaded last."""
