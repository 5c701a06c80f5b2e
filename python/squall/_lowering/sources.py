"""Lines of classes, attributes and methods, from the files' text."""

from __future__ import annotations

import ast
import sys

from squall._authoring.stages import PLACE
from squall._recording.frames import Place


class Sources:
    """Finds where things were written; reads each file once."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, int]] = {}

    def of_class(self, stage: type) -> Place:
        """Returns the line of a class."""
        return self._find(stage, stage.__qualname__, stage.__name__)

    def of_attribute(self, stage: type, name: str) -> Place:
        """Returns the line where a class, or the base class that it comes from, sets an attribute."""
        owner = next((base for base in stage.__mro__ if name in vars(base)), stage)
        return self._find(owner, f"{owner.__qualname__}.{name}", f"{stage.__name__}.{name}")

    def _find(self, owner: type, key: str, name: str) -> Place:
        made_at = vars(owner).get(PLACE)
        if isinstance(made_at, Place):
            return made_at.named(name)
        file = getattr(sys.modules.get(owner.__module__), "__file__", None) or "<unknown>"
        if file not in self._files:
            self._files[file] = _lines(file)
        lines = self._files[file]
        return Place(file, lines.get(key) or lines.get(owner.__qualname__) or 1, name)


def _lines(file: str) -> dict[str, int]:
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    lines: dict[str, int] = {}
    _collect(tree, "", lines)
    return lines


def _collect(node: ast.AST, prefix: str, lines: dict[str, int]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            lines[prefix + child.name] = child.lineno
            if isinstance(child, ast.ClassDef):
                _collect(child, f"{prefix}{child.name}.", lines)
        elif isinstance(child, (ast.Assign, ast.AnnAssign)):
            for target in child.targets if isinstance(child, ast.Assign) else [child.target]:
                if isinstance(target, ast.Name):
                    lines[prefix + target.id] = child.lineno
        elif isinstance(child, (ast.If, ast.Try, ast.With, ast.For)):
            _collect(child, prefix, lines)
