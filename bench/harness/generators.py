"""What a generator is to this bench: Squall and the floor here, the others in `peers`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.process import BenchError, Usage

CONNECTIONS = 64


@dataclass(frozen=True)
class Job:
    """One run that a generator is asked for."""

    url: str
    seconds: int
    directory: Path
    """A fresh folder: the working directory of the run, for files that the generator writes."""

    @property
    def summary(self) -> Path:
        """Where a generator with a machine-readable summary writes it."""
        return self.directory / "summary.json"


@dataclass(frozen=True)
class Count:
    """What a generator says that it did."""

    requests: int
    failed: int
    cpu_s: float | None = None
    """CPU time of the measured part alone, for generators whose start would otherwise weigh in."""


@dataclass(frozen=True)
class Generator:
    """How a generator is started and what it says afterwards."""

    name: str
    program: Path | None
    argv: Callable[[Path, Job], list[str]]
    count: Callable[[Usage, Job], Count]
    environment: Callable[[Job], Mapping[str, str]] = field(default=lambda job: {})
    exit_codes: tuple[int, ...] = (0,)


def squall_http(program: Path | None, name: str = "squall http", *extra: str) -> Generator:
    """Describe `squall http` with one I/O thread, or as `extra` says."""
    flags = extra or ("--threads", "1")
    return Generator(
        name,
        program,
        lambda squall, job: [
            *(str(squall), "http", job.url, "-u", str(CONNECTIONS), "-d", f"{job.seconds}s"),
            *(*flags, "-q", "--summary", str(job.summary)),
        ],
        squall_count,
        exit_codes=SQUALL_EXIT_CODES,
    )


SQUALL_EXIT_CODES = (0, 98)
"""A run that saturates its core is called invalid (98), rightly: here the generator is meant to be the limit."""


def squall_count(usage: Usage, job: Job) -> Count:
    """Read the totals of `summary.json`."""
    try:
        totals = json.loads(job.summary.read_text())["totals"]
    except (OSError, ValueError, KeyError) as error:
        raise BenchError(f"no totals in summary.json: {error!r}; {usage.stderr.strip()[-200:]}") from error
    return Count(totals["ok"] + totals["failed"], totals["failed"])


def floor(program: Path) -> Generator:
    """Describe the bare epoll loop."""
    return Generator(
        "floor",
        program,
        lambda floor, job: [str(floor), job.url, "-c", str(CONNECTIONS), "-d", str(job.seconds)],
        last_json_line,
    )


def last_json_line(usage: Usage, job: Job) -> Count:
    """Read the last line that is JSON: `requests`, `failed` and perhaps `cpu_s`."""
    lines = [line for line in usage.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError("no line of JSON in what it printed")
    said = json.loads(lines[-1])
    return Count(said["requests"], said["failed"], said.get("cpu_s"))
