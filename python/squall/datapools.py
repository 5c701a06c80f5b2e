"""Data pools: where the iterations of a journey get their arguments.

A pool hands each item to one iteration at a time::

    users = RecyclableIterableDataPool([("ann", 1), ("bob", 2)])     # ann comes back after bob
    vouchers = IterableDataPool(csv_rows("vouchers.csv"))            # each once; the journey ends with the last one

Whatever has a `checkout` and a `checkin` is a pool. `checkout(config)` or `checkout()` returns
`DataPoolItem(id, data)`, or None where there is nothing at the moment, or raises `DataPoolExhausted` where there will
never be anything again, which ends the journey that asked; `checkin(id)` gets an item back after its iteration. Both
may be coroutine functions. There is one pool however many processes send load: an item is never at two places at once.

Items come from any iterable; `csv_rows`, `json_rows`, `sql_rows` and `s3_objects` are some.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from squall._script.pools import PoolExhausted as DataPoolExhausted
from squall._script.rows import csv_rows, json_rows
from squall._script.s3 import s3_objects
from squall._script.sql import sql_rows

__all__ = [
    "DataPoolExhausted",
    "DataPoolItem",
    "IterableDataPool",
    "RecyclableIterableDataPool",
    "SingleRunDataPool",
    "SingleRunDataPoolWrapper",
    "csv_rows",
    "iterable_datapool",
    "json_rows",
    "recyclable_iterable_datapool",
    "s3_objects",
    "sql_rows",
]


class DataPoolItem(NamedTuple):
    """An item of a data pool.

    Attributes:
        id: What the pool knows it by when it comes back.
        data: Arguments of the journey.
    """

    id: Any
    data: Any


class RecyclableIterableDataPool:
    """Hands out items in order, again and again: an item that came back is queued behind all others.

    Where all items are out, iterations wait for one: a pool of ten is at most ten iterations at once. All items are
    read before the load. Ids are numbers from 0.

    Args:
        iterable: The items, each a tuple of arguments.
    """

    def __init__(self, iterable: Iterable[Any]) -> None:
        self._iterable = iterable
        self._items: list[Any] | None = None
        self._free: deque[int] = deque()

    def prepare(self) -> None:
        """Reads all items, unless that was done."""
        if self._items is None:
            self._items = list(self._iterable)
            self._free = deque(range(len(self._items)))

    def known_items(self) -> Iterator[Any] | None:
        """Returns the items where they can be looked at without using them up, else None."""
        return iter(self._iterable) if isinstance(self._iterable, Sequence) else None

    def checkout(self, config: Any = None) -> DataPoolItem | None:  # noqa: ARG002 - as own pools have it
        """Returns the item that is free the longest, or None where all are out.

        Raises:
            DataPoolExhausted: There is not one item.
        """
        self.prepare()
        if not self._items:
            raise DataPoolExhausted
        if not self._free:
            return None
        id = self._free.popleft()
        return DataPoolItem(id, self._items[id])

    def checkin(self, id: int) -> None:
        """Takes an item back."""
        if self._items is None or not 0 <= id < len(self._items):
            raise LookupError(f"the pool has no item `{id}`")
        self._free.append(id)


class IterableDataPool:
    """Hands out each item once; the journey ends when there are no more.

    Items are read when they are needed, so that there may be more than fit into memory, or no end of them. Ids are
    numbers from 1.

    Args:
        iterable: The items, each a tuple of arguments.
    """

    def __init__(self, iterable: Iterable[Any]) -> None:
        self._iterable = iterable
        self._items: Iterator[Any] | None = None
        self._last = 0

    def known_items(self) -> Iterator[Any] | None:
        """Returns the items where they can be looked at without using them up, else None."""
        return iter(self._iterable) if isinstance(self._iterable, Sequence) else None

    def checkout(self, config: Any = None) -> DataPoolItem:  # noqa: ARG002 - as own pools have it
        """Returns the next item.

        Raises:
            DataPoolExhausted: That was the last one.
        """
        if self._items is None:
            self._items = iter(self._iterable)
        for data in self._items:
            self._last += 1
            return DataPoolItem(self._last, data)
        raise DataPoolExhausted

    def checkin(self, id: int) -> None:
        """Does nothing: an item is used once."""


class SingleRunDataPool:
    """Hands out one item, once, as the only argument.

    Args:
        item: The argument.
    """

    def __init__(self, item: Any) -> None:
        self._item = item
        self._taken = False

    def checkout(self, config: Any = None) -> DataPoolItem:  # noqa: ARG002 - as own pools have it
        """Returns the item.

        Raises:
            DataPoolExhausted: It was handed out before.
        """
        if self._taken:
            raise DataPoolExhausted
        self._taken = True
        return DataPoolItem(1, (self._item,))

    def checkin(self, id: int) -> None:
        """Does nothing: the item is used once."""


class SingleRunDataPoolWrapper:
    """Hands out one item of another pool, once.

    Args:
        pool: The other pool; its methods may be coroutine functions.
    """

    def __init__(self, pool: Any) -> None:
        from squall._script.journey_pool import journey_pool

        self._pool = journey_pool(pool)
        self._taken = False

    async def checkout(self, config: Any = None) -> DataPoolItem | None:  # noqa: ARG002 - as own pools have it
        """Returns the item, or None where the other pool has nothing at the moment.

        Raises:
            DataPoolExhausted: One was handed out before.
        """
        from squall._script.calls import settled

        if self._taken:
            raise DataPoolExhausted
        found = await settled(self._pool.checkout())
        self._taken = found is not None
        return None if found is None else DataPoolItem(*found)

    async def checkin(self, id: Any) -> None:
        """Gives the item back to the other pool."""
        from squall._script.calls import settled

        await settled(self._pool.checkin(id))


class _Call:
    """The items of a generator function; each pass calls it anew."""

    def __init__(self, function: Callable[..., Iterable[Any]], args: Any, kwargs: Any) -> None:
        self._call = functools.partial(function, *args, **kwargs)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._call())


class _DeclaredRecyclable(RecyclableIterableDataPool):
    def __init__(self, function: Callable[..., Iterable[Any]]) -> None:
        super().__init__(_Call(function, (), {}))
        self._function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> RecyclableIterableDataPool:
        """Returns a pool of its own with the items for these arguments."""
        return RecyclableIterableDataPool(_Call(self._function, args, kwargs))


class _DeclaredIterable(IterableDataPool):
    def __init__(self, function: Callable[..., Iterable[Any]]) -> None:
        super().__init__(_Call(function, (), {}))
        self._function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> IterableDataPool:
        """Returns a pool of its own with the items for these arguments."""
        return IterableDataPool(_Call(self._function, args, kwargs))


def recyclable_iterable_datapool(function: Callable[..., Iterable[Any]]) -> _DeclaredRecyclable:
    """Makes a `RecyclableIterableDataPool` of a generator function; called, it gives another with these arguments."""
    return _DeclaredRecyclable(function)


def iterable_datapool(function: Callable[..., Iterable[Any]]) -> _DeclaredIterable:
    """Makes an `IterableDataPool` of a generator function; called, it gives another one with these arguments."""
    return _DeclaredIterable(function)
