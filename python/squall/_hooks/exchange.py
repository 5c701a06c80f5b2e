"""What hooks ask of the process that loaded the test, and tell it."""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import dataclass, field
from typing import Any, Union

from squall._hooks.context import ContextError, State
from squall._script import link

TOPIC = "stage"
"""Topic of questions and news of hooks."""


@dataclass(frozen=True)
class Open:
    """Asks for what the stages before have published."""

    stage: str


@dataclass(frozen=True)
class Publish:
    """Delivers keys of the context while the load goes."""

    stage: str
    values: dict[str, bytes]


@dataclass(frozen=True)
class Ended:
    """Tells that the hooks of a stage which run once have ended."""

    stage: str
    error: str | None
    gate: bool
    values: dict[str, bytes] = field(default_factory=dict)
    metrics: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Reset:
    """Says that a stage begins anew."""

    stage: str


Asked = Union[Open, Publish, Ended]


@dataclass(frozen=True)
class Opened:
    """What a stage starts with.

    Attributes:
        values: Keys of the context.
        inherited: Those of them that come from the stages before.
        results: What is known of the load before it.
    """

    values: dict[str, bytes]
    inherited: frozenset[str]
    results: dict[str, Any] | None


async def open_stage(state: State) -> Opened:
    """Fills the context of a stage, and returns what else it starts with."""
    opened: Opened = await _ask(Open(state.stage))
    state.fill(opened.values, opened.inherited)
    return opened


async def fill(state: State) -> None:
    """Fills the context of a stage, unless that was done."""
    if state.is_filled:
        return
    async with _lock(state):
        if not state.is_filled:
            await open_stage(state)


async def deliver(state: State) -> None:
    """Delivers what was set in a context; what is set while it does so goes with the next delivery."""
    if not state.changed:
        return
    async with _lock(state):
        if state.changed:
            await _ask(Publish(state.stage, state.take_changes()))


async def tell_end(ended: Ended) -> None:
    """Tells that the hooks of a stage have ended."""
    await _ask(ended)


def _lock(state: State) -> asyncio.Lock:
    if state.lock is None:
        state.lock = asyncio.Lock()
    return state.lock


async def _ask(asked: Asked) -> Any:
    answer = pickle.loads(await link.ask(TOPIC, pickle.dumps(asked)))  # noqa: S301 - from our own processes
    if isinstance(answer, ContextError):
        raise answer
    return answer
