"""Methods of an Execute stage as branches of a flow."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from squall._authoring.hooks import Hook
from squall._authoring.stages import Execute, Stage
from squall._authoring.tags import plain_tags
from squall._hooks.kinds import ACTIONS
from squall._hooks.lowering import GraphHooks
from squall._hooks.node import Node, parameters_of
from squall._hooks.reading import hooks_in
from squall._hooks.source import makes_one_request
from squall._lowering.http_settings import absolute
from squall._lowering.problems import Problems
from squall._lowering.sources import Sources
from squall._recording.compile import Compiled, Uncompiled, compile_body
from squall._recording.describe import describe
from squall._recording.encoding import escape
from squall._recording.frames import Place
from squall._recording.recording import Step

_ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_TASK_REASON = "it is a `@task`, which runs in Python for every iteration"
_ONCE_REASON = "its stage sends no load: it runs once"
_TASK_HINT = "use `@action`, whose body is compiled"
_GENERATOR_HINT = "remove the `yield`: a body is a plain `async def`, or for a `@task` a plain `def`"


@dataclass(frozen=True)
class Action:
    """A method that is an action or a task of a stage, and what became of it.

    Attributes:
        node: The method as a hook.
        outcome: Its steps, or why it runs in Python.
        series: Name of the series of its request, where it has hooks and would make one request otherwise.
    """

    node: Node
    outcome: Compiled | Uncompiled
    series: str | None = None

    @property
    def stage(self) -> type[Stage]:
        """The stage."""
        return self.node.stage

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.node.name

    @property
    def hook(self) -> Hook:
        """What its decorator was given."""
        return self.node.hook

    @property
    def place(self) -> Place:
        """Where the method is."""
        return self.node.place

    @property
    def entry(self) -> str:
        """Name of its script, where it runs in Python."""
        return self.node.full

    @property
    def runs_in_python(self) -> bool:
        """Whether its body runs for every iteration."""
        return isinstance(self.outcome, Uncompiled)

    @property
    def is_mistake(self) -> bool:
        """Whether its body would work neither compiled nor in Python, which was told."""
        return isinstance(self.outcome, Uncompiled) and self.outcome.is_mistake

    @property
    def runs(self) -> Literal["coroutine", "thread"]:
        """Where it runs in Python."""
        return "coroutine" if self.node.is_async else "thread"

    def explained(self) -> dict[str, object]:
        """Returns the entry of the document's `explain`."""
        compiled = isinstance(self.outcome, Compiled)
        place = getattr(self.outcome, "place", None) or self.place
        return {
            "stage": self.stage.__name__,
            "action": self.name,
            "mode": "compiled" if compiled else "python",
            "reason": getattr(self.outcome, "reason", None),
            "hint": getattr(self.outcome, "hint", None),
            "file": place.to_source()["file"],
            "line": place.line,
            "steps": [line for step in getattr(self.outcome, "steps", ()) for line in describe(step)],
        }


def read_actions(stage: type[Stage], hooks: GraphHooks, sources: Sources, problems: Problems) -> list[Action]:
    """Records the actions of a stage, in their order; tells what is wrong with them."""
    if issubclass(stage, Execute) and not any(_is_action(hook) for _, hook in hooks_in(stage)):
        problems.add(
            f"the Execute stage `{stage.__name__}` has no action",
            sources.of_class(stage),
            "add an `async def` method with `@action()`",
        )
    try:
        instance = stage()
    except Exception as error:  # the user's own `__init__` may raise anything
        problems.add(f"`{stage.__name__}()` raises `{type(error).__name__}: {error}`", sources.of_class(stage))
        return []
    actions = []
    for node in hooks.actions(stage):
        action = _read(instance, node, hooks)
        _tell(action, problems)
        actions.append(action)
    return actions


def _is_action(hook: Hook) -> bool:
    return hook.kind in ACTIONS and hook.skip is not True


def _read(instance: Stage, node: Node, hooks: GraphHooks) -> Action:
    given = hooks.body_arguments(node)
    mistake = _wrong_signature(node.function, given)
    if mistake is not None:
        return Action(node, mistake)
    series = node.name if node.kind == "action" and makes_one_request(node) else None
    if given and not node.is_async:
        hint = "declare it `async def`: a plain `def` runs on a thread, beside the hooks"
        return Action(node, Uncompiled(f"nothing gives it an argument `{given[0]}`", hint, None, is_mistake=True))
    if not isinstance(instance, Execute):
        mistake = _not_async(node)
        return Action(node, mistake or Uncompiled(_ONCE_REASON, None, None), series)
    forced = hooks.forced(node)
    if given:
        reason = f"its argument `{given[0]}` has another value in each run"
        return Action(node, forced or Uncompiled(reason, "data of the test's own comes from `data(…)`", None), series)
    if node.kind == "task":
        return Action(node, forced or Uncompiled(_TASK_REASON, _TASK_HINT, None))
    outcome = compile_body(partial(node.function, instance), instance)
    if forced is None or (isinstance(outcome, Uncompiled) and outcome.is_mistake):
        return Action(node, outcome)
    return Action(node, forced, series)


def _not_async(node: Node) -> Uncompiled | None:
    if node.is_async:
        return None
    hint = "write `async def`: it runs on the event loop"
    return Uncompiled("the method is not `async`", hint, None, is_mistake=True)


def _wrong_signature(function: Any, given: Collection[str]) -> Uncompiled | None:
    """Tells what is wrong with a method whatever its body does."""
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        return Uncompiled("it is a generator", _GENERATOR_HINT, None, is_mistake=True)
    needed = [one.name for one in parameters_of(function) if one.is_needed and one.name not in given]
    if not needed:
        return None
    hint = "data comes from `data(…)`, answers from `extract={…}`, other values from the hooks that the action names"
    return Uncompiled(f"nothing gives it an argument `{needed[0]}`", hint, None, is_mistake=True)


def _tell(action: Action, problems: Problems) -> None:
    outcome = action.outcome
    if isinstance(outcome, Compiled) or not outcome.is_mistake:
        return
    name = f"{action.stage.__name__}.{action.name}"
    place = (outcome.place or action.place).named(name)
    problems.add(f"the {action.hook.kind} `{name}` is wrong: {outcome.reason}", place, outcome.hint, outcome.traceback)


def flow_of(actions: list[Action], folder: str, pools: Mapping[str, list[str]]) -> list[Step]:
    """Returns the flow of a stage: its only action's steps, or a choice of one action in each iteration.

    Args:
        actions: The actions.
        folder: Where relative paths start.
        pools: By the entry of an action that runs in Python, the data pools that it uses.
    """
    if len(actions) == 1:
        return _steps(actions[0], folder, pools)
    branches = {
        action.name: {
            **({} if action.hook.weight == 1 else {"weight": action.hook.weight}),
            "steps": _steps(action, folder, pools),
            "source": action.place.to_source(),
        }
        for action in actions
    }
    return [{"choose": {"order": "cycle", "branches": branches}}]


def _steps(action: Action, folder: str, pools: Mapping[str, list[str]]) -> list[Step]:
    tags = plain_tags(action.hook.tags or {})
    if isinstance(action.outcome, Uncompiled):
        script = _script(action, pools.get(action.entry, []))
        return [{"script": {**script, "tags": tags} if tags else script}]
    steps = action.outcome.steps
    if tags:
        _add_tags(steps, tags)
    _name_sources(steps, f"{action.stage.__name__}.{action.name}")
    requests = list(_requests(steps))
    for request in requests:
        _make_paths_absolute(request, folder)
        if "name" not in request:
            request["name"] = action.name if len(requests) == 1 else _series(action.name, request)
    if len(requests) == 1:
        return steps
    group = {"name": action.name, "steps": steps, "source": action.place.to_source()}
    return [{"group": {**group, "tags": tags} if tags else group}]


def _script(action: Action, pools: list[str]) -> dict[str, Any]:
    return {
        "entry": action.entry,
        "runs": action.runs,
        "name": action.name,
        **({"pools": pools} if pools else {}),
        "source": action.place.to_source(),
    }


def _add_tags(steps: list[Step], tags: Mapping[str, str]) -> None:
    """Gives requests and transactions the tags of their action, before which their own go."""
    for step in steps:
        for kind in ("http", "group"):
            if kind in step:
                step[kind]["tags"] = {**tags, **step[kind].get("tags", {})}
        if "group" in step:
            _add_tags(step["group"]["steps"], tags)


def _name_sources(steps: list[Step], name: str) -> None:
    """Says of each step which action it belongs to, whatever helper it was written in."""
    for step in steps:
        for kind in ("http", "group"):
            if kind in step:
                step[kind]["source"]["name"] = name
        if "group" in step:
            _name_sources(step["group"]["steps"], name)


def _requests(steps: list[Step]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if "http" in step:
            yield step["http"]
        elif "group" in step:
            yield from _requests(step["group"]["steps"])


def _series(action: str, request: dict[str, Any]) -> str:
    """Returns the name of a request's series; placeholders stay as written, so that there is one series."""
    path = re.split(r"[?#]", _ORIGIN.sub("", request["url"]), maxsplit=1)[0] or "/"
    return f"{action} {request['method']} {escape(path)}"


def _make_paths_absolute(request: dict[str, Any], folder: str) -> None:
    body = request.get("body", {})
    for holder in (body, *body.get("multipart", ())):
        if "file" in holder:
            holder["file"] = absolute(holder["file"], folder)
