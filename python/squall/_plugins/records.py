"""Records that a reporter plugin gets; the fields are those of the built-in reporters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired

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


Kind = Literal["operation", "transaction", "iteration", "check"]
"""What a record is about; an iteration has one where it is traced."""


class RunRecord(TypedDict):
    """The run that records belong to."""

    id: str
    name: str
    seed: int
    version: str
    started_at: str
    tags: dict[str, str]
    """Those of the test, and those given to the reporter."""
    verdict: Literal["passed", "failed", "invalid"] | None
    """None while the run goes on."""
    reasons: list[str]
    """Why the verdict is not `passed`."""


class TraceIds(TypedDict):
    """Where an operation is found in a tracing backend, in hexadecimal digits."""

    trace_id: str
    span_id: str
    parent_id: str
    """Zeros for an iteration, which is the root."""


class EventRecord(TypedDict):
    """One operation, transaction or check.

    Times that end in `_s` are seconds since the start of the run, in `_ms` milliseconds.
    """

    id: str
    run: str
    kind: Kind
    name: str
    """Of a check, that of its operation."""
    check: NotRequired[str]
    """Name of the check, where it is one."""
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
    agent: int
    """Number of the process that sent it."""
    user: int
    iteration: int
    tags: NotRequired[dict[str, str]]
    trace: NotRequired[TraceIds]
    error: dict[Literal["class", "message"], str] | None


class MetricRecord(TypedDict):
    """The distribution of one group of one action over the run, in `unit`."""

    name: str
    stage: str
    scenario: str
    kind: Kind
    tags: NotRequired[dict[str, str]]
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
    kind: Kind
    tags: NotRequired[dict[str, str]]
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


class HistogramRecord(TypedDict):
    """A distribution of times."""

    count: int
    sum_ns: int
    values: list[tuple[int, int]]
    """Nanoseconds, within 0.1 %, and how often they occur; in rising order."""


class IntervalRecord(TypedDict):
    """What happened to one action or transaction in one interval: a second, or what the `interval` setting says."""

    run: str
    kind: Kind
    name: str
    stage: str
    scenario: str
    time: str
    """When the interval began, RFC 3339."""
    at_s: float
    length_s: float
    tags: NotRequired[dict[str, str]]
    started: int
    completed: int
    succeeded: int
    failed: int
    completion_rate: float
    bytes_sent: int
    bytes_received: int
    response_time_ms: IntervalTimes
    service_time_ms: IntervalTimes
    response_times: HistogramRecord


class LifecycleRecord(TypedDict):
    """The beginning or the end of the run or of a stage."""

    run: str
    what: Literal["run_started", "stage_started", "stage_ended", "run_ended"]
    stage: str
    """Empty for the run."""
    time: str
    at_s: float
    status: str
    """How it ended; empty when it begins."""
    error: NotRequired[str]
    verdict: NotRequired[Literal["passed", "failed", "invalid"]]
    plan: NotRequired[dict[str, Any]]


class ThresholdRecord(TypedDict):
    """One rule of the verdict, and what came of it."""

    rule: str
    status: Literal["passed", "failed", "warned"]
    value: float | None
    limit: float
    unit: str
    action: Literal["fail", "warn", "abort"]
    message: str | None


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
