"""Drops into a debugger where a journey raises."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

_LOOK_S = 0.02

POST_MORTEM = "PYTHONPOSTMORTEM"
"""Variable of the environment that names the function called with the traceback; default `pdb.post_mortem`."""


@dataclass
class Session:
    """What the journeys of a run share while they are debugged.

    Attributes:
        over: A debugger was opened; no more iterations start.
    """

    over: bool = False


def debugged(journey: Callable[..., Any], session: Session) -> Callable[..., Any]:
    """Returns a journey that opens a debugger at what it raises, and raises it again.

    What is raised inside a transaction is looked at post mortem; what is raised outside of any, with `breakpoint()`
    where that is another debugger than Python's own. The event loop stands still meanwhile. After the first one the
    run ends.
    """

    @functools.wraps(journey)
    async def debugging(ctx: Any, *args: Any) -> Any:
        if session.over:
            # The run is about to end; another debugger would stand in its way.
            while not ctx.should_stop:
                await asyncio.sleep(_LOOK_S)
            return None
        watch = _Watch(ctx)
        try:
            return await journey(watch, *args)
        except Exception as error:
            session.over = True
            import bdb

            if isinstance(error, bdb.BdbQuit):
                # A breakpoint of the journey was left with `q`.
                raise
            # The outermost frame is this function.
            trace = (error.__traceback__ and error.__traceback__.tb_next) or error.__traceback__
            traceback.print_exception(type(error), error, trace)
            # To leave the debugger is no failure of the journey.
            with contextlib.suppress(bdb.BdbQuit):
                if watch.has_seen(error) or not _has_breakpoint():
                    post_mortem()(trace)
                else:
                    breakpoint()
            raise

    return debugging


def post_mortem() -> Callable[[TracebackType | None], Any]:
    """Returns what `PYTHONPOSTMORTEM` names, or `pdb.post_mortem`; tells where it does not exist."""
    import pdb

    spec = os.environ.get(POST_MORTEM)
    if not spec:
        return pdb.post_mortem
    module, _, name = spec.rpartition(".")
    try:
        found: Callable[[TracebackType | None], Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        sys.stderr.write(f"`{POST_MORTEM}={spec}` cannot be used: {error}; this is pdb instead\n")
        return pdb.post_mortem
    return found


def _has_breakpoint() -> bool:
    """Tells whether `breakpoint()` opens something that was asked for; pdb would only show the frame that calls it."""
    return bool(os.environ.get("PYTHONBREAKPOINT")) or sys.breakpointhook is not sys.__breakpointhook__


class _Watch:
    """A context that notes the exceptions that pass its transactions."""

    def __init__(self, ctx: Any) -> None:
        object.__setattr__(self, "_ctx", ctx)
        object.__setattr__(self, "passed", [])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._ctx, name, value)

    def has_seen(self, error: BaseException) -> bool:
        """Tells whether an exception passed a transaction."""
        return any(one is error for one in self.passed)

    def transaction(self, name: str) -> _Transaction:
        """Times a block, as the context does."""
        return _Transaction(self._ctx.transaction(name), self.passed)


class _Transaction:
    def __init__(self, span: Any, passed: list[BaseException]) -> None:
        self._span = span
        self._passed = passed

    def __enter__(self) -> Any:
        return self._span.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> Any:
        self._note(error)
        return self._span.__exit__(kind, error, trace)

    async def __aenter__(self) -> Any:
        return await self._span.__aenter__()

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> Any:
        self._note(error)
        return await self._span.__aexit__(kind, error, trace)

    def _note(self, error: BaseException | None) -> None:
        if error is not None and not any(one is error for one in self._passed):
            self._passed.append(error)
