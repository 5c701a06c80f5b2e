"""What does an idle virtual user cost?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness.bench import Bench, Section, fill_in
from harness.generators import SQUALL_EXIT_CODES, Job, squall_count
from harness.process import BenchError, run
from harness.rounds import Spread
from harness.servers import responder
from harness.tools import PLANS

FEW, MANY = 100, 10_000
SECONDS = 8
REPEATS = 3


def measure(bench: Bench) -> Section:
    """Compare the peak resident set with 100 and with 10,000 users, each with its open connection."""
    section = Section(f"Memory: {MANY:,} idle virtual users against {FEW}")
    per_user, base = [], []
    with responder(bench.responder, bench.cores.server) as url:
        for _ in range(min(REPEATS, bench.rounds)):
            few, many = (_peak(bench, url, users) for users in (FEW, MANY))
            per_user.append((many - few) / (MANY - FEW))
            base.append(few - FEW * per_user[-1])
    section.keep("user_memory", Spread.of(value / 1024 for value in per_user))
    section.keep("base_memory", Spread.of(value / 1024**2 for value in base))
    section.notes.append(
        "Peak resident set (`VmHWM`), the Python interpreter included; socket buffers are the kernel's."
    )
    return section


def _peak(bench: Bench, url: str, users: int) -> int:
    with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
        job = Job(url, SECONDS, Path(directory))
        plan = job.directory / "idle.yaml"
        plan.write_text(fill_in(PLANS / "idle.yaml", url=url, users=users, seconds=SECONDS))
        argv = [str(bench.require_squall()), "run", str(plan), "--threads", "1", "-q", "--summary", str(job.summary)]
        usage = run(argv, bench.cores.generator, directory=job.directory).require(SQUALL_EXIT_CODES)
        count = squall_count(usage, job)
    if count.requests != users or count.failed:
        raise BenchError(f"{users} users sent {count.requests} requests, {count.failed} of them failed")
    return usage.peak_rss_bytes
