"""mite's helpers for unit tests: one iteration of a journey, with the real client, against whatever it calls."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from squall import _squall
from squall._script import registry
from squall._script.calls import settled
from squall._script.config import config as process_config
from squall._script.journey_pool import journey_pool
from squall._script.registry import Script
from squall.compat.mite.context import Context
from squall.compat.mite_http import mite_http

__all__ = ["http_spy", "run_single_journey"]

_numbers = itertools.count(1)
_names: ContextVar[tuple[str, ...]] = ContextVar("squall_mite_transactions", default=())


async def run_single_journey(
    config: Mapping[str, Any] | None, journey: Callable[..., Any] | str, datapool: Any = None
) -> dict[str, Any]:
    """Runs a journey once.

    Args:
        config: What `ctx.config` holds.
        journey: The journey, or `MODULE:NAME`.
        datapool: Where its arguments come from; one item is taken and given back.

    Returns:
        `messages`, all that were sent, each with its `type`, `time`, `transaction` and `transaction_id`, those of
        transactions (`txn`) and requests (`http_metrics`) among them; `http`, the answers by method.

    Raises:
        Exception: Whatever the journey raised.
    """
    process_config.fill(config or {})
    call = _imported(journey) if isinstance(journey, str) else journey
    pool = None if datapool is None else journey_pool(datapool)
    item = None if pool is None else await settled(pool.checkout())
    spy = _Spy()
    raised: list[BaseException] = []

    async def once(ctx: Any) -> None:
        context = Context(ctx, spy)
        try:
            with spy.transaction("__root__"):
                try:
                    await call(context, *(item[1] if item is not None else ()))
                except Exception as error:
                    context.tell(error)
                    raise
        except Exception as error:
            raised.append(error)

    try:
        await asyncio.to_thread(_run_once, once)
    finally:
        if pool is not None and item is not None:
            await settled(pool.checkin(item[0]))
    if raised:
        raise raised[0]
    return {"messages": spy.messages, "http": spy.answers}


def http_spy(journey: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a journey acurl's client, and keeps its answers: attribute `http` of the result holds them by method."""
    answers: dict[str, list[Any]] = {}

    @functools.wraps(journey)
    async def spied(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        spy = _Spy(answers)
        return await mite_http(journey)(Context(getattr(ctx, "_ctx", ctx), spy), *args, **kwargs)

    spied.http = answers  # type: ignore[attr-defined]
    return spied


class _Spy:
    def __init__(self, answers: dict[str, list[Any]] | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.answers: dict[str, list[Any]] = {} if answers is None else answers
        self._ids = itertools.count(1)
        self._id: ContextVar[int | None] = ContextVar("squall_mite_transaction_id", default=None)

    def sent(self, type: str, fields: dict[str, Any]) -> None:
        names = " :: ".join(_names.get()) or None
        self.messages.append(
            {**fields, "type": type, "time": time.time(), "transaction": names, "transaction_id": self._id.get()}
        )

    def received(self, method: str, response: Any) -> None:
        self.answers.setdefault(method.lower(), []).append(response)

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        names, id = _names.set((*_names.get(), name)), self._id.set(next(self._ids))
        start, failed = time.time(), True
        try:
            yield
            failed = False
        finally:
            self.sent("txn", {"start_time": start, "end_time": time.time(), "had_error": failed})
            self._id.reset(id)
            _names.reset(names)


def _run_once(call: Callable[..., Any]) -> None:
    """Runs a script for one iteration, as a run of its own that leaves nothing behind."""
    entry = f"squall.compat.mite.test:{next(_numbers)}"
    load = {"iterations": {"users": 1, "shared": 1}}
    flow = [{"script": {"entry": entry, "runs": "coroutine"}}]
    stage = {"execute": {"scenarios": {"journey": {"load": load, "flow": flow}}}}
    plan = {"version": 1, "name": "journey", "stages": {"journey": stage}}
    registry.register(Script(entry, call, "coroutine", entry, "never"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = _squall.start_run(json.dumps(plan), json.dumps({"threads": 1, "processes": 1, "runs_dir": folder}))
            run.finish()
    finally:
        registry.unregister(entry)


def _imported(spec: str) -> Callable[..., Any]:
    import importlib

    module, _, name = spec.rpartition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found
