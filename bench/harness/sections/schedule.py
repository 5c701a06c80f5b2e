"""How late are iterations of an open model, at half of what the machine can do?"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from harness.bench import Bench, Section
from harness.generators import SQUALL_EXIT_CODES, Job
from harness.process import BenchError, run
from harness.rounds import Spread
from harness.servers import responder


def measure(bench: Bench) -> Section:
    """Ask for half the rate that the closed model reached and read the schedule error."""
    squall = bench.require_squall()
    if bench.squall_per_second is None:
        raise BenchError("the throughput section has to run first: it finds the rate")
    rate = int(bench.squall_per_second / 2)
    section = Section(f"Schedule error at {rate:,} iterations/s")
    p50, p99, shortfall = [], [], 0.0
    with responder(bench.responder, bench.cores.server) as url:
        for _ in range(bench.rounds):
            with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
                job = Job(f"{url}/", bench.seconds, Path(directory))
                argv = [str(squall), "http", job.url, "-r", str(rate), "-d", f"{job.seconds}s", "--threads", "1", "-q"]
                argv += ["--summary", str(job.summary)]
                run(argv, bench.cores.generator, directory=job.directory).require(SQUALL_EXIT_CODES)
                summary = json.loads(job.summary.read_text())
            error = summary["generator"]["schedule_error_ms"]
            p50.append(error["p50"] * 1000)
            p99.append(error["p99"] * 1000)
            shortfall = max(shortfall, 1 - summary["totals"]["started"] / (rate * bench.seconds))
    section.keep("schedule", Spread.of(p99))
    if middle := Spread.of(p50):
        section.notes.append(
            f"Median of the error: {middle.median:.0f} µs. Largest shortfall of the rate in a run: {shortfall:.2%}."
        )
    return section
