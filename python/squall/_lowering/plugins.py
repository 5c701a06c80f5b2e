"""The `plugins` of stages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

from squall._authoring.stages import Stage
from squall._lowering.problems import Problems
from squall._lowering.sources import Sources
from squall._lowering.used_pools import codes, reachable

_NAME = "plugins"


def declare_plugins(stages: Iterable[type[Stage]], sources: Sources, problems: Problems) -> None:
    """Adds the plugins of all stages to those of the test, which its actions and stages find by name."""
    for stage in stages:
        plugins = getattr(stage, _NAME, None)
        if plugins is None:
            continue
        from squall._plugins.declared import declare  # most graphs have none

        # What is no dictionary of classes is told with the other attributes of the stage.
        if isinstance(plugins, Mapping) and all(isinstance(plugin, type) for plugin in plugins.values()):
            declare(plugins, sources.of_attribute(stage, _NAME), problems)


def check_plugin_names(body: Callable[..., object], stage: type, problems: Problems) -> None:
    """Tells of plugins that do not exist and that a method uses which runs in Python."""
    if not any("plugin" in code.co_names for function in reachable(body, stage) for code in codes(function.__code__)):
        return
    from squall._plugins.names import check_names  # most methods use none

    check_names(body, stage, problems)


def declare_plugins_of_file(names: Mapping[str, object], problems: Problems) -> None:
    """Adds the plugins that a file names at its top level, for the forms of tests that have no stages.

    Anything else of that name is none of our business.
    """
    plugins = names.get(_NAME)
    if "squall._plugins.engine" not in sys.modules or not isinstance(plugins, Mapping) or not plugins:
        return
    from squall._plugins.declared import declare, kind_of

    if all(isinstance(name, str) and kind_of(plugin) for name, plugin in plugins.items()):
        declare(plugins, None, problems)


def forget_plugins() -> None:
    """Forgets all plugins, before another test is loaded."""
    for module in ("declared", "reporting"):
        loaded = sys.modules.get(f"squall._plugins.{module}")
        if loaded is not None:
            loaded.forget()
