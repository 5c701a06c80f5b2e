"""Alternating runs: every generator once a round, so that a noisy minute hits all; ratios are taken within a round."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.generators import Generator, Job
from harness.process import BenchError, run

NOT_BUILT, NOT_INSTALLED = "not built", "not installed"


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """Summarise values; `None` when there are none."""
        values = list(values)
        return cls(statistics.median(values), min(values), max(values)) if values else None


@dataclass(frozen=True)
class Sample:
    """One run of one generator."""

    requests: int
    failed: int
    cpu_us: float
    """CPU time of the generator per request, user and system, in microseconds."""
    per_second: float
    peak_rss_bytes: int


@dataclass
class Row:
    """One generator over all rounds."""

    generator: Generator
    samples: dict[int, Sample] = field(default_factory=dict)
    """By round: a round in which the generator failed is missing."""
    error: str | None = None

    def spread(self, value: str) -> Spread | None:
        """Summarise one field of the samples."""
        return Spread.of(getattr(sample, value) for sample in self.samples.values())

    def ratio(self, other: Row) -> Spread | None:
        """Summarise CPU per request over that of `other`, each pair from the same round."""
        common = self.samples.keys() & other.samples.keys()
        return Spread.of(self.samples[key].cpu_us / other.samples[key].cpu_us for key in common)


@dataclass(frozen=True)
class Plan:
    """How often and how long."""

    rounds: int
    seconds: int
    cores: frozenset[int]
    """Where generators run."""


def alternate(runs: Sequence[tuple[Generator, str]], plan: Plan) -> list[Row]:
    """Run every generator against its URL once a round, the order turned by one each round."""
    rows = [Row(generator) for generator, _ in runs]
    for number in range(plan.rounds):
        for offset in range(len(runs)):
            index = (number + offset) % len(runs)
            generator, url = runs[index]
            row = rows[index]
            if generator.program is None:
                row.error = NOT_BUILT if generator.name.startswith("squall") else NOT_INSTALLED
                continue
            try:
                row.samples[number] = measure(generator, url, plan)
            except BenchError as error:
                row.error = str(error)
    return rows


def measure(generator: Generator, url: str, plan: Plan) -> Sample:
    """Run one generator once."""
    if generator.program is None:
        raise BenchError(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="squall-bench-") as directory:
        job = Job(url, plan.seconds, Path(directory))
        usage = run(
            generator.argv(generator.program, job),
            plan.cores,
            directory=job.directory,
            environment=generator.environment(job),
            limit_s=plan.seconds * 4 + 60,
        ).require(generator.exit_codes)
        count = generator.count(usage, job)
    if count.requests == 0:
        raise BenchError("not one request was answered")
    cpu_s = usage.cpu_s if count.cpu_s is None else count.cpu_s
    return Sample(
        count.requests, count.failed, cpu_s * 1e6 / count.requests, count.requests / plan.seconds, usage.peak_rss_bytes
    )
