"""Methods of an Execute stage as branches of a flow."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from squall._authoring.hooks import HOOK, Hook
from squall._authoring.stages import Execute
from squall._lowering.http_settings import absolute
from squall._lowering.problems import Problems
from squall._lowering.sources import Sources
from squall._recording.compile import Compiled, Uncompiled, compile_body
from squall._recording.describe import describe
from squall._recording.encoding import described, escape
from squall._recording.frames import Place
from squall._recording.recording import Step

_ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_TASK_REASON = "it is a `@task`, which runs in Python for every iteration"
_TASK_HINT = "use `@action`, whose body is compiled"
_GENERATOR_HINT = "remove the `yield`: a body is a plain `async def`, or for a `@task` a plain `def`"


@dataclass(frozen=True)
class Action:
    """A method that is an action or a task of a stage, and what became of it."""

    stage: type[Execute]
    name: str
    hook: Hook
    place: Place
    outcome: Compiled | Uncompiled

    @property
    def entry(self) -> str:
        """Name of its script, where it runs in Python."""
        return f"{self.stage.__name__}.{self.name}"

    @property
    def runs_in_python(self) -> bool:
        """Whether its body runs for every iteration."""
        return isinstance(self.outcome, Uncompiled)

    @property
    def runs(self) -> Literal["coroutine", "thread"]:
        """Where it runs in Python."""
        return "coroutine" if _is_coroutine_function(getattr(self.stage, self.name)) else "thread"

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


def read_actions(stage: type[Execute], sources: Sources, problems: Problems) -> list[Action]:
    """Records the actions of a stage, in their order; tells what is wrong with them."""
    hooks = [(name, hook) for name, hook in _hooks(stage) if _is_right(stage, name, hook, sources, problems)]
    if not any(True for _ in _hooks(stage)):
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
    for name, hook in sorted(hooks, key=lambda item: item[1].order):  # type: ignore[arg-type,return-value]
        action = _read(instance, name, hook, sources)
        _tell(action, problems)
        actions.append(action)
    return actions


def _hooks(stage: type[Execute]) -> Iterator[tuple[str, Hook]]:
    """Yields the hooks that are not skipped: base classes first, each as its last class defines it."""
    names = dict.fromkeys(name for base in reversed(stage.__mro__) for name in vars(base))
    for name in names:
        hook = getattr(getattr(stage, name, None), HOOK, None)
        if isinstance(hook, Hook) and hook.skip is not True:
            yield name, hook


def _is_right(stage: type[Execute], name: str, hook: Hook, sources: Sources, problems: Problems) -> bool:
    place = sources.of_attribute(stage, name)
    before = len(problems.found)
    what = f"`@{hook.kind}` of `{stage.__name__}.{name}`"
    if hook.names:
        problems.add(
            f"{what} names hooks to run before it, which this version does not have", place, "remove the names"
        )
    if hook.metadata:
        problems.add(f"`metadata` in {what} is not available in this version", place, "remove it")
    if isinstance(hook.weight, bool) or not isinstance(hook.weight, (int, float)) or not 0 < hook.weight < float("inf"):
        problems.add(f"`weight` in {what} must be a number greater than 0, not {described(hook.weight)}", place)
    if isinstance(hook.order, bool) or not isinstance(hook.order, int) or hook.order < 1:
        problems.add(f"`order` in {what} must be a whole number of at least 1, not {described(hook.order)}", place)
    if not isinstance(hook.skip, bool):
        problems.add(f"`skip` in {what} must be `True` or `False`, not {described(hook.skip)}", place)
    return len(problems.found) == before


def _read(instance: Execute, name: str, hook: Hook, sources: Sources) -> Action:
    stage = type(instance)
    place = sources.of_attribute(stage, name)
    mistake = _wrong_signature(getattr(stage, name))
    if mistake is not None:
        return Action(stage, name, hook, place, mistake)
    if hook.kind == "task":
        return Action(stage, name, hook, place, Uncompiled(_TASK_REASON, _TASK_HINT, None))
    return Action(stage, name, hook, place, compile_body(partial(getattr(stage, name), instance), instance))


def _wrong_signature(function: Any) -> Uncompiled | None:
    """Tells what is wrong with a method whatever its body does."""
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        return Uncompiled("it is a generator", _GENERATOR_HINT, None, is_mistake=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    needed = [
        one for one in parameters if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if not needed:
        return None
    hint = "keep `self` alone; data comes from `data(…)`, answers from `extract={…}`"
    return Uncompiled(f"nothing gives it an argument `{needed[0].name}`", hint, None, is_mistake=True)


def _is_coroutine_function(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(inspect.unwrap(function))


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
    if isinstance(action.outcome, Uncompiled):
        return [{"script": _script(action, pools.get(action.entry, []))}]
    steps = action.outcome.steps
    _name_sources(steps, f"{action.stage.__name__}.{action.name}")
    requests = list(_requests(steps))
    for request in requests:
        _make_paths_absolute(request, folder)
        if "name" not in request:
            request["name"] = action.name if len(requests) == 1 else _series(action.name, request)
    if len(requests) == 1:
        return steps
    return [{"group": {"name": action.name, "steps": steps, "source": action.place.to_source()}}]


def _script(action: Action, pools: list[str]) -> dict[str, Any]:
    return {
        "entry": action.entry,
        "runs": action.runs,
        "name": action.name,
        **({"pools": pools} if pools else {}),
        "source": action.place.to_source(),
    }


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
