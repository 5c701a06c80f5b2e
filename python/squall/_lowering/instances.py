"""The one instance of a stage that its bodies know as `self` while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from squall._authoring.stages import Stage
from squall._lowering.scripts import hooks_entry
from squall._script.registry import Script

if TYPE_CHECKING:
    from squall._hooks.building import Building
    from squall._lowering.actions import Action
    from squall.http import Client


class Instance:
    """Makes the instance of a stage once per process, before the load.

    It is not the one that was recorded: what a body did to that one belongs to no iteration.

    Args:
        stage: The class.
        client: What it has as `client`; None: what its class says.
    """

    def __init__(self, stage: type[Stage], client: Client | None = None) -> None:
        self._stage = stage
        self._client = client
        self._made: Stage | None = None
        self._making = threading.Lock()

    def get(self) -> Stage:
        """Returns the instance."""
        if self._made is None:
            with self._making:
                if self._made is None:
                    made: Any = self._stage()
                    if self._client is not None:
                        made.client = self._client
                    self._made = made
        return self._made


def scripts_of(stage: type[Stage], actions: Sequence[Action], building: Building | None) -> list[Script]:
    """Returns the scripts of those actions of a stage that run in Python.

    Args:
        stage: The stage.
        actions: Its actions.
        building: Makes their hooks; None: the file has none.
    """
    instance = Instance(stage) if building is None else building.instance(stage)
    return [
        Script(
            entry=action.entry,
            call=_call(action, instance, building),
            runs=action.runs,
            name=action.name,
            times="without_requests",
            open=_open(instance),
        )
        for action in actions
        if action.runs_in_python
    ]


def _call(action: Action, instance: Instance, building: Building | None) -> Callable[..., Any]:
    if building is not None and building.is_hooked(action.node):
        return building.action(action.node).script()
    body: Callable[[Stage], Any] = getattr(action.stage, action.name)

    def call(_: object) -> Any:
        return body(instance.get())

    return call


def _open(instance: Instance) -> Callable[[], None]:
    def make() -> None:
        instance.get()

    return make


def stage_script(stage: type[Stage], building: Building) -> Script:
    """Returns the script of the hooks of a stage that run once."""
    instance = building.instance(stage)
    return Script(
        entry=hooks_entry(stage),
        call=building.stage_script(stage),
        runs="coroutine",
        name=hooks_entry(stage),
        times="never",
        open=_open(instance),
    )
