"""Decorators of a test file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from squall._recording.frames import Place, caller

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)

HOOK = "__squall_hook__"
"""Attribute of a method that holds its `Hook`."""

DEPENDENCIES = "__squall_dependencies__"
"""Attribute of a stage that holds its `Dependencies`."""


@dataclass(frozen=True)
class Hook:
    """What `@action` or `@task` was given; checked when the file is loaded, together with everything else."""

    kind: str
    names: tuple[object, ...]
    weight: object
    order: object
    skip: object
    metadata: object
    place: Place


@dataclass(frozen=True)
class Dependencies:
    """What `@depends` was given."""

    stages: tuple[object, ...]
    place: Place


@overload
def action(function: Function, /) -> Function: ...
@overload
def action(
    *names: str,
    weight: float = 1,
    order: int = 1,
    skip: bool = False,
    metadata: Mapping[str, str | int | float] | None = None,
) -> Callable[[Function], Function]: ...
def action(*names: Any, **options: Any) -> Any:
    """Makes an `async` method of an Execute stage one of its actions.

    Its body runs before the load, against a client that records what it asks for; the engine then repeats that. A body
    that cannot be recorded runs in Python for every iteration, as one of a `@task` does; `squall explain` says which do
    and why. Each iteration runs one action or task of the stage, chosen in turn by weight.

    Args:
        names: Names of hooks to run before; there are no such hooks in this version, so that any name is an error.
        weight: Share of this action among the stage's, greater than 0. Default: 1.
        order: Place among the stage's actions, smaller first; where equal, as written. Default: 1.
        skip: Leave the action out. Default: False.
        metadata: Not available in this version; anything in it is an error.
    """
    return _hook("action", names, options)


@overload
def task(function: Function, /) -> Function: ...
@overload
def task(
    *names: str,
    weight: float = 1,
    order: int = 1,
    skip: bool = False,
    metadata: Mapping[str, str | int | float] | None = None,
) -> Callable[[Function], Function]: ...
def task(*names: Any, **options: Any) -> Any:
    """Makes a method of an Execute stage one that runs in Python for every iteration.

    An `async` method runs on the event loop of its process, together with all others; a plain `def` on a thread of its
    own for as long as it takes, where requests are made without `await`. Each request is an operation; a body that
    makes none is timed as an operation of its own, called as the method. What it raises fails the iteration.

    Args:
        names: As of `action`.
        weight: As of `action`.
        order: As of `action`.
        skip: Leave the task out. Default: False.
        metadata: As of `action`.
    """
    return _hook("task", names, options)


def _hook(kind: str, names: tuple[Any, ...], options: dict[str, Any]) -> Any:
    unknown = options.keys() - {"weight", "order", "skip", "metadata"}
    if unknown:
        raise TypeError(
            f"`@{kind}` has no argument `{sorted(unknown)[0]}`; it has `weight`, `order`, `skip`, `metadata`"
        )
    place = caller()
    bare = len(names) == 1 and not options and callable(names[0])

    def mark(function: Function) -> Function:
        hook = Hook(
            kind,
            () if bare else names,
            options.get("weight", 1),
            options.get("order", 1),
            options.get("skip", False),
            options.get("metadata"),
            place,
        )
        setattr(function, HOOK, hook)
        return function

    return mark(names[0]) if bare else mark


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
