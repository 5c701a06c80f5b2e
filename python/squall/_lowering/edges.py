"""Which kind of stage may come right after which."""

from __future__ import annotations

from squall._authoring.stages import (
    KINDS,
    Act,
    Analyze,
    Checkpoint,
    Execute,
    Setup,
    Stage,
    Submit,
    Teardown,
    Validate,
    Wait,
)

Kind = type[Stage]

_ANYWHERE: tuple[Kind, ...] = (Act, Validate, Checkpoint, Wait)
_MAY_FOLLOW: dict[Kind, tuple[Kind, ...]] = {
    Setup: (Execute, *_ANYWHERE, Teardown),
    Execute: (Setup, Execute, Analyze, *_ANYWHERE, Teardown),
    Analyze: (Submit, *_ANYWHERE, Teardown),
    Submit: (Setup, Execute, Submit, *_ANYWHERE, Teardown),
    Teardown: (Teardown,),
    **dict.fromkeys(_ANYWHERE, KINDS),
}
MAY_BE_FIRST: tuple[Kind, ...] = (Setup, *_ANYWHERE)
"""The kinds that need no stage before them."""

_HINTS: dict[tuple[Kind, Kind], str] = {
    (Setup, Setup): "put the Execute stages of the first one between them, or keep one of them",
    (Setup, Analyze): "put an Execute stage between them",
    (Setup, Submit): "put an Execute stage and an Analyze stage between them",
    (Execute, Submit): "put an Analyze stage between them",
    (Analyze, Setup): "put a Submit stage between them, or let it depend on the Execute stage before the Analyze stage",
    (Analyze, Execute): "put a Submit stage between them, or let it depend on what comes before the Analyze stage",
    (Analyze, Analyze): "let both depend on the Execute stages, or keep one of them",
    (Submit, Analyze): "put an Execute stage between them",
}
_AFTER_TEARDOWN = "a Teardown stage comes last; let it depend on what comes before that"


def may_follow(before: Kind, after: Kind) -> bool:
    """Tells whether a kind of stage may come right after another."""
    return after in _MAY_FOLLOW[before]


def hint_on(before: Kind, after: Kind) -> str:
    """Returns how to mend an edge that may not be."""
    return _AFTER_TEARDOWN if before is Teardown else _HINTS[before, after]
