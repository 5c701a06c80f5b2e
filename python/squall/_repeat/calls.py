"""One call of a repeated function, timed and counted by its result."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from squall._forms.raised import said
from squall._repeat.spec import ARROW, NESTED, Spec
from squall._script.calls import is_async
from squall._script.errors import describe
from squall._script.registry import Script

if TYPE_CHECKING:
    from squall._squall import Context
    from squall.http import HttpClient

LONGEST_RESULT = 200
"""Characters of a result that are kept."""

_call: ContextVar[Call | None] = ContextVar("squall_repeat_call", default=None)
_outer: ContextVar[tuple[str, ...]] = ContextVar("squall_repeat_outer", default=())


@dataclass(frozen=True)
class Part:
    """A part of a call that was timed."""

    name: str
    started_ns: int
    ended_ns: int


@dataclass
class Outcome:
    """What came of a call.

    Attributes:
        result: What it returned, as text; for an exception its text.
        error: What was raised and where, or None.
        raised: The exception itself.
    """

    result: str
    started_ns: int
    ended_ns: int
    parts: list[Part] = field(default_factory=list)
    error: str | None = None
    raised: BaseException | None = None


class Call:
    """One call of a repeated function; what a function with two parameters gets as the second one.

    Attributes:
        number: The number of the call.
    """

    def __init__(self, number: int, now: Callable[[], int], context: Context | None = None) -> None:
        self.number = number
        self._now = now
        self._context = context
        self._parts: list[Part] = []

    @contextmanager
    def measurement(self, name: str) -> Iterator[None]:
        """Times a part of the call: `with call.measurement("login"): …`; parts may be nested, `login :: token`."""
        path = (*_outer.get(), str(name))
        token = _outer.set(path)
        started = self._now()
        try:
            yield
        finally:
            ended = self._now()
            _outer.reset(token)
            self._parts.append(Part(NESTED.join(path), started, ended))

    @property
    def http(self) -> HttpClient:
        """The HTTP client; its calls block, or are awaited in an `async` function."""
        if self._context is None:
            raise RuntimeError("with `debug=True` there is no engine: `http` works in a real run only")
        return self._context.http

    @property
    def parts(self) -> list[Part]:
        """The parts that have ended."""
        return self._parts


def current_call() -> Call:
    """Returns the call that is under way.

    Raises:
        RuntimeError: There is none.
    """
    call = _call.get()
    if call is None:
        raise RuntimeError("`measurement` works inside the repeated function only")
    return call


def parameters(function: Callable[..., Any]) -> int:
    """Returns how many arguments a repeated function takes: the number, or the number and the call.

    Raises:
        TypeError: It takes none, or more than two.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return 1  # built in, and does not tell
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    positional = [one for one in signature.parameters.values() if one.kind in kinds]
    required = [one for one in positional if one.default is inspect.Parameter.empty]
    keyword_only = [
        one.name
        for one in signature.parameters.values()
        if one.kind is inspect.Parameter.KEYWORD_ONLY and one.default is inspect.Parameter.empty
    ]
    takes_more = any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in signature.parameters.values())
    if keyword_only or len(required) > 2 or not (positional or takes_more):
        name = getattr(function, "__name__", repr(function))
        raise TypeError(
            f"`{name}{signature}` cannot be repeated: a function gets the number of the call, "
            "`def operation(number)`, or also what times parts of it, `def operation(number, call)`"
        )
    return max(1, len(required))


class Caller:
    """Calls a function for one `go`.

    Attributes:
        done: Calls that have ended in this process.
    """

    def __init__(self, function: Callable[..., Any], spec: Spec) -> None:
        self.done = 0
        self._function = function
        self._spec = spec
        self._takes = parameters(function)
        self._seen: set[int] = set()
        # The same seed gives the same waits.
        self._random = Random(spec.seed)  # noqa: S311 - no secret

    @property
    def script(self) -> Script:
        """What the engine runs."""
        # Each call is counted by its result, which the host does not know.
        if is_async(self._function):
            return Script(self._spec.entry, self._on_loop, "coroutine", self._spec.short, "never")
        return Script(self._spec.entry, self._on_thread, "thread", self._spec.short, "never")

    def once(self, number: int) -> Outcome:
        """Calls the function here and now, with nothing between the caller and it; exceptions go through."""
        call = Call(number, time.perf_counter_ns)
        token = _call.set(call)
        try:
            started = time.perf_counter_ns()
            result = self._function(*self._arguments(call))
            if inspect.iscoroutine(result):
                import asyncio

                result = asyncio.run(result)
            ended = time.perf_counter_ns()
        finally:
            _call.reset(token)
        return Outcome(shown(result), started, ended, call.parts)

    def _on_thread(self, context: Context, *_: Any) -> None:
        delay = self._delay_s(context)
        if delay:
            time.sleep(delay)
        call = Call(self._spec.seed + context.iteration, context.now, context)
        token = _call.set(call)
        result: Any = None
        raised: BaseException | None = None
        started = context.now()
        try:
            result = self._function(*self._arguments(call))
        except (Exception, SystemExit) as error:
            raised = error
        ended = context.now()
        _call.reset(token)
        self._count(context, outcome(result, raised, started, ended, call.parts))

    async def _on_loop(self, context: Context, *_: Any) -> None:
        delay = self._delay_s(context)
        if delay:
            import asyncio

            await asyncio.sleep(delay)
        call = Call(self._spec.seed + context.iteration, context.now, context)
        token = _call.set(call)
        result: Any = None
        raised: BaseException | None = None
        started = context.now()
        try:
            result = await self._function(*self._arguments(call))
        except (Exception, SystemExit) as error:
            raised = error
        ended = context.now()
        _call.reset(token)
        self._count(context, outcome(result, raised, started, ended, call.parts))

    def _arguments(self, call: Call) -> tuple[Any, ...]:
        return (call.number, call) if self._takes == 2 else (call.number,)

    def _delay_s(self, context: Context) -> float:
        """Returns how long a thread waits before its first call."""
        if not self._spec.delay_ms or context.user in self._seen:
            return 0.0
        self._seen.add(context.user)
        return self._random.randint(0, self._spec.delay_ms) / 1000

    def _count(self, context: Context, outcome: Outcome) -> None:
        name = f"{self._spec.short}{ARROW}{outcome.result}"
        detail = None if outcome.raised is None else describe(outcome.raised)[2]
        context.record(
            name,
            outcome.started_ns,
            outcome.ended_ns,
            ok=outcome.error is None,
            error=outcome.error,
            detail=detail,
        )
        for part in outcome.parts:
            context.record(f"{name}{NESTED}{part.name}", part.started_ns, part.ended_ns, kind="transaction")
        self.done += 1


def outcome(result: Any, raised: BaseException | None, started_ns: int, ended_ns: int, parts: list[Part]) -> Outcome:
    """Returns what came of a call; an exception is a result like any other, but failed."""
    if raised is None:
        try:
            return Outcome(shown(result), started_ns, ended_ns, parts)
        except Exception as error:  # the result's own `__str__`
            raised = error
    text = shown(raised) if str(raised) else type(raised).__name__
    return Outcome(text, started_ns, ended_ns, parts, said(raised), raised)


def shown(result: Any) -> str:
    """Returns a result as one line of text."""
    text = " ".join(str(result).split())
    if len(text) > LONGEST_RESULT:
        text = f"{text[: LONGEST_RESULT - 1]}…"
    return text or '""'
