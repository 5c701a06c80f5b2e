"""Settings as a load profile."""

from __future__ import annotations

from typing import Any

from squall._authoring.values import seconds_of
from squall._lowering.attributes import OF_LOAD
from squall._lowering.persona_table import DEFAULT, INJECT, Plugged, find, known_personas, persona_name
from squall._lowering.personas import ALWAYS, Persona
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.settings import Settings

_OPEN_ONLY = ("spacing", "max_users", "max_wait")
_BOTH_MOST = "with a rate, both are the most users; keep `max_users`"
_CLASHES = (
    ("ramp", "stages", "they are the same; keep one"),
    ("iterations", "iterations_per_user", "keep one"),
    ("iterations", "rate", "a given number of iterations has no rate; keep one"),
    ("iterations_per_user", "rate", "a given number of iterations has no rate; keep one"),
    ("iterations", "ramp", "a given number of iterations has no ramps; keep one"),
    ("iterations_per_user", "ramp", "a given number of iterations has no ramps; keep one"),
    ("ramp", "total_time", "the ramps say how long; remove `total_time`"),
    ("pause", "batch_interval", "both are the wait between iterations; keep `pause`"),
    ("pacing", "rate", "with a rate, iterations do not wait for each other; keep one"),
    ("pause", "rate", "with a rate, iterations do not wait for each other; keep one"),
    ("batch_interval", "rate", "with a rate, iterations do not wait for each other; keep one"),
    ("batch_size", "max_users", _BOTH_MOST),
)


def check_load(settings: Settings, problems: Problems, plugged: Plugged | None = None) -> None:
    """Finds attributes that one stage sets although they exclude each other."""
    own = _with_one_ramp(settings)
    name = persona_name(own.values)
    for one, other, hint in _CLASHES:
        if one in own.values and other in own.values:
            names = [name if name in settings.values else "stages" for name in (one, other)]
            if _is_zero(own, one) or _is_zero(own, other) or (hint is _BOTH_MOST and name != DEFAULT):
                continue
            problems.add(f"`{names[0]}` and `{names[1]}` cannot both be set", settings.places.get(names[0]), hint)
    if "ramp" in settings.values and "stages" in settings.values:
        problems.add(
            "`ramp` and `stages` cannot both be set", settings.places.get("stages"), "they are the same; keep `ramp`"
        )
    if "inject" in own.values:
        from squall._lowering.injections import check_steps  # most graphs have none

        check_steps(own.values["inject"], problems)
    if find(name, plugged) is None:
        _add_unknown_persona(name, own, problems, plugged)


def load_profile(settings: Settings, problems: Problems, plugged: Plugged | None = None) -> dict[str, Any]:
    """Returns the plan's `load` for the settings of an Execute stage; nothing where they are wrong."""
    check_load(settings, problems, plugged)
    settings = _with_one_ramp(settings)
    persona = find(persona_name(settings.values), plugged)
    if persona is None or not _check_persona(persona, settings, problems):
        return {}
    return persona.load(settings.values)


def choice_of(settings: Settings, plugged: Plugged | None = None) -> dict[str, Any]:
    """Returns what the step that chooses an action gets from the persona of an Execute stage."""
    persona = find(persona_name(settings.values), plugged)
    return {} if persona is None else persona.choice(settings.values)


def _check_persona(persona: Persona, settings: Settings, problems: Problems) -> bool:
    """Tells of attributes that mean nothing to a persona, and of those that it lacks."""
    before = len(problems.found)
    values, places = settings.values, settings.places
    name = persona_name(values)
    what = "`inject`" if name == INJECT else f"the persona `{name}`"
    if name == DEFAULT:
        for one in _OPEN_ONLY:
            if one in places and one in values and "rate" not in values:
                hint = "set `rate`, iterations a second, or remove it"
                problems.add(f"`{one}` needs `rate`", places[one], hint)
    for one in values:
        if one not in OF_LOAD or one in persona.uses or one in ALWAYS or one not in places or _is_zero(settings, one):
            continue
        if name == DEFAULT:
            problems.add(f"`{one}` means nothing to the persona `default`", places[one], _hint_on(one))
        else:
            problems.add(f"`{one}` does not go with {what}", places[one], f"{_uses(persona)}; remove it")
    for one in persona.needs:
        if one not in values:
            problems.add(f"{what} needs `{one}`", places.get("persona_type"), f"set `{one}`")
    return len(problems.found) == before


def _uses(persona: Persona) -> str:
    return f"it goes by {listed(sorted(persona.uses))}"


def _hint_on(attribute: str) -> str:
    names = sorted(name for name, persona in known_personas().items() if attribute in persona.uses)
    return f"set `persona_type` to one of {listed(names)}, or remove it"


def _add_unknown_persona(name: str, settings: Settings, problems: Problems, plugged: Plugged | None) -> None:
    known = [*known_personas(), *(plugged or {})]
    suggestion = nearest(name, known)
    hint = f"did you mean `{suggestion}`?" if suggestion else f"there are {listed(known)}"
    problems.add(f"there is no persona `{name}`", settings.places.get("persona_type"), hint)


def _with_one_ramp(settings: Settings) -> Settings:
    if "stages" not in settings.values:
        return settings
    values = {"ramp": settings.values["stages"], **settings.values}
    places = {"ramp": settings.places.get("stages"), **settings.places}
    return Settings(values, places).without("stages")


def _is_zero(settings: Settings, name: str) -> bool:
    return name in ("batch_interval", "action_interval") and seconds_of(settings.values[name]) == 0
