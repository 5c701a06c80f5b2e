"""What does a request cost as part of a compiled flow?"""

from __future__ import annotations

from harness.bench import Bench, Section, fill_in
from harness.generators import SQUALL_EXIT_CODES, Generator, Job, floor, squall_count
from harness.rounds import alternate
from harness.servers import responder
from harness.tools import PLANS


def measure(bench: Bench) -> Section:
    """Alternate the flow with the floor, against the one-thread responder, which has an answer for each step."""
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(floor(bench.floor), f"{url}/"), (_flow(bench), url)], bench.plan)
    section = Section("Compiled flow: 3 steps, placeholders, extraction, JSON check", rows)
    bench.keep_floor(rows)
    section.keep("flow", rows[1].spread("cpu_us"))
    if rows[1].error:
        section.errors["flow"] = rows[1].error
    return section


def _flow(bench: Bench) -> Generator:
    def argv(squall: object, job: Job) -> list[str]:
        plan = job.directory / "flow.yaml"
        plan.write_text(fill_in(PLANS / "flow.yaml", url=job.url, seconds=job.seconds))
        return [str(squall), "run", str(plan), "--threads", "1", "-q", "--summary", str(job.summary)]

    return Generator("squall flow", bench.squall, argv, squall_count, exit_codes=SQUALL_EXIT_CODES)
