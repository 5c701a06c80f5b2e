"""A journey as a script of the engine."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from squall._journeys.debugging import Session, debugged
from squall._journeys.sender import Sender
from squall._journeys.triples import Journey
from squall._script import agent_config, link
from squall._script.fixtures import fixtures_of, with_fixtures
from squall._script.journey_pool import JourneyPool, journey_pool
from squall._script.pools import Pool
from squall._script.registry import Script

Wrap = Callable[[Any], Any]
"""Puts something around a journey."""

_wraps: list[Wrap] = []


def add_wrap(wrap: Wrap) -> None:
    """Adds what every journey of this process runs inside of, for tests written for another tool."""
    if wrap not in _wraps:
        _wraps.append(wrap)


class Scripts:
    """Makes scripts; journeys that share a data pool share it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._session = Session()
        self._pools: dict[int, Pool] = {}

    def make(self, entry: str, journey: Journey, *, debugging: bool) -> Script:
        """Returns the script of a journey."""
        call = journey.call
        for wrap in _wraps:
            call = wrap(call)
        pool = None if journey.pool is None else self._pool(journey.pool)
        return Script(
            entry=entry,
            call=debugged(call, self._session) if debugging else call,
            runs="coroutine",
            name=entry,
            times="never",
            pool=pool,
            open=_prepare(pool),
            fixture=_before(journey, self._sender),
        )

    def _pool(self, pool: Any) -> Pool:
        if id(pool) not in self._pools:
            self._pools[id(pool)] = journey_pool(pool)
        return self._pools[id(pool)]


def _prepare(pool: Pool | None) -> Callable[[], None] | None:
    """Returns what reads the items of a pool before the load, where it can and where this process hands them out."""
    prepare = getattr(pool.pool, "prepare", None) if isinstance(pool, JourneyPool) else None
    if prepare is None or inspect.iscoroutinefunction(prepare) or link.in_agent():
        return None
    ready: Callable[[], None] = prepare
    return ready


def _before(journey: Journey, sender: Sender) -> Callable[[Any], Awaitable[None]] | None:
    """Returns what is awaited before each iteration."""
    fixtures = fixtures_of(journey.call)
    put = with_fixtures(fixtures) if fixtures else None
    in_agent = link.in_agent()
    if not in_agent and not sender:
        return put

    async def before(ctx: Any) -> None:
        if in_agent:
            await agent_config.fetched()
        if sender and link.place()[0] == 0:
            sender.release(ctx)
        if put is not None:
            await put(ctx)

    return before
