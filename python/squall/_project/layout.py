"""The files of a project."""

from __future__ import annotations

from pathlib import Path

FILE = "squall.toml"
"""What registers its tests."""

_IGNORED = (
    ".squall/",
    "logs/",
    "__pycache__/",
    "*.py[cod]",
    ".venv/",
    "events.json",
    "events.csv",
    "events_*",
    "metrics.json",
    "metrics.csv",
    "metrics_*",
)
_ABOUT = "# What Squall and Python leave behind."
_TOML = """\
# Tests by name: `squall run NAME`. `squall project sync` adds what it finds, and takes out what is gone.
# Options of commands can stand here as well: see `squall --help`.

[project]
project-name = "{}"
"""
_PACKAGES = {"": "Load tests.", "tests": "The tests.", "plugins": "Plugins that tests use."}


def write(root: Path, name: str) -> list[str]:
    """Writes the files of a new project that are not there, and returns their paths."""
    written = []
    for folder, about in _PACKAGES.items():
        file = root / name / folder / "__init__.py"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"""{about}"""\n', encoding="utf-8")
            written.append(file.relative_to(root).as_posix())
    (root / "logs").mkdir(exist_ok=True)
    if not (root / FILE).exists():
        (root / FILE).write_text(_TOML.format(name), encoding="utf-8")
        written.append(FILE)
    if complete_ignored(root):
        written.append(".gitignore")
    return written


def complete_ignored(root: Path) -> bool:
    """Adds to `.gitignore` the lines that are missing, below those that are there; False where none is."""
    file = root / ".gitignore"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    # A line that somebody turned off, or back on, was looked at by somebody.
    known = {line.strip().lstrip("#! ").strip("/") for line in before.splitlines()}
    missing = [line for line in _IGNORED if line.strip("/") not in known]
    if not missing:
        return False
    start = before if not before or before.endswith("\n") else f"{before}\n"
    gap = "\n" if start else ""
    file.write_text(start + gap + "\n".join([_ABOUT, *missing, ""]), encoding="utf-8")
    return True
