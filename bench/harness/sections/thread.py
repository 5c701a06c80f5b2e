"""What does a request cost that blocks a Python thread?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.scripts import beside_the_floor, squall_script


def measure(bench: Bench) -> Section:
    """Alternate a task that is a plain function with the floor: 64 threads and one interpreter."""
    thread = squall_script(bench.squall, "squall thread", "thread.py")
    return beside_the_floor(bench, "A blocking `@task` of one GET, 64 threads", "thread", thread)
