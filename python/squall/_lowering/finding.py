"""The stages of a file: its classes, what they depend on elsewhere, and what is made of a parametrised one."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from squall._authoring.graphs import PARAMETERS, Graph, Parameters
from squall._authoring.hooks import DEPENDENCIES, Dependencies
from squall._authoring.stages import BUILT_IN, PLACE, Stage
from squall._lowering.problems import Problems
from squall._lowering.settings import kind_of
from squall._lowering.sources import Sources


@dataclass
class Found:
    """The stages of a file.

    Attributes:
        stages: All stages by name, in the order in which they were found.
        families: By a parametrised stage, the names of those that were made of it.
    """

    stages: dict[str, type[Stage]] = field(default_factory=dict)
    families: dict[type[Stage], list[str]] = field(default_factory=dict)

    def names_of(self, stage: type) -> list[str]:
        """Returns under which names a class runs; none where it is no stage of the file."""
        if stage in self.families:
            return self.families[stage]
        return [stage.__name__] if self.stages.get(stage.__name__) is stage else []

    def named(self, name: str) -> list[str]:
        """Returns the stages that a name means: one, or all that were made of a parametrised one."""
        if name in self.stages:
            return [name]
        return next((names for stage, names in self.families.items() if stage.__name__ == name), [])

    def parents_of(self, stage: type) -> list[str]:
        """Returns the name of the parametrised stage that one was made of."""
        return [base.__name__ for base, names in self.families.items() if stage.__name__ in names]

    def known(self) -> list[str]:
        """Returns all names by which stages can be called."""
        return [*self.stages, *(stage.__name__ for stage in self.families)]


def find_stages(namespace: Mapping[str, object], sources: Sources, problems: Problems) -> Found:
    """Returns the stages of a module, in its order."""
    found = Found()
    for stage in _with_dependencies(list(_written(namespace))):
        if kind_of(stage) is None:
            problems.add(
                f"`{stage.__name__}` derives from `Stage` itself",
                sources.of_class(stage),
                "derive it from `Setup`, `Execute`, `Analyze` or another of the nine kinds",
            )
            continue
        made = list(_expanded(stage))
        if made != [stage]:
            found.families[stage] = [one.__name__ for one in made]
        for one in made:
            if found.stages.setdefault(one.__name__, one) is not one:
                problems.add(f"there are two stages `{one.__name__}`", sources.of_class(one), "rename one of them")
    return found


def dependencies_of(stage: type[Stage]) -> Dependencies | None:
    """Returns what `@depends` says of a stage, or of the class that it derives from."""
    given = getattr(stage, DEPENDENCIES, None)
    return given if isinstance(given, Dependencies) else None


def is_stage(value: object) -> bool:
    """Tells whether something is a class that derives from one of the kinds of stages."""
    return isinstance(value, type) and issubclass(value, Stage) and value not in BUILT_IN


def _written(namespace: Mapping[str, object]) -> Iterator[type[Stage]]:
    """Yields the stages that stand at the top level, by themselves or in a list, a dictionary or a graph."""
    for value in namespace.values():
        if isinstance(value, type):
            if is_stage(value) and not value.__name__.startswith("_"):
                yield value
        elif isinstance(value, Graph):
            yield from value.stages
        elif isinstance(value, (list, tuple)):
            yield from filter(is_stage, value)
        elif isinstance(value, dict):
            yield from filter(is_stage, value.values())


def _with_dependencies(stages: list[type[Stage]]) -> Iterable[type[Stage]]:
    """Returns stages and those that they depend on, which may be of other files; each once."""
    found = dict.fromkeys(stages)
    waiting = list(stages)
    while waiting:
        stage = waiting.pop()
        given = dependencies_of(stage)
        for dependency in given.stages if given else ():
            known = _elsewhere(dependency, stage) if isinstance(dependency, str) else dependency
            if isinstance(known, type) and is_stage(known) and known not in found and _is_top_level(known):
                found[known] = None
                waiting.append(known)
    return found


def _elsewhere(name: str, stage: type[Stage]) -> object:
    """Returns what a name means in the file of a stage."""
    return getattr(sys.modules.get(stage.__module__), name, None)


def _is_top_level(stage: type[Stage]) -> bool:
    return PLACE in vars(stage) or _elsewhere(stage.__name__, stage) is stage


def _expanded(stage: type[Stage]) -> Iterator[type[Stage]]:
    """Yields a stage, or those that its parameters make of it."""
    parameters = vars(stage).get(PARAMETERS)
    if not isinstance(parameters, Parameters):
        yield stage
        return
    before: type[Stage] | None = None
    for values in itertools.product(*parameters.values.values()):
        attributes = dict(zip(parameters.values, values, strict=True))
        name = f"{stage.__name__}[{_label(attributes, parameters)}]"
        made = type(name, (stage,), {"__module__": stage.__module__, PLACE: parameters.place.named(name), **attributes})
        if parameters.is_sequential and before is not None:
            given = dependencies_of(stage)
            setattr(made, DEPENDENCIES, Dependencies((*(given.stages if given else ()), before), parameters.place))
        before = made
        yield made


def _label(attributes: Mapping[str, object], parameters: Parameters) -> str:
    """Returns how a stage is told from the others that were made of the same one."""
    parts = []
    for name, value in attributes.items():
        is_short = isinstance(value, (str, int, float)) and len(str(value)) <= 40 and "\n" not in str(value)
        text = value if is_short else f"#{parameters.values[name].index(value) + 1}"
        parts.append(f"{name.lstrip('_')}={text}")
    return ",".join(parts)
