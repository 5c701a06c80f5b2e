"""What every section gets, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.machine import Cores
from harness.process import BenchError
from harness.rounds import NOT_BUILT, Plan, Row, Spread


@dataclass
class Bench:
    """The programs, the cores, and how long to measure."""

    floor: Path
    responder: Path
    squall: Path | None
    cores: Cores
    rounds: int
    seconds: int
    floor_us: float | None = None
    """CPU per request of the floor here, once a section has measured it."""
    squall_per_second: float | None = None
    """What `squall http` reached on one core, once the throughput section has measured it."""

    @property
    def plan(self) -> Plan:
        """Rounds with the generator on its own core."""
        return Plan(self.rounds, self.seconds, self.cores.generator)

    def keep_floor(self, rows: Sequence[Row]) -> None:
        """Keep what the first of these rows, the floor, took, unless a section before has measured it."""
        if self.floor_us is None and (reached := rows[0].spread("cpu_us")):
            self.floor_us = reached.median

    def require_squall(self) -> Path:
        """Return the `squall` command or raise `BenchError`."""
        if self.squall is None:
            raise BenchError(NOT_BUILT)
        return self.squall


@dataclass
class Section:
    """What a section found out."""

    title: str
    rows: Sequence[Row] = ()
    """Generators, for a table of CPU per request."""
    values: dict[str, Spread] = field(default_factory=dict)
    """Values by the key of their budget."""
    errors: dict[str, str] = field(default_factory=dict)
    """Why a budget could not be measured, by its key."""
    notes: list[str] = field(default_factory=list)

    def keep(self, key: str, value: Spread | None) -> None:
        """Keep a value that could be measured."""
        if value is not None:
            self.values[key] = value


def fill_in(template: Path, **values: object) -> str:
    """Replace each `@NAME@` in a plan."""
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    return text
