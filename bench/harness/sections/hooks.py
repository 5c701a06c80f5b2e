"""What do hooks in Python add to a request?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.generators import floor
from harness.rounds import Row, Spread, alternate
from harness.scripts import below, squall_script
from harness.servers import responder

HOOKS = ("before", "after", "both")


def measure(bench: Bench) -> Section:
    """Alternate the floor, a task of one GET, and the same task with hooks around the request."""
    tasks = [squall_script(bench.squall, f"squall {name}", f"hooks.py:{name}") for name in ("plain", *HOOKS)]
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(below(floor(bench.floor), "/"), url), *((task, url) for task in tasks)], bench.plan)
    section = Section("A `@task` of one GET with hooks in Python, 64 users", rows)
    bench.keep_floor(rows)
    plain = rows[1]
    for name, row in zip(HOOKS, rows[2:], strict=True):
        section.keep(f"hook_{name}", _added(row, plain))
        if row.error or plain.error:
            section.errors[f"hook_{name}"] = row.error or plain.error or ""
    return section


def _added(row: Row, plain: Row) -> Spread | None:
    """Summarise by how much CPU time a request is dearer, each pair from the same round."""
    common = row.samples.keys() & plain.samples.keys()
    return Spread.of(row.samples[key].cpu_us - plain.samples[key].cpu_us for key in common)
