"""Are requests dearer that a journey makes at the same time?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.rounds import alternate
from harness.scripts import squall_script
from harness.servers import responder

AT_ONCE = 10
USERS = 6
"""So many users that gather have about as many requests in flight as the others have users."""


def measure(bench: Bench) -> Section:
    """Compare ten requests one by one with ten gathered, as many in flight, and with as many users."""
    by_one = squall_script(bench.squall, "one by one, 60 users", "journey.py:one_by_one", users=USERS * AT_ONCE)
    gathered = squall_script(bench.squall, "gathered, 6 users", "journey.py:gathered", users=USERS)
    many = squall_script(bench.squall, "gathered, 60 users", "journey.py:gathered", users=USERS * AT_ONCE)
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(by_one, url), (gathered, url), (many, url)], bench.plan)
    section = Section(f"A journey of {AT_ONCE} GETs, one by one and gathered", rows)
    section.keep("gather", rows[1].ratio(rows[0]))
    if error := rows[1].error or rows[0].error:
        section.errors["gather"] = error
    if more := rows[2].ratio(rows[0]):
        section.notes.append(
            f"60 users that gather have 600 connections and take {more.median:.2f} × the CPU of 60 that do not."
        )
    return section
