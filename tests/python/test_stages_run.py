"""Stages while a graph runs: at the same time, skipped, tried again, ended when they take too long."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = [sys.executable, "-m", "squall", "run", "shop.py", "--runs-dir", "runs", "--progress", "none"]
BUSY = 98
"""Exit code of a machine too busy to keep to the schedule."""
PRELUDE = """\
import asyncio, itertools, pathlib
from squall import *
class Load(Setup):
    batch_size = 2
    total_time = "300ms"
class _Base(Execute):
    @task()
    async def note(self):
        await asyncio.sleep(0.01)
"""


@pytest.fixture
def run(tmp_path):
    def run_graph(text: str, code: int = 0) -> dict[str, dict[str, Any]]:
        (tmp_path / "shop.py").write_text(PRELUDE + text)
        ran = subprocess.run(RUN, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode in (code, BUSY), ran.stdout + ran.stderr
        (folder,) = Path(tmp_path / "runs").iterdir()
        summary = json.loads((folder / "summary.json").read_text())
        return {stage["name"]: stage for stage in summary["stages"]}

    return run_graph


def test_independent_stages_run_at_the_same_time_and_dependent_ones_in_order(run):
    stages = run(
        """\
@depends(Load)
class A(_Base): pass
@depends(Load)
class B(_Base): pass
@depends(A, B)
class Both(Wait): pass
@depends(Both)
class C(_Base): pass
class Other(Setup):
    batch_size = 1
    total_time = "200ms"
@depends(Other)
class D(_Base): pass
"""
    )
    assert {stage["status"] for stage in stages.values()} == {"completed"}
    start = {name: stage["started_at_s"] for name, stage in stages.items()}
    end = {name: start[name] + stage["elapsed_s"] for name, stage in stages.items()}
    for one, other in (("A", "B"), ("A", "D"), ("B", "D")):
        assert start[one] < end[other]
        assert start[other] < end[one]
    assert start["C"] >= max(end["A"], end["B"])
    assert start["Analyze"] >= end["C"]
    assert "Analyze 2" in stages


def test_a_stage_that_takes_too_long_fails_what_depends_on_it_but_not_the_teardown(run):
    stages = run(
        """\
@depends(Load)
class Slow(_Base):
    total_time = "1m"
    stage_timeout = "200ms"
@depends(Load)
class Beside(_Base): pass
@depends(Slow)
class Next(_Base): pass
@depends(Next)
class Clean(Teardown): pass
""",
        code=99,
    )
    assert {name: stage["status"] for name, stage in stages.items()} == {
        "Load": "completed",
        "Slow": "failed",
        "Beside": "completed",
        "Next": "skipped",
        "Clean": "completed",
        "Analyze": "skipped",
        "Submit": "skipped",
    }
    assert stages["Slow"]["elapsed_s"] < 2
    assert stages["Slow"]["iterations_started"] > 0


def test_a_stage_that_failed_is_tried_again(run, tmp_path):
    stages = run(
        """\
attempts = itertools.count(1)
@depends(Load)
class Flaky(Execute):
    stage_timeout = "300ms"
    retries = 2
    iterations = 1
    batch_size = 1
    @task()
    async def ask(self):
        with pathlib.Path("attempts").open("a") as file:
            file.write("x")
        if next(attempts) == 1:
            await asyncio.sleep(30)
@depends(Flaky)
class Next(_Base): pass
"""
    )
    assert (tmp_path / "attempts").read_text() == "xx"
    assert {stages["Flaky"]["status"], stages["Next"]["status"]} == {"completed"}


def test_a_skipped_stage_lets_those_after_it_run(run):
    stages = run(
        """\
@depends(Load)
class Left(_Base):
    skip = True
@depends(Left)
class Next(_Base): pass
"""
    )
    assert (stages["Left"]["status"], stages["Left"]["iterations_started"]) == ("left_out", 0)
    assert stages["Next"]["iterations_started"] > 0


def test_parametrised_stages_run_one_after_the_other(run):
    stages = run(
        """\
@parametrize(rate=[20, 40], sequential=True)
@depends(Load)
class Step(_Base): pass
"""
    )
    first, second = stages["Step[rate=20]"], stages["Step[rate=40]"]
    assert (first["iterations_started"], second["iterations_started"]) == (6, 12)
    assert second["started_at_s"] >= first["started_at_s"] + first["elapsed_s"]
