"""What does one GET with an 11-byte answer cost, in each generator?"""

from __future__ import annotations

from harness import generators
from harness.bench import Bench, Section
from harness.peers import peers
from harness.rounds import Row, alternate
from harness.servers import responder


def measure(bench: Bench) -> Section:
    """Alternate the floor, Squall and the peers against the one-thread responder."""
    contenders = [generators.floor(bench.floor), generators.squall_http(bench.squall), *peers()]
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(generator, f"{url}/") for generator in contenders], bench.plan)
    squall, wrk = (_named(rows, name) for name in ("squall http", "wrk"))
    section = Section("One GET, 64 keep-alive connections, 11-byte answer", rows)
    section.keep("compiled", squall.spread("cpu_us"))
    section.keep("compiled_to_wrk", squall.ratio(wrk))
    if squall.error:
        section.errors |= {"compiled": squall.error, "compiled_to_wrk": squall.error}
    elif wrk.error:
        section.errors["compiled_to_wrk"] = f"wrk: {wrk.error}"
    bench.keep_floor(rows)
    if rate := squall.spread("per_second"):
        bench.squall_per_second = rate.median
    return section


def _named(rows: list[Row], name: str) -> Row:
    return next(row for row in rows if row.generator.name == name)
