"""What do the stages of a graph add to the time of its load?"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from harness.bench import Bench, Section
from harness.generators import SQUALL_EXIT_CODES
from harness.process import BenchError
from harness.rounds import Spread
from harness.servers import responder
from harness.tools import PLANS

TIMES = 10
LOAD_S = 0.5
STAGES = 10


def measure(bench: Bench) -> Section:
    """Run a graph of ten stages ten times, and take the time of its load from the time of the run."""
    section = Section(f"A graph of {STAGES} stages around {LOAD_S} s of load, {TIMES} times")
    with responder(bench.responder, bench.cores.server) as url:
        try:
            section.keep("graph", Spread.of(_added(bench, url) for _ in range(TIMES)))
        except BenchError as error:
            section.errors["graph"] = str(error)
    return section


def _added(bench: Bench, url: str) -> float:
    with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
        summary = Path(directory) / "summary.json"
        argv = [str(bench.require_squall()), "run", str(PLANS / "ten_stages.py"), "-q", "--summary", str(summary)]
        environment = {**os.environ, "BENCH_URL": url.rstrip("/")}
        ended = subprocess.run(
            argv, cwd=directory, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        if ended.returncode not in SQUALL_EXIT_CODES:
            raise BenchError(f"exit code {ended.returncode}: {ended.stderr.strip()[-200:]}")
        run = json.loads(summary.read_text())
    stages = run["stages"]
    if len(stages) != STAGES or any(stage["status"] != "completed" for stage in stages):
        raise BenchError(f"not all stages ran: {[(stage['name'], stage['status']) for stage in stages]}")
    return float(run["run"]["elapsed_s"] - LOAD_S) * 1_000
