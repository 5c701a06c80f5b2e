"""Finds the hooks of a stage, and checks what their decorators were given."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from squall._authoring.hooks import HOOK, Hook
from squall._authoring.stages import Stage
from squall._authoring.tags import plain_tags
from squall._hooks.kinds import ACCEPTED, ACTIONS, kind_name
from squall._hooks.node import Node, parameters_of
from squall._lowering.problems import Problems, listed
from squall._lowering.sources import Sources
from squall._recording.encoding import described

METRIC_TYPES = ("count", "rate", "distribution", "sample")

_Check = Callable[[Any], bool]


def _whole(least: int) -> _Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_weight(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_metadata(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(one, (str, int, float, list, tuple)) for key, one in value.items()
    )


def _are_tags(value: Any) -> bool:
    try:
        return value is None or plain_tags(value) is not None
    except (TypeError, ValueError):
        return False


def _is_path(value: Any) -> bool:
    return value is None or (isinstance(value, (str, os.PathLike)) and bool(os.fspath(value)))


def _are_names(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


_OPTIONS: dict[str, tuple[_Check, str]] = {
    "weight": (_is_weight, "a number greater than 0"),
    "order": (_whole(1), "a whole number of at least 1"),
    "size": (_whole(1), "a whole number of at least 1"),
    "skip": (lambda value: isinstance(value, bool), "`True` or `False`"),
    "pre": (lambda value: isinstance(value, bool), "`True` or `False`"),
    "metadata": (_is_metadata, "a dictionary of text and numbers"),
    "tags": (_are_tags, 'names with values, as `{"team": "shop"}`'),
    "message": (lambda value: isinstance(value, str) and bool(value), "text"),
    "metric_type": (
        lambda value: isinstance(value, str) and value in METRIC_TYPES,
        " or ".join(f'`"{one}"`' for one in METRIC_TYPES),
    ),
    "group": (lambda value: isinstance(value, str) and bool(value), "text"),
    "checks": (_are_names, "a list of names of checks"),
    "notify": (_are_names, "a list of names of channels"),
    "listen": (_are_names, "a list of names of channels"),
    **dict.fromkeys(
        ("save_path", "load_path", "checkpoint_filepath", "restore_filepath"), (_is_path, "the path of a file")
    ),
}
_PATHS = {
    "save": ("save_path", "checkpoint_filepath"),
    "load": ("load_path",),
    "restore": ("restore_filepath", "checkpoint_filepath"),
}
_NEEDS_NAMES = ("after", "before", "check", "validate")


def hooks_in(stage: type[Stage]) -> Iterator[tuple[str, Hook]]:
    """Yields the methods of a stage that are hooks: base classes first, each as its last class defines it."""
    names = dict.fromkeys(name for base in reversed(stage.__mro__) for name in vars(base))
    for name in names:
        hook = getattr(getattr(stage, name, None), HOOK, None)
        if isinstance(hook, Hook):
            yield name, hook


def read_nodes(stage: type[Stage], sources: Sources, problems: Problems) -> list[Node]:
    """Returns the hooks of a stage; tells what is wrong with them."""
    nodes = []
    for name, hook in hooks_in(stage):
        node = Node(stage, name, hook, sources.of_attribute(stage, name))
        before = len(problems.found)
        _check_kind(node, problems)
        _check_options(node, problems)
        if not node.is_action:
            _check_function(node, problems)
        node.is_right = len(problems.found) == before
        node.parameters = parameters_of(node.function)
        nodes.append(node)
    return nodes


def _check_kind(node: Node, problems: Problems) -> None:
    kind = kind_name(node.stage)
    if node.hook.below is not None:
        other = node.hook.below.kind
        problems.add(
            f"`{node.full}` is both `@{other}` and `@{node.hook.kind}`", node.place, "keep one of the decorators"
        )
    accepted = ACCEPTED.get(kind, frozenset())
    if node.hook.kind not in accepted:
        article = "an" if kind[0] in "AE" else "a"
        takers = [name for name, kinds in ACCEPTED.items() if node.hook.kind in kinds]
        hint = f"{article} {kind} stage takes {listed(sorted(accepted))}" if accepted else f"a {kind} stage takes none"
        problems.add(
            f"{article} {kind} stage takes no `@{node.hook.kind}`, as `{node.full}` is",
            node.place,
            f"{hint}; `@{node.hook.kind}` belongs in {' or '.join(takers)}",
        )


def _check_options(node: Node, problems: Problems) -> None:
    what = f"`@{node.hook.kind}` of `{node.full}`"
    for name, value in node.hook.options.items():
        is_right, wanted = _OPTIONS[name]
        if not is_right(value):
            problems.add(f"`{name}` in {what} must be {wanted}, not {described(value)}", node.place)
    for given in node.hook.names:
        if not isinstance(given, str) and not (node.hook.kind == "validate" and isinstance(given, type)):
            problems.add(f"{what} takes names of hooks, not {described(given)}", node.place, "write the name as text")
    if node.hook.kind in _NEEDS_NAMES and not node.hook.names:
        problems.add(f"{what} names no {_named(node.hook.kind)}", node.place, f'e.g. `@{node.hook.kind}("home")`')
    if node.hook.kind in _PATHS:
        _check_path(node, what, problems)


def _named(kind: str) -> str:
    return "hook" if kind == "check" else "action"


def _check_path(node: Node, what: str, problems: Problems) -> None:
    options = _PATHS[node.hook.kind]
    given = [name for name in options if node.hook.options.get(name) is not None]
    if len(given) != 1:
        wrong = f"has both `{given[0]}` and `{given[1]}`" if given else "has no path"
        problems.add(f"{what} {wrong}", node.place, f'write `{options[0]}="state.json"`')
    elif given == ["checkpoint_filepath"] and len(node.hook.names) != 1:
        problems.add(
            f"{what} saves one key of the context", node.place, '`@save("token", checkpoint_filepath="token.json")`'
        )


def _check_function(node: Node, problems: Problems) -> None:
    function = node.function
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        problems.add(f"{node.shown} is a generator", node.place, "return its values instead of yielding them")
    elif node.kind == "channel" and not node.is_async:
        problems.add(f"the channel {node.shown} is not `async`", node.place, "write `async def`")


def is_skipped(node: Node) -> bool:
    """Tells whether a hook is left out."""
    return node.hook.skip is True


__all__ = ["ACTIONS", "METRIC_TYPES", "hooks_in", "is_skipped", "read_nodes"]
