"""Several graphs in one file, and stages that are made of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from squall._authoring.stages import Stage
from squall._recording.frames import Place, caller
from squall._recording.recording import misuse

Class = TypeVar("Class", bound=type)

PARAMETERS = "__squall_parameters__"
"""Attribute of a stage that holds its `Parameters`."""


class Graph:
    """A choice of a file's stages, to be run alone: `quick = Graph(Load, Browse)`, and `squall run FILE:quick`.

    A stage that runs after one which is not in the graph runs after those before that one.
    """

    def __init__(self, *stages: type[Stage]) -> None:
        """Takes the stages of the graph, in any order."""
        wrong = [stage for stage in stages if not (isinstance(stage, type) and issubclass(stage, Stage))]
        if wrong or not stages:
            what = f"`Graph` takes stages, not `{wrong[0]!r}`" if wrong else "`Graph()` has no stages"
            misuse(what, "e.g. `quick = Graph(Load, Browse)`")
        self.stages = stages
        self.place: Place = caller()


@dataclass(frozen=True)
class Parameters:
    """What `@parametrize` was given."""

    values: dict[str, tuple[Any, ...]]
    is_sequential: bool
    place: Place


def parametrize(*, sequential: bool = False, **attributes: Any) -> Callable[[Class], Class]:
    """Makes a stage run once for each value of an attribute, or for each combination of several attributes' values.

    `@parametrize(rate=[100, 200])` above `class Browse` makes `Browse[rate=100]` and `Browse[rate=200]`. What depends
    on `Browse` runs after both. An attribute whose name starts with an underscore is the test's own: `self._page`.

    Args:
        sequential: One after the other, in the order of the values, instead of at the same time.
        attributes: Lists of values by the name of the attribute.
    """
    place = caller()
    for name, values in attributes.items():
        if not isinstance(values, (list, tuple, range)) or not values:
            misuse(f"`{name}` of `@parametrize` must be a list of values, not `{values!r}`", "e.g. `rate=[100, 200]`")
    if not attributes:
        misuse("`@parametrize()` names no attribute", "e.g. `@parametrize(rate=[100, 200])`")
    parameters = Parameters({name: tuple(values) for name, values in attributes.items()}, bool(sequential), place)

    def mark(stage: Class) -> Class:
        if not (isinstance(stage, type) and issubclass(stage, Stage)):
            misuse("`@parametrize` stands above a stage", "put it above a class that derives from `Execute`")
        setattr(stage, PARAMETERS, parameters)
        return stage

    return mark
