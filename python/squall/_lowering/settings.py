"""What each stage of a file did set."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from squall._authoring.stages import BUILT_IN, KINDS, Act, Analyze, Execute, HttpAttributes, LoadAttributes, Stage
from squall._lowering.attributes import KNOWN, OF_HEDRA, OF_LOAD
from squall._lowering.parsers import Parse, WrongValueError
from squall._lowering.persona_table import DEFAULT, find, persona_name
from squall._lowering.personas import ALWAYS, OF_PERSONAS
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.sources import Sources
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._recording.recording import RefusalError

_OURS = frozenset({*BUILT_IN, LoadAttributes, HttpAttributes, object})
_METHODS = (types.FunctionType, staticmethod, classmethod, property, type)


@dataclass
class Settings:
    """The attributes that a stage sets, parsed, and where.

    Attributes:
        values: Parsed values by name.
        places: Lines by name; None and missing are the same: it was not set in a file.
    """

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place | None] = field(default_factory=dict)

    def over(self, below: Settings) -> Settings:
        """Returns these settings on top of others."""
        return Settings({**below.values, **self.values}, {**below.places, **self.places})

    def without(self, *names: str) -> Settings:
        """Returns the settings without some of them."""
        return Settings({name: value for name, value in self.values.items() if name not in names}, self.places)


_USERS_WAIT = ("pacing", "pause", "batch_interval")
_OPEN_ONLY = ("spacing", "max_users", "max_wait")
_COUNTED = ("iterations", "iterations_per_user")

# What a setting takes out of the settings below it, besides the one of the same name.
_REPLACES = {
    "rate": ("ramp", "stages", "inject", *_COUNTED, *_USERS_WAIT),
    "iterations": ("rate", "ramp", "stages", "inject", "iterations_per_user", *_OPEN_ONLY),
    "iterations_per_user": ("rate", "ramp", "stages", "inject", "iterations", *_OPEN_ONLY),
    "ramp": ("stages", "total_time", "inject", *_COUNTED),
    "stages": ("ramp", "total_time", "inject", *_COUNTED),
    "total_time": ("ramp", "stages", "inject"),
    "batch_size": ("max_users",),
    "max_users": ("batch_size",),
    "pause": ("batch_interval",),
    "batch_interval": ("pause",),
    "connections": ("reset_connections",),
    "reset_connections": ("connections",),
}
_OF_THE_PERSONA = frozenset({"persona_type", *OF_PERSONAS})
_MOST_USERS = frozenset({"batch_size", "max_users"})
ASK_FOR_A_PERSONA = frozenset({"persona_type", "distribution", "inject"})
"""Attributes that name a persona, or can only mean one."""
OTHER_LOADS = ("rate", "ramp", "stages", *_COUNTED)
"""Attributes that take the place of a persona which does not use them."""


def layered(above: Settings, below: Settings) -> Settings:
    """Returns settings on top of others, without those below that no longer make sense."""
    gone = {name for key in above.values for name in _replaced_by(key, above, below)}
    return above.over(below.without(*gone))


def replaces(above: Settings, name: str, below: str) -> bool:
    """Tells whether a setting takes one of another name out of the settings below it."""
    return below in _replaced_by(name, above, Settings())


def _replaced_by(name: str, above: Settings, below: Settings) -> Iterable[str]:
    """Yields what one setting takes out of those below it."""
    if name not in _MOST_USERS or not _has_batches(above.over(below)):
        yield from _REPLACES.get(name, ())
    if name in ASK_FOR_A_PERSONA:
        persona = find(persona_name(above.values))
        if persona is not None:
            used = {*persona.uses, *ALWAYS, *(("stages",) if "ramp" in persona.uses else ())}
            yield from OF_LOAD - used
        if name != "persona_type":
            yield "persona_type"
    elif name in OTHER_LOADS and ASK_FOR_A_PERSONA & below.values.keys():
        persona = find(persona_name(below.values))
        if persona is not None and {name, "ramp" if name == "stages" else name}.isdisjoint(persona.uses):
            yield from _OF_THE_PERSONA


def _has_batches(settings: Settings) -> bool:
    """Tells whether the size of a batch is one thing, and the most users another."""
    name = persona_name(settings.values)
    persona = find(name)
    return name != DEFAULT and persona is not None and persona.uses >= _MOST_USERS


def kind_of(stage: type[Stage]) -> type[Stage] | None:
    """Returns which of the kinds a stage is, or None."""
    return next((kind for kind in KINDS if issubclass(stage, kind)), None)


def read_settings(stage: type[Stage], sources: Sources, problems: Problems) -> Settings:
    """Reads and checks the attributes of a stage."""
    settings = Settings()
    kind = kind_of(stage)
    known = KNOWN[kind] if kind else {}
    for name, value in _own_attributes(stage):
        parse = known.get(name)
        if parse is None and isinstance(value, _METHODS):
            continue
        place = sources.of_attribute(stage, name)
        if parse is None:
            _add_unknown(name, stage, known, place, problems)
        elif value is not None:
            _parse_into(settings, name, value, parse, place, problems)
    return settings


def _own_attributes(stage: type) -> Iterator[tuple[str, Any]]:
    seen = set()
    for base in stage.__mro__:
        if base in _OURS:
            continue
        for name, value in vars(base).items():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield name, value


def _parse_into(settings: Settings, name: str, value: Any, parse: Parse, place: Place, problems: Problems) -> None:
    try:
        settings.values[name] = parse(value)
    except WrongValueError as wrong:
        problems.add(f"`{name}` must be {wrong}, not {described(value)}", place, wrong.hint)
    except RefusalError as refusal:
        problems.add(f"`{name}` is wrong: {refusal.message}", place, refusal.hint)
    settings.places[name] = place


def _add_unknown(name: str, stage: type, known: dict[str, Parse], place: Place, problems: Problems) -> None:
    if name in OF_HEDRA:
        problems.add(f"`{name}` is not available in this version", place, "remove it: nothing would come of it")
        return
    suggestion = nearest(name, known)
    kind = kind_of(stage)
    article = f"{'an' if kind in (Execute, Analyze, Act) else 'a'} {kind.__name__}" if kind else "a"
    hints = [f"did you mean `{suggestion}`?"] if suggestion else []
    hints.append(f"it has {listed(sorted(known))}" if known else "it has none")
    hints.append(f"name your own values with an underscore, `_{name}`, or keep them outside of the class")
    problems.add(f"{article} stage has no attribute `{name}`", place, "; ".join(hints))
