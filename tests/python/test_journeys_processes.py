"""Data pools and configuration of a run in several processes, with the link between them cut short."""

import asyncio
import pickle
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from squall._script import agent_config, fixtures, link, parent, registry
from squall._script import config as config_module
from squall._script.config import Change, Config, config
from squall._script.journey_pool import journey_pool
from squall._script.pools import Pool, PoolExhausted
from squall._script.registry import Script
from squall._script.remote_pool import RemotePool, RemotePoolError, Reply
from squall.compat.mite import datapools as mite
from squall.datapools import DataPoolItem, IterableDataPool, RecyclableIterableDataPool


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    parent.close()
    registry.clear()
    fixtures.forget()
    config.fill({})


class Link:
    """Answers in the same process, on a thread, as the parent of a run does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.told: list[tuple[str, bytes]] = []

    def ask(self, topic: str, payload: bytes) -> Awaitable[bytes]:
        self.asked.append(topic)
        return asyncio.ensure_future(asyncio.to_thread(parent.serve, topic, payload))

    def tell_all(self, topic: str, payload: bytes) -> None:
        self.told.append((topic, payload))


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> Link:
    """Lets this process be the parent and its agents."""
    linked = Link()
    monkeypatch.setattr(link, "ask", linked.ask)
    monkeypatch.setattr(link, "tell_all", linked.tell_all)
    monkeypatch.setattr(link, "place", lambda: (0, 2))
    return linked


def register(pool: Any, entry: str = "shop:browse") -> Pool:
    async def call(ctx: Any, *args: Any) -> None: ...

    known: Pool = journey_pool(pool)
    registry.register(Script(entry, call, "coroutine", entry, "never", pool=known))
    return known


async def drained(pool: RemotePool) -> list[Any]:
    """Takes items until there are no more, with four iterations at once."""
    taken = []

    async def user() -> None:
        while True:
            try:
                item = await pool.checkout()
            except PoolExhausted:
                return
            if item is None:
                await asyncio.sleep(0.001)
                continue
            taken.append(item)
            await asyncio.sleep(0)
            pool.checkin(item[0])

    await asyncio.gather(*(user() for _ in range(4)))
    await pool.close()
    return taken


@pytest.mark.parametrize("kind", [IterableDataPool, mite.IterableDataPool])
def test_items_never_repeat_over_agents(linked: Link, kind: Any) -> None:
    register(kind([(number,) for number in range(3_000)]))

    async def run() -> list[list[Any]]:
        return await asyncio.gather(*(drained(RemotePool("shop:browse")) for _ in range(3)))

    shares = asyncio.run(run())
    taken = [args[0] for share in shares for _, args in share]
    assert sorted(taken) == list(range(3_000))
    assert len(linked.asked) < 3_000, "items travel in batches"


def test_recyclable_items_are_at_one_place_at_a_time(linked: Link) -> None:
    register(RecyclableIterableDataPool([(number,) for number in range(5)]))
    out: set[int] = set()

    async def user(pool: RemotePool) -> int:
        rounds = 0
        while rounds < 50:
            item = await pool.checkout()
            if item is None:
                await asyncio.sleep(0.001)
                continue
            assert item[0] not in out
            out.add(item[0])
            await asyncio.sleep(0)
            out.remove(item[0])
            pool.checkin(item[0])
            rounds += 1
        return rounds

    async def run() -> None:
        agents = [RemotePool("shop:browse") for _ in range(2)]
        await asyncio.gather(*(user(agent) for agent in agents for _ in range(4)))
        for agent in agents:
            await agent.close()

    asyncio.run(run())
    pool: Any = registry.resolve("shop:browse").pool
    parent.close()
    assert sorted(pool.checkout()[0] for _ in range(5)) == list(range(5))
    assert pool.checkout() is None


def test_what_an_agent_fetched_and_did_not_use_goes_to_the_next_that_asks(linked: Link) -> None:
    register(IterableDataPool([("a",), ("b",)]))

    async def run() -> list[Any]:
        first, second = RemotePool("shop:browse"), RemotePool("shop:browse")
        first._items.append((await first.checkout()) or (0, ()))
        await first.close()
        return [await second.checkout() for _ in range(2)]

    assert asyncio.run(run()) == [(1, ("a",)), (2, ("b",))]


def test_what_an_agent_has_no_use_for_any_more_goes_back(linked: Link) -> None:
    register(RecyclableIterableDataPool([("a",), ("b",)]))

    async def run() -> Any:
        first, second = RemotePool("shop:browse"), RemotePool("shop:browse")
        (item,) = [await first.checkout()]
        first._take(Reply([item or (0, ())]))
        assert await second.checkout() == (1, ("b",))
        while (again := await second.checkout()) is None:
            await asyncio.sleep(0.01)
        return again

    assert asyncio.run(run()) == (0, ("a",))


def test_what_is_set_in_one_process_alone_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "place", lambda: (0, 1))
    config.share()
    config.set("callback", lambda: 5)
    assert config["callback"]() == 5


def test_an_iteration_that_is_given_up_while_it_waits_loses_no_item(linked: Link) -> None:
    register(IterableDataPool([("a",)]))

    async def run() -> Any:
        pool = RemotePool("shop:browse")
        waiting = asyncio.ensure_future(pool.checkout())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        return await pool.checkout()

    assert asyncio.run(run()) == (1, ("a",))


def test_a_pool_that_raises_says_so_in_every_agent(linked: Link) -> None:
    class Broken:
        def checkout(self) -> DataPoolItem:
            raise ValueError("no such table")

        def checkin(self, id: Any) -> None: ...

    register(Broken())

    async def run() -> None:
        pool = RemotePool("shop:browse")
        for _ in range(2):
            with pytest.raises(RemotePoolError, match="ValueError: no such table"):
                await pool.checkout()

    asyncio.run(run())


def test_two_scripts_that_share_a_pool_share_it_over_agents(linked: Link) -> None:
    shared = journey_pool(IterableDataPool([("a",), ("b",)]))

    async def call(ctx: Any, *args: Any) -> None: ...

    for entry in ("one", "two"):
        registry.register(Script(entry, call, "coroutine", entry, "never", pool=shared))

    async def run() -> list[Any]:
        return [await RemotePool(entry).checkout() for entry in ("one", "two")]

    assert asyncio.run(run()) == [(1, ("a",)), (2, ("b",))]


def test_an_agent_fetches_what_the_parent_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "in_agent", lambda: True)
    register(IterableDataPool([("a",)]))
    assert isinstance(registry.resolve("shop:browse").pool, RemotePool)


def test_nobody_answers_what_nobody_knows() -> None:
    with pytest.raises(LookupError, match="nobody answers to `weather`"):
        parent.serve("weather", b"")


def test_a_change_of_the_parent_is_told_to_all(linked: Link) -> None:
    config.set("before", 1)
    assert linked.told == [], "nobody else has a test that is being loaded"
    config.share()
    config.set("users", 5)
    ((topic, payload),) = linked.told
    agent = Config()
    agent.apply(pickle.loads(payload))  # noqa: S301
    assert (topic, dict(agent)) == ("config", {"users": 5})


def test_the_latest_change_holds_in_all_processes(linked: Link) -> None:
    first, second = Config(), Config()
    for process in (first, second):
        process.share()
    first.set("users", 5)
    second.set("users", 6)
    changes = [pickle.loads(payload) for _, payload in linked.told]  # noqa: S301
    first.apply(changes[1])
    second.apply(changes[0])
    assert first["users"] == second["users"] == 6


def test_news_reach_the_configuration() -> None:
    parent.notify("config", pickle.dumps(Change("users", 7, (1, "elsewhere"))))
    assert config.get("users") == 7


def test_an_agent_takes_over_the_configuration_before_its_first_iteration(linked: Link) -> None:
    config.set("token", "of the parent")
    config.set("flag", "old")

    async def run() -> None:
        agent = Config()
        agent.set("token", "of the agent")
        agent.apply(Change("flag", "new", (1, "elsewhere")))
        original, agent_config.config = agent_config.config, agent
        try:
            await asyncio.gather(agent_config.fetched(), agent_config.fetched())
        finally:
            agent_config.config = original
        assert agent.snapshot() == {"token": "of the parent", "flag": "new"}

    asyncio.run(run())
    assert linked.asked == ["config"]


def test_a_configuration_is_a_mapping_that_keeps_its_values_to_itself() -> None:
    known = Config()
    known.fill({"password": "secret"})
    assert "password" in known
    assert list(known.items()) == [("password", "secret")]
    assert known.get("user", "ann") == "ann"
    assert "secret" not in repr(known)
    with pytest.raises(KeyError):
        known["user"]


def test_the_environment_is_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUALL_CONF_a", "ours")
    monkeypatch.setenv("MITE_CONF_a", "theirs")
    monkeypatch.setenv("MITE_CONF_b", "1")
    monkeypatch.setenv("MITE_EVAL_CONF_c", "[1, 2]")
    found = config_module.from_environment()
    assert (found["a"], found["b"], found["c"]) == ("ours", "1", [1, 2])


def test_an_environment_that_is_no_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MITE_EVAL_CONF_c", "[1,")
    with pytest.raises(ValueError, match=r"`MITE_EVAL_CONF_c=\[1,` is no Python expression"):
        config_module.from_environment()
