"""What was promised, and whether a measurement keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

REFERENCE_FLOOR_US = 4.3
"""CPU per request of the floor on the machine for which the budgets in microseconds were set."""


@dataclass(frozen=True)
class Budget:
    """One promise."""

    text: str
    limit: float
    unit: str
    better: Literal["lower", "higher"] = "lower"
    scales: bool = False
    """Whether it is CPU time per request, which a slower machine stretches as it stretches the floor."""

    def keeps(self, value: float) -> bool:
        """Whether a value is within the budget."""
        return value <= self.limit if self.better == "lower" else value >= self.limit


BUDGETS: Mapping[str, Budget] = {
    "compiled": Budget("compiled action, HTTP/1.1", 5.0, "µs CPU/request", scales=True),
    "compiled_to_wrk": Budget("the same, to wrk", 0.85, "× wrk"),
    "flow": Budget("compiled flow: 3 steps, placeholders, extraction, JSON check", 7.0, "µs CPU/request", scales=True),
    "https": Budget("HTTPS (rustls, kept alive) to the same over TCP", 1.3, "× HTTP"),
    "user_memory": Budget("memory per idle virtual user (compiled)", 8.0, "KiB"),
    "base_memory": Budget("memory beside the virtual users", 20.0, "MiB"),
    "schedule": Budget("schedule error, p99, at half of the machine", 100.0, "µs"),
    "start_http": Budget("`squall http`: command to first request", 100.0, "ms"),
    "start_plan": Budget("`squall run plan.yaml`: command to first request", 250.0, "ms"),
    "start_python": Budget("`squall run test.py`: command to first request", 250.0, "ms"),
    "cores": Budget("2 I/O threads to one, requests per CPU-second", 1.9, "×", better="higher"),
}
