"""The persona `default`: what `rate`, `ramp` and `iterations` say, or else users that are always busy."""

from __future__ import annotations

from typing import Any

from squall._lowering.attributes import OF_LOAD
from squall._lowering.personas import OF_PERSONAS, Persona, Values, between, copied, duration, users


def _default(values: Values) -> dict[str, Any]:
    if "iterations" in values or "iterations_per_user" in values:
        return {"iterations": _iterations(values)}
    return {"open": _open(values)} if "rate" in values else {"closed": _closed(values)}


def _closed(values: Values) -> dict[str, Any]:
    load: dict[str, Any] = {}
    if "ramp" in values:
        load = copied(values, batch_size="users", ramp="stages")
    else:
        load = {"users": users(values), "duration": duration(values)}
    return {**load, **between(values)}


def _open(values: Values) -> dict[str, Any]:
    load: dict[str, Any] = {"rate": values["rate"]}
    if "ramp" in values:
        load["stages"] = values["ramp"]
    else:
        load["duration"] = duration(values)
    load.update(copied(values, spacing="spacing", batch_size="max_users", max_wait="max_wait"))
    return {**load, **copied(values, max_users="max_users")}


def _iterations(values: Values) -> dict[str, Any]:
    load = copied(values, iterations="shared", iterations_per_user="per_user", total_time="max_duration")
    return {"users": users(values), **load, **between(values)}


DEFAULT_PERSONA = Persona(_default, OF_LOAD - OF_PERSONAS)
"""What holds where no persona is set."""
