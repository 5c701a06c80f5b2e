"""Gatling's injection steps as a load profile."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from squall._lowering.personas import Load, Persona, Values, copied
from squall._lowering.problems import Problems

if TYPE_CHECKING:
    from squall.injection import InjectionStep

_USUAL_LEAST = 100
_USUAL_MOST = 20_000


def check_steps(steps: list[InjectionStep], problems: Problems) -> None:
    """Tells of steps that cannot stand in one list."""
    models = {step.model: step for step in steps if step.model != "either"}
    if len(models) > 1:
        problems.add(
            "`inject` has steps of a rate and steps of a number of users",
            models["closed"].place,
            "one Execute stage has one kind; put the others into a second one at the same time",
        )
        return
    is_random = [step for step in steps if step.is_random]
    even = [step for step in steps if not step.is_random and step.model != "either"]
    if is_random and even:
        what = "starts a fixed number at once" if even[0].at_once else "is spaced evenly"
        problems.add(
            f"`inject` has a step that is `randomized` beside one that {what}",
            even[0].place,
            "make all of them random or none; or put the others into a second Execute stage at the same time",
        )


def _inject(values: Values) -> Load:
    steps: list[InjectionStep] = values["inject"]
    ramps = _ramps(steps)
    if any(step.model == "closed" for step in steps):
        return {"closed": {"stages": ramps}}
    load: Load = {"stages": ramps}
    if any(step.is_random for step in steps):
        load["spacing"] = "poisson"
    if any(step.at_once for step in steps):
        # The height of a jump that lasts nanoseconds says nothing about the users that it takes.
        load["max_users"] = _most_users(steps)
    return {"open": {**load, **copied(values, max_users="max_users", max_wait="max_wait")}}


def _ramps(steps: list[InjectionStep]) -> list[dict[str, Any]]:
    """Returns the ramps of all steps, without jumps to where they are."""
    out: list[dict[str, Any]] = []
    level: float = 0
    for lasts, target in (ramp for step in steps for ramp in step.ramps):
        if lasts != "0s" or target != level:
            out.append({"duration": lasts, "target": target})
        level = target
    return out


def _most_users(steps: list[InjectionStep]) -> int:
    at_once = sum(step.at_once for step in steps)
    peak = max((target for step in steps if not step.at_once for _, target in step.ramps), default=0)
    return max(at_once, min(at_once + math.ceil(peak * 2), _USUAL_MOST), _USUAL_LEAST)


INJECTION = Persona(_inject, frozenset({"inject", "max_users", "max_wait"}), needs=("inject",))
"""What `inject` makes of a load."""
