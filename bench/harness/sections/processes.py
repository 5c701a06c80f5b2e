"""Does a second process bring a second interpreter's worth of load?"""

from __future__ import annotations

from dataclasses import replace

from harness.bench import Bench, Section
from harness.generators import Generator
from harness.process import BenchError
from harness.rounds import Plan, Row, Sample, Spread
from harness.rounds import measure as measure_once
from harness.scripts import squall_script
from harness.servers import responder

SHORT_S = 1
"""Length of the run that is taken off another one."""


def measure(bench: Bench) -> Section:
    """Compare the CPU per request of one process and of two, on all cores, as `cores` does for threads.

    Each sample is the difference of a long run and a short one: each agent starts Python, which is not compared.
    """
    one = Row(squall_script(bench.require_squall(), "squall journey, 1 process", "journey.py:visit"))
    two = Row(squall_script(bench.squall, "squall journey, 2 processes", "journey.py:visit", "--processes", "2"))
    with responder(bench.responder, bench.cores.server) as url:
        for number in range(bench.rounds):
            for row in (one, two) if number % 2 else (two, one):
                try:
                    row.samples[number] = _sample(bench, row.generator, url)
                except BenchError as problem:
                    row.error = str(problem)
    section = Section("Two processes against one", [one, two])
    if ratio := two.ratio(one):
        section.values["processes"] = Spread(2 / ratio.median, 2 / ratio.high, 2 / ratio.low)
    if error := two.error or one.error:
        section.errors["processes"] = error
    section.notes.append("Peak RSS is that of the process that was started, CPU that of all.")
    if len(bench.cores.all) < 5:
        section.notes.append(
            f"{len(bench.cores.all)} cores here for two interpreters, two I/O threads and the server: "
            "the rates say nothing, and CPU per request tells what two processes would reach on cores of their own."
        )
    return section


def _sample(bench: Bench, generator: Generator, url: str) -> Sample:
    short = measure_once(generator, url, Plan(1, SHORT_S, bench.cores.all))
    long = measure_once(generator, url, Plan(1, SHORT_S + bench.seconds, bench.cores.all))
    requests = long.requests - short.requests
    if requests <= 0:
        raise BenchError("a longer run made no more requests than a shorter one")
    cpu_us = (long.cpu_us * long.requests - short.cpu_us * short.requests) / requests
    return replace(long, requests=requests, cpu_us=cpu_us, per_second=requests / bench.seconds)
