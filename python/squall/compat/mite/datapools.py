"""mite's data pools: those of `squall.datapools` with mite's coroutine methods, and its pools for S3 and databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from squall import datapools
from squall.datapools import (
    DataPoolExhausted,
    DataPoolItem,
    SingleRunDataPoolWrapper,
    s3_objects,
    sql_rows,
)

__all__ = [
    "DBIterableDataPool",
    "DBRecyclableIterableDataPool",
    "DataPoolExhausted",
    "DataPoolItem",
    "IterableDataPool",
    "RecyclableIterableDataPool",
    "S3IterableDataPool",
    "S3RecyclableIterableDataPool",
    "SingleRunDataPool",
    "SingleRunDataPoolWrapper",
    "iterable_datapool",
    "recyclable_iterable_datapool",
]


class RecyclableIterableDataPool(datapools.RecyclableIterableDataPool):
    """Hands out items again and again; where all are out, journeys wait instead of ending the test."""

    async def checkout(self, config: Any = None) -> DataPoolItem | None:  # type: ignore[override]
        """Returns the item that is free the longest, or None where all are out."""
        return super().checkout(config)

    async def checkin(self, item_id: int) -> None:  # type: ignore[override]
        """Takes an item back."""
        super().checkin(item_id)


class IterableDataPool(datapools.IterableDataPool):
    """Hands out each item once."""

    async def checkout(self, config: Any = None) -> DataPoolItem:  # type: ignore[override]
        """Returns the next item.

        Raises:
            DataPoolExhausted: That was the last one.
        """
        return super().checkout(config)

    async def checkin(self, item_id: int) -> None:  # type: ignore[override]
        """Does nothing: an item is used once."""


class SingleRunDataPool(datapools.SingleRunDataPool):
    """Hands out one item, once, as the only argument."""

    async def checkout(self, config: Any = None) -> DataPoolItem:  # type: ignore[override]
        """Returns the item.

        Raises:
            DataPoolExhausted: It was handed out before.
        """
        return super().checkout(config)

    async def checkin(self, item_id: int) -> None:  # type: ignore[override]
        """Does nothing: the item is used once."""


class S3IterableDataPool(IterableDataPool):
    """Hands out the objects of a bucket, each once, as key and text.

    Args:
        bucket_name: Name of the bucket.
        prefix: Takes only objects whose keys begin like this.
        access_key_id: Default: as boto3 finds it.
        secret_access_key: Default: as boto3 finds it.
        preload_minimum: Has no effect: objects are read when they are needed.
    """

    def __init__(
        self,
        bucket_name: str,
        prefix: str = "",
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        preload_minimum: int | None = None,  # noqa: ARG002 - as mite has it
    ) -> None:
        super().__init__(
            s3_objects(bucket_name, prefix, access_key_id=access_key_id, secret_access_key=secret_access_key)
        )


class S3RecyclableIterableDataPool(RecyclableIterableDataPool):
    """Hands out the objects of a bucket again and again, as key and text.

    Args:
        bucket_name: Name of the bucket.
        prefix: Takes only objects whose keys begin like this.
        access_key_id: Default: as boto3 finds it.
        secret_access_key: Default: as boto3 finds it.
        preload_minimum: Has no effect: all objects are read before the load.
    """

    def __init__(
        self,
        bucket_name: str,
        prefix: str = "",
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        preload_minimum: int | None = None,  # noqa: ARG002 - as mite has it
    ) -> None:
        super().__init__(
            s3_objects(bucket_name, prefix, access_key_id=access_key_id, secret_access_key=secret_access_key)
        )


class DBIterableDataPool(IterableDataPool):
    """Hands out the rows of a query, each once, as one dict.

    Args:
        db_engine: An SQLAlchemy engine or URL.
        query: SQL.
        preload_minimum: Has no effect: rows are read when they are needed.
        max_size: So many rows at most.
    """

    def __init__(
        self,
        db_engine: Any,
        query: str,
        preload_minimum: int | None = None,  # noqa: ARG002 - as mite has it
        max_size: int | None = None,
    ) -> None:
        super().__init__(_Limited(sql_rows(db_engine, query, rows="dict"), max_size))


class DBRecyclableIterableDataPool(RecyclableIterableDataPool):
    """Hands out the rows of a query again and again, as one dict.

    Args:
        db_engine: An SQLAlchemy engine or URL.
        query: SQL.
        preload_minimum: Has no effect: all rows are read before the load.
        max_size: So many rows at most.
    """

    def __init__(
        self,
        db_engine: Any,
        query: str,
        preload_minimum: int | None = None,  # noqa: ARG002 - as mite has it
        max_size: int | None = None,
    ) -> None:
        super().__init__(_Limited(sql_rows(db_engine, query, rows="dict"), max_size))


class _Limited(Iterable[Any]):
    def __init__(self, rows: Iterable[Any], most: int | None) -> None:
        self._rows = rows
        self._most = most

    def __iter__(self) -> Iterator[Any]:
        for number, row in enumerate(self._rows):
            if self._most is not None and number >= self._most:
                return
            yield row


def recyclable_iterable_datapool(function: Callable[..., Iterable[Any]]) -> Any:
    """Makes a `RecyclableIterableDataPool` of a generator function."""
    return datapools.recyclable_iterable_datapool(function)


def iterable_datapool(function: Callable[..., Iterable[Any]]) -> Any:
    """Makes an `IterableDataPool` of a generator function."""
    return datapools.iterable_datapool(function)
