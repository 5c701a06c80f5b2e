"""Personas: each turns the settings of an Execute stage into a load profile, and says in which order actions come.

A persona is a name, the attributes that mean something to it, and functions of the settings. Those of Hedra are here,
the executors of k6 in `executors`, and Gatling's steps in `injections`; `find` is where others come in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from squall._authoring.values import duration_text, seconds_of

Values = Mapping[str, Any]
"""Settings by name, as the plan writes them."""

Load = dict[str, Any]
"""The plan's `load`."""


def _in_turn(_: Values) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Persona:
    """A way to say when iterations start.

    Attributes:
        load: Returns the load profile for the settings.
        uses: The attributes of load that it gives a meaning.
        choice: Returns what the step that chooses an action gets; nothing: in turn, by weight.
        needs: Attributes without which it cannot be.
    """

    load: Callable[[Values], Load]
    uses: frozenset[str]
    choice: Callable[[Values], dict[str, Any]] = _in_turn
    needs: tuple[str, ...] = ()


def users(values: Values) -> int:
    """Returns the virtual users."""
    size: int = values.get("batch_size", 1000)
    return size


def duration(values: Values) -> str:
    """Returns how long the load lasts."""
    text: str = values.get("total_time", "1m")
    return text


def copied(values: Values, **names: str) -> Load:
    """Returns those values that are set, under the plan's names."""
    return {key: values[name] for name, key in names.items() if name in values}


def between(values: Values) -> Load:
    """Returns what happens between a user's iterations."""
    out = copied(values, pacing="pacing", pause="pause")
    wait = _wait(values, "batch_interval")
    return out if "pause" in out or wait is None else {**out, "pause": wait}


def _wait(values: Values, name: str) -> str | None:
    """Returns a wait, or None where there is none."""
    text: str = values.get(name, "0s")
    return text if seconds_of(text) > 0 else None


def _busy(values: Values) -> Load:
    """Returns as many users as a batch is large, with no wait at all."""
    return {"closed": {"users": users(values), "duration": duration(values)}}


def _batches(values: Values, **shape: Any) -> Load:
    size = users(values)
    limits = {"max_users": values.get("max_users", size), **copied(values, max_wait="max_wait")}
    return {"batches": {"size": size, **shape, "duration": duration(values), **limits}}


def _batched(values: Values) -> Load:
    interval = _wait(values, "batch_interval")
    return _batches(values, interval=interval) if interval else _busy(values)


def _constant_spawn(values: Values) -> Load:
    waits = {"gap": _wait(values, "action_interval"), "interval": _wait(values, "batch_interval")}
    waits = {name: wait for name, wait in waits.items() if wait}
    return _batches(values, **waits) if waits else _busy(values)


def _ramped(values: Values) -> Load:
    # A product such as 0.29 * 100 is a little below the whole number that is meant.
    step = max(1, math.floor(users(values) * values.get("batch_gradient", 0.1) + 1e-9))
    interval = _wait(values, "batch_interval")
    if interval:
        return _batches(values, first=step, step=step, interval=interval)
    return {"closed": {**_busy(values)["closed"], "grow": {"first": step, "step": step}}}


def _ramped_interval(values: Values) -> Load:
    interval = _wait(values, "batch_interval")
    if not interval:
        return _busy(values)
    step = duration_text(seconds_of(interval) * values.get("batch_gradient", 0.1))
    return _batches(values, interval=interval, interval_step=step)


def _constant_arrival(values: Values) -> Load:
    interval = _wait(values, "batch_interval") or "1s"
    load = {"per_batch": users(values), "interval": interval, "duration": duration(values)}
    return {"completions": {**load, **copied(values, max_users="max_users")}}


def _no_wait(values: Values) -> Load:
    return {"eager": {"duration": duration(values), **copied(values, max_users="max_users")}}


def _approximate_distribution(values: Values) -> Load:
    levels = _stretched(values["distribution"], values.get("distribution_intervals"))
    total_ms = round(seconds_of(duration(values)) * 1000)
    each_ms = total_ms // len(levels)
    ramps: list[dict[str, Any]] = []
    for number, level in enumerate(levels):
        is_last = number == len(levels) - 1
        lasts_ms = total_ms - each_ms * number if is_last else each_ms
        if number:
            ramps.append({"duration": "0s", "target": level})
        ramps.append({"duration": duration_text(lasts_ms / 1000), "target": level})
    return {"closed": {"users": levels[0], "stages": ramps, **between(values)}}


def _stretched(levels: list[int], intervals: int | None) -> list[int]:
    """Returns the numbers for so many intervals, those in between interpolated."""
    if intervals is None or intervals == len(levels):
        return levels
    if intervals == 1 or len(levels) == 1:
        return [levels[0]] * intervals
    places = [number * (len(levels) - 1) / (intervals - 1) for number in range(intervals)]
    out = []
    for place in places:
        below = min(int(place), len(levels) - 2)
        out.append(round(levels[below] + (levels[below + 1] - levels[below]) * (place - below)))
    return out


def _same_in_a_batch(values: Values) -> dict[str, Any]:
    return {"order": "batches", "size": users(values)}


def _drawn(_: Values) -> dict[str, Any]:
    return {"order": "random"}


def with_choice(flow: list[dict[str, Any]], choice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns a flow whose step that chooses an action chooses as a persona says."""
    if not choice or len(flow) != 1 or "choose" not in flow[0]:
        return flow
    step = {**flow[0]["choose"], **choice}
    if choice["order"] == "batches":
        # A whole batch runs the same action, so that weights mean nothing.
        step["branches"] = {
            name: {key: value for key, value in branch.items() if key != "weight"}
            for name, branch in step["branches"].items()
        }
    return [{"choose": step}]


ALWAYS = frozenset({"persona_type", "graceful_stop"})
"""Attributes of load that no persona excludes."""

OF_PERSONAS = frozenset(
    {"action_interval", "batch_gradient", "distribution", "distribution_intervals", "inject"},
)
"""Attributes that mean something to certain personas only."""

_BATCHES = frozenset({"batch_size", "total_time", "batch_interval", "max_users", "max_wait"})
_GRADIENT = _BATCHES | {"batch_gradient"}
_SORTED = Persona(_batched, _BATCHES, _same_in_a_batch)
_DISTRIBUTED = Persona(
    _approximate_distribution,
    frozenset({"total_time", "distribution", "distribution_intervals", "batch_interval", "pause", "pacing"}),
    needs=("distribution",),
)

OF_HEDRA: dict[str, Persona] = {
    "batched": Persona(_batched, _BATCHES, _same_in_a_batch),
    "sorted": _SORTED,
    "sequence": _SORTED,
    "weighted": Persona(_batched, _BATCHES, _drawn),
    "constant-spawn": Persona(_constant_spawn, _BATCHES | {"action_interval"}),
    "ramped": Persona(_ramped, _GRADIENT),
    "ramped-interval": Persona(_ramped_interval, _GRADIENT),
    "constant-arrival": Persona(
        _constant_arrival, frozenset({"batch_size", "total_time", "batch_interval", "max_users"})
    ),
    "no-wait": Persona(_no_wait, frozenset({"total_time", "max_users"})),
    "approximate-distribution": _DISTRIBUTED,
    "approx-dist": _DISTRIBUTED,
}
"""Hedra's personas by name, but `default`."""
