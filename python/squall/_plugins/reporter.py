"""What a reporter of the test's own derives from."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, ClassVar, Literal, Union

from squall._plugins.records import (
    CommonRecord,
    CustomRecord,
    ErrorRecord,
    EventRecord,
    IntervalRecord,
    LifecycleRecord,
    MessageRecord,
    MetricRecord,
    RunRecord,
    SystemRecord,
    ThresholdRecord,
)
from squall._recording.frames import Place, caller

Kind = Literal[
    "events", "messages", "intervals", "lifecycle", "common", "metrics", "custom", "errors", "system", "thresholds"
]
"""Kinds of records, by the method that takes them."""

KINDS: tuple[Kind, ...] = (
    "events",
    "messages",
    "intervals",
    "lifecycle",
    "common",
    "metrics",
    "custom",
    "errors",
    "system",
    "thresholds",
)

Taken = Union[int, None, "Awaitable[Union[int, None]]"]
"""How many records of a batch were taken, None for all; or what gives that when it is awaited."""


class Temporary(Exception):  # noqa: N818 - what it says of the failure
    """Raised by a reporter for what a later attempt may get past: the same call comes again, after a growing delay."""


class TooLarge(Exception):  # noqa: N818 - what it says of the batch
    """Raised by a reporter for a batch that is more than its backend takes at once: it comes again in halves."""


class ReporterPlugin:
    """Sends results somewhere; give it to a Submit stage: `config = Warehouse("https://…")`.

    Define a method for each kind of records that it takes, as `def` or `async def`. All are called on one thread of the
    reporter's own, in the order `connect`, records, `close`; they may block, and never slow the load. The driver
    queues, batches, retries and counts: a reporter does none of that. After `close`, `connect` may come again, for
    another run.

    An exception other than `Temporary` and `TooLarge` ends the reporter; its records then wait in the run's spool.
    Where `connect` raises, the run does not start.
    """

    kinds: ClassVar[Sequence[Kind] | None] = None
    """The kinds of records that it takes. Default: those whose methods it defines."""

    max_batch_records: ClassVar[int | None] = None
    """Records that a batch may have. Default: what the driver finds right, a few thousand."""

    run: RunRecord | None = None
    """The run that the records at hand belong to; None before the first events and at `connect`."""

    place: Place
    """Line of the test that made it."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """Remembers where it is made."""
        made = super().__new__(cls)
        made.place = caller()
        return made

    def connect(self) -> Awaitable[None] | None:
        """Gets ready, before the load."""
        return None

    def events(self, batch: list[EventRecord]) -> Taken:
        """Takes operations, transactions and checks, while the run goes on."""
        raise NotImplementedError

    def messages(self, batch: list[MessageRecord]) -> Taken:
        """Takes messages of scripts, while the run goes on."""
        raise NotImplementedError

    def intervals(self, batch: list[IntervalRecord]) -> Taken:
        """Takes each second of each action, while the run goes on, where the Submit stage has `stream = True`."""
        raise NotImplementedError

    def lifecycle(self, batch: list[LifecycleRecord]) -> Taken:
        """Takes the beginnings and ends of the run and its stages, as they happen."""
        raise NotImplementedError

    def common(self, batch: list[CommonRecord]) -> Taken:
        """Takes the counts of each action, at the end."""
        raise NotImplementedError

    def metrics(self, batch: list[MetricRecord]) -> Taken:
        """Takes the distributions of each action, and of the test's own numbers, at the end."""
        raise NotImplementedError

    def custom(self, batch: list[CustomRecord]) -> Taken:
        """Takes what `@metric` hooks made of the results, at the end."""
        raise NotImplementedError

    def errors(self, batch: list[ErrorRecord]) -> Taken:
        """Takes the errors of each action, at the end."""
        raise NotImplementedError

    def system(self, batch: list[SystemRecord]) -> Taken:
        """Takes what the generator used of the machine, at the end."""
        raise NotImplementedError

    def thresholds(self, batch: list[ThresholdRecord]) -> Taken:
        """Takes the rules of the verdict, at the end."""
        raise NotImplementedError

    def close(self) -> str | Awaitable[str | None] | None:
        """Lets go of everything, and may return where a person finds the results."""
        return None


def kinds_of(plugin: type[ReporterPlugin]) -> list[Kind]:
    """Returns the kinds of records that a reporter takes.

    Raises:
        ValueError: It takes none, or one that it has no method for.
    """
    defined = [kind for kind in KINDS if getattr(plugin, kind) is not getattr(ReporterPlugin, kind)]
    wanted = defined if plugin.kinds is None else list(plugin.kinds)
    for kind in wanted:
        if kind not in KINDS:
            known = ", ".join(f"`{known}`" for known in KINDS)
            raise ValueError(
                f"the reporter `{plugin.__name__}` takes `{kind}`, which does not exist: there are {known}"
            )
        if kind not in defined:
            raise ValueError(f"the reporter `{plugin.__name__}` takes `{kind}` and has no method `{kind}`")
    if not wanted:
        known = ", ".join(f"`{known}`" for known in KINDS)
        raise ValueError(f"the reporter `{plugin.__name__}` takes nothing: define one of {known}")
    return wanted
