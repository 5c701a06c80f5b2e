"""Which Setup stage is for which stage, and whether each stage has something to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall._authoring.stages import Act, Analyze, Execute, Setup, Stage, Submit, Wait
from squall._lowering.edges import MAY_BE_FIRST
from squall._lowering.graph import StageGraph, kind
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.settings import Settings
from squall._lowering.sources import Sources

_SENDING = (Execute, Act)
_DEPENDS_HINT = "add `@depends({})` above the class"


@dataclass(frozen=True)
class Node:
    """A stage of the graph.

    Attributes:
        name: Its name.
        stage: Its class.
        after: The stages right before it.
        setup: The nearest Setup stage before it that is for it.
        is_added: Whether it is not in the file.
    """

    name: str
    stage: type[Stage]
    after: tuple[str, ...]
    setup: type[Setup] | None = None
    is_added: bool = False


class Reach:
    """Finds the Setup stage of each stage, and tells of stages that nothing comes of."""

    def __init__(
        self, graph: StageGraph, settings: Mapping[type[Stage], Settings], sources: Sources, problems: Problems
    ) -> None:
        self._graph = graph
        self._stages = graph.stages
        self._settings = settings
        self._sources = sources
        self._problems = problems
        self._told: set[type[Stage]] = set()

    def nodes(self) -> list[Node]:
        """Returns the graph's nodes; none where stages wait for each other."""
        if not any(issubclass(stage, _SENDING) for stage in self._stages.values()):
            self._problems.add(
                "there is no Execute stage, so that nothing would be sent",
                None,
                "derive a class from `squall.Execute` and give it an `@action()`",
            )
        if not self._graph.is_in_order():
            return []
        setups = {name: self._setup_of(name) for name in self._stages}
        for name, stage in self._stages.items():
            # What comes of a wrong edge is told with that.
            if self._graph.wrong.isdisjoint([name, *self._before(name)]):
                self._check(name, stage, setups)
            if issubclass(stage, Setup):
                self._check_apply_to(name, stage)
        return [Node(name, stage, self._graph.after[name], setups[name]) for name, stage in self._stages.items()]

    def _before(self, name: str) -> list[str]:
        return [one for level in self._graph.levels_before(name) for one in level]

    def _setup_of(self, name: str) -> type[Setup] | None:
        stage = self._stages[name]
        for level in self._graph.levels_before(name):
            near = [one for one in (self._stages[other] for other in level) if issubclass(one, Setup)]
            setups = [one for one in near if self._is_for(one, stage)]
            if len(setups) > 1 and issubclass(stage, Execute):
                self._told.update(setups)
                names = listed(setup.__name__ for setup in setups)
                self._problems.add(
                    f"the Execute stage `{name}` comes right after several Setup stages: {names}",
                    self._sources.of_class(stage),
                    "keep one of them, or say in each which it is for: `apply_to_stages`",
                )
            if setups:
                return setups[0]
        return None

    def _is_for(self, setup: type[Setup], stage: type[Stage]) -> bool:
        chosen = self._settings.get(setup, Settings()).values.get("apply_to_stages")
        if chosen is None or not issubclass(stage, Execute):
            return True
        return stage.__name__ in self._graph.chosen(chosen)

    def _check(self, name: str, stage: type[Stage], setups: Mapping[str, type[Setup] | None]) -> None:
        place = self._sources.of_class(stage)
        if issubclass(stage, Execute):
            if setups[name] is None:
                self._tell_no_setup(name, stage)
        elif issubclass(stage, Setup):
            self._check_setup_is_used(name, stage, setups)
        elif not self._graph.after[name] and kind(stage) not in MAY_BE_FIRST:
            text = f"the stage `{name}` cannot be reached: it depends on no other stage"
            self._problems.add(text, place, self._hint_to_depend(Execute))
        elif issubclass(stage, (Analyze, Submit)):
            if not any(issubclass(self._stages[one], Execute) for one in self._before(name)):
                verb = "analyze" if issubclass(stage, Analyze) else "submit"
                text = f"no Execute stage comes before `{name}`, so that it has nothing to {verb}"
                self._problems.add(text, place, self._hint_to_depend(Execute))
        elif issubclass(stage, Wait) and len(self._graph.connected(name)) == 1:
            hint = "let it depend on the stages that it waits for"
            self._problems.add(f"the Wait stage `{name}` waits for nothing", place, hint)

    def _hint_to_depend(self, on: type[Stage]) -> str | None:
        known = [one for one, stage in self._stages.items() if issubclass(stage, on)]
        return _DEPENDS_HINT.format(known[-1]) if known else None

    def _tell_no_setup(self, name: str, stage: type[Stage]) -> None:
        text = f"no Setup stage comes before the Execute stage `{name}`"
        others = [one for one in self._before(name) if issubclass(self._stages[one], Setup)]
        left_out = [one for one in self._graph.declared[name] if one not in self._stages]
        known = [one for one, other in self._stages.items() if issubclass(other, Setup)]
        if others:
            text = f"no Setup stage before the Execute stage `{name}` is for it"
            hint = f"name it in `apply_to_stages` of `{others[0]}`"
        elif left_out:
            hint = f"add `{left_out[0]}` to the graph"
        elif known:
            hint = _DEPENDS_HINT.format(known[0])
        else:
            hint = "add a class that derives from `squall.Setup`, and `@depends` on it"
        self._problems.add(text, self._sources.of_class(stage), hint)

    def _check_setup_is_used(self, name: str, stage: type[Setup], setups: Mapping[str, type[Setup] | None]) -> None:
        sending = [one for one, other in self._stages.items() if issubclass(other, _SENDING)]
        if stage in self._told or any(setups[one] is stage for one in sending):
            return
        after = [one for one in sending if name in self._before(one)]
        place = self._sources.of_class(stage)
        if not after:
            self._problems.add(
                f"the Setup stage `{name}` cannot be reached: no Execute stage comes after it",
                place,
                f"put `@depends({name})` above an Execute stage",
            )
            return
        nearer = setups[after[0]]
        hint = f"`{after[0]}` takes the nearest, `{nearer.__name__}`" if nearer else None
        self._problems.add(f"the Setup stage `{name}` is for no Execute stage", place, hint)

    def _check_apply_to(self, name: str, stage: type[Setup]) -> None:
        settings = self._settings.get(stage, Settings())
        for given in settings.values.get("apply_to_stages", ()):
            called = given if isinstance(given, str) else given.__name__
            names = self._graph.chosen([given])
            if names and all(one not in self._stages for one in names):
                continue
            place = settings.places.get("apply_to_stages")
            if not names:
                suggestion = nearest(called, self._graph.all_stages())
                hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(self._graph.all_stages())}"
                text = f"`apply_to_stages` of `{name}` names `{called}`, which this file does not have"
                self._problems.add(text, place, hint)
            elif not all(issubclass(self._graph.all_stages()[one], Execute) for one in names):
                text = f"`apply_to_stages` of `{name}` names `{called}`, which is no Execute stage"
                self._problems.add(text, place, "a Setup stage is for Execute stages")
            elif not any(name in self._before(one) for one in names if one in self._stages):
                text = f"`apply_to_stages` of `{name}` names `{called}`, which does not come after it"
                self._problems.add(text, place, f"put `@depends({name})` above it")
