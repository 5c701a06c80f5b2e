"""What of a graph runs in Python while the run goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from squall._authoring.stages import Execute, Setup, Stage
from squall._hooks.lowering import GraphHooks
from squall._lowering.actions import Action
from squall._lowering.reach import Node

if TYPE_CHECKING:
    from squall._hooks.building import Building
    from squall._hooks.store import Store
    from squall._script.registry import Script


def hooks_entry(stage: type[Stage]) -> str:
    """Returns the name of the script of a stage's hooks."""
    return f"{stage.__name__}: hooks"


class Scripts:
    """The scripts of a graph: those of its actions, and those of its hooks.

    Args:
        hooks: The hooks.
        actions: The actions by stage.
        folder: Where relative paths start.
    """

    def __init__(self, hooks: GraphHooks, actions: Mapping[type[Stage], Sequence[Action]], folder: str) -> None:
        self._hooks = hooks
        self._actions = actions
        self._folder = folder
        self._once = [stage for stage in hooks.nodes if hooks.has_script(stage)]
        self._has_python = bool(self._once) or any(
            action.runs_in_python for group in actions.values() for action in group
        )

    def all(self) -> list[Script]:
        """Returns the scripts."""
        if not self._has_python:
            return []
        from squall._lowering.instances import scripts_of, stage_script  # graphs that compile start without them

        building = self._building()
        scripts = [
            script
            for stage, actions in self._actions.items()
            if issubclass(stage, Execute)
            for script in scripts_of(stage, actions, building)
        ]
        if building is not None:
            scripts.extend(stage_script(stage, building) for stage in self._once)
        return scripts

    def store(self, nodes: Sequence[Node]) -> Store | None:
        """Returns the memory of a run; None where nothing of it runs in Python."""
        if not self._has_python:
            return None
        from squall._hooks.store import Store

        return Store({node.name: node.after for node in nodes})

    def _building(self) -> Building | None:
        """Returns what makes hooks ready to run; None where there are none but actions."""
        actions = [action for group in self._actions.values() for action in group]
        if not self._once and not any(self._hooks.is_hooked(action.node) for action in actions):
            return None
        from squall._hooks.building import Building

        series = {action.entry: action.series for action in actions if action.series is not None}
        return Building(self._hooks, self._folder, series)


def setup_after(name: str, nodes: Sequence[Node]) -> type[Setup] | None:
    """Returns the nearest Setup stage after a stage, which says how requests before it are sent as well."""
    behind: dict[str, list[Node]] = {}
    for node in nodes:
        for before in node.after:
            behind.setdefault(before, []).append(node)
    seen = {name}
    level = [name]
    while level:
        reached = [node for one in level for node in behind.get(one, ()) if node.name not in seen]
        for node in reached:
            if issubclass(node.stage, Setup):
                return node.stage
        level = [node.name for node in reached]
        seen.update(level)
    return None
