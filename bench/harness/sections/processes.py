"""Does a second process bring a second interpreter's worth of load?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.rounds import Plan, Spread, alternate
from harness.scripts import squall_script
from harness.servers import responder


def measure(bench: Bench) -> Section:
    """Compare the CPU per request of one process and of two, on all cores, as `cores` does for threads."""
    one = squall_script(bench.squall, "squall journey, 1 process", "journey.py:visit")
    two = squall_script(bench.squall, "squall journey, 2 processes", "journey.py:visit", "--processes", "2")
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(one, url), (two, url)], Plan(bench.rounds, bench.seconds, bench.cores.all))
    section = Section("Two processes against one", rows)
    if ratio := rows[1].ratio(rows[0]):
        section.values["processes"] = Spread(2 / ratio.median, 2 / ratio.high, 2 / ratio.low)
    if error := rows[1].error or rows[0].error:
        section.errors["processes"] = error
    section.notes.append("Peak RSS is that of the largest process, CPU that of all.")
    if len(bench.cores.all) < 5:
        section.notes.append(
            f"{len(bench.cores.all)} cores here for two interpreters, two I/O threads and the server: "
            "the rates say nothing, and CPU per request tells what two processes would reach on cores of their own."
        )
    return section
