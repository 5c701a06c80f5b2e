"""Squall with Python in the loop: how the test files in `plans/` are run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.bench import Bench, Section
from harness.generators import CONNECTIONS, SQUALL_EXIT_CODES, Count, Generator, Job, floor, squall_count
from harness.process import Usage
from harness.rounds import alternate
from harness.servers import responder
from harness.tools import PLANS


def squall_script(squall: Path | None, name: str, test: str, *flags: str, users: int = CONNECTIONS) -> Generator:
    """Describe `squall run` of a test in `plans/`, `FILE:NAME` or `FILE`, in one process with one I/O thread.

    Its URL is the base URL of the server, without a slash at the end. Flags replace the number of processes.
    """
    processes = () if "--processes" in flags else ("--processes", "1")
    return Generator(
        name,
        squall,
        lambda squall, job: [
            *(str(squall), "run", str(PLANS / test), "-u", str(users), "-d", f"{job.seconds}s", "--threads", "1"),
            *(*processes, *flags, "-q", "--summary", str(job.summary)),
        ],
        _count,
        script_environment,
        exit_codes=SQUALL_EXIT_CODES,
    )


def _count(usage: Usage, job: Job) -> Count:
    # Python takes some tenths of a second of CPU to start: that is what the `start` section is for.
    count = squall_count(usage, job)
    return replace(count, cpu_s=json.loads(job.summary.read_text())["generator"]["cpu_s"])


def script_environment(job: Job) -> Mapping[str, str]:
    """Tell a test in `plans/` what it cannot know."""
    return {"BENCH_URL": job.url, "BENCH_SECONDS": str(job.seconds), "PYTHONDONTWRITEBYTECODE": "1"}


def below(generator: Generator, path: str) -> Generator:
    """Let a generator that is given the base URL ask for a path below it."""
    return replace(
        generator,
        argv=lambda program, job: generator.argv(program, replace(job, url=job.url + path)),
        environment=lambda job: generator.environment(replace(job, url=job.url + path)),
    )


def beside_the_floor(bench: Bench, title: str, key: str, script: Generator) -> Section:
    """Alternate a script with the floor; its CPU per request answers one budget."""
    with responder(bench.responder, bench.cores.server) as url:
        rows = alternate([(below(floor(bench.floor), "/"), url), (script, url)], bench.plan)
    section = Section(title, rows)
    bench.keep_floor(rows)
    section.keep(key, rows[1].spread("cpu_us"))
    if rows[1].error:
        section.errors[key] = rows[1].error
    return section
