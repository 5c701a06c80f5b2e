"""Does Python show in the service times, when the generator has time to spare?"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.bench import Bench, Section, fill_in
from harness.generators import CONNECTIONS, SQUALL_EXIT_CODES, Job
from harness.process import BenchError, Usage, run
from harness.report import table
from harness.rounds import NOT_INSTALLED, Spread
from harness.rounds import measure as measure_once
from harness.scripts import script_environment, squall_script
from harness.servers import responder
from harness.tools import PLANS, find_peer

REQUESTS = 3
"""Requests of the journey `decode`."""
WRK_CONNECTIONS = (1, 2, 3, 4, 6, 8)
TRIES = 3
"""Runs to find a rate; the fastest counts, as a disturbance only makes a run slower."""
PERCENTILES = ("p50", "p90", "p99")

Times = dict[str, float]
"""Microseconds by percentile, and requests per second as `rate`."""


def measure(bench: Bench) -> Section:
    """Find half of the journey's rate, then alternate it there with the same flow compiled and with wrk at that rate.

    wrk has no rate: it runs with the number of connections with which it comes nearest to it.
    """
    with responder(bench.responder, bench.cores.server) as url:
        full = _full(bench, url)
        half = full / 2
        connections = _wrk_connections(bench, url, half) if find_peer("wrk") else 0
        runs: dict[str, Callable[[], Times]] = {
            "squall journey": lambda: _journey(bench, url, half),
            "squall flow": lambda: _flow(bench, url, half),
        }
        if connections:
            runs[f"wrk -c{connections}"] = lambda: _wrk(bench, url, connections, bench.seconds)
        found: dict[str, list[Times]] = {name: [] for name in runs}
        for _ in range(bench.rounds):
            for name, once in runs.items():
                found[name].append(once())
    section = Section(f"A journey of {REQUESTS} GETs with JSON, {CONNECTIONS} users at most, at {half:,.0f} requests/s")
    _compare(section, list(found.values()))
    section.notes.append(_table(found))
    section.notes.append(
        f"Service times of the slowest of the {REQUESTS} requests. "
        f"As fast as it can, the journey makes {full:,.0f} requests/s."
    )
    return section


def _compare(section: Section, found: list[list[Times]]) -> None:
    keys = {"p50": "half_load_p50", "p99": "half_load_p99"}
    if len(found) < 3:
        section.errors |= dict.fromkeys(keys.values(), f"wrk: {NOT_INSTALLED}")
        return
    journeys, _, wrks = found
    for percentile, key in keys.items():
        section.keep(
            key, Spread.of(ours[percentile] / wrk[percentile] for ours, wrk in zip(journeys, wrks, strict=True))
        )


def _table(found: Mapping[str, list[Times]]) -> str:
    rows = [[name, *_cells(times)] for name, times in found.items()]
    return table(["service time, µs", *PERCENTILES, "requests/s"], rows)


def _cells(times: list[Times]) -> Iterator[str]:
    for key in (*PERCENTILES, "rate"):
        if spread := Spread.of(one[key] for one in times):
            yield f"{spread.median:,.0f} ({spread.low:,.0f} – {spread.high:,.0f})"


def _full(bench: Bench, url: str) -> float:
    """Find out how many requests a second the journey makes as fast as it can."""
    script = squall_script(bench.squall, "squall journey", "journey.py:decode")
    return max(measure_once(script, url, bench.plan).per_second for _ in range(TRIES))


def _journey(bench: Bench, url: str, requests_per_second: float) -> Times:
    with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
        job = Job(url, bench.seconds, Path(directory))
        rate = f"{requests_per_second / REQUESTS:.0f}"
        script = squall_script(bench.squall, "squall journey", "journey.py:decode", "--rate", rate)
        return _squall(bench, job, script.argv(bench.require_squall(), job))


def _flow(bench: Bench, url: str, requests_per_second: float) -> Times:
    with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
        job = Job(url, bench.seconds, Path(directory))
        plan = job.directory / "decode.yaml"
        rate = f"{requests_per_second / REQUESTS:.0f}"
        plan.write_text(fill_in(PLANS / "decode.yaml", url=url, seconds=bench.seconds, rate=rate))
        argv = [str(bench.require_squall()), "run", str(plan), "--threads", "1", "-q", "--summary", str(job.summary)]
        return _squall(bench, job, argv)


def _squall(bench: Bench, job: Job, argv: list[str]) -> Times:
    environment = script_environment(job)
    run(argv, bench.cores.generator, directory=job.directory, environment=environment).require(SQUALL_EXIT_CODES)
    summary = json.loads(job.summary.read_text())
    if failed := summary["totals"]["failed"]:
        raise BenchError(f"{failed} requests failed")
    times = [series["service_time_ms"] for series in summary["series"]]
    slowest = {percentile: max(time[percentile] for time in times) * 1000 for percentile in PERCENTILES}
    return slowest | {"rate": summary["totals"]["ok"] / bench.seconds}


def _wrk_connections(bench: Bench, url: str, requests_per_second: float) -> int:
    """Find the number of connections with which wrk comes nearest to a rate."""

    def distance(connections: int) -> float:
        fastest = max(_wrk(bench, url, connections, 1)["rate"] for _ in range(TRIES))
        return abs(fastest - requests_per_second)

    return min(WRK_CONNECTIONS, key=distance)


def _wrk(bench: Bench, url: str, connections: int, seconds: int) -> Times:
    argv = [str(find_peer("wrk")), "-t1", f"-c{connections}", f"-d{seconds}", "--latency", f"{url}/user"]
    usage = run(argv, bench.cores.generator, directory=Path.cwd()).require()
    times = {percentile: _wrk_time(usage, f"{percentile[1:]}%") for percentile in PERCENTILES}
    return times | {"rate": float(_one(r"Requests/sec:\s+([\d.]+)", usage)[0])}


def _wrk_time(usage: Usage, percent: str) -> float:
    number, unit = _one(rf"^\s+{percent}\s+([\d.]+)(us|ms|s)\s*$", usage)
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def _one(pattern: str, usage: Usage) -> tuple[str, ...]:
    if found := re.search(pattern, usage.stdout, re.MULTILINE):
        return found.groups()
    raise BenchError(f"`{pattern}` is not in what wrk printed: {usage.stdout.strip()[-200:]!r}")
