"""Finds out which hooks the names in decorators mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from squall._authoring.stages import Stage
from squall._hooks.kinds import RUNS_ONCE, kind_name
from squall._hooks.node import Node
from squall._lowering.problems import Problems, listed, nearest

_OF_OTHERS = ("metric", "validate")
"""Kinds that name actions of other stages."""


class Naming:
    """Resolves the names of a whole file.

    Args:
        nodes: The hooks of each stage.
        earlier: For each stage, those that run before it.
        problems: Takes what is wrong.
    """

    def __init__(
        self, nodes: Mapping[type[Stage], list[Node]], earlier: Mapping[str, set[str]], problems: Problems
    ) -> None:
        self._stages = {stage.__name__: stage for stage in nodes}
        self._nodes = {stage.__name__: {node.name: node for node in hooks} for stage, hooks in nodes.items()}
        self._earlier = earlier
        self._problems = problems

    def resolve(self) -> None:
        """Fills `after` and `foreign` of all hooks."""
        for hooks in self._nodes.values():
            for node in hooks.values():
                self._resolve(node)
        for hooks in self._nodes.values():
            self._tell_cycle(hooks.values())

    def _resolve(self, node: Node) -> None:
        if node.hook.kind in _OF_OTHERS and kind_name(node.stage) != "Execute":
            self._resolve_actions(node)
            return
        if node.hook.options.get("checkpoint_filepath") is not None or node.hook.kind == "restore":
            return  # its name is a key of the context
        seen: set[str] = set()
        for name in (name for name in node.hook.names if isinstance(name, str)):
            found = self._find(node, name)
            if found is None:
                continue
            if found.full in seen:
                self._problems.add(f"{node.shown} names `{name}` twice", node.place, "name it once")
            seen.add(found.full)
            self._connect(node, found)
        for option, kind in (("checks", "check"), ("notify", "channel"), ("listen", "channel")):
            self._connect_listed(node, option, kind)

    def _connect(self, node: Node, found: Node) -> None:
        if node.hook.kind == "before" or node.hook.options.get("pre") is True:
            if found.stage is not node.stage:
                self._problems.add(
                    f"{node.shown} cannot run before `{found.full}` of another stage", node.place, "move it there"
                )
            else:
                found.after.append(node)
        elif found.stage is not node.stage:
            node.foreign.append(found)
        elif found not in node.after:
            node.after.append(found)

    def _connect_listed(self, node: Node, option: str, kind: str) -> None:
        given = node.hook.options.get(option) or ()
        for name in given if isinstance(given, (list, tuple)) else ():
            found = self._find(node, str(name))
            if found is None:
                continue
            if found.kind != kind:
                self._problems.add(
                    f"`{option}` of {node.shown} names {found.shown}, which is no {kind}",
                    node.place,
                    f"use a `@{kind}`",
                )
            elif option == "listen":
                node.after.append(found)
            else:
                found.after.append(node)

    def _find(self, node: Node, name: str) -> Node | None:
        own = self._nodes[node.stage.__name__]
        stage_name, _, short = name.rpartition(".")
        if name == node.name or name == node.full:
            self._problems.add(f"{node.shown} names itself", node.place, "remove the name")
            return None
        if not stage_name or stage_name == node.stage.__name__:
            found = own.get(short)
        else:
            found = self._nodes.get(stage_name, {}).get(short)
        if found is None:
            self._tell_unknown(node, name, own)
            return None
        return found if found.stage is node.stage or self._may_name(node, found) else None

    def _may_name(self, node: Node, found: Node) -> bool:
        other = found.stage.__name__
        if other not in self._earlier.get(node.stage.__name__, set()):
            self._problems.add(
                f"{node.shown} names `{found.full}`, but `{other}` does not run before `{node.stage.__name__}`",
                node.place,
                f"put `@depends({other})` above `{node.stage.__name__}`",
            )
            return False
        if found.is_action and kind_name(found.stage) not in RUNS_ONCE:
            self._problems.add(
                f"{node.shown} names the {found.kind} `{found.full}` of another stage",
                node.place,
                f"hooks of its requests belong into `{other}`",
            )
            return False
        return True

    def _tell_unknown(self, node: Node, name: str, own: Mapping[str, Node]) -> None:
        known = [one for one in own if one != node.name]
        everything = [*known, *(other.full for hooks in self._nodes.values() for other in hooks.values())]
        suggestion = nearest(name, everything)
        if suggestion:
            hint = f"did you mean `{suggestion}`?"
        else:
            hint = f"`{node.stage.__name__}` has {listed(known)}" if known else f"`{node.stage.__name__}` has no others"
        self._problems.add(f"{node.shown} names `{name}`, which does not exist", node.place, hint)

    def _resolve_actions(self, node: Node) -> None:
        """Finds the actions of other stages that `@validate` and the `@metric` of an Analyze stage name."""
        names = list(node.hook.names)
        stage = names[0] if names else None
        if isinstance(stage, type) or (isinstance(stage, str) and stage in self._stages):
            prefix = stage.__name__ if isinstance(stage, type) else stage
            names = [f"{prefix}.{name}" for name in names[1:]]
        for name in map(str, names):
            found = self._actions_called(node, name)
            if found:
                node.foreign.extend(one for one in found if one not in node.foreign)
                self._check_performable(node, found)
            elif name in self._nodes[node.stage.__name__]:
                node.after.append(self._nodes[node.stage.__name__][name])
            else:
                known = [one.full for one in self._actions_for(node)]
                suggestion = nearest(name, [*known, *(one.rpartition(".")[2] for one in known)])
                hint = f"did you mean `{suggestion}`?" if suggestion else f"there are {listed(known) or 'none'}"
                self._problems.add(f"{node.shown} names the action `{name}`, which does not exist", node.place, hint)

    def _check_performable(self, node: Node, found: list[Node]) -> None:
        """Tells of plain functions, which only the load runs, on threads."""
        for one in found:
            if node.hook.kind == "validate" and not one.is_async:
                text = f"{node.shown} names `{one.full}`, which is a plain `def` and cannot be tried"
                self._problems.add(text, node.place, "declare it `async def`")

    def _actions_for(self, node: Node) -> list[Node]:
        """Returns the actions that a hook can name: those that ran before, or for `@validate` any."""
        earlier = self._earlier.get(node.stage.__name__, set())
        return [
            one
            for stage, hooks in self._nodes.items()
            for one in hooks.values()
            if one.is_action and (node.hook.kind == "validate" or stage in earlier)
        ]

    def _actions_called(self, node: Node, name: str) -> list[Node]:
        return [one for one in self._actions_for(node) if name in (one.full, one.name, _of_family(one))]

    def _tell_cycle(self, nodes: Iterable[Node]) -> None:
        done: set[Node] = set()
        for node in nodes:
            cycle = _cycle_from(node, [], done)
            if cycle:
                text = " → ".join(f"`{one.name}`" for one in cycle)
                self._problems.add(f"hooks wait for each other: {text}", cycle[0].place, "remove one of these names")
                return


def _of_family(node: Node) -> str:
    """Returns the full name of an action as if its stage were not one of several that `@parametrize` has made."""
    return f"{node.stage.__name__.partition('[')[0]}.{node.name}"


def _cycle_from(node: Node, path: list[Node], done: set[Node]) -> list[Node]:
    if node in path:
        return [*path[path.index(node) :], node]
    if node in done:
        return []
    for before in node.after:
        cycle = _cycle_from(before, [*path, node], done)
        if cycle:
            return cycle
    done.add(node)
    return []
