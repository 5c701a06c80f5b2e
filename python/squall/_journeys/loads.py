"""Volume models as the plan's load profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from squall._journeys.triples import Journey
from squall._lowering.load_profile import load_profile
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._lowering.settings import Settings
from squall._script.registry import register_volume
from squall.volume import Rate, VolumeModel

_OWN_PROFILE = ("rate", "iterations", "iterations_per_user", "ramp", "stages")
"""Options that make another load profile of a journey that is run by itself."""

_USERS_BY_DEFAULT = 10_000
"""The most that the plan allows where nothing else is said."""


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
            return self._volume(entry, Steady(1), None)
        if journey.volume is None:
            return self._alone(entry)
        if isinstance(journey.volume, Rate):
            if journey.volume.duration is None and journey.volume.stages is None:
                self._used.add("total_time")
            return journey.volume.to_load(self._defaults.get("total_time", "1m"))
        return self._volume(entry, journey.volume, None)

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
        return self._volume(entry, Steady(users), self._defaults.get("total_time"))

    def _volume(self, entry: str, model: Any, duration: str | None) -> dict[str, Any]:
        name = f"{entry} volume"
        register_volume(name, model)
        volume: dict[str, Any] = {"entry": name}
        if duration is not None:
            volume["duration"] = duration
        elif isinstance(model, VolumeModel):
            if model.seconds > 0:
                volume["duration"] = model.text
        elif "total_time" in self._defaults:
            self._used.add("total_time")
            volume["duration"] = self._defaults["total_time"]
        most = model.most if isinstance(model, VolumeModel) else model.users if isinstance(model, Steady) else 0
        if most > _USERS_BY_DEFAULT:
            volume["max_users"] = int(most)
        if "pacing" in self._defaults:
            self._used.add("pacing")
            volume["pacing"] = self._defaults["pacing"]
        return {"volume": volume}
