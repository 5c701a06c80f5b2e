"""How long from the command to the first request?"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from harness.bench import Bench, Section, fill_in
from harness.generators import SQUALL_EXIT_CODES
from harness.process import BenchError, start_pinned
from harness.rounds import Spread
from harness.servers import first_request
from harness.tools import PLANS

TIMES = 10


def measure(bench: Bench) -> Section:
    """Start each command ten times; the responder says when the first request has arrived, on the same clock."""
    bench.require_squall()
    section = Section(f"Start: command to first request, {TIMES} times")
    for key in ("start_http", "start_plan", "start_python"):
        try:
            section.keep(key, Spread.of(_once(bench, key) for _ in range(TIMES)))
        except BenchError as error:
            section.errors[key] = str(error)
    return section


def _once(bench: Bench, key: str) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="squall-bench-") as name,
        first_request(bench.responder, bench.cores.server) as (url, server),
    ):
        directory = Path(name)
        argv = [str(bench.require_squall()), *_arguments(key, url, directory), "-q"]
        with tempfile.TemporaryFile() as errors:
            start = time.monotonic_ns()
            child = start_pinned(
                argv, bench.cores.all, directory=directory, environment={"BENCH_URL": f"{url}/"}, stderr=errors
            )
            try:
                code = child.wait(timeout=30)
            except subprocess.TimeoutExpired as error:
                child.kill()
                child.wait()
                raise BenchError("it did not end by itself") from error
            errors.seek(0)
            if code not in SQUALL_EXIT_CODES:
                raise BenchError(f"exit code {code}: {errors.read().decode(errors='replace').strip()[-200:]}")
        line = server.stdout.readline() if server.stdout else b""
        return (int(line) - start) / 1e6


def _arguments(key: str, url: str, directory: Path) -> list[str]:
    if key == "start_http":
        return ["http", f"{url}/", "-u", "1", "-n", "1"]
    if key == "start_plan":
        plan = directory / "start.yaml"
        plan.write_text(fill_in(PLANS / "start.yaml", url=url))
        return ["run", str(plan)]
    return ["run", str(PLANS / "start.py")]
