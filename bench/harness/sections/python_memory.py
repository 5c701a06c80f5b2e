"""What does an idle virtual user cost whose journey sleeps?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.process import BenchError
from harness.rounds import Plan, Spread
from harness.rounds import measure as measure_once
from harness.scripts import squall_script
from harness.servers import responder

FEW, MANY = 2_000, 10_000
SECONDS = 8
REPEATS = 3


def measure(bench: Bench) -> Section:
    """Compare the peak resident set of 2,000 and of 10,000 journeys in `asyncio.sleep`, each with a connection."""
    section = Section(f"Memory: {MANY:,} idle journeys against {FEW:,}")
    per_user, base = [], []
    with responder(bench.responder, bench.cores.server) as url:
        for _ in range(min(REPEATS, bench.rounds)):
            few, many = (_peak(bench, url, users) for users in (FEW, MANY))
            per_user.append((many - few) / (MANY - FEW))
            base.append(few - FEW * per_user[-1])
    section.keep("python_user_memory", Spread.of(value / 1024 for value in per_user))
    section.keep("python_base_memory", Spread.of(value / 1024**2 for value in base))
    section.notes.append("Peak resident set (`VmHWM`) of the one process, asyncio and the test file included.")
    return section


def _peak(bench: Bench, url: str, users: int) -> int:
    idle = squall_script(bench.require_squall(), "squall journey", "journey.py:idle", users=users)
    sample = measure_once(idle, url, Plan(1, SECONDS, bench.cores.generator))
    if sample.requests != users or sample.failed:
        raise BenchError(f"{users} users sent {sample.requests} requests, {sample.failed} of them failed")
    return sample.peak_rss_bytes
