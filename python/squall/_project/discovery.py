"""Finds the tests below a folder by reading its files. Nothing of them is imported, so that nothing of them runs."""

from __future__ import annotations

import fnmatch
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from squall import _squall
from squall._project.names import Names
from squall._project.syntax import Source, read

TABLES = ("graphs", "scenarios", "testcases", "repeats", "users", "plans", "plugins")
"""The kinds, each a table of `squall.toml`."""

_STAGES = frozenset(
    "Setup Execute Analyze Submit Act Validate Checkpoint Teardown Wait Idle Optimize Stage".split()  # noqa: SIM905
)
_USERS = frozenset({"User", "HttpUser", "FastHttpUser"})
_PLUGINS = frozenset({"EnginePlugin", "PersonaPlugin", "ReporterPlugin", "OptimizerPlugin"})
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "logs", "venv", "env"})
_LARGE = 1_000_000
"""Bytes from which on a file of YAML is data and no test."""


@dataclass(frozen=True)
class Found:
    """A test or a plugin.

    Attributes:
        table: Its kind.
        path: Its file, from the project's folder, with `/`.
        name: The name in the file; None: the file is all of it.
    """

    table: str
    path: str
    name: str | None = None

    @property
    def value(self) -> str:
        """What `squall.toml` says of it."""
        return self.path if self.name is None else f"{self.path}:{self.name}"


@dataclass(frozen=True)
class Unread:
    """A file that cannot be read as what it is."""

    path: str
    line: int
    message: str


@dataclass
class Discovered:
    """What is below a folder."""

    found: list[Found] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def discover(root: Path, ignored: list[str]) -> Discovered:
    """Finds all tests below a folder.

    Args:
        root: The folder.
        ignored: Patterns as of a shell, of paths from the folder or of single names in them.
    """
    discovered = Discovered()
    sources: dict[Path, Source] = {}
    for path in sorted(_files(root, ignored)):
        shown = path.relative_to(root).as_posix()
        if path.suffix != ".py":
            _classify_yaml(path, shown, discovered)
            continue
        try:
            sources[path] = read(path)
        except SyntaxError as error:
            discovered.unread.append(Unread(shown, error.lineno or 1, error.msg or "it is not Python"))
        except (OSError, ValueError) as error:
            discovered.unread.append(Unread(shown, 1, str(error)))
    names = Names(root, sources)
    for path, source in sources.items():
        shown = path.relative_to(root).as_posix()
        table = _table_of(source, names)
        if table is not None:
            discovered.found.append(Found(table, shown))
        plugins = (name for name in source.classes if _is_any(names.origins(source, name), _PLUGINS))
        discovered.found.extend(Found("plugins", shown, name) for name in plugins)
    discovered.found.sort(key=lambda found: (TABLES.index(found.table), found.value))
    return discovered


def _files(root: Path, ignored: list[str]) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED
            and not (here / name / "pyvenv.cfg").exists()
            and not _is_ignored((here / name).relative_to(root), ignored)
        ]
        for name in files:
            path = here / name
            is_wanted = path.suffix in (".py", ".yaml", ".yml") and not name.startswith(".")
            if is_wanted and not _is_ignored(path.relative_to(root), ignored):
                yield path


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    texts = (path.as_posix(), *path.parts)
    return any(fnmatch.fnmatch(text, pattern.strip().strip("/")) for pattern in patterns for text in texts)


def _table_of(source: Source, names: Names) -> str | None:
    """Returns what kind of test a file is: the first in the order in which `squall run` asks."""
    origins = [names.origins(source, name) for name in (*source.classes, *source.aliases)]
    called = [names.of(source, call) for call in source.calls]
    own = [names.origins(source, name) for name in source.classes]
    if any(_is_any(of, _STAGES) for of in origins) or any(_is_any(of, frozenset({"Graph"})) for of in called):
        return "graphs"
    if any(_is_any(of, frozenset({"TestCase"})) for of in own):
        return "testcases"
    if "scenario" in source.functions:
        return "scenarios"
    if any(_is_any(of, frozenset({"Repeat", "Gorgon"})) for of in called):
        return "repeats"
    if any(_is_any(of, _USERS) for of in own):
        return "users"
    return None


def _is_any(origins: set[str], wanted: frozenset[str]) -> bool:
    """Tells whether one of these names is one of Squall's of that name."""
    parted = (origin.rpartition(".") for origin in origins)
    return any(name in wanted and module.split(".")[0] == "squall" for module, _, name in parted)


def _classify_yaml(path: Path, shown: str, discovered: Discovered) -> None:
    try:
        if path.stat().st_size > _LARGE:
            return
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        discovered.unread.append(Unread(shown, 1, str(error)))
        return
    document = json.loads(_squall.parse_yaml(text))
    value = document["value"]
    if document["error"] is not None:
        # Many a file of YAML is written for somebody else.
        if "stages:" in text and "version:" in text:
            discovered.unread.append(Unread(shown, 1, str(document["error"])))
        return
    if not isinstance(value, dict):
        return
    if "stages" in value and "version" in value:
        discovered.found.append(Found("plans", shown))
    elif isinstance(value.get("tests"), list) and "stages" not in value:
        discovered.found.append(Found("testcases", shown))
