"""What names in a file mean, followed through imports of the project's own files."""

from __future__ import annotations

import ast
from pathlib import Path

from squall._project.syntax import Source

_DEEP = 50
"""Steps after which following names is given up: they go in circles."""


class Names:
    """Follows names through the files of a project.

    Args:
        root: The project's folder.
        sources: Its files that could be read, by absolute path.
    """

    def __init__(self, root: Path, sources: dict[Path, Source]) -> None:
        self._root = root
        self._sources = sources

    def origins(self, source: Source, name: str) -> set[str]:
        """Returns the full names, outside of the project, of everything that a class of a file derives from."""
        return self._of_name(source, name, 0)

    def of(self, source: Source, expression: ast.expr) -> set[str]:
        """Returns the full names, outside of the project, that an expression of a file comes from."""
        return self._of(source, expression, 0)

    def _of(self, source: Source, expression: ast.expr, depth: int) -> set[str]:
        if depth > _DEEP:
            return set()
        if isinstance(expression, ast.Subscript):
            return self._of(source, expression.value, depth + 1)
        dotted = _dotted(expression)
        if dotted is None:
            return set()
        return self._of_dotted(source, dotted, depth + 1)

    def _of_dotted(self, source: Source, dotted: list[str], depth: int) -> set[str]:
        first, *rest = dotted
        if not rest:
            return self._of_name(source, first, depth)
        imported = source.imports.get(first)
        if imported is None:
            return set()
        level, module, name = imported
        path = [part for part in (*module.split("."), *([name] if name else []), *rest) if part]
        return self._in_modules(source, level, path, depth)

    def _of_name(self, source: Source, name: str, depth: int) -> set[str]:
        if depth > _DEEP:
            return set()
        if name in source.classes:
            bases = (self._of(source, base, depth + 1) for base in source.classes[name])
            return set().union(*bases)
        if name in source.aliases:
            return self._of(source, source.aliases[name], depth + 1)
        if name in source.imports:
            level, module, inner = source.imports[name]
            path = [part for part in (*module.split("."), *([inner] if inner else [])) if part]
            return self._in_modules(source, level, path, depth + 1)
        found: set[str] = set()
        for level, module in source.stars:
            path = [*(part for part in module.split(".") if part), name]
            found |= self._in_modules(source, level, path, depth + 1)
        return found

    def _in_modules(self, source: Source, level: int, path: list[str], depth: int) -> set[str]:
        """Returns what a path of names means, whose beginning is a module and whose last is a name in it."""
        for folder in self._folders(source, level):
            for end in range(len(path) - 1, -1, -1):
                module = self._module(folder.joinpath(*path[:end])) if end or level else None
                if module is not None and module is not source:
                    return self._of_dotted(module, path[end:], depth + 1)
        return set() if level else {".".join(path)}

    def _folders(self, source: Source, level: int) -> list[Path]:
        """Returns where a module may be: a test's own folder comes first on the path, as for a script."""
        if level == 0:
            return [source.path.parent, self._root, self._root.parent]
        folder = source.path.parent
        for _ in range(level - 1):
            folder = folder.parent
        return [folder]

    def _module(self, path: Path) -> Source | None:
        return self._sources.get(path.with_name(f"{path.name}.py")) or self._sources.get(path / "__init__.py")


def _dotted(expression: ast.expr) -> list[str] | None:
    if isinstance(expression, ast.Name):
        return [expression.id]
    if isinstance(expression, ast.Attribute):
        before = _dotted(expression.value)
        return None if before is None else [*before, expression.attr]
    return None
