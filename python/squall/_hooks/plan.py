"""What is done around each request of an action, found out before the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from squall._hooks.channel import Channel
from squall._hooks.context import State
from squall._hooks.steps import Call, Step

if TYPE_CHECKING:
    from squall._hooks.attached import HookedHttp

Layers = tuple[tuple[Step, ...], ...]
Simple = tuple[tuple[Call, bool, str], ...]
"""Hooks that are called one after the other: how, whether that is to be awaited, and their short names."""

_SIMPLE = ("event", "transform")


class Plan:
    """What is done around each request of an action, found out before the load.

    Attributes:
        name: Name of the action.
        stage: Name of its stage.
        series: Name of the series of its requests; None: method and path.
        metadata: What the decorator of the action was given.
        needs: Full names of the hooks that the action depends on.
        before: Hooks before a request.
        after: Hooks after its answer.
        checks: Checks, and what depends on them.
        receives: Channels to receive from.
        receives_first: Hooks before the request need what is received; else a condition decides before it is.
        sends: Channels, each with the hook that makes what is sent.
        state: The context of the stage.
        live: Names of the numbers of its `@metric` hooks.
        http: Class of the client of its iterations.
        simple_before: Hooks before a request, where they can be called one after the other without more ado; None: they
            decide, wait or stand beside each other.
        simple_after: The same of those after its answer.
        judges: Checks decide whether an operation has succeeded.
        goes_on: There is more to do after an answer than to call those.
    """

    __slots__ = (
        "after",
        "before",
        "checks",
        "goes_on",
        "http",
        "judges",
        "live",
        "metadata",
        "name",
        "needs",
        "receives",
        "receives_first",
        "sends",
        "series",
        "simple_after",
        "simple_before",
        "stage",
        "state",
    )

    def __init__(self, stage: str, name: str, state: State) -> None:
        self.stage = stage
        self.name = name
        self.state = state
        self.series: str | None = None
        self.metadata: Any = None
        self.needs: frozenset[str] = frozenset()
        self.before: Layers = ()
        self.after: Layers = ()
        self.checks: Layers = ()
        self.receives: tuple[Channel, ...] = ()
        self.receives_first = False
        self.sends: tuple[tuple[Step, Channel], ...] = ()
        self.live: dict[str, str] = {}
        self.http: Any = None
        self.simple_before: Simple | None = ()
        self.simple_after: Simple | None = ()
        self.judges = False
        self.goes_on = False

    def finish(self, http: type[HookedHttp]) -> None:
        """Notes what can be done without more ado.

        Args:
            http: Class of the client of its iterations.
        """
        self.http = http
        self.simple_before = None if self.receives else _simple(self.before)
        self.simple_after = _simple(self.after)
        self.judges = bool(self.checks)
        self.goes_on = self.simple_after is None or bool(self.checks or self.sends)


def _simple(layers: Layers) -> Simple | None:
    """Returns the hooks in their order, where none waits beside another and none decides anything."""
    for layer in layers:
        if any(step.kind not in _SIMPLE for step in layer) or sum(step.is_async for step in layer) > 1:
            return None
    return tuple((step.call, step.is_async, step.name) for layer in layers for step in layer)
