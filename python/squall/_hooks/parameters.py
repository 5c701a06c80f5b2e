"""Where the arguments of hooks come from."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from squall._hooks.node import Node
from squall._hooks.source import own_statements
from squall._lowering.problems import Problems, listed, nearest

_NOT_DICTS = (
    ast.BinOp,
    ast.Compare,
    ast.Constant,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Set,
    ast.SetComp,
    ast.Tuple,
    ast.UnaryOp,
)


@dataclass
class Names:
    """Names under which values can be had.

    Attributes:
        known: Those that are known before the run.
        is_open: There may be others.
    """

    known: dict[str, None] = field(default_factory=dict)
    is_open: bool = False

    def add(self, *names: str) -> None:
        """Adds names."""
        self.known.update(dict.fromkeys(names))

    def include(self, other: Names) -> None:
        """Adds those of others."""
        self.known.update(other.known)
        self.is_open = self.is_open or other.is_open

    def may_have(self, name: str) -> bool:
        """Tells whether there may be a value of a name."""
        return self.is_open or name in self.known


def file_key(node: Node) -> str:
    """Returns the name under which a hook gets what its file holds."""
    if node.hook.kind == "restore" or node.hook.options.get("checkpoint_filepath") is not None:
        return str(node.hook.names[0])
    path = next((value for key, value in node.hook.options.items() if key.endswith("path") and value), "")
    return re.sub(r"^\d+|\W", "", os.path.splitext(os.path.basename(str(path)))[0], flags=re.ASCII)


def returned_names(node: Node) -> Names:
    """Returns the names under which later hooks can have what a hook returns."""
    names = Names()
    if node.kind == "load":
        names.add(file_key(node))
    if node.is_action:
        names.is_open = True
        names.add(node.name)
        return names
    for value in _returns(node):
        _add(value, node.name, names)
    return names


def _returns(node: Node) -> Iterator[ast.expr | None]:
    """Yields what a method returns, as written; None for what cannot be read."""
    body = own_statements(node)
    if body is None:
        yield None
        return
    for one in body:
        if isinstance(one, ast.Return) and one.value is not None:
            yield one.value


def _add(value: ast.expr | None, short: str, names: Names) -> None:
    if isinstance(value, ast.IfExp):
        _add(value.body, short, names)
        _add(value.orelse, short, names)
    elif isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in value.keys):
        names.add(*(str(key.value) for key in value.keys if isinstance(key, ast.Constant)))
    elif isinstance(value, _NOT_DICTS):
        names.add(short)
    else:
        names.add(short)
        names.is_open = True


def published_names(nodes: Iterable[Node]) -> Names:
    """Returns the keys that hooks put into the context."""
    names = Names()
    for node in nodes:
        if node.kind in ("context", "load"):
            found = returned_names(node)
            found.known.pop(node.name, None) if node.kind == "load" else None
            names.include(found)
        if node.takes("context"):
            names.is_open = True
    return names


def check_parameters(node: Node, there_is: Iterable[str], provided: Names, problems: Problems) -> None:
    """Tells of arguments that nothing provides.

    Args:
        node: The hook.
        there_is: What every hook of its place gets.
        provided: What hooks before it and the context provide.
        problems: Takes what is wrong.
    """
    special = list(there_is)
    for parameter in node.parameters:
        name = parameter.name
        if not parameter.is_needed or name in special or provided.may_have(name):
            continue
        known = [*special, *provided.known]
        suggestion = nearest(name, known)
        hint = (
            f"did you mean `{suggestion}`?; there are {listed(known)}" if suggestion else f"there are {listed(known)}"
        )
        problems.add(
            f"nothing gives {node.shown} an argument `{name}`",
            node.place,
            f"{hint}; or give it a default, or name the hook that returns it",
        )
