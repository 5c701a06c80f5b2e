"""What the load before a stage came to, as hooks see it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HOOKS = "hooks"
"""What the run calls the scenario of a stage's hooks, which is no load."""


@dataclass(frozen=True)
class Result:
    """One operation, as far as the results remember it.

    Attributes:
        time: How long it took, in seconds; exact to the bucket of the histogram, better than 0.1 %.
        succeeded: Whether it succeeded.
    """

    time: float
    succeeded: bool


@dataclass(frozen=True)
class Distribution:
    """A distribution of times in milliseconds, or of numbers of the test's own.

    Attributes:
        count: How many values there are.
        mean: Their mean.
        median: The value in their middle.
        variance: Their variance.
        stdev: Its square root.
        minimum: The least.
        maximum: The greatest.
        values: All of these and the quantiles by name, as in the results: `quantile_99th`, `p99_9`, ….
    """

    values: Mapping[str, float]

    @property
    def count(self) -> int:
        """How many values there are."""
        return int(self.values.get("count", 0))

    def __getattr__(self, name: str) -> float:
        try:
            return self.values[name]
        except KeyError:
            known = ", ".join(f"`{one}`" for one in self.values)
            raise AttributeError(f"a distribution has no `{name}`; it has {known}") from None


class ActionResults:
    """The results of one action; iterating yields a `Result` per operation.

    Attributes:
        name: The action.
        stage: Its Execute stage.
        total: Operations that ended.
        succeeded: Those that succeeded.
        failed: Those that failed.
        actions_per_second: Operations per second of the stage.
        elapsed: Seconds that the stage took.
        statuses: Answers by status.
        errors: Failures: dictionaries of `class`, `message` and `count`.
        groups: Distributions by group: `total`, `response_time`, `waiting`, `connecting`, `securing`, `writing`,
            `first_byte`, `reading`.
    """

    def __init__(self, stage: str, name: str, raw: Mapping[str, Any], elapsed: float) -> None:
        self.name = name
        self.stage = stage
        self.elapsed = elapsed
        self.total: int = raw.get("total", 0)
        self.succeeded: int = raw.get("succeeded", 0)
        self.failed: int = raw.get("failed", 0)
        self.actions_per_second: float = raw.get("actions_per_second", 0.0)
        self.statuses: dict[str, int] = dict(raw.get("statuses", {}))
        self.errors: list[dict[str, Any]] = list(raw.get("errors", []))
        self.groups = {group: Distribution(numbers_of(values)) for group, values in raw.get("groups", {}).items()}
        self._times = raw.get("times", [])

    def __iter__(self) -> Iterator[Result]:
        for milliseconds, ok, failed in self._times:
            good, bad = Result(milliseconds / 1000, succeeded=True), Result(milliseconds / 1000, succeeded=False)
            for _ in range(ok):
                yield good
            for _ in range(failed):
                yield bad

    def __len__(self) -> int:
        return self.total

    def __repr__(self) -> str:
        return f"<ActionResults {self.stage}.{self.name}: {self.total}>"


class Results(Mapping[str, Mapping[str, ActionResults]]):
    """The results of all stages before, by stage and action: `results["Browse"]["home"].groups["total"].mean`.

    Attributes:
        raw: The same as plain data, which `@save` can write.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = dict(raw)
        self._stages = {
            stage: {
                name: ActionResults(stage, name, action, float(told.get("elapsed_s", 0)))
                for name, action in told.get("actions", {}).items()
                if action.get("scenario") != HOOKS
            }
            for stage, told in raw.get("stages", {}).items()
        }

    def __getitem__(self, stage: str) -> Mapping[str, ActionResults]:
        return self._stages[stage]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stages)

    def __len__(self) -> int:
        return len(self._stages)

    def actions(self) -> Iterator[ActionResults]:
        """Yields the results of every action of every stage."""
        for actions in self._stages.values():
            yield from actions.values()

    def metrics(self, stage: str) -> Mapping[str, Distribution]:
        """Returns the numbers that a stage has counted itself, by name."""
        told = self.raw.get("stages", {}).get(stage, {}).get("metrics", {})
        return {name: Distribution(numbers_of(values)) for name, values in told.items()}


def described(name: str, values: Sequence[float]) -> dict[str, float]:
    """Returns what there is to say about several values, each number with the name before its own."""
    ordered = sorted(values)
    count = len(ordered)
    mean = math.fsum(ordered) / count
    told = {
        "count": float(count),
        "mean": mean,
        "median": (ordered[(count - 1) // 2] + ordered[count // 2]) / 2,
        "stdev": math.sqrt(math.fsum((value - mean) ** 2 for value in ordered) / count),
        "minimum": ordered[0],
        "maximum": ordered[-1],
    }
    for percent in (90, 95, 99):
        told[f"quantile_{percent}th"] = ordered[math.ceil(percent / 100 * count) - 1]
    return {f"{name}_{what}": value for what, value in told.items()}


def numbers_of(values: Mapping[str, Any]) -> dict[str, float]:
    """Returns the numbers of a distribution, without the words around them."""
    return {name: value for name, value in values.items() if isinstance(value, (int, float))}
