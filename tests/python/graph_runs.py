"""Runs graphs in processes of their own, against a server that remembers what it was asked."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSED = (0, 98)
"""Exit codes of a run in which nothing failed; 98 is that of a machine too busy to keep to the schedule."""

PRELUDE = """\
import asyncio, os
import squall
from squall import *
from squall.http import *
"""


@dataclass
class Ran:
    """A run that has ended."""

    code: int
    output: str
    summary: dict[str, Any]
    folder: Path

    def counts(self, stage: str | None = None) -> dict[str, tuple[int, int]]:
        """Returns what succeeded and what failed of each series."""
        series = [one for one in self.summary["series"] if stage is None or one["stage"] == stage]
        return {one["name"]: (one["ok"], one["failed"]) for one in series}

    def errors(self) -> list[tuple[str, str, int]]:
        """Returns class, message and count of each failure of an operation."""
        return [
            (error["class"], error["message"], error["count"])
            for one in self.summary["series"]
            for error in one["errors"]
        ]

    def stage(self, name: str) -> dict[str, Any]:
        """Returns what became of a stage."""
        return next(stage for stage in self.summary["stages"] if stage["name"] == name)

    def metrics(self) -> dict[str, tuple[int, float]]:
        """Returns how often each number was counted, and its mean."""
        return {one["name"]: (one["count"], one["mean"]) for one in self.summary["metrics"]}


RunGraph = Callable[..., Ran]


def run_graph(folder: Path, text: str, *options: str, **environment: str) -> Ran:
    """Runs the text of a graph; in one process, unless the options say otherwise."""
    (folder / "shop.py").write_text(PRELUDE + textwrap.dedent(text), encoding="utf-8")
    command = [sys.executable, "-m", "squall", "run", "shop.py", "--progress", "none", "--summary", "summary.json"]
    if "--processes" not in options:
        options = (*options, "--processes", "1")
    ran = subprocess.run(
        [*command, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )
    output = ran.stdout + ran.stderr
    assert (folder / "summary.json").exists(), output
    return Ran(ran.returncode, output, json.loads((folder / "summary.json").read_text()), folder)
