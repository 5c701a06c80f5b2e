"""Graphs: classes that derive from `Setup`, `Execute`, `Analyze` and `Submit`."""

from __future__ import annotations

from squall._lowering.document import Lowered, Module
from squall._lowering.graph import find_stages
from squall._lowering.overrides import Overrides
from squall._lowering.plan import lower_stages
from squall._lowering.problems import Problems
from squall._lowering.sources import Sources


def lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns the stages of a module into a plan; None where it has no stages, or something else of this name."""
    if name is not None and name in module.names and not isinstance(module.names[name], type):
        return None
    sources = Sources()
    stages = find_stages(module.names, sources, problems)
    if not stages and not problems.found:
        return None
    if name is not None:
        problems.add(f"`{module.file}` has no test `{name}`: a graph runs as a whole", None, f"run `{module.file}`")
    lowered = lower_stages(stages, module, sources, overrides, problems)
    if lowered.scripts:
        _configure(module, overrides, problems)
    return lowered


def _configure(module: Module, overrides: Overrides, problems: Problems) -> None:
    """Fills the configuration, which only bodies that run in Python can see."""
    from squall._journeys.configuration import configure
    from squall._journeys.specs import Specs
    from squall._script.config import config

    configure(overrides, Specs(module, problems), problems)
    config.share()
