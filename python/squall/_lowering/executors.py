"""k6's executors as personas."""

from __future__ import annotations

from squall._lowering.personas import Load, Persona, Values, between, copied, duration, users


def _constant_vus(values: Values) -> Load:
    return {"closed": {"users": users(values), "duration": duration(values), **between(values)}}


def _ramping_vus(values: Values) -> Load:
    return {"closed": {**copied(values, batch_size="users", ramp="stages"), **between(values)}}


def _constant_arrival_rate(values: Values) -> Load:
    return {"open": {"rate": values["rate"], "duration": duration(values), **_limits(values)}}


def _ramping_arrival_rate(values: Values) -> Load:
    return {"open": {"rate": values.get("rate", 0), "stages": values["ramp"], **_limits(values)}}


def _limits(values: Values) -> Load:
    return copied(values, spacing="spacing", max_users="max_users", max_wait="max_wait")


def _shared_iterations(values: Values) -> Load:
    return {"iterations": {"users": users(values), "shared": values["iterations"], **_rest(values)}}


def _per_vu_iterations(values: Values) -> Load:
    return {"iterations": {"users": users(values), "per_user": values["iterations_per_user"], **_rest(values)}}


def _rest(values: Values) -> Load:
    return {**copied(values, total_time="max_duration"), **between(values)}


_PAUSES = frozenset({"pause", "pacing", "batch_interval"})
_ARRIVALS = frozenset({"rate", "spacing", "max_users", "max_wait"})

OF_K6: dict[str, Persona] = {
    "constant-vus": Persona(_constant_vus, frozenset({"batch_size", "total_time"}) | _PAUSES),
    "ramping-vus": Persona(_ramping_vus, frozenset({"batch_size", "ramp"}) | _PAUSES, needs=("ramp",)),
    "constant-arrival-rate": Persona(_constant_arrival_rate, _ARRIVALS | {"total_time"}, needs=("rate",)),
    "ramping-arrival-rate": Persona(_ramping_arrival_rate, _ARRIVALS | {"ramp"}, needs=("ramp",)),
    "shared-iterations": Persona(
        _shared_iterations, frozenset({"batch_size", "iterations", "total_time"}) | _PAUSES, needs=("iterations",)
    ),
    "per-vu-iterations": Persona(
        _per_vu_iterations,
        frozenset({"batch_size", "iterations_per_user", "total_time"}) | _PAUSES,
        needs=("iterations_per_user",),
    ),
}
"""k6's executors by name."""
