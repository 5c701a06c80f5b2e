"""The one instance of a stage that its bodies know as `self` while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from squall._authoring.stages import Execute
from squall._lowering.actions import Action
from squall._script.registry import Script


class Instance:
    """Makes the instance of a stage once per process, before the load.

    It is not the one that was recorded: what a body did to that one belongs to no iteration.
    """

    def __init__(self, stage: type[Execute]) -> None:
        self._stage = stage
        self._made: Execute | None = None
        self._making = threading.Lock()

    def get(self) -> Execute:
        """Returns the instance."""
        if self._made is None:
            with self._making:
                if self._made is None:
                    self._made = self._stage()
        return self._made


def scripts_of(stage: type[Execute], actions: list[Action]) -> list[Script]:
    """Returns the scripts of those actions of a stage that run in Python."""
    instance = Instance(stage)
    return [
        Script(
            entry=action.entry,
            call=_call(getattr(stage, action.name), instance),
            runs=action.runs,
            name=action.name,
            times="without_requests",
            open=_open(instance),
        )
        for action in actions
        if action.runs_in_python
    ]


def _call(body: Callable[[Execute], Any], instance: Instance) -> Callable[..., Any]:
    def call(_: object) -> Any:
        return body(instance.get())

    return call


def _open(instance: Instance) -> Callable[[], None]:
    def make() -> None:
        instance.get()

    return make
