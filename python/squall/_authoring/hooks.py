"""Decorators of a test file: what every hook is given, actions, tasks, and `@depends`.

The other decorators are in `step_hooks` (events, checks, conditions, …), `value_hooks` (channels, metrics, files) and
`older_hooks` (names of Hedra's earlier versions). What they are given is checked when the file is loaded, together with
everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from squall._authoring.tags import Tags
from squall._recording.frames import Place, caller

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)

HOOK = "__squall_hook__"
"""Attribute of a method that holds its `Hook`."""

DEPENDENCIES = "__squall_dependencies__"
"""Attribute of a stage that holds its `Dependencies`."""


@dataclass(frozen=True)
class Hook:
    """What the decorator of a method was given.

    Attributes:
        kind: Name of the decorator.
        names: Its positional arguments.
        options: Its keyword arguments, defaults included.
        place: Where it was written.
        below: What another decorator of ours has made of the same method, which is a mistake.
    """

    kind: str
    names: tuple[object, ...]
    options: Mapping[str, object]
    place: Place
    below: Hook | None = None

    @property
    def weight(self) -> Any:
        """Share of an action among those of its stage."""
        return self.options.get("weight", 1)

    @property
    def order(self) -> Any:
        """Place among hooks of the same layer, or among the actions of the stage."""
        return self.options.get("order", 1)

    @property
    def skip(self) -> Any:
        """Whether the hook is left out."""
        return self.options.get("skip", False)

    @property
    def metadata(self) -> Any:
        """What an action says about itself."""
        return self.options.get("metadata")

    @property
    def tags(self) -> Any:
        """What rules select an action by."""
        return self.options.get("tags")


@dataclass(frozen=True)
class Dependencies:
    """What `@depends` was given."""

    stages: tuple[object, ...]
    place: Place


def hook(kind: str, names: tuple[Any, ...], options: Mapping[str, object]) -> Any:
    """Returns what marks a method as a hook, or the marked method where the decorator was written without brackets."""
    place = caller()
    bare = len(names) == 1 and callable(names[0]) and not isinstance(names[0], type)

    def mark(function: Function) -> Function:
        below = getattr(function, HOOK, None)
        setattr(function, HOOK, Hook(kind, () if bare else names, dict(options), place, below))
        return function

    return mark(names[0]) if bare else mark


Metadata = Mapping[str, "str | int | float | Sequence[object]"]


@overload
def action(function: Function, /) -> Function: ...
@overload
def action(
    *names: str,
    weight: float = 1,
    order: int = 1,
    skip: bool = False,
    metadata: Metadata | None = None,
    tags: Tags | None = None,
    checks: Sequence[str] = (),
    notify: Sequence[str] = (),
    listen: Sequence[str] = (),
) -> Callable[[Function], Function]: ...
def action(*names: Any, **options: Any) -> Any:
    """Makes an `async` method of a stage one of its actions.

    In an Execute stage each iteration runs one action or task of the stage, chosen in turn by weight. The body of an
    action runs before the load, against a client that records what it asks for; the engine then repeats that. A body
    that cannot be recorded runs in Python for every iteration, as one of a `@task` does, and so does one with hooks;
    `squall explain` says which do and why. In an Act or Teardown stage each action runs once.

    Args:
        names: Hooks that run before each request of the action, and channels that it receives from.
        weight: Share of this action among the stage's, greater than 0. Default: 1.
        order: Place among the stage's actions, smaller first; where equal, as written. Default: 1.
        skip: Leave the action out. Default: False.
        metadata: What hooks see as `action.metadata`: text and numbers by name, e.g. `env`, `user`, `tags`.
        tags: Names and values that thresholds select by, `{tag.team=shop}`: of all its requests, its transactions and
            itself. They stand behind their names in the results.
        checks: Checks of its answers, instead of naming the action in `@check`.
        notify: Channels that its answers are sent to, instead of naming the action in `@channel`.
        listen: Channels that it receives from, as in `names`.
    """
    return hook("action", names, _given("action", options))


@overload
def task(function: Function, /) -> Function: ...
@overload
def task(
    *names: str,
    weight: float = 1,
    order: int = 1,
    skip: bool = False,
    metadata: Metadata | None = None,
    tags: Tags | None = None,
    checks: Sequence[str] = (),
    notify: Sequence[str] = (),
    listen: Sequence[str] = (),
) -> Callable[[Function], Function]: ...
def task(*names: Any, **options: Any) -> Any:
    """Makes a method of a stage one that runs in Python for every iteration.

    An `async` method runs on the event loop of its process, together with all others; a plain `def` on a thread of its
    own for as long as it takes, where requests are made without `await`. Each request is an operation; a body that
    makes none is timed as an operation of its own, called as the method. What it raises fails the iteration.

    Args:
        names: As of `action`.
        weight: As of `action`.
        order: As of `action`.
        skip: Leave the task out. Default: False.
        metadata: As of `action`.
        tags: As of `action`.
        checks: As of `action`.
        notify: As of `action`.
        listen: As of `action`.
    """
    return hook("task", names, _given("task", options))


_DEFAULTS: dict[str, object] = {
    "weight": 1,
    "order": 1,
    "skip": False,
    "metadata": None,
    "tags": None,
    "checks": (),
    "notify": (),
    "listen": (),
}


def _given(kind: str, options: dict[str, Any]) -> dict[str, object]:
    unknown = sorted(options.keys() - _DEFAULTS.keys())
    if unknown:
        known = ", ".join(f"`{name}`" for name in _DEFAULTS)
        raise TypeError(f"`@{kind}` has no argument `{unknown[0]}`; it has {known}")
    return {**_DEFAULTS, **options}


def depends(*stages: type | str) -> Callable[[Class], Class]:
    """Makes a stage run after others have ended well.

    Args:
        stages: The stages to run after, as classes or as names of classes of the same file; at least one, all
            different.
    """
    place = caller()

    def mark(stage: Class) -> Class:
        setattr(stage, DEPENDENCIES, Dependencies(stages, place))
        return stage

    return mark
