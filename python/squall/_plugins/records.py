"""Records that a reporter plugin gets; the fields are those of the built-in reporters."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Group = Literal[
    "response_time",
    "service_time",
    "total",
    "waiting",
    "connecting",
    "securing",
    "writing",
    "first_byte",
    "reading",
    "metric",
]
"""What a distribution is of; `total` is the service time once more, `metric` a number of the test's own."""


class RunRecord(TypedDict):
    """The run that records belong to."""

    id: str
    name: str
    seed: int
    version: str
    started_at: str
    verdict: Literal["passed", "failed", "invalid"] | None
    """None while the run goes on."""


class EventRecord(TypedDict):
    """One operation. Times that end in `_s` are seconds since the start of the run, in `_ms` milliseconds."""

    id: str
    run: str
    name: str
    stage: str
    scenario: str
    time: str
    """Wall-clock time of the start, RFC 3339."""
    intended_s: float
    started_s: float
    ended_s: float
    outcome: Literal["ok", "failed", "interrupted"]
    status: int
    """0 where there was no answer."""
    response_time_ms: float
    service_time_ms: float
    waiting_ms: float
    connecting_ms: float
    securing_ms: float
    writing_ms: float
    first_byte_ms: float
    reading_ms: float
    bytes_sent: int
    bytes_received: int
    user: int
    iteration: int
    error: dict[Literal["class", "message"], str] | None


class MetricRecord(TypedDict):
    """The distribution of one group of one action over the run, in `unit`."""

    name: str
    stage: str
    scenario: str
    group: Group
    unit: str
    count: int
    median: float
    mean: float
    variance: float
    stdev: float
    minimum: float
    maximum: float
    quantile_10th: float
    quantile_20th: float
    quantile_25th: float
    quantile_30th: float
    quantile_40th: float
    quantile_50th: float
    quantile_60th: float
    quantile_70th: float
    quantile_75th: float
    quantile_80th: float
    quantile_90th: float
    quantile_95th: float
    quantile_99th: float
    p99_9: float
    p99_99: float


class CommonRecord(TypedDict):
    """The counts of one action over the run."""

    name: str
    stage: str
    scenario: str
    group: Literal["common"]
    total: int
    succeeded: int
    failed: int
    actions_per_second: float


class ErrorRecord(TypedDict):
    """One kind of error of one action over the run."""

    name: str
    stage: str
    scenario: str
    error_class: str
    error_message: str
    error_count: int


class CustomRecord(TypedDict):
    """A number that a `@metric` hook made of the results."""

    name: str
    stage: str
    group: str
    metric: str
    type: Literal["count", "rate", "distribution", "sample"]
    value: float


class SystemRecord(TypedDict):
    """What the generator used of the machine, sampled once a second."""

    stage: str
    """Empty for the whole run."""
    group: Literal["cpu_percent", "memory_bytes", "mb_per_vu"]
    count: int
    median: float
    mean: float
    variance: float
    stdev: float
    minimum: float
    maximum: float
    quantile_90th: float
    quantile_95th: float
    quantile_99th: float


class IntervalTimes(TypedDict):
    """Times of one second in milliseconds; all zero where nothing finished."""

    minimum: float
    mean: float
    stdev: float
    median: float
    quantile_90th: float
    quantile_95th: float
    quantile_99th: float
    maximum: float


class IntervalRecord(TypedDict):
    """What happened to one action in one second."""

    run: str
    name: str
    stage: str
    scenario: str
    time: str
    """When the second began, RFC 3339."""
    at_s: float
    started: int
    completed: int
    succeeded: int
    failed: int
    completion_rate: float
    bytes_sent: int
    bytes_received: int
    response_time_ms: IntervalTimes
    service_time_ms: IntervalTimes


class MessageRecord(TypedDict):
    """What a script sent with `ctx.send`."""

    kind: Literal["message"]
    run: str
    type: str
    stage: str
    scenario: str
    transaction: str | None
    time: str
    at_s: float
    user: int
    iteration: int
    fields: dict[str, Any]
