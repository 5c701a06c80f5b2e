"""Runs the body of an action with its hooks: for an iteration of the load, or once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from squall._hooks.attached import HookedHttp, RememberingHttp, surrounding
from squall._hooks.channel import Channel, Skipped
from squall._hooks.exchange import deliver, fill
from squall._hooks.plan import Plan
from squall._hooks.steps import Call


class Performed:
    """What came of a body that ran once.

    Attributes:
        result: What it returned, or else its last answer.
        request: Its last request.
        failed: Messages of checks that did not hold.
    """

    def __init__(self, returned: Any, hooked: RememberingHttp) -> None:
        self.result = hooked.last if returned is None else returned
        self.request = hooked.request_made
        self.failed = hooked.failed


class HookedAction:
    """An action whose body or requests have to do with hooks.

    Attributes:
        plan: What is done around its requests.
        early: What is done before its body, because the body takes what it returns.
        arguments: Calls the body with its arguments.
        wraps: It makes no request: the hooks surround the body.
        needs_context: Something of it may come from the context of the stage.
        foreign: Hooks of other stages whose values it gets.
    """

    def __init__(self, plan: Plan, arguments: Call) -> None:
        self.plan = plan
        self.arguments = arguments
        self.early: Plan | None = None
        self.channels: tuple[Channel, ...] = ()
        self.wraps = False
        self.needs_context = False
        self.foreign: tuple[str, ...] = ()

    def script(self) -> Callable[[Any], Awaitable[None]]:
        """Returns what runs an iteration."""
        plan, arguments, state = self.plan, self.arguments, self.plan.state
        is_plain = not (self.early or self.wraps or self.needs_context or self.foreign)
        nothing: dict[str, Any] = {}

        enter, http = surrounding.set, plan.http

        async def run_plain(ctx: Any) -> None:
            enter(http(ctx, plan))
            try:
                await arguments(None, None, nothing)
            except Skipped:
                ctx._no_operation()

        async def run(ctx: Any) -> None:
            if self.needs_context and not state.is_filled:
                await fill(state)
            try:
                await self._run(plan.http(ctx, plan, values := self._given()), ctx, values)
            except Skipped:
                ctx._no_operation()
            if state.changed:
                await deliver(state)

        return run_plain if is_plain else run

    async def perform(self, ctx: Any, values: dict[str, Any]) -> Performed:
        """Runs the body once, with values of hooks before it."""
        await fill(self.plan.state)
        before = surrounding.get()
        given = {**self._given(), **values}
        hooked = RememberingHttp(ctx, self.plan, given)
        try:
            return Performed(await self._run(hooked, ctx, given), hooked)
        finally:
            surrounding.set(before)

    async def _run(self, hooked: HookedHttp, ctx: Any, values: dict[str, Any]) -> Any:
        """Runs the body; `values` are what its hooks and itself are given."""
        if self.early is not None:
            await HookedHttp(ctx, self.early).prepare(values)
        if self.wraps:
            return await hooked.wrap(lambda: self.arguments(None, None, values))
        surrounding.set(hooked)
        return await self.arguments(None, None, values)

    def _given(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        known = self.plan.state.values
        for name in self.foreign:
            add_foreign(name, known, values)
        return values


def add_foreign(name: str, known: dict[str, Any], values: dict[str, Any]) -> None:
    """Adds what a hook of another stage has returned, as if it were one of the same stage."""
    returned = known.get(name)
    if isinstance(returned, dict):
        values.update(returned)
    elif returned is not None:
        values[name.rpartition(".")[2]] = returned
