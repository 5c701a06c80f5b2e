"""Personas that plugins bring along, as entries of the table of personas."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from squall._authoring.values import seconds_of
from squall._lowering.persona_table import known_personas
from squall._lowering.personas import Load, Persona, Values, copied, duration, users
from squall._lowering.problems import Problems
from squall._recording.frames import Place

_USES = frozenset(
    {
        "batch_size",
        "total_time",
        "batch_interval",
        "action_interval",
        "batch_gradient",
        "distribution",
        "distribution_intervals",
        "rate",
        "max_users",
        "max_wait",
    }
)
"""Attributes of load that a persona may go by; the others describe a load by themselves."""


class PluggedPersonas(Mapping[str, "Persona | None"]):
    """Looks a persona up among the plugins; those that the test itself declares come before Squall's own.

    Attributes:
        stage: The Execute stage whose load is made; empty while names alone are looked up.
    """

    def __init__(self, problems: Problems, stage: str = "", place: Place | None = None) -> None:
        self.stage = stage
        self._problems = problems
        self._place = place

    def of(self, stage: str, place: Place) -> PluggedPersonas:
        """Returns the same for the load of a stage."""
        return PluggedPersonas(self._problems, stage, place)

    def __getitem__(self, name: str) -> Persona | None:
        if name in known_personas() and not _is_declared(name):
            raise KeyError(name)
        from squall._plugins.declared import UnknownPluginError, find
        from squall._plugins.persona import PersonaPlugin
        from squall._plugins.project import PluginLoadError

        try:
            plugin = find(name, PersonaPlugin)
        except UnknownPluginError:
            raise KeyError(name) from None
        except PluginLoadError as error:
            self._problems.add(error.message, error.place or self._place, error.hint)
            return Persona(lambda _: {}, _USES)
        return Persona(lambda values: self._load(name, plugin, values), _USES)

    def __iter__(self) -> Iterator[str]:
        from squall._plugins.declared import names
        from squall._plugins.persona import PersonaPlugin

        return iter(names(PersonaPlugin))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        # Whoever asks this has a name to look up; to count would mean to look into every package.
        return True

    def _load(self, name: str, plugin: Any, values: Values) -> Load:
        from squall._plugins.arrivals import GENERATE_WINDOW, SCHEDULE_WINDOW, is_generator, is_schedule, model_of
        from squall._script.registry import register_volume

        if is_generator(plugin) == is_schedule(plugin):
            which = "both `schedule` and `generate`" if is_schedule(plugin) else "neither `schedule` nor `generate`"
            self._problems.add(f"the persona `{name}` defines {which}", self._place, "define one of them")
            return {}
        try:
            made = plugin(_settings(self.stage, values))
        except Exception as error:  # the user's own `__init__` may raise anything
            self._problems.add(f"`{plugin.__name__}(…)` raises `{type(error).__name__}: {error}`", self._place)
            return {}
        entry = f"{self.stage} {name}"
        register_volume(entry, model_of(made))
        return {
            "arrivals": {
                "entry": entry,
                "every": GENERATE_WINDOW if is_generator(plugin) else SCHEDULE_WINDOW,
                "duration": duration(values),
                "max_users": values.get("max_users", users(values)),
                **copied(values, max_wait="max_wait"),
            }
        }


def _is_declared(name: str) -> bool:
    declared = sys.modules.get("squall._plugins.declared")
    return declared is not None and declared.is_declared(name)


def _settings(stage: str, values: Values) -> Any:
    from squall._plugins.persona import PersonaSettings

    return PersonaSettings(
        stage=stage,
        batch_size=users(values),
        total_time=seconds_of(duration(values)),
        batch_interval=seconds_of(values.get("batch_interval", "0s")),
        action_interval=seconds_of(values.get("action_interval", "0s")),
        batch_gradient=values.get("batch_gradient", 0.1),
        values={name: value for name, value in values.items() if name in _USES},
    )
