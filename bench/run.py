#!/usr/bin/env python3
"""Compare Squall with the floor and with the peers that are installed; see README.md in this folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping

from harness import machine, report, tools
from harness.bench import Bench, Section
from harness.peers import every_peer
from harness.process import BenchError
from harness.sections import (
    cores,
    flow,
    gather,
    graph,
    half_load,
    hooks,
    https,
    journey,
    memory,
    processes,
    python_memory,
    schedule,
    start,
    task,
    thread,
    throughput,
)

SECTIONS: Mapping[str, tuple[Callable[[Bench], Section], tuple[str, ...]]] = {
    "throughput": (throughput.measure, ("compiled", "compiled_to_wrk")),
    "flow": (flow.measure, ("flow",)),
    "journey": (journey.measure, ("journey", *journey.BUDGETS.values())),
    "task": (task.measure, ("task",)),
    "hooks": (hooks.measure, tuple(f"hook_{name}" for name in hooks.HOOKS)),
    "graph": (graph.measure, ("graph",)),
    "thread": (thread.measure, ("thread",)),
    "gather": (gather.measure, ("gather",)),
    "https": (https.measure, ("https",)),
    "memory": (memory.measure, ("user_memory", "base_memory")),
    "python_memory": (python_memory.measure, ("python_user_memory", "python_base_memory")),
    "half_load": (half_load.measure, ("half_load_p50", "half_load_p99")),
    "schedule": (schedule.measure, ("schedule",)),
    "start": (start.measure, ("start_http", "start_plan", "start_python")),
    "cores": (cores.measure, ("cores",)),
    "processes": (processes.measure, ("processes",)),
}
"""What can be measured, in order: the function, and the budgets that it answers."""


def main() -> int:
    """Measure, print, write. The exit code tells whether measuring worked, never whether a budget was kept."""
    arguments = _arguments()
    try:
        floor, responder = tools.build_floor()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    bench = Bench(floor, responder, tools.find_squall(), machine.Cores.choose(), arguments.rounds, arguments.seconds)
    found = machine.describe()
    sections = []
    for name in arguments.sections:
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        sections.append(_measure(name, bench))
    versions = {peer.name: tools.version_of(peer.program) for peer in every_peer() if peer.program}
    text = report.markdown(bench, sections, found, versions)
    print(text)
    tools.RESULTS.mkdir(exist_ok=True)
    (tools.RESULTS / "latest.md").write_text(text)
    (tools.RESULTS / "latest.json").write_text(
        json.dumps(report.as_json(bench, sections, found, versions), indent=2) + "\n"
    )
    print(f"written: {tools.RESULTS.relative_to(tools.ROOT)}/latest.md and latest.json", file=sys.stderr)
    return 0


def _measure(name: str, bench: Bench) -> Section:
    measure, budgets = SECTIONS[name]
    try:
        return measure(bench)
    except BenchError as error:
        return Section(name, errors=dict.fromkeys(budgets, str(error)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"what to measure (default: all): {', '.join(SECTIONS)}"
    )
    parser.add_argument("--rounds", type=int, help="alternating runs of each generator (default: 5)")
    parser.add_argument("--seconds", type=int, help="length of a run (default: 5)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 2 s: to see that it works, not to quote")
    arguments = parser.parse_args()
    default = 2 if arguments.quick else 5
    arguments.rounds = arguments.rounds or default
    arguments.seconds = arguments.seconds or default
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no section `{min(unknown)}`; there are {', '.join(SECTIONS)}")
    arguments.sections = [name for name in SECTIONS if not arguments.sections or name in arguments.sections]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
