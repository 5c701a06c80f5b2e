"""What does a request cost in a `@task` of a graph?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.scripts import beside_the_floor, squall_script


def measure(bench: Bench) -> Section:
    """Alternate a task of one GET with the floor."""
    task = squall_script(bench.squall, "squall task", "task.py")
    return beside_the_floor(bench, "A `@task` of one GET, 64 users", "task", task)
