"""Hooks as they are called: arguments by name, found out before the load."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from squall._hooks.channel import Channel
from squall._hooks.context import StageContext
from squall._hooks.node import Node, Parameter
from squall._hooks.parameters import file_key

Call = Callable[[Any, Any, dict[str, Any]], Any]
"""Calls a hook with the request, its result, and what hooks before it have returned."""

_DYNAMIC = {"action": "request", "result": "result"}


class Step:
    """A hook that is ready to be called.

    Attributes:
        name: Short name.
        full: Name with its stage.
        kind: Kind of the hook.
        call: Calls it.
        is_async: The call gives a coroutine.
        before: Full names of the hooks that it depends on.
        options: What its decorator was given.
        file_key: Name under which it gets what its file holds.
        node: The hook.
    """

    __slots__ = ("before", "call", "file_key", "full", "is_async", "kind", "name", "node", "options")

    def __init__(self, node: Node, call: Call, before: Iterable[Node]) -> None:
        self.node = node
        self.name = node.name
        self.full = node.full
        self.kind = node.kind
        self.call = call
        self.is_async = node.is_async
        self.before = frozenset(one.full for one in before)
        self.options = node.hook.options
        self.file_key = file_key(node) if node.kind in ("load", "save") else ""


class Surroundings:
    """What all hooks of a stage can have, by name.

    Attributes:
        instance: The stage, as `self`.
        context: Its context.
        client: Its client.
        channels: Its channels by name.
    """

    def __init__(
        self, instance: Callable[[], Any], context: StageContext, client: Any, channels: Mapping[str, Channel]
    ) -> None:
        self.instance = instance
        self.context = context
        self.client = client
        self.channels = channels

    def channel_for(self, node: Node) -> Channel | None:
        """Returns the channel that a hook means by `channel`: itself, one that it names, or the only one."""
        for one in (node, *node.after):
            if one.kind == "channel":
                return self.channels.get(one.name)
        return next(iter(self.channels.values())) if len(self.channels) == 1 else None


def step_of(node: Node, before: Iterable[Node], surroundings: Surroundings, specials: Iterable[str]) -> Step:
    """Makes a hook ready to be called.

    Args:
        node: The hook.
        before: Hooks that it depends on.
        surroundings: What the stage gives.
        specials: Those of `action`, `result` and `results` that it gets.
    """
    function = node.function
    if node.kind == "transform":
        arguments = caller(dict, node.parameters, function, surroundings, node, specials)
        return Step(node, _mapping(node, function, surroundings, arguments), before)
    return Step(node, caller(None, node.parameters, function, surroundings, node, specials), before)


def caller(
    target: Any,
    parameters: Iterable[Parameter],
    function: Callable[..., Any],
    surroundings: Surroundings,
    node: Node,
    specials: Iterable[str],
) -> Call:
    """Returns what calls a target with the arguments of a hook; None stands for the hook itself.

    The call is written out as code, so that nothing is looked up for it while the load goes.
    """
    names: dict[str, Any] = {"function": function, "instance": surroundings.instance, "target": target}
    defaults = {one.name: one.default for one in inspect.signature(function).parameters.values()}
    given = []
    for parameter in parameters:
        name = parameter.name
        value = _DYNAMIC[name] if name in _DYNAMIC and name in specials else None
        if value is None:
            static = _static(name, surroundings, node)
            if static is not None:
                names[f"static_{name}"], value = static, f"static_{name}"
        if value is None:
            default = defaults[name]
            names[f"missing_{name}"] = _missing(name, default, surroundings.context, node)
            value = f"values[{name!r}] if {name!r} in values else missing_{name}()"
        given.append(value if parameter.is_positional else f"{name}={value}")
    who = "target(" if target is not None else "function(instance(), "
    code = f"lambda request, result, values: {who}{', '.join(given)})"
    # The name of this file: what is wrong there is told as of the test.
    compiled = compile(code, __file__, "eval")
    call: Call = eval(compiled, names)  # noqa: S307 - made of names of parameters, which are Python names
    return call


def _static(name: str, surroundings: Surroundings, node: Node) -> Any:
    if name == "context":
        return surroundings.context
    if name == "client":
        return surroundings.client
    if name == "channel":
        return surroundings.channel_for(node)
    return None


def _missing(name: str, default: Any, context: StageContext, node: Node) -> Callable[[], Any]:
    """Returns what finds a value that no hook before has returned: in the context, or else the default."""
    state = context._squall_state

    def find() -> Any:
        values = state.values
        if name in values:
            return values[name]
        if default is inspect.Parameter.empty:
            raise TypeError(f"nothing gave {node.shown} an argument `{name}`")
        return default

    return find


def _mapping(node: Node, function: Callable[..., Any], surroundings: Surroundings, arguments: Call) -> Call:
    """Returns what calls a hook for each element of the lists among its arguments."""
    own = ("action", "channel", "client", "context", "result", "results")

    def call_with(given: dict[str, Any]) -> Any:
        return function(surroundings.instance(), **given)

    async def wait(calls: list[dict[str, Any]]) -> Any:
        return _collected(await asyncio.gather(*map(call_with, calls)))

    def call(request: Any, result: Any, values: dict[str, Any]) -> Any:
        given = arguments(request, result, values)
        lists = {name: one for name, one in given.items() if isinstance(one, (list, tuple)) and name not in own}
        if not lists:
            return call_with(given)
        lengths = {len(one) for one in lists.values()}
        if len(lengths) > 1:
            told = ", ".join(f"`{name}` has {len(one)}" for name, one in lists.items())
            raise ValueError(f"the lists of {node.shown} differ in length: {told}")
        calls = [{**given, **{name: one[index] for name, one in lists.items()}} for index in range(lengths.pop())]
        return wait(calls) if node.is_async else _collected([call_with(one) for one in calls])

    return call


def _collected(returned: Iterable[Any]) -> Any:
    """Returns what was returned for the elements of a list: a list per key, or a list."""
    collected: dict[str, list[Any]] = {}
    others = []
    for one in returned:
        if isinstance(one, dict):
            for key, value in one.items():
                collected.setdefault(key, []).append(value)
        else:
            others.append(one)
    return collected or others


def keep(step: Step, returned: Any, values: dict[str, Any]) -> None:
    """Puts what a hook has returned where later ones find it."""
    if type(returned) is dict:
        values.update(returned)
    elif returned is not None:
        values[step.name] = returned


async def called(step: Step, request: Any, result: Any, values: dict[str, Any]) -> Any:
    """Calls a hook and waits for what it returns."""
    returned = step.call(request, result, values)
    return await returned if step.is_async else returned


async def called_together(
    layer: Iterable[Step], request: Any, result: Any, values: dict[str, Any]
) -> list[tuple[Step, Any]]:
    """Calls the hooks of a layer at the same time; an exception is what its hook returns."""
    steps = list(layer)
    if len(steps) == 1:
        try:
            return [(steps[0], await called(steps[0], request, result, values))]
        except Exception as error:
            return [(steps[0], error)]
    calls = [called(step, request, result, values) for step in steps]
    return list(zip(steps, await asyncio.gather(*calls, return_exceptions=True), strict=True))
