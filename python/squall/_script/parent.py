"""Answers agent processes, in the process in which the test was loaded first."""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from squall._script import registry
from squall._script.calls import LoopThread, is_async, run_here, settled
from squall._script.config import TOPIC as CONFIG
from squall._script.config import config
from squall._script.pools import Item, Pool, PoolExhausted
from squall._script.remote_pool import TOPIC as POOL
from squall._script.remote_pool import Reply, Request, shown_error

HOOKS = "stage"
"""Topic of what hooks of stages ask and tell."""

RUN = "run"
"""Topic of what the run asks about its stages."""

_loop = LoopThread("squall-pools")
_counters: dict[int, _Counter] = {}
_counters_lock = threading.Lock()


def serve(topic: str, payload: bytes) -> bytes:
    """Answers a question of an agent process; may be called on several threads at once.

    Raises:
        LookupError: There is no such topic or script.
    """
    if topic == POOL:
        request: Request = pickle.loads(payload)  # noqa: S301 - from our own processes
        return pickle.dumps(_counter(request.entry).answer(request))
    if topic == CONFIG:
        return pickle.dumps(config.snapshot())
    if topic in (HOOKS, RUN):
        from squall._hooks import store  # tests without hooks run without it

        return store.serve_hooks(payload) if topic == HOOKS else store.serve_run(payload)
    raise LookupError(f"nobody answers to `{topic}`")


def notify(topic: str, payload: bytes) -> None:
    """Takes news of another process."""
    if topic == CONFIG:
        config.apply(pickle.loads(payload))  # noqa: S301 - from our own processes
    elif topic == HOOKS:
        from squall._hooks import store

        store.hear(payload)


def close() -> None:
    """Returns items that agents fetched and did not use to their pools, after the load."""
    with _counters_lock:
        counters = list(_counters.values())
        _counters.clear()
    for counter in counters:
        counter.close()


def _counter(entry: str) -> _Counter:
    pool = registry.resolve(entry).pool
    if pool is None:
        raise LookupError(f"the script `{entry}` has no data pool")
    with _counters_lock:
        # By the pool, not by the script: scripts may share one.
        counter = _counters.get(id(pool))
        if counter is None or counter.pool is not pool:
            counter = _counters[id(pool)] = _Counter(pool)
        return counter


class _Counter:
    """Hands out the items of one pool to all agents, to one at a time."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._lock = threading.Lock()
        self._spare: deque[Item] = deque()
        waits = is_async(pool.checkout) or is_async(pool.checkin)
        self._run: Callable[[Coroutine[Any, Any, Any]], Any] = _loop.run if waits else run_here

    def answer(self, request: Request) -> Reply:
        with self._lock:
            reply: Reply = self._run(self._answer(request))
            return reply

    def close(self) -> None:
        with self._lock:
            self._run(self._return([id for id, _ in self._spare]))
            self._spare.clear()

    async def _answer(self, request: Request) -> Reply:
        reply = Reply()
        try:
            self._spare.extend(request.unused)
            await self._return(request.returned)
            while len(reply.items) < request.wanted:
                item = await self._next()
                if item is None:
                    break
                reply.items.append(item)
        except PoolExhausted:
            reply.exhausted = True
        except Exception as error:
            reply.error = shown_error(error)
        return reply

    async def _next(self) -> Item | None:
        if self._spare:
            return self._spare.popleft()
        return await settled(self.pool.checkout())

    async def _return(self, ids: list[Any]) -> None:
        for id in ids:
            await settled(self.pool.checkin(id))
