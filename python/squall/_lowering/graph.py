"""Who runs after whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from squall._authoring.hooks import DEPENDENCIES, Dependencies
from squall._authoring.stages import BUILT_IN, Analyze, Execute, Setup, Stage, Submit
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.settings import kind_of
from squall._lowering.sources import Sources
from squall._recording.encoding import described

_NO_SETUP_HINT = "add `@depends({})` above the class"


@dataclass(frozen=True)
class Node:
    """A stage of the graph, the stages right before it, and for an Execute stage its Setup stage."""

    stage: type[Stage]
    after: tuple[str, ...]
    setup: type[Setup] | None


def find_stages(namespace: Mapping[str, object], sources: Sources, problems: Problems) -> list[type[Stage]]:
    """Returns the stages of a module, in its order."""
    stages: dict[str, type[Stage]] = {}
    for value in namespace.values():
        if not isinstance(value, type) or not issubclass(value, Stage) or value in BUILT_IN:
            continue
        if kind_of(value) is None:
            problems.add(
                f"`{value.__name__}` derives from `Stage` itself",
                sources.of_class(value),
                "derive it from `Setup`, `Execute`, `Analyze` or `Submit`",
            )
        elif stages.setdefault(value.__name__, value) is not value:
            problems.add(f"there are two stages `{value.__name__}`", sources.of_class(value), "rename one of them")
    return list(stages.values())


class Graph:
    """The stages of a file and their dependencies, checked."""

    def __init__(self, stages: list[type[Stage]], sources: Sources, problems: Problems) -> None:
        self._stages = {stage.__name__: stage for stage in stages}
        self._sources = sources
        self._problems = problems
        self._after = {name: self._dependencies(stage) for name, stage in self._stages.items()}

    def nodes(self) -> list[Node]:
        """Returns the graph's nodes, and tells what is wrong with their order."""
        if not any(issubclass(stage, Execute) for stage in self._stages.values()):
            self._problems.add(
                "there is no Execute stage, so that nothing would be sent",
                None,
                "derive a class from `squall.Execute` and give it an `@action()`",
            )
        if self._has_cycle():
            return []
        return [self._node(name, stage) for name, stage in self._stages.items()]

    def _node(self, name: str, stage: type[Stage]) -> Node:
        setup = None
        if issubclass(stage, Execute):
            setup = self._setup_of(name)
        elif issubclass(stage, Setup):
            self._check_setup_is_used(name)
        else:
            self._check_has_execute(name, "analyze" if issubclass(stage, Analyze) else "submit")
        return Node(stage, self._after[name], setup)

    def _dependencies(self, stage: type[Stage]) -> tuple[str, ...]:
        given = vars(stage).get(DEPENDENCIES)
        if not isinstance(given, Dependencies):
            return ()
        place = self._sources.of_class(stage)
        if not given.stages:
            self._problems.add("`@depends()` names no stage", place, "name at least one, or remove it")
        names: list[str] = []
        for dependency in given.stages:
            name = self._resolve(dependency, stage)
            if name is None:
                continue
            if name in names:
                self._problems.add(f"`@depends` names `{name}` twice", place, "name it once")
            else:
                names.append(name)
        return tuple(names)

    def _resolve(self, dependency: object, stage: type[Stage]) -> str | None:
        place = self._sources.of_class(stage)
        if isinstance(dependency, str):
            if dependency in self._stages:
                return dependency
            suggestion = nearest(dependency, self._stages)
            hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(self._stages)}"
            self._problems.add(f"`@depends` names `{dependency}`, which this file does not have", place, hint)
        elif not isinstance(dependency, type) or not issubclass(dependency, Stage) or dependency in BUILT_IN:
            self._problems.add(
                f"`@depends` takes stages of the file, not {described(dependency)}",
                place,
                "e.g. `@depends(SetupStage)`",
            )
        elif self._stages.get(dependency.__name__) is dependency:
            return dependency.__name__
        else:
            self._problems.add(
                f"`@depends` names `{dependency.__name__}`, which is not at the top level of this file",
                place,
                "define or import it there",
            )
        return None

    def _has_cycle(self) -> bool:
        done: set[str] = set()
        for start in self._stages:
            cycle = self._find_cycle(start, [], done)
            if cycle:
                text = " → ".join(f"`{name}`" for name in cycle)
                self._problems.add(
                    f"stages wait for each other: {text}",
                    self._sources.of_class(self._stages[cycle[0]]),
                    "remove one of these dependencies",
                )
                return True
        return False

    def _find_cycle(self, name: str, path: list[str], done: set[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for before in self._after[name]:
            cycle = self._find_cycle(before, [*path, name], done)
            if cycle:
                return cycle
        done.add(name)
        return []

    def _depends(self, name: str) -> bool:
        """Tells whether a stage has a `@depends`; where that names nothing that exists, it has been told already."""
        return DEPENDENCIES in vars(self._stages[name])

    def _levels_before(self, name: str) -> Iterable[list[str]]:
        """Yields the stages one step before a stage, then two steps, and so on; each once."""
        seen: set[str] = set()
        level = [name]
        while level:
            level = [one for one in dict.fromkeys(b for n in level for b in self._after[n]) if one not in seen]
            seen.update(level)
            if level:
                yield level

    def _setup_of(self, name: str) -> type[Setup] | None:
        place = self._sources.of_class(self._stages[name])
        for level in self._levels_before(name):
            setups = [stage for stage in (self._stages[one] for one in level) if issubclass(stage, Setup)]
            if len(setups) > 1:
                names = listed(setup.__name__ for setup in setups)
                self._problems.add(
                    f"the Execute stage `{name}` comes right after several Setup stages: {names}",
                    place,
                    "keep one of them",
                )
            if setups:
                return setups[0]
        if self._after[name] or not self._depends(name):
            known = [one for one, stage in self._stages.items() if issubclass(stage, Setup)]
            hint = (
                _NO_SETUP_HINT.format(known[0])
                if known
                else "add a class that derives from `squall.Setup`, and `@depends` on it"
            )
            self._problems.add(f"no Setup stage comes before the Execute stage `{name}`", place, hint)
        return None

    def _check_setup_is_used(self, name: str) -> None:
        users = (
            other
            for other, stage in self._stages.items()
            if issubclass(stage, Execute) and any(name in level for level in self._levels_before(other))
        )
        if next(users, None) is None:
            self._problems.add(
                f"the Setup stage `{name}` cannot be reached: no Execute stage comes after it",
                self._sources.of_class(self._stages[name]),
                f"put `@depends({name})` above an Execute stage",
            )

    def _check_has_execute(self, name: str, verb: str) -> None:
        stage = self._stages[name]
        if any(issubclass(self._stages[one], Execute) for level in self._levels_before(name) for one in level):
            return
        if self._depends(name) and not self._after[name]:
            return
        place = self._sources.of_class(stage)
        candidates = [one for one, other in self._stages.items() if issubclass(other, Execute)]
        hint = _NO_SETUP_HINT.format(candidates[-1]) if candidates else None
        if not self._after[name]:
            self._problems.add(f"the stage `{name}` cannot be reached: it depends on no other stage", place, hint)
        elif issubclass(stage, (Analyze, Submit)):
            self._problems.add(f"no Execute stage comes before `{name}`, so that it has nothing to {verb}", place, hint)
