"""The pool of a script in an agent process: its items come from the process in which the test was loaded first."""

from __future__ import annotations

import asyncio
import pickle
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from squall._recording.frames import traceback_text, users_lines
from squall._script import link
from squall._script.pools import Item, PoolExhausted

TOPIC = "pool"
"""Topic of questions about pools."""

_AHEAD_S = 0.02
"""Items for this long are fetched ahead: more would wait here while another process has none."""

_MOST = 512
"""Items in one answer at most."""

_IDLE_S = 0.1
"""Items that nobody took for this long go back: others may wait for them."""

_CHECKIN_DELAY_S = 0.005
"""Items that come back wait this long for others."""


@dataclass
class Request:
    """What an agent asks of a pool.

    Attributes:
        entry: The script.
        wanted: How many items.
        returned: Items that come back, used or not.
        unused: Items that come back without having been used.
    """

    entry: str
    wanted: int = 0
    returned: list[Any] = field(default_factory=list)
    unused: list[Item] = field(default_factory=list)


@dataclass
class Reply:
    """What comes back.

    Attributes:
        items: At most as many as wanted.
        exhausted: There will be no more after these.
        error: The pool raised; its traceback.
    """

    items: list[Item] = field(default_factory=list)
    exhausted: bool = False
    error: str | None = None


class RemotePoolError(Exception):
    """The pool raised in the process that holds it."""


class RemotePool:
    """Fetches items in batches, for about as long ahead as one takes to come.

    All methods run on the event loop of the process.
    """

    def __init__(self, entry: str) -> None:
        self._entry = entry
        self._items: deque[Item] = deque()
        self._waiting: deque[asyncio.Future[Item | None]] = deque()
        self._returned: list[Any] = []
        self._exhausted = False
        self._fetching: asyncio.Task[None] | None = None
        self._returning: asyncio.Task[None] | None = None
        self._returning_idle: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._taken = 0.0
        self._handed_out = 0
        self._since = time.monotonic()

    async def checkout(self) -> Item | None:
        """Returns the next item, or None where the pool has nothing at the moment.

        Raises:
            PoolExhausted: There will never be one again.
            RemotePoolError: The pool raised.
        """
        if self._items and not self._waiting:
            self._taken = time.monotonic()
            self._handed_out += 1
            return self._items.popleft()
        if self._exhausted:
            raise PoolExhausted
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._fetch()
        try:
            item: Item | None = await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._put_back(waiting.result())
            raise
        return item

    def checkin(self, id: Any) -> None:
        """Takes an item back; others that come back soon travel with it."""
        self._returned.append(id)
        if self._returning is None:
            self._returning = asyncio.get_running_loop().create_task(self._return_soon())

    async def close(self) -> None:
        """Returns what was fetched and not used, and what was used and not yet returned."""
        if self._fetching is not None:
            await asyncio.wait([self._fetching])
        unused, self._items = list(self._items), deque()
        returned, self._returned = self._returned, []
        if unused or returned:
            await self._ask(Request(self._entry, returned=returned, unused=unused))

    def _put_back(self, item: Item | None) -> None:
        if item is not None:
            self._items.appendleft(item)

    def _fetch(self) -> None:
        if self._fetching is None:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch_until_served())

    async def _fetch_until_served(self) -> None:
        try:
            while self._live():
                if self._exhausted:
                    self._fail(PoolExhausted())
                    return
                returned, self._returned = self._returned, []
                reply = await self._ask(Request(self._entry, self._wanted(), returned))
                self._take(reply)
        except Exception as error:
            self._fail(error)
        finally:
            self._fetching = None

    def _take(self, reply: Reply) -> None:
        self._exhausted = reply.exhausted
        if reply.error is not None:
            self._fail(RemotePoolError(reply.error))
            return
        self._items.extend(reply.items)
        while self._items and self._live():
            self._handed_out += 1
            self._waiting.popleft().set_result(self._items.popleft())
        if not reply.items and not reply.exhausted:
            while self._live():
                self._waiting.popleft().set_result(None)
        self._taken = time.monotonic()
        if self._items and self._idle is None:
            self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._return_idle)

    def _live(self) -> bool:
        """Tells whether someone waits, after dropping those who gave up."""
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        return bool(self._waiting)

    def _wanted(self) -> int:
        now = time.monotonic()
        rate = self._handed_out / max(now - self._since, 1e-3)
        if now - self._since > 1.0:
            self._handed_out, self._since = int(rate * _AHEAD_S), now - _AHEAD_S
        return min(len(self._waiting) + int(rate * _AHEAD_S), _MOST)

    def _fail(self, error: BaseException) -> None:
        while self._live():
            self._waiting.popleft().set_exception(error)

    def _return_idle(self) -> None:
        self._idle = None
        loop = asyncio.get_running_loop()
        left = self._taken + _IDLE_S - time.monotonic()
        if left > 0 and self._items:
            self._idle = loop.call_later(left, self._return_idle)
        elif self._items:
            self._returning_idle = loop.create_task(self._return_unused())

    async def _return_unused(self) -> None:
        unused, self._items = list(self._items), deque()
        # The pool may have been used up when these came; with them it is not.
        self._exhausted = False
        await self._ask(Request(self._entry, unused=unused))

    async def _return_soon(self) -> None:
        await asyncio.sleep(_CHECKIN_DELAY_S)
        self._returning = None
        returned, self._returned = self._returned, []
        if returned:
            await self._ask(Request(self._entry, returned=returned))

    async def _ask(self, request: Request) -> Reply:
        reply: Reply = pickle.loads(await link.ask(TOPIC, pickle.dumps(request)))  # noqa: S301 - our own process
        return reply


def shown_error(error: BaseException) -> str:
    """Returns an exception of a pool as the agents show it: the lines of the test, then what was raised."""
    lines = users_lines(error.__traceback__)
    said = "".join(traceback.format_exception_only(type(error), error)).strip()
    return f"{traceback_text(lines)}\n{said}" if lines else said
