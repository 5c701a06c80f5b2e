"""What journeys use, and what stands around them, on a plain event loop."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from squall._journeys.debugging import Session, debugged, post_mortem
from squall._script import fixtures
from squall._script.fixtures import fixtures_of, with_fixtures
from squall.compat.mite import MiteError
from squall.compat.mite.context import with_context
from squall.journeys import (
    ensure_average_separation,
    ensure_fixed_separation,
    ensure_separation_from_callable,
    fixture,
)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    fixtures.forget()


class Ctx(SimpleNamespace):
    """As much of a context as these need."""

    def __init__(self) -> None:
        super().__init__(sent=[], names=[], http=None)

    def send(self, kind: str, /, **fields: Any) -> None:
        self.sent.append((kind, self.names[-1] if self.names else None, fields))

    @asynccontextmanager
    async def transaction(self, name: str) -> Any:
        self.names.append(name)
        try:
            yield
        finally:
            self.names.pop()


@pytest.mark.parametrize(
    "separation",
    [
        lambda: ensure_fixed_separation(0.02),
        lambda: ensure_average_separation(0.03, 0.01),
        lambda: ensure_average_separation(0.03),
        lambda: ensure_separation_from_callable(lambda: 0.02),
    ],
)
def test_a_block_takes_at_least_its_time_also_where_it_raises(separation: Callable[[], Any]) -> None:
    async def run() -> None:
        async with separation():
            pass
        with pytest.raises(ValueError, match="x"):
            async with separation():
                raise ValueError("x")

    start = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - start >= 0.039


def test_a_block_that_takes_longer_is_not_made_up_for() -> None:
    waited: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        async with ensure_fixed_separation(0.001):
            time.sleep(0.01)
            waited.append(loop.time())

    asyncio.run(run())
    assert len(waited) == 1


def test_a_fixture_is_made_once_and_others_wait_for_it() -> None:
    made: list[Any] = []

    async def token(ctx: Any) -> str:
        made.append(ctx)
        await asyncio.sleep(0)
        return "secret"

    @fixture(token)
    @fixture(token, name="other")
    async def browse(ctx: Any) -> None: ...

    before = with_fixtures(fixtures_of(browse))

    async def run() -> list[Any]:
        contexts = [Ctx() for _ in range(5)]
        await asyncio.gather(*(before(ctx) for ctx in contexts))
        return contexts

    assert all((ctx.token, ctx.other) == ("secret", "secret") for ctx in asyncio.run(run()))
    assert len(made) == 1


def test_a_fixture_that_raises_is_tried_again() -> None:
    attempts: list[int] = []

    async def token(ctx: Any) -> int:
        attempts.append(1)
        await asyncio.sleep(0)
        if len(attempts) == 1:
            raise ValueError("not yet")
        return len(attempts)

    @fixture(token)
    async def browse(ctx: Any) -> None: ...

    before = with_fixtures(fixtures_of(browse))

    async def run() -> list[Any]:
        contexts = [Ctx() for _ in range(3)]
        return await asyncio.gather(*(before(ctx) for ctx in contexts), return_exceptions=True), contexts

    (first, *others), contexts = asyncio.run(run())  # type: ignore[misc]
    assert isinstance(first, ValueError)
    assert others == [None, None]
    assert [ctx.token for ctx in contexts[1:]] == [2, 2]


def test_mites_fixture_attributes_are_fixtures() -> None:
    async def journey(ctx: Any) -> None: ...

    async def login(ctx: Any) -> str:
        return "in"

    journey._fixture = True  # type: ignore[attr-defined]
    journey._fixture_label = "login"  # type: ignore[attr-defined]
    journey._fixture_func = login  # type: ignore[attr-defined]
    journey._fixture_variable = "session"  # type: ignore[attr-defined]
    ctx = Ctx()
    asyncio.run(with_fixtures(fixtures_of(journey))(ctx))  # type: ignore[arg-type]
    assert ctx.session == "in"


def run_mite(journey: Callable[[Any], Any]) -> list[Any]:
    """Runs a journey with mite's context; returns what it sent and raised."""
    ctx = Ctx()
    raised: list[BaseException] = []

    async def run() -> None:
        try:
            await with_context(journey)(ctx)
        except Exception as error:
            raised.append(error)

    asyncio.run(run())
    return [*ctx.sent, *raised]


def test_an_exception_is_told_once_by_the_innermost_transaction() -> None:
    async def journey(ctx: Any) -> None:
        async with ctx.transaction("outer"), ctx.transaction("inner"):
            raise KeyError("x")

    (kind, transaction, fields), raised = run_mite(journey)
    assert (kind, transaction) == ("exception", "inner")
    assert (fields["message"], fields["ex_type"]) == ("KeyError: 'x'", "KeyError")
    assert fields["location"].startswith("test_journeys_helpers.py:")
    assert fields["location"].endswith(":journey")
    assert "Traceback" in fields["stacktrace"]
    assert isinstance(raised, KeyError)


def test_a_mite_error_is_told_with_its_fields() -> None:
    async def journey(ctx: Any) -> None:
        async with ctx.transaction("t"):
            raise MiteError("bad thing", url="/x")

    (kind, _, fields), _ = run_mite(journey)
    assert kind == "error"
    assert fields["url"] == "/x"
    assert fields["message"].endswith("MiteError: bad thing")
    assert "stacktrace" not in fields


def test_an_exception_that_the_journey_handles_is_told_all_the_same() -> None:
    async def journey(ctx: Any) -> None:
        try:
            async with ctx.transaction("t"):
                raise ValueError("x")
        except ValueError:
            pass

    ((kind, transaction, _),) = run_mite(journey)
    assert (kind, transaction) == ("exception", "t")


def test_an_exception_outside_of_transactions_is_told_by_the_journey() -> None:
    async def journey(ctx: Any) -> None:
        raise ValueError("x")

    (kind, transaction, _), raised = run_mite(journey)
    assert (kind, transaction, str(raised)) == ("exception", None, "x")


opened: list[Any] = []


def post(trace: Any) -> None:
    opened.append(("post mortem", trace.tb_frame.f_code.co_name))


def stop() -> None:
    opened.append(("breakpoint", None))


@pytest.fixture
def debugger(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes what is opened instead of opening it."""
    opened.clear()
    monkeypatch.setenv("PYTHONPOSTMORTEM", f"{__name__}.post")
    monkeypatch.setenv("PYTHONBREAKPOINT", f"{__name__}.stop")
    return opened


def test_debugging_looks_at_what_a_transaction_raises_post_mortem(debugger: list[Any]) -> None:
    async def journey(ctx: Any, one: int) -> None:
        ctx.seen = one
        async with ctx.transaction("t"):
            raise ValueError("x")

    ctx = Ctx()
    session = Session()
    debugging = debugged(journey, session)
    with pytest.raises(ValueError, match="x"):
        asyncio.run(debugging(ctx, 1))
    ctx.should_stop = True
    asyncio.run(debugging(ctx, 1))
    assert debugger == [("post mortem", "journey")]
    assert ctx.seen == 1


def test_debugging_stops_where_something_else_raises(debugger: list[Any]) -> None:
    async def journey(ctx: Any) -> None:
        async with ctx.transaction("t"):
            pass
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        asyncio.run(debugged(journey, Session())(Ctx()))
    assert debugger == [("breakpoint", None)]


def test_debugging_without_a_chosen_debugger_looks_at_everything_post_mortem(
    debugger: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def journey(ctx: Any) -> None:
        raise ValueError("x")

    monkeypatch.delenv("PYTHONBREAKPOINT")
    monkeypatch.setattr("sys.breakpointhook", sys.__breakpointhook__)
    with pytest.raises(ValueError, match="x"):
        asyncio.run(debugged(journey, Session())(Ctx()))
    assert debugger == [("post mortem", "journey")]


def test_a_post_mortem_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    import pdb

    monkeypatch.setenv("PYTHONPOSTMORTEM", "nowhere.post")
    assert post_mortem() is pdb.post_mortem
    assert "`PYTHONPOSTMORTEM=nowhere.post` cannot be used" in capsys.readouterr().err
