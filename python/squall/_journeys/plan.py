"""Journeys as a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from squall._journeys.loads import Loads
from squall._journeys.scripts import Scripts
from squall._journeys.sender import Sender
from squall._journeys.triples import Journey
from squall._lowering.document import Lowered
from squall._lowering.http_settings import http_settings
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._lowering.settings import Settings
from squall._recording.frames import shown

_GRACEFUL_STOP = "30s"
"""Journeys that run when the load ends get this long to come to their end."""

_SESSIONS = Settings({"cookies": "per_iteration"})
"""Each pass through a journey is a visit of its own."""


class Plan:
    """Makes the plan of a test that is one Execute stage with a scenario for each journey."""

    def __init__(self, folder: str, overrides: Overrides, problems: Problems) -> None:
        self._folder = folder
        self._overrides = overrides
        self._loads = Loads(overrides, problems)

    def of(self, title: str, journeys: list[Journey], sender: Sender) -> Lowered:
        """Returns the plan of these journeys and their scripts."""
        lowered = Lowered()
        scripts = Scripts(sender)
        scenarios: dict[str, Any] = {}
        entries: list[str] = []
        for journey in journeys:
            name = _unique(journey.spec.rpartition(":")[2], scenarios)
            entry = _unique(journey.spec, entries)
            entries.append(entry)
            # `squall debug` shows requests instead; a debugger is opened where a command for journeys asks for it.
            debugging = self._overrides.debugging and self._overrides.form is not None
            lowered.scripts.append(scripts.make(entry, journey, debugging=debugging))
            scenarios[name] = self._scenario(entry, journey)
            lowered.explain.append(_explained(title, name, journey))
        lowered.notes = self._loads.notes()
        lowered.plan = self._plan(title, scenarios)
        return lowered

    def _plan(self, title: str, scenarios: dict[str, Any]) -> dict[str, Any]:
        defaults = self._overrides.defaults
        settings: dict[str, Any] = {"graceful_stop": defaults.values.get("graceful_stop", _GRACEFUL_STOP)}
        settings["http"] = http_settings([defaults, _SESSIONS], self._folder)
        plan: dict[str, Any] = {"version": 1, "name": self._overrides.name or title}
        if "seed" in defaults.values:
            plan["seed"] = defaults.values["seed"]
        plan["stages"] = {title: {"execute": {"scenarios": scenarios, "settings": settings}}}
        return plan

    def _scenario(self, entry: str, journey: Journey) -> dict[str, Any]:
        script: dict[str, Any] = {"entry": entry, "runs": "coroutine"}
        if journey.pool is not None:
            script["takes_data"] = True
        scenario: dict[str, Any] = {"load": self._loads.of(entry, journey), "flow": [{"script": script}]}
        if journey.place is not None:
            script["source"] = scenario["source"] = journey.place.to_source()
        return scenario


def _unique(name: str, taken: Iterable[str]) -> str:
    """Returns a name, with a number from 2 where it is taken."""
    known = set(taken)
    number, found = 1, name
    while found in known:
        number += 1
        found = f"{name}#{number}"
    return found


def _explained(stage: str, name: str, journey: Journey) -> dict[str, object]:
    return {
        "stage": stage,
        "action": name,
        "mode": "python",
        "reason": "a journey always runs in Python",
        "hint": None,
        "file": shown(journey.place.file) if journey.place else None,
        "line": journey.place.line if journey.place else None,
        "steps": [],
    }
