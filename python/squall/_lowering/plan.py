"""A module's stages as a plan."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from squall._authoring.pools import DataPool
from squall._authoring.stages import Analyze, Execute, Setup, Stage
from squall._lowering.actions import Action, flow_of, read_actions
from squall._lowering.document import Lowered as Lowered
from squall._lowering.document import Module as Module
from squall._lowering.graph import Graph, Node
from squall._lowering.http_settings import check_http, http_settings
from squall._lowering.load_profile import check_load, load_profile
from squall._lowering.notes import notes_on
from squall._lowering.overrides import Overrides
from squall._lowering.pools import Pools
from squall._lowering.problems import Problems
from squall._lowering.reporting import submit_of
from squall._lowering.settings import Settings, layered, read_settings
from squall._lowering.sources import Sources
from squall._lowering.used_pools import used_pools
from squall._recording.compile import Compiled
from squall._recording.frames import Place

if TYPE_CHECKING:
    from squall._script.registry import Script


def lower_stages(
    stages: list[type[Stage]], module: Module, sources: Sources, overrides: Overrides, problems: Problems
) -> Lowered:
    """Turns the stages of a module into a plan; there is none where something is wrong."""
    return _Lowering(module, sources, overrides, problems).run(stages)


class _Lowering:
    def __init__(self, module: Module, sources: Sources, overrides: Overrides, problems: Problems) -> None:
        self._module = module
        self._overrides = overrides
        self._folder = os.path.dirname(os.path.abspath(module.file))
        self._problems = problems
        self._sources = sources
        self._pools = Pools(self._folder, problems)
        self._settings: dict[type[Stage], Settings] = {}
        self._actions: dict[type[Stage], list[Action]] = {}
        self._script_pools: dict[str, list[str]] = {}
        self._notes: list[str] = []

    def run(self, stages: list[type[Stage]]) -> Lowered:
        nodes = Graph(stages, self._sources, self._problems).nodes()
        self._overrides.check_stages(stages, self._problems)
        for stage in stages:
            self._read(stage)
        self._read_pools()
        settings = self._shared()
        contents = [self._content(node) for node in nodes]
        explain = [action.explained() for actions in self._actions.values() for action in actions]
        if self._problems.found:
            return Lowered(None, explain)
        for node, content in zip(nodes, contents, strict=True):
            if isinstance(content.get("execute"), dict):
                scenario = content["execute"]["scenarios"][node.stage.__name__]
                scenario["flow"] = flow_of(self._actions[node.stage], self._folder, self._script_pools)
        plan = {
            "version": 1,
            "name": self._overrides.name or os.path.splitext(os.path.basename(self._module.file))[0],
            **settings,
            "stages": {node.stage.__name__: content for node, content in zip(nodes, contents, strict=True)},
        }
        return Lowered(plan, explain, list(dict.fromkeys(self._notes)), self._scripts())

    def _scripts(self) -> list[Script]:
        if not any(action.runs_in_python for actions in self._actions.values() for action in actions):
            return []
        from squall._lowering.instances import scripts_of  # graphs that compile start without what scripts need

        return [
            script
            for stage, actions in self._actions.items()
            if issubclass(stage, Execute)
            for script in scripts_of(stage, actions)
        ]

    def _read_pools(self) -> None:
        in_setup = [pool for settings in self._settings.values() for pool in _pools_in(settings)]
        found = [pool for pool in self._module.names.values() if isinstance(pool, DataPool)]
        for pool in {id(pool): pool for pool in (*self._module.pools, *found)}.values():
            if not any(pool is other for other in in_setup):
                self._pools.declare(pool)
        for actions in self._actions.values():
            for action in actions:
                for name, place in self._pools_of(action).items():
                    self._pools.use(name, place)

    def _pools_of(self, action: Action) -> dict[str, Place]:
        """Returns the data pools that an action uses, and where."""
        if isinstance(action.outcome, Compiled):
            return action.outcome.pools
        if action.outcome.is_mistake:
            return {}
        names = used_pools(getattr(action.stage, action.name), action.stage, self._pools.plan)
        self._script_pools[action.entry] = names
        return dict.fromkeys(names, action.place)

    def _read(self, stage: type[Stage]) -> None:
        settings = read_settings(stage, self._sources, self._problems)
        if issubclass(stage, (Setup, Execute)):
            check_load(settings, self._problems)
            check_http(settings, self._problems)
        place = self._sources.of_class(stage)
        settings = self._settings[stage] = self._overrides.replace_in(stage, settings, place, self._problems)
        if issubclass(stage, Execute):
            self._actions[stage] = read_actions(stage, self._sources, self._problems)
        if "data" in settings.values:
            self._pools.declare_all(settings.values["data"], settings.places.get("data") or place)

    def _shared(self) -> dict[str, Any]:
        """Returns the plan's fields that all stages share."""
        shared: dict[str, Any] = {}
        if self._pools.plan:
            shared["data"] = self._pools.plan
        for stage, settings in self._settings.items():
            seed = settings.values.get("seed") if issubclass(stage, Setup) else None
            if seed is not None and shared.setdefault("seed", seed) != seed:
                hint = "a run has one seed"
                self._problems.add("`seed` differs between Setup stages", settings.places.get("seed"), hint)
            place = settings.places.get("thresholds") or self._sources.of_class(stage)
            for rule in settings.values.get("thresholds", ()):
                threshold = {"rule": rule, "source": place.to_source()}
                shared.setdefault("thresholds", []).append(threshold)
        if "seed" in self._overrides.defaults.values:
            shared.setdefault("seed", self._overrides.defaults.values["seed"])
        return shared

    def _content(self, node: Node) -> dict[str, Any]:
        stage = node.stage
        place = self._sources.of_class(stage)
        content: dict[str, Any] = {"after": list(node.after)} if node.after else {}
        if issubclass(stage, Setup):
            content["setup"] = {}
        elif issubclass(stage, Execute):
            content["execute"] = self._execute(node, self._settings[stage])
        elif issubclass(stage, Analyze):
            content["analyze"] = {}
        else:
            content["submit"] = submit_of(self._settings[stage], place, self._problems)
        return {**content, "source": place.to_source()}

    def _execute(self, node: Node, own: Settings) -> dict[str, Any]:
        setup = self._settings[node.setup] if node.setup else Settings()
        defaults = self._overrides.defaults
        merged = layered(own, layered(setup, defaults))
        levels = [(node.stage, own)] if node.setup is None else [(node.stage, own), (node.setup, setup)]
        self._notes.extend(notes_on(levels, merged, self._overrides))
        load = load_profile(merged, self._problems)
        scenario = {"load": load, "flow": [], "source": self._sources.of_class(node.stage).to_source()}
        settings: dict[str, Any] = {"graceful_stop": merged.values.get("graceful_stop", "1s")}
        http = http_settings([own, setup, defaults], self._folder)
        if http:
            settings["http"] = http
        return {"scenarios": {node.stage.__name__: scenario}, "settings": settings}


def _pools_in(settings: Settings) -> list[DataPool]:
    pools = settings.values.get("data")
    return [pool for pool in pools.values() if isinstance(pool, DataPool)] if isinstance(pools, Mapping) else []
