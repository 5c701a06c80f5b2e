"""What a file of Python binds at its top level, read from its syntax; nothing of it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Source:
    """A file that was read.

    Attributes:
        path: Where it is, absolute.
        imports: What each imported name stands for: the dots of a relative import, the module, and the name in it, or
            None for the module itself.
        stars: Modules of `from … import *`: dots and module.
        classes: Its classes, with the expressions that they derive from.
        aliases: Names that stand for another expression.
        functions: Its plain functions.
        calls: Everything that is called in it.
    """

    path: Path
    imports: dict[str, tuple[int, str, str | None]] = field(default_factory=dict)
    stars: list[tuple[int, str]] = field(default_factory=list)
    classes: dict[str, list[ast.expr]] = field(default_factory=dict)
    aliases: dict[str, ast.expr] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    calls: list[ast.expr] = field(default_factory=list)


def read(path: Path) -> Source:
    """Reads a file.

    Raises:
        SyntaxError: It is not Python.
        OSError: It cannot be read.
    """
    tree = ast.parse(path.read_bytes(), filename=str(path))
    source = Source(path)
    for statement in _top_level(tree.body):
        _bind(source, statement)
    source.calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return source


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yields statements that run when the file is imported, those under `if`, `try` and `with` too."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)


def _bind(source: Source, statement: ast.stmt) -> None:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            bound = alias.asname or alias.name.partition(".")[0]
            source.imports[bound] = (0, alias.name if alias.asname else bound, None)
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            if alias.name == "*":
                source.stars.append((statement.level, statement.module or ""))
            else:
                bound = alias.asname or alias.name
                source.imports[bound] = (statement.level, statement.module or "", alias.name)
    elif isinstance(statement, ast.ClassDef):
        source.classes[statement.name] = statement.bases
    elif isinstance(statement, ast.FunctionDef):
        source.functions.add(statement.name)
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                source.aliases[target.id] = _derived_from(statement.value)


def _derived_from(value: ast.expr) -> ast.expr:
    """Returns the class that an expression makes another of: `Browse.configured("Fast", rate=5)` is a `Browse`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "configured":
        return value.func.value
    return value
