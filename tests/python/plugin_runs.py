"""Runs graphs that bring plugins along, and tells what came of them."""

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINISHED = (0, 98)
"""Exit codes of a run in which no rule failed; 98 is that of a machine too busy to keep to the schedule."""


@dataclass
class Ran:
    """A command that has ended."""

    code: int
    output: str
    summary: dict[str, Any]

    def series(self, name: str) -> dict[str, Any]:
        """Returns an operation of the summary."""
        found: dict[str, Any] = next(one for one in self.summary["series"] if one["name"] == name)
        return found

    def transaction(self, name: str) -> dict[str, Any]:
        """Returns a transaction of the summary."""
        found: dict[str, Any] = next(one for one in self.summary["transactions"] if one["name"] == name)
        return found

    @property
    def errors(self) -> list[tuple[str, str, int]]:
        """Class, message and count of each failure of an operation."""
        return [
            (error["class"], error["message"], error["count"])
            for series in self.summary["series"]
            for error in series["errors"]
        ]


def squall(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Runs a command in a folder; returns its exit code and what it printed."""
    command = [sys.executable, "-m", "squall", *arguments]
    env = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "error::ResourceWarning", **environment}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, env=env, check=False)
    return done.returncode, done.stdout + done.stderr


def run(folder: Path, text: str, *options: str) -> Ran:
    """Writes a file `shop.py` and runs it, in one process unless the options say otherwise."""
    (folder / "shop.py").write_text(textwrap.dedent(text), encoding="utf-8")
    processes = () if "--processes" in options else ("--processes", "1")
    where = ("--progress", "none", "--summary", "summary.json")
    code, output = squall(folder, "run", "shop.py", *where, *processes, *options)
    summary = folder / "summary.json"
    assert summary.exists(), output
    return Ran(code, output, json.loads(summary.read_text(encoding="utf-8")))
