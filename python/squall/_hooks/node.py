"""A hook of a stage."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from squall._authoring.hooks import Hook
from squall._authoring.stages import Stage
from squall._hooks.kinds import ACTIONS, PLAIN
from squall._recording.frames import Place


@dataclass(frozen=True)
class Parameter:
    """An argument of a hook.

    Attributes:
        name: Its name.
        is_needed: It has no default.
        is_positional: It can only be given by its position.
        default: What it is where nothing is given; None for one that is needed.
    """

    name: str
    is_needed: bool
    is_positional: bool
    default: Any = None


@dataclass(eq=False)
class Node:
    """A hook of a stage, and the hooks that it depends on.

    Attributes:
        stage: The stage.
        name: Name of the method.
        hook: What its decorator was given.
        place: Where the method is.
        parameters: What it takes besides `self`.
        after: Hooks of the same stage that it runs after.
        foreign: Hooks of other stages that it names.
        is_right: Nothing is wrong with what its decorator was given.
    """

    stage: type[Stage]
    name: str
    hook: Hook
    place: Place
    parameters: tuple[Parameter, ...] = ()
    after: list[Node] = field(default_factory=list)
    foreign: list[Node] = field(default_factory=list)
    is_right: bool = True

    @property
    def full(self) -> str:
        """Its name in the whole file."""
        return f"{self.stage.__name__}.{self.name}"

    @property
    def kind(self) -> str:
        """Its kind, where older kinds are what they are called today."""
        return PLAIN.get(self.hook.kind, self.hook.kind)

    @property
    def shown(self) -> str:
        """The hook as messages tell of it."""
        return f"`{self.full}` (@{self.hook.kind})"

    @property
    def order(self) -> int:
        """Its place among hooks that could run at the same time."""
        order: int = self.hook.order if self.is_right else 1
        return order

    @property
    def function(self) -> Callable[..., Any]:
        """The method."""
        function: Callable[..., Any] = getattr(self.stage, self.name)
        return function

    @property
    def is_action(self) -> bool:
        """Whether it is an action or a task."""
        return self.kind in ACTIONS

    @property
    def is_async(self) -> bool:
        """Whether calling it gives a coroutine."""
        function = self.function
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(inspect.unwrap(function))

    def takes(self, name: str) -> bool:
        """Tells whether it has an argument of a name."""
        return any(parameter.name == name for parameter in self.parameters)


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Returns what a method takes besides `self`."""
    given = list(inspect.signature(function).parameters.values())[1:]
    return tuple(
        Parameter(
            one.name,
            one.default is one.empty,
            one.kind is one.POSITIONAL_ONLY,
            None if one.default is one.empty else one.default,
        )
        for one in given
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    )
