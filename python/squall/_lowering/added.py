"""The Analyze and Submit stages that a graph goes without, and that are added to it."""

from __future__ import annotations

from collections.abc import Iterator

from squall._authoring.stages import Analyze, Execute, Submit, Teardown
from squall._lowering.reach import Node


def with_added(nodes: list[Node], parts: list[list[str]]) -> list[Node]:
    """Returns nodes and what is missing in each part of the graph that sends load.

    Args:
        nodes: The nodes of the file.
        parts: Their names, in groups that have nothing to do with each other.
    """
    by_name = {node.name: node for node in nodes}
    out = list(nodes)
    for part in parts:
        for node in _missing([by_name[name] for name in part], set(by_name)):
            by_name[node.name] = node
            out.append(node)
    return out


def _missing(part: list[Node], taken: set[str]) -> Iterator[Node]:
    if not any(issubclass(node.stage, Execute) for node in part):
        return
    if not any(issubclass(node.stage, Analyze) for node in part):
        added = Node(_free_name("Analyze", taken), Analyze, _last(part, Teardown, Submit), None, is_added=True)
        part = [*part, added]
        yield added
    if not any(issubclass(node.stage, Submit) for node in part):
        last = tuple(node.name for node in part if issubclass(node.stage, Analyze))
        yield Node(_free_name("Submit", taken), Submit, last, None, is_added=True)


def _last(part: list[Node], *but: type) -> tuple[str, ...]:
    """Returns the stages that nothing comes after, not counting some kinds."""
    counted = [node for node in part if not issubclass(node.stage, but)]
    before = {name for node in counted for name in node.after}
    return tuple(node.name for node in counted if node.name not in before)


def _free_name(name: str, taken: set[str]) -> str:
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    taken.add(free)
    return free
