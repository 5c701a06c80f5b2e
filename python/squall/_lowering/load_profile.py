"""Settings as a load profile."""

from __future__ import annotations

from typing import Any

from squall._lowering.problems import Problems
from squall._lowering.settings import Settings

_OPEN_ONLY = ("spacing", "max_users", "max_wait")
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
    ("batch_size", "max_users", "with a rate, both are the most users; keep `max_users`"),
)


def check_load(settings: Settings, problems: Problems) -> None:
    """Finds attributes that one stage sets although they exclude each other."""
    own = _with_one_ramp(settings)
    for one, other, hint in _CLASHES:
        if one in own.values and other in own.values:
            names = [name if name in settings.values else "stages" for name in (one, other)]
            if _is_zero(own, one) or _is_zero(own, other):
                continue
            problems.add(f"`{names[0]}` and `{names[1]}` cannot both be set", settings.places.get(names[0]), hint)
    if "ramp" in settings.values and "stages" in settings.values:
        problems.add(
            "`ramp` and `stages` cannot both be set", settings.places.get("stages"), "they are the same; keep `ramp`"
        )


def load_profile(settings: Settings, problems: Problems) -> dict[str, Any]:
    """Returns the plan's `load` for the settings of an Execute stage."""
    check_load(settings, problems)
    settings = _with_one_ramp(settings)
    values = settings.values
    for name in _OPEN_ONLY:
        if name in settings.places and name in values and "rate" not in values:
            hint = "set `rate`, iterations a second, or remove it"
            problems.add(f"`{name}` needs `rate`", settings.places[name], hint)
    if "iterations" in values or "iterations_per_user" in values:
        return {"iterations": _iterations(values)}
    return {"open": _open(values)} if "rate" in values else {"closed": _closed(values)}


def _closed(values: dict[str, Any]) -> dict[str, Any]:
    load: dict[str, Any] = {}
    if "ramp" in values:
        _copy(values, load, batch_size="users", ramp="stages")
    else:
        load = {"users": values.get("batch_size", 1000), "duration": values.get("total_time", "1m")}
    return {**load, **_between(values)}


def _open(values: dict[str, Any]) -> dict[str, Any]:
    load: dict[str, Any] = {"rate": values["rate"]}
    if "ramp" in values:
        load["stages"] = values["ramp"]
    else:
        load["duration"] = values.get("total_time", "1m")
    _copy(values, load, spacing="spacing", batch_size="max_users", max_wait="max_wait")
    _copy(values, load, max_users="max_users")
    return load


def _iterations(values: dict[str, Any]) -> dict[str, Any]:
    load: dict[str, Any] = {"users": values.get("batch_size", 1000)}
    _copy(values, load, iterations="shared", iterations_per_user="per_user", total_time="max_duration")
    return {**load, **_between(values)}


def _between(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what happens between a user's iterations."""
    out: dict[str, Any] = {}
    _copy(values, out, pacing="pacing", pause="pause")
    if "pause" not in out and values.get("batch_interval", "0s") != "0s":
        out["pause"] = values["batch_interval"]
    return out


def _copy(values: dict[str, Any], target: dict[str, Any], **names: str) -> None:
    for name, key in names.items():
        if name in values:
            target[key] = values[name]


def _with_one_ramp(settings: Settings) -> Settings:
    if "stages" not in settings.values:
        return settings
    values = {"ramp": settings.values["stages"], **settings.values}
    places = {"ramp": settings.places.get("stages"), **settings.places}
    return Settings(values, places).without("stages")


def _is_zero(settings: Settings, name: str) -> bool:
    return name == "batch_interval" and settings.values[name] == "0s"
