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
    "journey": Budget("Python journey, one GET", 10.0, "µs CPU/request", scales=True),
    "journey_to_k6": Budget("k6 to a Python journey", 7.0, "×", better="higher"),
    "journey_to_locust": Budget("Locust FastHttpUser to a Python journey", 20.0, "×", better="higher"),
    "task": Budget("Python `@task`, one GET", 10.0, "µs CPU/request", scales=True),
    "graph": Budget("ten stages around a load", 50.0, "ms more than the load"),
    "hook_before": Budget("a hook in Python before a request", 3.0, "µs CPU/request more", scales=True),
    "hook_after": Budget("a hook in Python after an answer", 3.0, "µs CPU/request more", scales=True),
    "hook_both": Budget("both", 6.0, "µs CPU/request more", scales=True),
    "thread": Budget("blocking call in a Python thread", 25.0, "µs CPU/request", scales=True),
    "gather": Budget("request of ten gathered to one of ten one by one", 1.0, "×"),
    "python_user_memory": Budget("memory per idle virtual user (Python)", 30.0, "KiB"),
    "python_base_memory": Budget("memory beside the virtual users (Python)", 20.0, "MiB"),
    "half_load_p50": Budget("service time, p50, of a journey at half load", 1.1, "× wrk"),
    "half_load_p99": Budget("service time, p99, of a journey at half load", 1.1, "× wrk"),
    "processes": Budget("2 Python processes to one, requests per CPU-second", 1.8, "×", better="higher"),
    "cores": Budget("2 I/O threads to one, requests per CPU-second", 1.9, "×", better="higher"),
}
