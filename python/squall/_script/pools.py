"""Where the iterations of a script get their arguments."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

Item = tuple[Any, tuple[Any, ...]]
"""What a pool hands out: the item's id and the arguments."""


class PoolExhausted(Exception):  # noqa: N818 - not a mistake: it ends a scenario
    """Raised by a pool that has no items left and will get none; its scenario ends."""


class Pool(Protocol):
    """Hands out arguments, each to one iteration at a time; the methods may be coroutine functions."""

    def checkout(self) -> Item | Awaitable[Item | None] | None:
        """Returns the next item, or None where there is nothing at the moment.

        Raises:
            PoolExhausted: There will never be one again.
        """

    def checkin(self, id: Any, /) -> Awaitable[None] | None:
        """Takes back the item of that id after its iteration."""


def remote_in_agents(entry: str, pool: Pool | None) -> Pool | None:
    """Returns what stands for a script's pool in this process: the pool itself where the test was loaded first."""
    if pool is None:
        return None
    from squall._script import link

    if not link.in_agent():
        return pool
    from squall._script.remote_pool import RemotePool

    return RemotePool(entry)
