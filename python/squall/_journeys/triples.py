"""What a scenario function returns, checked: journeys, their data, their volume."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from squall._journeys.specs import MISSING, Specs, place_of
from squall._lowering.problems import Problems
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._script.calls import is_async, takes_arguments
from squall.datapools import (
    IterableDataPool,
    RecyclableIterableDataPool,
    SingleRunDataPool,
    SingleRunDataPoolWrapper,
)
from squall.volume import Oneshot, Rate, VolumeModel

_POOL_HINT = "wrap it: `RecyclableIterableDataPool(…)` repeats its items, `IterableDataPool(…)` uses each once"


@dataclass(frozen=True)
class Journey:
    """A journey with its data and its volume.

    Attributes:
        spec: Its name: `MODULE:NAME`.
        call: The coroutine function.
        pool: Where its arguments come from.
        volume: How many run at once, or the rate at which they start; None: the command says it.
        place: Where it was written.
    """

    spec: str
    call: Any
    pool: Any
    volume: Any
    place: Place | None


class Triples:
    """Reads triples; tells of everything that is wrong with them."""

    def __init__(self, specs: Specs, problems: Problems) -> None:
        self._specs = specs
        self._problems = problems

    def read(self, triples: Any, place: Place | None) -> list[Journey]:
        """Returns the journeys of a scenario's list."""
        if isinstance(triples, (str, bytes)) or not isinstance(triples, Sequence):
            hint = "a list of `(journey, datapool or None, volume model)`"
            self._problems.add(f"a scenario must return a list, not {_what(triples)}", place, hint)
            return []
        if not triples:
            self._problems.add("the scenario is empty: nothing would run", place, "give it at least one journey")
        found = [self._triple(index, triple, place) for index, triple in enumerate(triples)]
        return [journey for journey in found if journey is not None]

    def journey(self, journey: Any, pool: Any, volume: Any, place: Place | None) -> Journey | None:
        """Returns one journey, or None where it is wrong."""
        spec = journey if isinstance(journey, str) else _spec_of(journey, self._specs)
        call = self._specs.find(journey, place, "journey") if isinstance(journey, str) else journey
        right = self._check_volume(spec, volume, place)
        right = self._check_pool(spec, pool, place) and right
        if call is MISSING or not self._check_call(spec, call, place) or not right:
            return None
        own = place_of(call)
        self._check_arguments(spec, call, pool, own or place)
        if isinstance(volume, Oneshot):
            # The model says how many at once; that there is no second one after the first, the data say.
            pool = SingleRunDataPoolWrapper(pool or IterableDataPool([()]))
        return Journey(spec, call, pool, volume, own)

    def _triple(self, index: int, triple: Any, place: Place | None) -> Journey | None:
        if isinstance(triple, (str, bytes)) or not isinstance(triple, Sequence) or len(triple) != 3:
            hint = "write `(journey, datapool or None, volume model)`"
            self._problems.add(f"entry {index + 1} of the scenario is {_what(triple)}", place, hint)
            return None
        journey, pool, volume = triple
        if not isinstance(journey, str) and not callable(journey):
            hint = "give the function, or its name as `MODULE:NAME`"
            message = f"the journey of entry {index + 1} of the scenario is {_what(journey)}"
            self._problems.add(message, place, hint)
            return None
        return self.journey(journey, pool, volume, place)

    def _check_call(self, spec: str, call: Any, place: Place | None) -> bool:
        if not callable(call):
            self._problems.add(f"the journey `{spec}` is {_what(call)}", place, "it must be an `async def`")
            return False
        if not is_async(call):
            own = place_of(call) or place
            self._problems.add(f"the journey `{spec}` is not asynchronous", own, "declare it `async def`")
            return False
        return True

    def _check_pool(self, spec: str, pool: Any, place: Place | None) -> bool:
        if pool is None:
            return True
        missing = [name for name in ("checkout", "checkin") if not callable(getattr(pool, name, None))]
        if isinstance(pool, type) and not missing:
            hint = f"make one: `{pool.__name__}(…)`"
            self._problems.add(f"the data pool of `{spec}` is the class `{pool.__name__}` itself", place, hint)
            return False
        if missing:
            hint = _POOL_HINT if hasattr(pool, "__iter__") or callable(pool) else "it needs `checkout` and `checkin`"
            kind = _what(pool)
            self._problems.add(f"the data pool of `{spec}` has no `{missing[0]}`: it is {kind}", place, hint)
            return False
        return True

    def _check_volume(self, spec: str, volume: Any, place: Place | None) -> bool:
        if volume is None or isinstance(volume, Rate):
            return True
        if not callable(volume):
            hint = "give a function of start and end, like `lambda start, end: 10`"
            self._problems.add(f"the volume model of `{spec}` is {_what(volume)}", place, hint)
            return False
        if isinstance(volume, VolumeModel):
            try:
                volume.check()
            except ValueError as error:
                self._problems.add(f"the volume model of `{spec}` is wrong: {error}", place)
                return False
        elif not takes_arguments(volume, 2):
            hint = "it is called with the start and the end of a window, in seconds"
            own = place_of(volume) or place
            self._problems.add(f"the volume model of `{spec}` does not take two arguments", own, hint)
            return False
        return True

    def _check_arguments(self, spec: str, call: Any, pool: Any, place: Place | None) -> None:
        count = 0 if pool is None else _arguments_of(pool)
        if count is None or takes_arguments(call, 1 + count):
            return
        signature = inspect.signature(call)
        from_where = "its data pool gives" if pool is not None else "without a data pool there are"
        hint = "a journey is called with the context and what an item of its data pool holds"
        message = f"`{spec}{signature}` does not take what it gets: the context, and {from_where} {count} arguments"
        self._problems.add(message, place, hint)


def _spec_of(journey: Any, specs: Specs) -> str:
    plain = inspect.unwrap(journey)
    name = getattr(plain, "__qualname__", None) or type(journey).__name__
    module = getattr(plain, "__module__", None) or specs.module_of("")
    return f"{module.removeprefix('_squall_test_')}:{name.replace('<locals>.', '')}"


def _what(value: Any) -> str:
    """Returns a value for an error."""
    kind = "class" if isinstance(value, type) else "function" if inspect.isroutine(value) else None
    return described(value) if kind is None else f"the {kind} `{value.__name__}`"


def _arguments_of(pool: Any) -> int | None:
    """Returns how many arguments the first item of a pool has, where that is known without asking for it."""
    if isinstance(pool, SingleRunDataPool):
        return 1
    if not isinstance(pool, (RecyclableIterableDataPool, IterableDataPool)):
        return None
    items = pool.known_items()
    first = next(itertools.islice(items, 1), MISSING) if items is not None else MISSING
    if first is MISSING:
        return None
    return len(first) if isinstance(first, (tuple, list)) else 1
