"""What does a request cost that a Python coroutine awaits, here and in the peers that are scripted?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.generators import floor
from harness.peers import scripted_peers
from harness.rounds import Row, Spread, alternate
from harness.scripts import below, squall_script
from harness.servers import responder

BUDGETS = {"k6": "journey_to_k6", "Locust FastHttpUser": "journey_to_locust"}


def measure(bench: Bench) -> Section:
    """Alternate the floor, a journey of one GET and the peers; its two threads share the generator's core."""
    contenders = [
        below(floor(bench.floor), "/"),
        squall_script(bench.squall, "squall journey", "journey.py:visit"),
        *(below(peer, "/") for peer in scripted_peers()),
    ]
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(generator, url) for generator in contenders], bench.plan)
    section = Section("A journey of one GET, 64 users", rows)
    bench.keep_floor(rows)
    journey = rows[1]
    section.keep("journey", journey.spread("cpu_us"))
    if journey.error:
        section.errors["journey"] = journey.error
    for peer in rows[2:]:
        _compare(peer, journey, section)
    return section


def _compare(peer: Row, journey: Row, section: Section) -> None:
    name = peer.generator.name
    ratio = peer.ratio(journey)
    if key := BUDGETS.get(name):
        section.keep(key, ratio)
        if journey.error:
            section.errors[key] = "there is no figure of the journey"
        elif peer.error:
            section.errors[key] = f"{name}: {peer.error}"
    if ratio:
        section.notes.append(f"{name} takes {_times(ratio)} the CPU time of a Squall journey.")


def _times(ratio: Spread) -> str:
    return f"{ratio.median:.1f} × ({ratio.low:.1f} – {ratio.high:.1f})"
