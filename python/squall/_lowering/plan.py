"""A module's stages as a plan."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from squall._authoring.pools import DataPool
from squall._authoring.stages import Execute, Setup, Stage, Submit
from squall._hooks.lowering import GraphHooks
from squall._lowering.actions import Action, flow_of, read_actions
from squall._lowering.added import with_added
from squall._lowering.document import Lowered as Lowered
from squall._lowering.document import Module as Module
from squall._lowering.explained import explained
from squall._lowering.finding import Found
from squall._lowering.graph import StageGraph, kind
from squall._lowering.http_settings import check_http, http_settings
from squall._lowering.load_profile import check_load, choice_of, load_profile
from squall._lowering.notes import notes_on, notes_on_weights
from squall._lowering.overrides import Overrides
from squall._lowering.personas import copied, with_choice
from squall._lowering.plugged import PluggedPersonas
from squall._lowering.plugins import check_plugin_names, declare_plugins
from squall._lowering.pools import Pools
from squall._lowering.problems import Problems
from squall._lowering.reach import Node, Reach
from squall._lowering.reporting import submit_of
from squall._lowering.scripts import Scripts, hooks_entry, setup_after
from squall._lowering.settings import Settings, layered, read_settings
from squall._lowering.sources import Sources
from squall._lowering.used_pools import used_pools
from squall._lowering.words import profile_in_words
from squall._recording.compile import Compiled
from squall._recording.frames import Place


def lower_stages(
    graph: StageGraph, found: Found, module: Module, sources: Sources, overrides: Overrides, problems: Problems
) -> Lowered:
    """Turns the stages of a graph into a plan; there is none where something is wrong."""
    return _Lowering(module, sources, overrides, problems).run(graph, found)


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
        self._loads: dict[type[Stage], tuple[str, Settings]] = {}
        self._script_pools: dict[str, list[str]] = {}
        self._notes: list[str] = []
        self._plugged = PluggedPersonas(problems)
        self._hooks = GraphHooks([], None, sources, problems)

    def run(self, graph: StageGraph, found: Found) -> Lowered:
        declare_plugins(graph.stages.values(), self._sources, self._problems)
        after = graph.after if graph.is_in_order() else None
        self._hooks = GraphHooks(graph.stages.values(), after, self._sources, self._problems)
        for stage in graph.stages.values():
            self._read(stage, {stage.__name__, *found.parents_of(stage)})
        nodes = Reach(graph, self._settings, self._sources, self._problems).nodes()
        nodes = with_added(nodes, graph.parts() if nodes else [])
        self._overrides.check_stages([*found.known(), *(node.name for node in nodes if node.is_added)], self._problems)
        skipped = {name for given in self._overrides.skip for name in (found.named(given) or [given])}
        self._read_pools()
        shared = self._shared()
        run = self._agreed("log_level", "the run has one log level")
        if any(settings.values.get("no_run_visuals") for settings in self._settings.values()):
            run["quiet_view"] = True
        contents = {node.name: self._content(node, nodes, skipped) for node in nodes}
        explain = [action.explained() for actions in self._actions.values() for action in actions]
        if self._problems.found:
            return Lowered(None, explain)
        for node in nodes:
            if issubclass(node.stage, Execute):
                self._add_flow(node, contents[node.name])
        plan = {
            "version": 1,
            "name": self._overrides.name or os.path.splitext(os.path.basename(self._module.file))[0],
            **shared,
            "stages": contents,
        }
        python = Scripts(self._hooks, self._actions, self._folder)
        scripts = python.all()
        stages = [explained(node, contents[node.name], self._loads.get(node.stage), scripts) for node in nodes]
        return Lowered(
            plan, explain, list(dict.fromkeys(self._notes)), scripts, stages=stages, run=run, store=python.store(nodes)
        )

    def _add_flow(self, node: Node, content: dict[str, Any]) -> None:
        actions = self._actions[node.stage]
        flow = flow_of(actions, self._folder, self._script_pools)
        content["execute"]["scenarios"][node.name]["flow"] = with_choice(
            flow, choice_of(self._loads[node.stage][1], self._plugged)
        )

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
        bodies = [action.node, *self._hooks.attached(action.node).hooks]
        used = [name for body in bodies for name in used_pools(body.function, body.stage, self._pools.plan)]
        names = list(dict.fromkeys(used))
        self._script_pools[action.entry] = names
        return dict.fromkeys(names, action.place)

    def _read(self, stage: type[Stage], names: set[str]) -> None:
        settings = read_settings(stage, self._sources, self._problems)
        if issubclass(stage, (Setup, Execute)):
            check_load(settings, self._problems, self._plugged)
        check_http(settings, self._problems)
        place = self._sources.of_class(stage)
        settings = self._settings[stage] = self._overrides.replace_in(stage, names, settings, place, self._problems)
        if issubclass(stage, Execute) or self._hooks.actions(stage):
            self._actions[stage] = read_actions(stage, self._hooks, self._sources, self._problems)
        told = [action.node for action in self._actions.get(stage, ()) if action.is_mistake]
        for node in self._hooks.nodes[stage]:
            if node not in told:
                check_plugin_names(node.function, stage, self._problems)
        if "data" in settings.values:
            self._pools.declare_all(settings.values["data"], settings.places.get("data") or place)

    def _shared(self) -> dict[str, Any]:
        """Returns the plan's fields that all stages share."""
        shared: dict[str, Any] = {}
        if self._pools.plan:
            shared["data"] = self._pools.plan
        shared.update(self._agreed("seed", "a run has one seed"))
        shared.update(self._agreed("cpus", "a run has one number of processors"))
        shared.update(self._agreed("measure", "the same part of all stages is measured"))
        for stage, settings in self._settings.items():
            place = settings.places.get("thresholds") or self._sources.of_class(stage)
            for rule in settings.values.get("thresholds", ()):
                threshold = {"rule": rule, "source": place.to_source()}
                shared.setdefault("thresholds", []).append(threshold)
        if "seed" in self._overrides.defaults.values:
            shared.setdefault("seed", self._overrides.defaults.values["seed"])
        return shared

    def _agreed(self, name: str, hint: str) -> dict[str, Any]:
        """Returns an attribute of the whole run, where a Setup stage sets it; they may not differ."""
        agreed: dict[str, Any] = {}
        for settings in self._settings.values():
            value = settings.values.get(name)
            if value is not None and agreed.setdefault(name, value) != value:
                self._problems.add(f"`{name}` differs between Setup stages", settings.places.get(name), hint)
        return agreed

    def _content(self, node: Node, nodes: list[Node], skipped: set[str]) -> dict[str, Any]:
        stage = node.stage
        own = self._settings.get(stage, Settings())
        content: dict[str, Any] = {"after": list(node.after)} if node.after else {}
        if issubclass(stage, Execute):
            content["execute"] = self._execute(node, own)
        elif issubclass(stage, Submit):
            place = self._sources.of_class(stage)
            content["submit"] = {"reporters": []} if node.is_added else submit_of(own, place, self._problems)
        else:
            content[kind(stage).__name__.lower()] = {}
        content.update(_common(own))
        if self._hooks.has_script(stage):
            content["hooks"] = self._hooks_of(node, nodes)
        if node.name in skipped:
            content["skip"] = True
        if node.is_added:
            return {**content, "added": True}
        return {**content, "source": self._sources.of_class(stage).to_source()}

    def _hooks_of(self, node: Node, nodes: list[Node]) -> dict[str, Any]:
        """Returns the script of a stage that runs once; without a Setup stage before it, the next one says how."""
        http = self._http(node, node.setup or setup_after(node.name, nodes))
        settings = {"settings": {"http": http}} if http else {}
        return {"entry": hooks_entry(node.stage), **settings, "source": self._sources.of_class(node.stage).to_source()}

    def _execute(self, node: Node, own: Settings) -> dict[str, Any]:
        setup = self._settings[node.setup] if node.setup else Settings()
        merged = layered(own, layered(setup, self._overrides.defaults))
        levels = [(node.stage, own)] if node.setup is None else [(node.stage, own), (node.setup, setup)]
        self._notes.extend(notes_on(levels, merged, self._overrides))
        plugged = self._plugged.of(node.stage.__name__, self._sources.of_class(node.stage))
        load = load_profile(merged, self._problems, plugged)
        self._loads[node.stage] = (profile_in_words(merged, load), merged)
        self._notes.extend(notes_on_weights(self._actions[node.stage], merged))
        scenario = {"load": load, "flow": [], "source": self._sources.of_class(node.stage).to_source()}
        settings: dict[str, Any] = {"graceful_stop": merged.values.get("graceful_stop", "1s")}
        http = self._http(node, node.setup)
        if http:
            settings["http"] = http
        return {"scenarios": {node.name: scenario}, "settings": settings}

    def _http(self, node: Node, setup: type[Setup] | None) -> dict[str, Any]:
        """Returns how a stage sends its requests: as it says, or else its Setup stage, or else the command line."""
        own = self._settings.get(node.stage, Settings())
        below = self._settings[setup] if setup else Settings()
        return http_settings([own, below, self._overrides.defaults], self._folder)


def _common(settings: Settings) -> dict[str, Any]:
    """Returns the plan's fields that every kind of stage can have."""
    fields = copied(settings.values, stage_timeout="timeout", retries="retries", priority="priority", skip="skip")
    return {name: value for name, value in fields.items() if value}


def _pools_in(settings: Settings) -> list[DataPool]:
    pools = settings.values.get("data")
    return [pool for pool in pools.values() if isinstance(pool, DataPool)] if isinstance(pools, Mapping) else []
