"""Does a second I/O thread bring a second core's worth of load?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.generators import squall_http
from harness.rounds import Plan, Spread, alternate
from harness.servers import responder


def measure(bench: Bench) -> Section:
    """Compare the CPU per request of one thread and of two, on all cores.

    With cores to spare, the same CPU per request on twice the threads is twice the rate. The ratio of the rates itself
    would need a server that keeps up with both, on cores of its own.
    """
    squall = bench.require_squall()
    one = squall_http(squall, "squall http, 1 thread", "--threads", "1")
    two = squall_http(squall, "squall http, 2 threads", "--threads", "2")
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(one, f"{url}/"), (two, f"{url}/")], Plan(bench.rounds, bench.seconds, bench.cores.all))
    section = Section("Two I/O threads against one", rows)
    if ratio := rows[1].ratio(rows[0]):
        section.values["cores"] = Spread(2 / ratio.median, 2 / ratio.high, 2 / ratio.low)
    if error := rows[1].error or rows[0].error:
        section.errors["cores"] = error
    if len(bench.cores.all) < 4:
        here = f"{len(bench.cores.all)} cores here"
        section.notes.append(f"{here}: the threads share theirs with the server, which makes this figure less certain.")
    return section
