"""The names of a project's tests, in `squall.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from squall import _squall
from squall._project.discovery import TABLES, Discovered, Found
from squall._project.layout import FILE
from squall._project.problems import ProjectError

Tables = dict[str, dict[str, str]]
"""For each table, what its names stand for."""


@dataclass
class Changes:
    """What becomes of the names.

    Attributes:
        added: Table, name and what it stands for.
        removed: Table and name, because the file is gone.
    """

    added: list[tuple[str, str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def read(root: Path) -> tuple[dict[str, object], Tables]:
    """Returns the table `[project]` and the tables of names.

    Raises:
        ProjectError: The file is no TOML.
    """
    file = root / FILE
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    try:
        document = json.loads(_squall.read_project(text))
    except ValueError as error:
        raise ProjectError(f"`{file}` is not TOML: {error}", "mend it, or restore it from git", refused=True) from error
    project = document.pop("project")
    return project, document


def changes(root: Path, tables: Tables, discovered: Discovered) -> Changes:
    """Returns what is to be added and removed. A name that somebody gave stays, as long as its file is there."""
    result = Changes()
    kept: Tables = {table: {} for table in TABLES}
    for table in TABLES:
        for name, value in tables.get(table, {}).items():
            if _is_gone(root, value) or _has_moved(table, value, discovered):
                result.removed.append((table, name))
            else:
                kept[table][name] = value
    for found in discovered.found:
        if found.value in kept[found.table].values():
            continue
        name = _free_name(found, kept, discovered)
        kept[found.table][name] = found.value
        result.added.append((found.table, name, found.value))
    return result


def write(root: Path, changed: Changes, project: dict[str, str] | None = None) -> bool:
    """Writes changes, and keys of `[project]`, into `squall.toml`; comments and order stay.

    Returns:
        Whether the file has changed.
    """
    file = root / FILE
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    edits: list[tuple[str, str, str | None]] = [("project", key, value) for key, value in (project or {}).items()]
    edits += [(table, name, None) for table, name in changed.removed]
    edits += changed.added
    after = _squall.edit_project(before, json.dumps(edits))
    if after == before:
        return False
    file.write_text(after, encoding="utf-8")
    return True


def _file_of(value: str) -> str | None:
    """Returns the file that an entry names; None where it names a module."""
    path = value if re.search(r"\.(py|ya?ml|json)$", value) else value.rpartition(":")[0]
    return path if re.search(r"\.(py|ya?ml|json)$", path) else None


def _is_gone(root: Path, value: str) -> bool:
    file = _file_of(value)
    return file is not None and not (root / file).exists()


def _has_moved(table: str, value: str, discovered: Discovered) -> bool:
    """Tells whether a whole file is now a test of another kind; what somebody named in it stays."""
    if table == "plugins" or _file_of(value) != value:
        return False
    tables = {found.table for found in discovered.found if found.path == value and found.table != "plugins"}
    return bool(tables) and table not in tables


def _free_name(found: Found, kept: Tables, discovered: Discovered) -> str:
    """Returns a name that is free: the file's, with those of its folders where another has it."""
    # Tests are run by name whatever they are; plugins are asked for among plugins.
    tables: Iterable[str] = ("plugins",) if found.table == "plugins" else (t for t in TABLES if t != "plugins")
    taken = {name for table in tables for name in kept[table]}
    names = list(_names(found, discovered))
    free = (name for name in names if name not in taken)
    numbered = (f"{names[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(free, None) or next(name for name in numbered if name not in taken)


def _names(found: Found, discovered: Discovered) -> Iterable[str]:
    path = PurePosixPath(found.path).with_suffix("")
    parts = list(path.parts[:-1] if path.name == "__init__" else path.parts) or [path.name]
    if (
        found.name is not None
        and sum(1 for one in discovered.found if one.table == "plugins" and one.path == found.path) > 1
    ):
        parts.append(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found.name).lower())
        yield parts[-1]
    for start in range(len(parts) - 1, -1, -1):
        yield ".".join(parts[start:])
