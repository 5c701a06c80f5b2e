"""A data pool of a journey as the pool of a script."""

from __future__ import annotations

from typing import Any

from squall._script.calls import is_async, takes_arguments
from squall._script.config import config
from squall._script.pools import Item, Pool


class JourneyPool:
    """Hands out what a data pool of the test has; its `checkout` may or may not take the configuration."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self._arguments = (config,) if takes_arguments(pool.checkout, 1) else ()

    def checkout(self) -> Item | None:
        """Returns the next item, or None where there is nothing at the moment."""
        return as_item(self.pool.checkout(*self._arguments))

    def checkin(self, id: Any, /) -> None:
        """Takes an item back."""
        self.pool.checkin(id)


class AsyncJourneyPool(JourneyPool):
    """The same for a data pool with a `checkout` or `checkin` that is a coroutine function."""

    async def checkout(self) -> Item | None:  # type: ignore[override]
        """Returns the next item, or None where there is nothing at the moment."""
        found = self.pool.checkout(*self._arguments)
        return as_item(await found if hasattr(found, "__await__") else found)

    async def checkin(self, id: Any, /) -> None:  # type: ignore[override]
        """Takes an item back."""
        done = self.pool.checkin(id)
        if hasattr(done, "__await__"):
            await done


def journey_pool(pool: Any) -> Pool:
    """Returns what hands out the items of a data pool of the test."""
    waits = is_async(pool.checkout) or is_async(pool.checkin)
    return AsyncJourneyPool(pool) if waits else JourneyPool(pool)


def as_item(found: Any) -> Item | None:
    """Returns the id and the arguments of whatever a data pool returned: an object with `id` and `data`, or a pair.

    Data that is no tuple or list is one argument.

    Raises:
        TypeError: It is neither.
    """
    if found is None:
        return None
    if hasattr(found, "id") and hasattr(found, "data"):
        id, data = found.id, found.data
    elif isinstance(found, tuple) and len(found) == 2:
        id, data = found
    else:
        kind = type(found).__name__
        raise TypeError(f"`checkout` of a data pool must return `DataPoolItem(id, data)` or None, not `{kind}`")
    return id, tuple(data) if isinstance(data, (tuple, list)) else (data,)
