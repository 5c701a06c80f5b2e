"""One test from its constructor to its metrics, and what a class does once per process."""

from __future__ import annotations

import inspect
import math
import numbers
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal

from squall._forms.raised import said
from squall._script.calls import is_async, settled
from squall.testcase import TestCase

if TYPE_CHECKING:
    from squall._squall import Context

METRICS = "metrics"
"""Group in which values are told that are no numbers."""


class Life:
    """`startup` and `shutdown` of a class, once in this process however many entries the class has."""

    def __init__(self, test_class: type[TestCase]) -> None:
        self._class = test_class
        self._lock = threading.Lock()
        self._done: set[str] = set()

    def open(self) -> None:
        """Runs `startup`, the first time."""
        self._once("startup")

    def close(self) -> None:
        """Runs `shutdown`, the first time, if `startup` was tried."""
        if "startup" in self._done:
            self._once("shutdown")

    def _once(self, name: str) -> None:
        with self._lock:
            if name in self._done:
                return
            self._done.add(name)
            written = inspect.getattr_static(self._class, name)
            if isinstance(written, FunctionType):
                # What a plain method keeps on its `self` is there for all tests.
                written(self._class)
            else:
                getattr(self._class, name)()


class Runner:
    """Runs the tests of one class with the same arguments."""

    def __init__(self, test_class: type[TestCase], kwargs: dict[str, Any]) -> None:
        self._class = test_class
        self._kwargs = kwargs
        # Times of parts are worth a line only where there is more than one part.
        self._parts = any(
            inspect.getattr_static(test_class, name) is not inspect.getattr_static(TestCase, name)
            for name in ("setup", "teardown")
        )

    @property
    def runs(self) -> Literal["coroutine", "thread"]:
        """Where the tests run."""
        return "coroutine" if is_async(self._class.run) else "thread"

    @property
    def call(self) -> Callable[..., Any]:
        """What a script calls for each test."""
        return self._run_on_loop if self.runs == "coroutine" else self._run_on_thread

    def _run_on_thread(self, context: Context, *_: Any) -> None:
        test = self._make(context)
        try:
            with self._part(context, "setup"):
                test.setup()
            with self._part(context, "run"):
                test.run()
        finally:
            with self._teardown(context):
                test.teardown()
            tell_metrics(context, test.metrics)

    async def _run_on_loop(self, context: Context, *_: Any) -> None:
        test = self._make(context)
        try:
            with self._part(context, "setup"):
                await settled(test.setup())
            with self._part(context, "run"):
                await settled(test.run())
        finally:
            with self._teardown(context):
                await settled(test.teardown())
            tell_metrics(context, test.metrics)

    def _make(self, context: Context) -> TestCase:
        test = self._class(**self._kwargs)
        vars(test)["_squall_context"] = context
        return test

    @contextmanager
    def _part(self, context: Context, name: str) -> Iterator[None]:
        if not self._parts:
            yield
            return
        started = context.now()
        try:
            yield
        except Exception:
            # What was raised is told once, with the test.
            context.record(name, started, context.now(), ok=False, kind="transaction")
            raise
        context.record(name, started, context.now(), kind="transaction")

    @contextmanager
    def _teardown(self, context: Context) -> Iterator[None]:
        """Tells what `teardown` raises in a group of its own: the test itself is over."""
        if not self._parts:
            yield
            return
        started = context.now()
        try:
            yield
        except Exception as error:
            context.record("teardown", started, context.now(), ok=False, kind="transaction", error=said(error))
        else:
            context.record("teardown", started, context.now(), kind="transaction")


def tell_metrics(context: Context, metrics: object) -> None:
    """Counts the metrics of a test; values that are no numbers are told by name, without failing the test."""
    if not isinstance(metrics, dict):
        _tell_wrong(context, f"`self.metrics` is {_short(metrics)}, not a dictionary")
        return
    for name, value in metrics.items():
        number = as_number(value)
        if number is None or not isinstance(name, str):
            _tell_wrong(context, f"metric `{name}` is {_short(value)}, not a finite number")
        else:
            context.metric(name, number)


def as_number(value: object) -> float | None:
    """Returns a value as a finite number, or None where it is none."""
    if isinstance(value, bool) or not (isinstance(value, numbers.Real) or hasattr(value, "__float__")):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _tell_wrong(context: Context, message: str) -> None:
    now = context.now()
    context.record(METRICS, now, now, ok=False, kind="transaction", error=message)


def _short(value: object) -> str:
    text = repr(value)
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"
