"""Decorators of hooks that run before, after or beside actions, each with what the hooks before it have returned."""

from __future__ import annotations

from collections.abc import Callable

from squall._authoring.hooks import Function, hook


def event(*names: str, order: int = 1, skip: bool = False, pre: bool = False) -> Callable[[Function], Function]:
    """Makes a method a step of its stage.

    One that an action names runs before each of its requests and may change it, as `action`; one that names an action
    runs after each of its answers, with `result`. One that has to do with no action runs once, when the stage starts.

    Args:
        names: Hooks to run after.
        order: Hooks that could run at the same time run one after the other, smaller first; equal ones together.
            Default: 1.
        skip: Leave the hook out; those after it run after those before it. Default: False.
        pre: Run before the named hooks instead of after them.
    """
    return _step("event", names, {"order": order, "skip": skip, "pre": pre})


def context(*names: str, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method one that publishes: every key that it returns is in the context of the stage and of later ones.

    Args:
        names: Hooks to run after.
        order: As of `event`.
        skip: As of `event`.
    """
    return _step("context", names, {"order": order, "skip": skip})


def transform(*names: str, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method one that is called for each element of a list.

    Where an argument is a list or a tuple, the method is called once per element, at the same time; what the calls
    return becomes a list per key. Several lists of one length are gone through together.

    Args:
        names: Hooks to run after.
        order: As of `event`.
        skip: As of `event`.
    """
    return _step("transform", names, {"order": order, "skip": skip})


def condition(*names: str, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method a gate: where it returns something false, what depends on it does not run.

    Before a request, the request is not sent, and its iteration counts as well. A condition of a stage that nothing
    depends on closes the whole stage. A dictionary is never false here; its keys are for the hooks behind it.

    Args:
        names: Hooks to run after.
        order: As of `event`.
        skip: As of `event`.
    """
    return _step("condition", names, {"order": order, "skip": skip})


def check(
    *names: str, message: str = "Did not return True.", order: int = 1, skip: bool = False
) -> Callable[[Function], Function]:
    """Makes a method a check of the answers of actions.

    Where it returns `False`, or an `assert` in it does not hold, the operation has failed: class `check`, with the name
    of the check and its message. It never stops anything.

    Args:
        names: The actions, or hooks after them; at least one.
        message: Why the operation has failed.
        order: As of `event`.
        skip: As of `event`.
    """
    return _step("check", names, {"message": message, "order": order, "skip": skip})


def _step(kind: str, names: tuple[str, ...], options: dict[str, object]) -> Callable[[Function], Function]:
    mark: Callable[[Function], Function] = hook(kind, names, options)
    return mark
