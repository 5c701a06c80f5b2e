"""Which plugins the test that was loaded last can use, by name.

A name is looked for where it is nearest to the test: among the `plugins` of its stages (or of its file), then in
`squall.toml`, then among the entry points `squall.plugins` of installed packages. The first that has it, counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from squall._lowering.problems import Problems, listed, nearest
from squall._plugins.engine import EnginePlugin
from squall._plugins.optimizer import OptimizerPlugin
from squall._plugins.persona import PersonaPlugin
from squall._plugins.project import Elsewhere, PluginLoadError
from squall._plugins.reporter import ReporterPlugin
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._recording.recording import misuse

KINDS: dict[type, str] = {
    EnginePlugin: "an engine",
    PersonaPlugin: "a persona",
    ReporterPlugin: "a reporter",
    OptimizerPlugin: "an optimizer",
}
"""What plugins derive from, and what they are then."""

Plugin = TypeVar("Plugin", bound=type)

_declared: dict[str, type] = {}
_elsewhere = Elsewhere()


class UnknownPluginError(LookupError):
    """No plugin has the name, or it is of another kind; says which there are.

    Attributes:
        hint: The names that exist.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}: {hint}")
        self.message = message
        self.hint = hint


def forget() -> None:
    """Forgets the plugins, before another test is loaded."""
    global _elsewhere
    _declared.clear()
    _elsewhere = Elsewhere()


def kind_of(plugin: object) -> type | None:
    """Returns the class of `KINDS` that a plugin derives from."""
    if not isinstance(plugin, type):
        return None
    return next((kind for kind in KINDS if issubclass(plugin, kind) and plugin is not kind), None)


def declare(plugins: Mapping[str, Any], place: Place | None, problems: Problems) -> None:
    """Adds plugins of a stage or of a file; tells what is wrong with them."""
    for name, plugin in plugins.items():
        if kind_of(plugin) is None:
            hint = "derive it from a class of `squall.plugins`: " + listed(kind.__name__ for kind in KINDS)
            problems.add(f"the plugin `{name}` cannot be {described(plugin)}", place, hint)
        elif _declared.setdefault(name, plugin) is not plugin:
            problems.add(
                f"there are two plugins `{name}`: {listed((_shown(_declared[name]), _shown(plugin)))}",
                place,
                "all stages share their plugins; give one of them another name",
            )


def _shown(plugin: type) -> str:
    return f"{plugin.__module__}.{plugin.__qualname__}"


def is_declared(name: str) -> bool:
    """Tells whether the test itself declares a plugin of a name."""
    return name in _declared


def names(kind: type) -> list[str]:
    """Returns the names of all plugins of one kind; what cannot be loaded has no kind, and is among them."""
    own = [name for name, plugin in _declared.items() if issubclass(plugin, kind)]
    others = [name for name in _elsewhere.names() if name not in _declared and _may_be(name, kind)]
    return [*own, *others]


def _may_be(name: str, kind: type) -> bool:
    try:
        plugin = _elsewhere.find(name)
    except PluginLoadError:
        return True
    return plugin is not None and issubclass(plugin, kind)


def find(name: str, kind: Plugin) -> Plugin:
    """Returns the plugin of a name.

    Raises:
        UnknownPluginError: There is none of that kind.
        PluginLoadError: It is named in `squall.toml` or by a package, and cannot be loaded.
    """
    plugin: Any = _declared.get(name) or _elsewhere.find(name)
    what = KINDS[kind]
    if plugin is None:
        known = names(kind)
        suggestion = nearest(name, known)
        there_are = f"there is {listed(known)}" if known else f"{what} is declared with `plugins = {{…}}` on a stage"
        raise UnknownPluginError(
            f"there is no plugin `{name}`", f"did you mean `{suggestion}`?" if suggestion else there_are
        )
    if not issubclass(plugin, kind):
        is_ = KINDS.get(kind_of(plugin) or object, "something else")
        raise UnknownPluginError(f"the plugin `{name}` is {is_}", f"{what} derives from `{kind.__name__}`")
    found: Plugin = plugin
    return found


def engine(plugin: str | type) -> tuple[str, type[EnginePlugin]]:
    """Returns the name and the class of an engine plugin that a test asks for.

    Raises:
        MisuseError: There is none.
    """
    if isinstance(plugin, type):
        return _name_of(plugin), plugin
    if not isinstance(plugin, str):
        misuse(f"a plugin is named by text or by its class, not by {described(plugin)}")
    try:
        return plugin, find(plugin, EnginePlugin)
    except UnknownPluginError as error:
        misuse(error.message, error.hint)
    except PluginLoadError as error:
        misuse(error.message, error.hint)


def _name_of(plugin: type) -> str:
    """Returns the name of a class: that under which it was declared, or its own where it was not."""
    if not issubclass(plugin, EnginePlugin) or plugin is EnginePlugin:
        misuse(f"`{plugin.__name__}` is no engine plugin", "derive it from `squall.plugins.EnginePlugin`")
    return name_of(plugin) or plugin.__name__


def name_of(plugin: type) -> str | None:
    """Returns the name under which a class was declared."""
    return next((name for name, known in _declared.items() if known is plugin), None)
