"""Which hooks there are, what they are given, and which stages take them."""

from __future__ import annotations

from squall._authoring.stages import Stage
from squall._lowering.settings import kind_of

ACTIONS = frozenset({"action", "task"})
"""Kinds that send load."""

_STEPS = frozenset({"condition", "context", "event", "transform"})
_AROUND = frozenset({*ACTIONS, "after", "before", "channel", "check", *_STEPS})

ACCEPTED: dict[str, frozenset[str]] = {
    "Setup": frozenset({*_STEPS, "setup"}),
    "Execute": frozenset({*_AROUND, "metric"}),
    "Analyze": frozenset({*_STEPS, "metric"}),
    "Submit": _STEPS,
    "Act": frozenset({*_AROUND, "load", "save"}),
    "Validate": frozenset({*_STEPS, "check", "validate"}),
    "Checkpoint": frozenset({"context", "event", "load", "restore", "save"}),
    "Teardown": frozenset({*_AROUND, "load", "save", "teardown"}),
    "Wait": frozenset(),
}
"""Hooks that a kind of stage takes."""

RUNS_ONCE = frozenset({"Act", "Validate", "Checkpoint", "Teardown"})
"""Kinds of stages whose hooks, actions included, run once each."""

PLAIN = {"after": "event", "before": "event", "restore": "load", "setup": "event", "teardown": "event"}
"""Older kinds, and what they are."""


def kind_name(stage: type[Stage]) -> str:
    """Returns the kind of a stage: `Execute`, `Act`, …."""
    kind = kind_of(stage)
    return kind.__name__ if kind else "Stage"
