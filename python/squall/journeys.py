"""Helpers for journeys: `async def journey(ctx, *args)`."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from squall._script.fixtures import FIXTURES, Fixture

__all__ = [
    "ensure_average_separation",
    "ensure_fixed_separation",
    "ensure_separation_from_callable",
    "fixture",
]

Journey = TypeVar("Journey", bound=Callable[..., Any])


@asynccontextmanager
async def ensure_separation_from_callable(seconds: Callable[[], float]) -> AsyncIterator[None]:
    """Makes a block take at least as long as a function says, which is called when the block begins.

    What is left of that time is waited for at the end, also where the block raised. A block that takes longer is not
    made up for.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds()
    try:
        yield
    finally:
        left = end - loop.time()
        if left > 0:
            await asyncio.sleep(left)


def ensure_fixed_separation(seconds: float) -> Any:
    """Makes a block take at least so many seconds: `async with ensure_fixed_separation(1): …`."""
    return ensure_separation_from_callable(lambda: seconds)


def ensure_average_separation(mean: float, plus_minus: float | None = None) -> Any:
    """Makes a block take at least a random time, drawn evenly from `mean ± plus_minus` seconds.

    Args:
        mean: In seconds.
        plus_minus: In seconds. Default: a quarter of `mean`.
    """
    spread = mean * 0.25 if plus_minus is None else plus_minus
    return ensure_separation_from_callable(
        lambda: random.uniform(mean - spread, mean + spread)  # noqa: S311 - think time
    )


def fixture(make: Callable[[Any], Awaitable[Any]], *, name: str | None = None) -> Callable[[Journey], Journey]:
    """Gives a journey something that is made once per process, as an attribute of its context.

    The first iteration awaits `make(ctx)`, others that start meanwhile wait for it::

        async def token(ctx):
            return (await ctx.http.post("/login")).json()["token"]

        @fixture(token)
        async def browse(ctx):
            await ctx.http.get("/", headers={"authorization": ctx.token})

    Where `make` raises, the iteration fails and the next one tries again. Journeys with the same
    `make` share its result.

    Args:
        make: A coroutine function that takes the context.
        name: The attribute. Default: the name of `make`.
    """

    def add(journey: Journey) -> Journey:
        made = Fixture(make, name or str(getattr(make, "__name__", "fixture")), make)
        setattr(journey, FIXTURES, (made, *getattr(journey, FIXTURES, ())))
        return journey

    return add
