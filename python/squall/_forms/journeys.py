"""Journeys: a function that returns a list of (journey, data pool, volume model), or one journey by its name."""

from __future__ import annotations

import inspect
import os
from typing import Any

from squall._journeys.configuration import configure, tell_raised
from squall._journeys.plan import Plan
from squall._journeys.sender import Sender
from squall._journeys.specs import MISSING, Specs, module_name, place_of
from squall._journeys.triples import Journey, Triples
from squall._lowering.document import Lowered, Module
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._script.calls import is_async
from squall._script.config import config
from squall.datapools import SingleRunDataPoolWrapper

DEFAULT = "scenario"
"""The function that is run where no name is given."""

_INJECTED = ("config", "sender")


def lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns a scenario function or a journey into a plan; None where the file has neither of that name.

    Args:
        module: The file.
        name: The function or the journey. Default: `scenario`.
        overrides: What the command line adds; `form` says what the name is.
        problems: Takes what is wrong.
    """
    specs = Specs(module, problems)
    found = module.names.get(name or DEFAULT, MISSING)
    if found is MISSING and overrides.form is None:
        return None
    kind = overrides.form or (_kind_of(found) if name else DEFAULT if callable(found) else None)
    if kind is None:
        return None
    configure(overrides, specs, problems)
    if found is MISSING:
        found = specs.find(name or DEFAULT, None, kind)
    journeys: list[Journey] = []
    sender = Sender()
    if found is not MISSING and kind == "journey":
        journeys = _one(f"{module_name(module)}:{name}", found, overrides, specs, problems)
    elif found is not MISSING:
        returned = _call_scenario(name or DEFAULT, found, sender, problems)
        if returned is not MISSING:
            journeys = Triples(specs, problems).read(returned, place_of(found))
    config.share()
    if problems.found:
        return Lowered()
    folder = os.path.dirname(os.path.abspath(module.file))
    title = name if name and kind == "journey" else module_name(module)
    return Plan(folder, overrides, problems).of(title, journeys, sender)


def _kind_of(found: Any) -> str | None:
    """Returns what a function of the test file is, by how it is declared."""
    if not inspect.isroutine(found):
        return None
    if is_async(found):
        return "journey"
    return "scenario" if set(inspect.signature(found).parameters) <= set(_INJECTED) else None


def _one(spec: str, found: Any, overrides: Overrides, specs: Specs, problems: Problems) -> list[Journey]:
    """Returns a journey that is run by itself, with the data pool that the command names."""
    pool = None
    if overrides.datapool is not None:
        pool = specs.find(overrides.datapool, None, "data pool")
        if pool is MISSING:
            return []
        if overrides.once and pool is not None:
            pool = SingleRunDataPoolWrapper(pool)
    journey = Triples(specs, problems).journey(found, pool, None, place_of(found))
    if journey is None:
        return []
    return [Journey(spec, journey.call, journey.pool, None, journey.place)]


def _call_scenario(name: str, scenario: Any, sender: Sender, problems: Problems) -> Any:
    place = place_of(scenario)
    if not callable(scenario) or is_async(scenario):
        problems.add(f"the scenario `{name}` is no plain function", place, "declare it `def`, and return a list")
        return MISSING
    wanted = inspect.signature(scenario).parameters
    known = {"config": config, "sender": sender}
    right = True
    for parameter in wanted:
        if parameter not in known:
            message = f"Don't know how to inject {parameter} into a scenario function!"
            problems.add(message, place, "it may take `config` and `sender`")
            right = False
    if not right:
        return MISSING
    try:
        return scenario(**{parameter: known[parameter] for parameter in wanted})
    except Exception as error:
        tell_raised(error, f"the scenario `{name}`", problems)
        return MISSING
