"""Who runs after whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from squall._authoring.stages import Stage
from squall._lowering.edges import hint_on, may_follow
from squall._lowering.finding import Found, dependencies_of, is_stage
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.settings import kind_of
from squall._lowering.sources import Sources
from squall._recording.encoding import described
from squall._recording.frames import Place


class StageGraph:
    """The stages of a file and their dependencies, checked."""

    def __init__(self, found: Found, sources: Sources, problems: Problems) -> None:
        self._found = found
        self._stages = dict(found.stages)
        self._sources = sources
        self._problems = problems
        self.wrong: set[str] = set()
        """Stages with a dependency that does not exist or may not be, which has been told."""
        self._after = {name: self._dependencies(name, stage) for name, stage in self._stages.items()}
        self.declared: Mapping[str, tuple[str, ...]] = self._after
        """What each stage depends on, whether or not that is kept."""

    @property
    def stages(self) -> Mapping[str, type[Stage]]:
        """The stages by name."""
        return self._stages

    @property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """By the name of each stage, the stages right before it."""
        return self._after

    def all_stages(self) -> Mapping[str, type[Stage]]:
        """Returns the stages by name, those that are not kept as well."""
        return self._found.stages

    def keep(self, names: Iterable[str]) -> None:
        """Leaves out all stages but some; what came after one that is left out comes after those before it."""
        kept = set(names)
        self._after = {name: tuple(self._nearest(name, kept)) for name in self._stages if name in kept}
        self._stages = {name: stage for name, stage in self._stages.items() if name in kept}

    def _nearest(self, name: str, kept: set[str]) -> Iterable[str]:
        """Yields the kept stages right before one; of those behind a stage that is left out, no early ones."""
        direct = [before for before in self._after[name] if before in kept]
        yield from direct
        behind: dict[str, None] = {}
        waiting = [before for before in reversed(self._after[name]) if before not in kept]
        seen = set(waiting)
        while waiting:
            for before in reversed(self._after[waiting.pop()]):
                if before in kept:
                    behind[before] = None
                elif before not in seen:
                    seen.add(before)
                    waiting.append(before)
        found = {*direct, *behind}
        earlier = {one for before in found for level in self.levels_before(before) for one in level}
        yield from (one for one in behind if one not in earlier and one not in direct)

    def connected(self, name: str) -> list[str]:
        """Returns the stages that hang together with one, itself included, in the order of the file."""
        return next(part for part in self.parts() if name in part)

    def parts(self) -> list[list[str]]:
        """Returns the stages in groups that have nothing to do with each other."""
        part_of = {name: {name} for name in self._stages}
        for name, befores in self._after.items():
            for before in befores:
                if part_of[before] is not part_of[name]:
                    joined = part_of[before] | part_of[name]
                    part_of.update(dict.fromkeys(joined, joined))
        parts = {id(part): part for part in part_of.values()}.values()
        return [[name for name in self._stages if name in part] for part in parts]

    def levels_before(self, name: str) -> Iterable[list[str]]:
        """Yields the stages one step before a stage, then two steps, and so on; each once."""
        seen: set[str] = set()
        level = [name]
        while level:
            level = [one for one in dict.fromkeys(b for n in level for b in self._after[n]) if one not in seen]
            seen.update(level)
            if level:
                yield level

    def chosen(self, given: Iterable[type | str]) -> list[str]:
        """Returns the names of stages that are given as classes or by name, as far as the file has them."""
        return [
            name
            for one in given
            for name in (self._found.named(one) if isinstance(one, str) else self._found.names_of(one))
        ]

    def is_in_order(self) -> bool:
        """Tells of stages that wait for each other, and of those that may not follow each other."""
        if self._has_cycle():
            return False
        self._check_edges()
        return True

    def _dependencies(self, name: str, stage: type[Stage]) -> tuple[str, ...]:
        given = dependencies_of(stage)
        if given is None:
            return ()
        place = self._sources.of_class(stage)
        if not given.stages:
            self._problems.add("`@depends()` names no stage", place, "name at least one, or remove it")
        names: list[str] = []
        for dependency in given.stages:
            resolved = self._resolve(dependency, place)
            if not resolved:
                self.wrong.add(name)
            for one in resolved:
                if one in names:
                    self._problems.add(f"`@depends` names `{one}` twice", place, "name it once")
                else:
                    names.append(one)
        return tuple(names)

    def _resolve(self, dependency: object, place: Place) -> list[str]:
        """Returns the names of what `@depends` was given; none, and an error, where that is wrong."""
        if isinstance(dependency, str):
            names = self._found.named(dependency)
            if not names:
                suggestion = nearest(dependency, self._found.known())
                hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(self._found.known())}"
                self._problems.add(f"`@depends` names `{dependency}`, which this file does not have", place, hint)
            return names
        if not isinstance(dependency, type) or not is_stage(dependency):
            self._problems.add(
                f"`@depends` takes stages of the file, not {described(dependency)}",
                place,
                "e.g. `@depends(SetupStage)`",
            )
            return []
        names = self._found.names_of(dependency)
        if not names:
            self._problems.add(
                f"`@depends` names `{dependency.__name__}`, which is not at the top level of this file",
                place,
                "define or import it there",
            )
        return names

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

    def _check_edges(self) -> None:
        for name, befores in self._after.items():
            stage = self._stages[name]
            to = kind(stage)
            for before in befores:
                before_kind = kind(self._stages[before])
                if not may_follow(before_kind, to):
                    self.wrong.add(name)
                    text = f"the {to.__name__} stage `{name}` cannot come right after the"
                    text = f"{text} {before_kind.__name__} stage `{before}`"
                    self._problems.add(text, self._sources.of_class(stage), hint_on(before_kind, to))


def kind(stage: type[Stage]) -> type[Stage]:
    """Returns which of the kinds a stage of the graph is."""
    return kind_of(stage) or Stage
