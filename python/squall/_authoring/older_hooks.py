"""Decorators of Hedra's earlier versions, which its documents still use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from squall._authoring.hooks import Function, Metadata, hook


def setup(
    function: Any = None, *, metadata: Metadata | None = None, order: int = 1, skip: bool = False
) -> Callable[[Function], Function]:
    """Makes a method of a Setup stage one that runs once, before everything that comes after the stage.

    Args:
        function: The method, where the decorator is written without brackets.
        metadata: As of `action`.
        order: As of `event`.
        skip: As of `event`.
    """
    return _older("setup", (function,) if function else (), {"metadata": metadata, "order": order, "skip": skip})


def teardown(
    function: Any = None, *, metadata: Metadata | None = None, order: int = 1, skip: bool = False
) -> Callable[[Function], Function]:
    """Makes a method of a Teardown stage one that runs once.

    Args:
        function: As of `setup`.
        metadata: As of `action`.
        order: As of `event`.
        skip: As of `event`.
    """
    return _older("teardown", (function,) if function else (), {"metadata": metadata, "order": order, "skip": skip})


def before(*names: str, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method an event that runs before each request of the named actions.

    Args:
        names: The actions; at least one.
        order: As of `event`.
        skip: As of `event`.
    """
    return _older("before", names, {"order": order, "skip": skip})


def after(*names: str, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method an event that runs after each answer of the named actions.

    Args:
        names: The actions; at least one.
        order: As of `event`.
        skip: As of `event`.
    """
    return _older("after", names, {"order": order, "skip": skip})


def validate(*names: str | type, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method of a Validate stage one that tries actions of other stages before the load.

    Its first argument, or the one called as the action, performs the action once and returns its result. Where the
    method returns `False` or raises, the stage fails.

    Args:
        names: The actions, as `Stage.method`; or the stage, followed by names of its actions. The method is called once
            for each.
        order: As of `event`.
        skip: As of `event`.
    """
    return _older("validate", names, {"order": order, "skip": skip})


def _older(kind: str, names: tuple[Any, ...], options: dict[str, object]) -> Callable[[Function], Function]:
    mark: Callable[[Function], Function] = hook(kind, names, options)
    return mark
