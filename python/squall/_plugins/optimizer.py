"""What a search for good settings derives from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

Bounds = Union[tuple[int, int], tuple[float, float]]
"""The smallest and the largest value of a parameter; whole numbers where both are."""

Parameters = Mapping[str, float]
"""Values by the names of attributes of a stage."""


@dataclass(frozen=True)
class TrialResult:
    """What a trial measured.

    Attributes:
        elapsed_s: Seconds that it lasted.
        succeeded: Operations that succeeded.
        failed: Operations that failed.
        actions_per_second: Finished operations a second.
        median_ms: Median response time of the slowest action, in milliseconds; 0 where none has ended.
        p95_ms: Its 95th percentile, likewise.
        p99_ms: Its 99th percentile, likewise.
        verdict: `passed`, `failed` or `invalid`.
        summary: The whole `summary.json` of the run.
    """

    elapsed_s: float
    succeeded: int
    failed: int
    actions_per_second: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    verdict: str
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Trial:
    """A trial that was run.

    Attributes:
        parameters: What was tried.
        result: What came of it.
        score: What the optimizer thinks of it.
    """

    parameters: Parameters
    result: TrialResult
    score: float


class OptimizerPlugin(ABC):
    """Looks for the values of a stage's attributes with which the load does best; run by `optimize`.

    It is asked what to try, told what came of it, and asked again, until it has nothing more to try.
    """

    parameters: Mapping[str, Bounds] = {}
    """By the name of an attribute of the stage, such as `batch_size`, its smallest and largest value."""

    @abstractmethod
    def propose(self) -> Parameters | None:
        """Returns what to try next, by the names of `parameters`; None ends the search.

        A value outside of its bounds is moved to the nearer one, and rounded where the bounds are whole numbers.
        """

    @abstractmethod
    def observe(self, params: Parameters, result: TrialResult) -> None:
        """Takes what came of what was tried, as it was tried."""

    def score(self, result: TrialResult) -> float:
        """Returns how good a result is, more is better. Default: operations a second that succeeded."""
        return result.succeeded / result.elapsed_s if result.elapsed_s > 0 else 0.0
