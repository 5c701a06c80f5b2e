"""What one `go` asks for, and the plan that it becomes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

STAGE = "repeat"
"""Name of the stage."""

ARROW = " → "
"""Stands between the function and its result in the name of what is measured."""

NESTED = " :: "
"""Stands between what is measured and a part of it."""

_NAME_PREFIX = "repeat:"
_NO_LIMIT = "3650d"
_GRACE = "10s"


@dataclass(frozen=True)
class Spec:
    """What one `go` asks for.

    Attributes:
        entry: Name of the script in the plan; no other `go` of the process has it.
        function: Path of the function in its file, e.g. `operation` or `Shop.buy`.
        runs: `thread`, or `coroutine` for an `async def`.
        operations: How often it is called.
        processes: In how many processes.
        threads: How many calls at once in each process.
        seed: The number of the first call.
        delay_ms: Longest random wait of a thread before its first call, in milliseconds; 0: none.
    """

    entry: str
    function: str
    runs: str
    operations: int
    processes: int
    threads: int
    seed: int
    delay_ms: int = 0

    @property
    def short(self) -> str:
        """The function's own name."""
        return self.function.rpartition(".")[2]

    def to_name(self) -> str:
        """Returns the spec as the name of a test, by which other processes are told what they load a file for."""
        return _NAME_PREFIX + json.dumps(asdict(self))

    @classmethod
    def from_name(cls, name: str | None) -> Spec | None:
        """Reads what `to_name` wrote; None for the name of another test."""
        if name is None or not name.startswith(_NAME_PREFIX + "{"):
            return None
        return cls(**json.loads(name[len(_NAME_PREFIX) :]))


def plan_of(name: str, specs: list[Spec]) -> dict[str, Any]:
    """Returns the plan that runs one `go` after the other."""
    stages: dict[str, Any] = {}
    for number, spec in enumerate(specs, 1):
        stage: dict[str, Any] = {"after": list(stages)[-1:]} if stages else {}
        stage["execute"] = {
            "scenarios": {spec.short: {"load": {"iterations": _load(spec)}, "flow": [{"script": _script(spec)}]}},
            "settings": {"graceful_stop": _GRACE},
        }
        stages[STAGE if len(specs) == 1 else f"{STAGE} {number}"] = stage
    return {"version": 1, "name": name, "stages": stages}


def _load(spec: Spec) -> dict[str, Any]:
    # More callers than calls would have nothing to do.
    users = max(1, min(spec.processes * spec.threads, spec.operations))
    return {"users": users, "shared": spec.operations, "max_duration": _NO_LIMIT}


def _script(spec: Spec) -> dict[str, Any]:
    return {"entry": spec.entry, "runs": spec.runs, "name": spec.short}
