"""Channels: bounded queues between actions of one process."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from squall import _squall

_LOOK_S = 0.05
"""How often those who wait look whether the load has ended."""


class Skipped(BaseException):
    """Ends an iteration that counts as well: a condition is not met, or the load has ended. Not for tests to catch."""

    _squall_skips = True


class _Waiter:
    __slots__ = ("future", "iteration", "value")

    def __init__(self, value: Any = None) -> None:
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.iteration = _squall.current()
        self.value = value


class Channel:
    """Passes values from one action to others: a queue with room for some, in each process one of its own.

    A receiver waits for a value, a sender for room; where the load ends meanwhile, their iterations end as well.

    Args:
        name: Its name.
        size: Values that may wait.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self._values: deque[Any] = deque()
        self._receivers: deque[_Waiter] = deque()
        self._senders: deque[_Waiter] = deque()
        self._looks = False

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Channel {self.name}: {len(self)} of {self.size}>"

    async def send(self, value: Any) -> None:
        """Sends a value; waits while the channel is full."""
        if self.notify(value):
            return
        waiter = _Waiter(value)
        self._senders.append(waiter)
        await self._wait(waiter)

    def notify(self, value: Any = None) -> bool:
        """Sends a value if there is a receiver or room for it, without waiting; tells whether it was sent."""
        while self._receivers:
            receiver = self._receivers.popleft()
            if not receiver.future.done():
                receiver.future.set_result(value)
                return True
        if len(self._values) < self.size:
            self._values.append(value)
            return True
        return False

    async def receive(self) -> Any:
        """Returns the next value; waits for one."""
        if self._values:
            value = self._values.popleft()
            self._let_in()
            return value
        waiter = _Waiter()
        self._receivers.append(waiter)
        try:
            return await self._wait(waiter)
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled() and waiter.future.exception() is None:
                self._values.appendleft(waiter.future.result())
            raise

    def _let_in(self) -> None:
        """Takes the value of a sender that waits for room."""
        while self._senders:
            sender = self._senders.popleft()
            if not sender.future.done():
                self._values.append(sender.value)
                sender.future.set_result(None)
                return

    async def _wait(self, waiter: _Waiter) -> Any:
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(_LOOK_S, self._look)
        try:
            return await waiter.future
        except _EndedError:
            raise Skipped from None

    def _look(self) -> None:
        """Lets those go whose load has ended."""
        left = [waiter for waiters in (self._receivers, self._senders) for waiter in waiters]
        for waiter in left:
            if not waiter.future.done() and waiter.iteration.should_stop:
                waiter.future.set_exception(_EndedError())
        self._receivers = deque(one for one in self._receivers if not one.future.done())
        self._senders = deque(one for one in self._senders if not one.future.done())
        self._looks = bool(self._receivers or self._senders)
        if self._looks:
            asyncio.get_running_loop().call_later(_LOOK_S, self._look)


class _EndedError(Exception):
    """The load has ended."""
