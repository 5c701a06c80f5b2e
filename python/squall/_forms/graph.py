"""Graphs: classes that derive from `Setup`, `Execute`, `Analyze` and the other kinds of stages."""

from __future__ import annotations

from squall._authoring.graphs import Graph
from squall._lowering.document import Lowered, Module
from squall._lowering.finding import Found, find_stages, is_stage
from squall._lowering.graph import StageGraph
from squall._lowering.overrides import Overrides
from squall._lowering.plan import lower_stages
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.sources import Sources


def lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns the stages of a module into a plan; None where it has no stages, or something else of this name."""
    named = module.names.get(name) if name is not None else None
    if named is not None and not isinstance(named, Graph) and not is_stage(named):
        return None
    sources = Sources()
    found = find_stages(module.names, sources, problems)
    if not found.stages and not problems.found:
        return None
    graph = StageGraph(found, sources, problems)
    if name is not None:
        graph.keep(_chosen(name, named, graph, found, module, problems))
    lowered = lower_stages(graph, found, module, sources, overrides, problems)
    if lowered.scripts:
        _configure(module, overrides, problems)
    return lowered


def _chosen(name: str, named: object, graph: StageGraph, found: Found, module: Module, problems: Problems) -> list[str]:
    """Returns the names of the stages that `FILE:NAME` means."""
    if isinstance(named, Graph):
        return graph.chosen(named.stages)
    names = found.names_of(named) if isinstance(named, type) else found.named(name)
    if names:
        return [one for part in graph.parts() if not set(names).isdisjoint(part) for one in part]
    graphs = [one for one, value in module.names.items() if isinstance(value, Graph)]
    suggestion = nearest(name, [*graphs, *found.known()])
    hint = (
        f"did you mean `{module.file}:{suggestion}`?" if suggestion else f"it has {listed([*graphs, *found.known()])}"
    )
    problems.add(f"`{module.file}` has no graph and no stage `{name}`", None, hint)
    return list(graph.stages)


def _configure(module: Module, overrides: Overrides, problems: Problems) -> None:
    """Fills the configuration, which only bodies that run in Python can see."""
    from squall._journeys.configuration import configure
    from squall._journeys.specs import Specs
    from squall._script.config import config

    configure(overrides, Specs(module, problems), problems)
    config.share()
