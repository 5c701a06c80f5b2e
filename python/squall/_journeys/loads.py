"""Volume models as the plan's load profiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from squall._authoring.values import seconds_of
from squall._journeys.triples import Journey
from squall._lowering.load_profile import load_profile
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._lowering.settings import Settings
from squall._script.registry import register_volume
from squall.volume import Oneshot, Rate, VolumeModel

_OWN_PROFILE = ("rate", "iterations", "iterations_per_user", "ramp", "stages")
"""Options that make another load profile of a journey that is run by itself."""


@dataclass(frozen=True)
class Steady:
    """A volume model that stays the same until the load is stopped."""

    users: float

    def __call__(self, start: float, end: float) -> float:  # noqa: ARG002 - called with both
        """Returns how many iterations run at once."""
        return self.users


class Loads:
    """Makes load profiles, and registers the functions that they name."""

    def __init__(self, overrides: Overrides, problems: Problems) -> None:
        self._overrides = overrides
        self._defaults = overrides.defaults.values
        self._problems = problems
        self._used: set[str] = set()

    def of(self, entry: str, journey: Journey) -> dict[str, Any]:
        """Returns the plan's `load` of a journey."""
        if self._overrides.once:
            return {"iterations": {"users": 1, "shared": 1}}
        if self._overrides.debugging:
            return self._volume(entry, Steady(1))
        if journey.volume is None:
            return self._alone(entry)
        if isinstance(journey.volume, Rate):
            return self._rate(journey.volume)
        return self._volume(entry, journey.volume)

    def notes(self) -> list[str]:
        """Returns a note for each typed option about load that had no effect."""
        about_load = ("total_time", "batch_size", "max_users", "spacing", "max_wait", "pacing", "pause", *_OWN_PROFILE)
        return [
            f"`{typed}` has no effect: the volume models of the scenario say it"
            for name, typed in self._overrides.typed.items()
            if name in about_load and name not in self._used
        ]

    def _alone(self, entry: str) -> dict[str, Any]:
        self._used.update(self._defaults)
        users = self._overrides.volume
        if any(name in self._defaults for name in _OWN_PROFILE):
            own = {"batch_size": int(users)} if users is not None else {}
            at_least = {} if "rate" in self._defaults else {"batch_size": 1}
            return load_profile(Settings({**at_least, **self._defaults, **own}), self._problems)
        if users is None:
            users = self._defaults.get("batch_size", 1)
        return self._volume(entry, Steady(users))

    def _rate(self, rate: Rate) -> dict[str, Any]:
        load = rate.to_load()
        if "stages" not in load["open"]:
            own = load["open"].get("duration")
            load["open"]["duration"] = self._at_most(own) or "1m"
        return load

    def _at_most(self, own: str | None) -> str | None:
        """Returns how long a load goes: what the test says, or less where the command line says so."""
        most = self._defaults.get("total_time")
        if most is None or (own is not None and seconds_of(own) <= seconds_of(most)):
            return own
        self._used.add("total_time")
        return str(most)

    def _volume(self, entry: str, model: Any) -> dict[str, Any]:
        name = f"{entry} volume"
        register_volume(name, model)
        volume: dict[str, Any] = {"entry": name}
        own = model.text if isinstance(model, VolumeModel) and model.seconds > 0 else None
        duration = self._at_most(own)
        if duration is not None:
            volume["duration"] = duration
        most = _most_of(model)
        if most is not None:
            # Said, so that the run reserves what it needs and no more.
            volume["max_users"] = max(1, math.ceil(most))
        if "pacing" in self._defaults:
            self._used.add("pacing")
            volume["pacing"] = self._defaults["pacing"]
        return {"volume": volume}


def _most_of(model: Any) -> float | None:
    """Returns the most iterations at once, where a model says it."""
    if isinstance(model, VolumeModel):
        return model.most
    if isinstance(model, Oneshot):
        return 1
    return model.users if isinstance(model, Steady) else None
