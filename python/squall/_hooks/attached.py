"""Runs the hooks around each request of an action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from squall._hooks.channel import Skipped
from squall._hooks.context import State
from squall._hooks.plan import Layers, Plan
from squall._hooks.request import ActionRequest
from squall._hooks.steps import Step, called, called_together, keep
from squall._script.errors import describe
from squall.http import Client, HttpClient

if TYPE_CHECKING:
    from squall._plugins.client import Plugins

Failures = list[tuple[str, str]]
"""Messages and details of what was wrong with an answer."""

Judge = Callable[[Any], Awaitable["tuple[str, str, str] | None"]]
"""Runs the hooks after something, and says why it has failed: class, message, detail; None: it has not."""

surrounding: ContextVar[HookedHttp | None] = ContextVar("squall_hooked", default=None)
"""The client of the action whose body is running, where hooks surround its requests."""


class HookedHttp:
    """The HTTP client of one iteration of an action with hooks; it has the face of `squall.http.HttpClient`."""

    __slots__ = ("_base", "_ctx", "_http", "_plan")
    _make: Callable[[str, Any, dict[str, Any], Plan], ActionRequest] = ActionRequest

    def __init__(self, ctx: Any, plan: Plan, base: dict[str, Any] | None = None) -> None:
        self._ctx = ctx
        self._http = ctx.http
        self._plan = plan
        self._base = base

    @property
    def plan(self) -> Plan:
        """What is done around each request."""
        return self._plan

    def get(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a GET request."""
        return self._perform("GET", url, options)

    def head(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a HEAD request."""
        return self._perform("HEAD", url, options)

    def options(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends an OPTIONS request."""
        return self._perform("OPTIONS", url, options)

    def post(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a POST request."""
        return self._perform("POST", url, options)

    def put(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a PUT request."""
        return self._perform("PUT", url, options)

    def patch(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a PATCH request."""
        return self._perform("PATCH", url, options)

    def delete(self, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a DELETE request."""
        return self._perform("DELETE", url, options)

    def request(self, method: str, url: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Sends a request with any method."""
        return self._perform(method, url, options)

    async def _perform(self, method: str, url: Any, options: dict[str, Any]) -> Any:
        """Runs the hooks before a request, sends it, and runs those after its answer."""
        plan = self._plan
        request = self._make(method, url, options, plan)
        values: dict[str, Any] = {} if self._base is None else dict(self._base)
        if plan.simple_before is None:
            await self._decide(request, values)
        else:
            for call, is_async, name in plan.simple_before:
                returned = call(request, None, values)
                if is_async:
                    returned = await returned
                if returned is not None:
                    values.update(returned) if type(returned) is dict else values.__setitem__(name, returned)
        operation = self._http._hooked(request.method, request.url, request.name, plan.judges, request._options or None)
        response = await operation
        for call, is_async, name in plan.simple_after or ():
            returned = call(request, response, values)
            if is_async:
                returned = await returned
            if returned is not None:
                values.update(returned) if type(returned) is dict else values.__setitem__(name, returned)
        if plan.goes_on:
            await self._go_on(operation, request, response, values)
        return response

    async def _go_on(self, operation: Any, request: ActionRequest, response: Any, values: dict[str, Any]) -> None:
        """Does what is left to do after an answer."""
        plan = self._plan
        closed: set[str] = set()
        if plan.simple_after is None:
            await self._run(plan.after, request, response, values, closed)
        if plan.judges:
            # Where there is no answer, there is nothing to check.
            answered = response.status != 0
            told = await self._failures(request, response, values, closed) if answered else ([], [], [])
            operation._judge(*told)
        if plan.sends:
            await self._send(request, response, values)

    async def prepare(self, values: dict[str, Any]) -> ActionRequest:
        """Runs the hooks before a body that takes what they return, or that makes no request."""
        request = ActionRequest("", "", {}, self._plan)
        await self._decide(request, values)
        return request

    async def _decide(self, request: ActionRequest, values: dict[str, Any]) -> None:
        """Receives from channels, and runs the hooks before a request; some decide whether it is sent."""
        plan = self._plan
        if plan.receives_first:
            await self._receive(values)
        closed: set[str] = set()
        await self._run(plan.before, request, None, values, closed)
        self._skip_where(plan.needs & closed)
        await self._receive(values)

    async def _receive(self, values: dict[str, Any]) -> None:
        for channel in self._plan.receives:
            if channel.name not in values:
                values[channel.name] = await channel.receive()

    def _skip_where(self, closed: frozenset[str]) -> None:
        for name in sorted(closed):
            self._ctx.metric(f"skipped by {name}", 1)
            raise Skipped

    async def _run(
        self, layers: Layers, request: ActionRequest, result: Any, values: dict[str, Any], closed: set[str]
    ) -> None:
        """Runs hooks that stand beside each other, gate each other, publish or count."""
        for layer in layers:
            closed.update(step.full for step in layer if step.before & closed)
            open_steps = [step for step in layer if step.full not in closed]
            for step, returned in await called_together(open_steps, request, result, values):
                if isinstance(returned, BaseException):
                    raise returned
                self._take(step, returned, values, closed)

    def _take(self, step: Step, returned: Any, values: dict[str, Any], closed: set[str]) -> None:
        if step.kind == "condition" and not returned and not isinstance(returned, dict):
            closed.add(step.full)
        elif step.kind == "context":
            publish(self._plan.state, step, returned)
        elif step.kind == "metric":
            for name, value in numbers(self._plan.live[step.name], returned, step):
                self._ctx.metric(name, value)
        keep(step, returned, values)

    async def _failures(
        self, request: ActionRequest, result: Any, values: dict[str, Any], closed: set[str]
    ) -> tuple[Failures, Failures, list[tuple[str, bool]]]:
        """Runs checks that are not closed; returns what did not hold, what was raised, and which checks held."""
        failed: Failures = []
        held: list[tuple[str, bool]] = []
        raised: Failures = []
        for layer in self._plan.checks:
            closed.update(step.full for step in layer if step.before & closed)
            open_steps = [step for step in layer if step.full not in closed]
            for step, returned in await called_together(open_steps, request, result, values):
                if step.kind == "check":
                    held.append((step.name, returned is not False and not isinstance(returned, BaseException)))
                if isinstance(returned, AssertionError) or (step.kind == "check" and returned is False):
                    failed.append(failure(step, returned))
                elif isinstance(returned, Exception):
                    _, message, detail = describe(returned)
                    raised.append((message, detail))
                elif isinstance(returned, BaseException):
                    raise returned
                else:
                    keep(step, returned, values)
        return failed, raised, held

    async def _send(self, request: ActionRequest, result: Any, values: dict[str, Any]) -> None:
        for step, channel in self._plan.sends:
            value = await called(step, request, result, values)
            if value is not None:
                await channel.send(value)

    async def surround(self, request: ActionRequest, perform: Callable[[Judge], Awaitable[Any]]) -> Any:
        """Runs the hooks around something that is no request; what is performed is handed what judges its result."""
        plan = self._plan
        values: dict[str, Any] = dict(self._base or {})

        async def judge(result: Any) -> tuple[str, str, str] | None:
            closed: set[str] = set()
            await self._run(plan.after, request, result, values, closed)
            failed, raised, _ = await self._failures(request, result, values, closed)
            for kind, told in (("check", failed), ("script", raised)):
                if told:
                    return kind, "; ".join(message for message, _ in told), told[0][1]
            return None

        surrounding.set(None)
        try:
            await self._decide(request, values)
            result = await perform(judge)
            await self._send(request, result, values)
        finally:
            surrounding.set(self)
        return result

    async def wrap(self, body: Callable[[], Awaitable[Any]]) -> Any:
        """Runs the hooks once around a body that makes no request."""

        async def perform(judge: Judge) -> Any:
            result = await body()
            failed = await judge(result)
            if failed is not None:
                kind, message, detail = failed
                self._ctx._fail_check(message, detail) if kind == "check" else self._ctx.fail(message)
            return result

        return await self.surround(ActionRequest("", "", {}, self._plan), perform)


class IsolatedHttp(HookedHttp):
    """The client of an action whose hooks make requests of their own, which have no hooks themselves."""

    __slots__ = ()

    async def _perform(self, method: str, url: Any, options: dict[str, Any]) -> Any:
        surrounding.set(None)
        try:
            return await super()._perform(method, url, options)
        finally:
            surrounding.set(self)


class RememberingHttp(IsolatedHttp):
    """The client of a body that runs once, by itself; it remembers what became of its requests."""

    __slots__ = ("failed", "last", "request_made")

    def __init__(self, ctx: Any, plan: Plan, base: dict[str, Any] | None = None) -> None:
        super().__init__(ctx, plan, base)
        self.last: Any = None
        self.request_made: ActionRequest | None = None
        self.failed: list[str] = []

    async def _perform(self, method: str, url: Any, options: dict[str, Any]) -> Any:
        self.last = await super()._perform(method, url, options)
        return self.last

    async def surround(self, request: ActionRequest, perform: Callable[[Judge], Awaitable[Any]]) -> Any:
        self.request_made = request
        self.last = await super().surround(request, perform)
        return self.last

    def _make(self, method: str, url: Any, options: dict[str, Any], of: Plan) -> ActionRequest:
        self.request_made = ActionRequest(method, url, options, of)
        return self.request_made

    async def _failures(
        self, request: ActionRequest, result: Any, values: dict[str, Any], closed: set[str]
    ) -> tuple[Failures, Failures, list[tuple[str, bool]]]:
        failed, raised, held = await super()._failures(request, result, values, closed)
        self.failed.extend(message for message, _ in (*failed, *raised))
        return failed, raised, held


HttpClient.register(HookedHttp)


class HookedClient(Client):
    """The client of a stage with hooks."""

    __slots__ = ()

    @property
    def http(self) -> HttpClient:
        """The HTTP client: of the action whose body is running, or without hooks of whatever else is."""
        hooked: Any = surrounding.get()
        http: HttpClient = hooked if hooked is not None else super().http
        return http

    @property
    def plugin(self) -> Plugins:
        """The engine plugins of the test, whose operations hooks surround as they do requests."""
        hooked = surrounding.get()
        if hooked is None:
            return super().plugin
        from squall._hooks.plugins import HookedPlugins

        return HookedPlugins(hooked)


def publish(state: State, step: Step, returned: Any) -> None:
    """Puts what a hook has returned into the context."""
    if isinstance(returned, dict):
        for name, value in returned.items():
            state.set(name, value)
    elif returned is not None:
        state.set(step.name, returned)


def numbers(name: str, returned: Any, step: Step) -> list[tuple[str, float]]:
    """Returns the numbers that a metric has returned, each with its name."""
    given = returned if isinstance(returned, dict) else {name: returned}
    told = [
        (str(key), value)
        for key, values in given.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
        if value is not None
    ]
    for key, value in told:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"`{step.full}` (@metric) returned {value!r} for `{key}`, which is no number")
    return [(key, float(value)) for key, value in told]


def failure(step: Step, returned: Any) -> tuple[str, str]:
    """Returns the message and the detail of a check that did not hold."""
    said = step.options["message"] if step.kind == "check" else "Did not return True."
    message = f"{step.full}: {said}"
    if isinstance(returned, AssertionError):
        detail = " ".join(str(returned).split())
        if said == "Did not return True.":
            _, place, _ = describe(returned)
            return f"{step.full}: {place}", detail
        return message, detail
    return message, ""
