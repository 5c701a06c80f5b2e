"""All personas by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Union

from squall._lowering.default_persona import DEFAULT_PERSONA
from squall._lowering.executors import OF_K6
from squall._lowering.injections import INJECTION
from squall._lowering.personas import OF_HEDRA, Persona, Values

Plugged = Mapping[str, Union[Persona, None]]
"""Personas that the test brings along, by name."""

DEFAULT = "default"
"""Name of the persona of a stage that sets none."""

INJECT = " inject"
"""Name of what `inject` makes, which is no value of `persona_type`."""

_PERSONAS = {DEFAULT: DEFAULT_PERSONA, **OF_HEDRA, **OF_K6}
_IMPLIED = {"distribution": "approximate-distribution", "inject": INJECT}


def known_personas() -> Mapping[str, Persona]:
    """Returns the personas that come with the package, by name."""
    return _PERSONAS


def persona_name(values: Values) -> str:
    """Returns the name of the persona that settings ask for, `default` where they ask for none."""
    if "persona_type" in values:
        name: str = values["persona_type"]
        return name
    return next((persona for attribute, persona in _IMPLIED.items() if attribute in values), DEFAULT)


def find(name: str, plugged: Plugged | None = None) -> Persona | None:
    """Returns a persona by its name; those of the test come first."""
    if name == INJECT:
        return INJECTION
    return (plugged or {}).get(name) or _PERSONAS.get(name)
