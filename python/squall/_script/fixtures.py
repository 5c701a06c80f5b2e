"""What journeys need once per process, made by the first iteration that needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

FIXTURES = "_squall_fixtures"
"""Attribute of a journey that holds its fixtures."""


@dataclass(frozen=True)
class Fixture:
    """Something that is made once per process.

    Attributes:
        make: Makes it; takes the context of an iteration.
        name: The attribute of the context that it becomes.
        label: Fixtures with the same label are made once for all.
    """

    make: Callable[[Any], Awaitable[Any]]
    name: str
    label: Hashable


_made: dict[Hashable, asyncio.Future[Any]] = {}


def fixtures_of(journey: Any) -> tuple[Fixture, ...]:
    """Returns the fixtures of a journey: those of `@fixture`, and the one that mite's attributes name."""
    own: tuple[Fixture, ...] = getattr(journey, FIXTURES, ())
    if not getattr(journey, "_fixture", False):
        return own
    make = journey._fixture_func
    label = getattr(journey, "_fixture_label", make)
    return (*own, Fixture(make, getattr(journey, "_fixture_variable", None) or str(label), label))


def with_fixtures(fixtures: tuple[Fixture, ...]) -> Callable[[Any], Awaitable[None]]:
    """Returns what puts fixtures on the context of an iteration."""

    async def put(ctx: Any) -> None:
        for one in fixtures:
            setattr(ctx, one.name, await once(one, ctx))

    return put


def forget() -> None:
    """Forgets what was made, before another test is loaded."""
    _made.clear()


async def once(fixture: Fixture, ctx: Any) -> Any:
    """Returns what a fixture makes, making it unless that was done; waits where another iteration makes it."""
    while (known := _made.get(fixture.label)) is not None:
        if known.done() or await _is_made(known):
            return known.result()
    made = _made[fixture.label] = asyncio.get_running_loop().create_future()
    try:
        value = await fixture.make(ctx)
    except BaseException:
        # The next iteration tries again, with a context of its own.
        del _made[fixture.label]
        made.cancel()
        raise
    made.set_result(value)
    return value


async def _is_made(known: asyncio.Future[Any]) -> bool:
    """Waits for another iteration; tells whether it succeeded."""
    await asyncio.wait([known])
    return not known.cancelled()
