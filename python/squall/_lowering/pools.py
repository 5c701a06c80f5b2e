"""Data pools of a file as plan data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from squall._authoring.pools import DataPool, file_kind
from squall._lowering.http_settings import absolute
from squall._lowering.parsers import WrongValueError, path_text
from squall._lowering.problems import Problems, listed, nearest
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._recording.recording import RefusalError

_ORDERS = ("sequential", "random", "once", "unique")
_KIND_HINT = "give one of `csv`, `json`, `json_lines`, `rows`"


class Pools:
    """Collects the data pools of a file, by name."""

    def __init__(self, folder: str, problems: Problems) -> None:
        self.plan: dict[str, dict[str, Any]] = {}
        self._declared: set[str] = set()
        self._folder = folder
        self._problems = problems

    def declare(self, pool: DataPool) -> None:
        """Adds a `DataPool` of the file."""
        place = pool.place.named(f"DataPool({pool.name!r})")
        self._declared.add(str(pool.name))
        if not isinstance(pool.name, str) or not pool.name:
            self._problems.add(f"the name of a data pool must be text, not {described(pool.name)}", place)
            return
        if len(pool.given) != 1:
            given = f"{listed(pool.given)} are both given" if pool.given else "has no data"
            self._problems.add(f"the data pool `{pool.name}` {given}", place, _KIND_HINT)
            return
        if pool.order not in _ORDERS:
            self._problems.add(
                f"`order` of the data pool `{pool.name}` cannot be {described(pool.order)}",
                place,
                f"use {listed(_ORDERS)}",
            )
            return
        kind, value = next(iter(pool.given.items()))
        self._add(pool.name, kind, value, pool.order, place)

    def declare_all(self, pools: object, place: Place) -> None:
        """Adds the pools of a Setup stage's `data`."""
        if not isinstance(pools, Mapping):
            self._problems.add(
                f"`data` must be a dictionary of data pools, not {described(pools)}",
                place,
                'e.g. `{"users": "users.csv"}`',
            )
            return
        self._declared.update(map(str, pools))
        for name, pool in pools.items():
            if isinstance(pool, DataPool):
                renamed = DataPool.__new__(DataPool)
                renamed.name, renamed.given, renamed.order, renamed.place = name, pool.given, pool.order, pool.place
                self.declare(renamed)
            elif isinstance(pool, str) and file_kind(pool):
                self._add(name, file_kind(pool) or "", pool, "sequential", place)
            elif isinstance(pool, (list, tuple)):
                self._add(name, "rows", pool, "sequential", place)
            else:
                self._problems.add(
                    f"the data pool `{name}` cannot be {described(pool)}",
                    place,
                    "give a `DataPool`, the path of a `.csv`, `.json` or `.jsonl` file, or a list of dictionaries",
                )

    def use(self, name: str, place: Place) -> None:
        """Makes sure that a pool that an action uses is there; the path of a data file needs no declaration."""
        if name in self._declared or name in self.plan:
            return
        kind = file_kind(name)
        if kind:
            self._add(name, kind, name, "sequential", place)
            return
        suggestion = nearest(name, self.plan)
        hint = f'declare it at the top of the file: `DataPool("{name}", csv="{name}.csv")`'
        hint = f"did you mean `{suggestion}`?" if suggestion else hint
        self._problems.add(f"there is no data pool `{name}`", place, hint)

    def _add(self, name: str, kind: str, value: object, order: str, place: Place) -> None:
        data = self._rows(name, value, place) if kind == "rows" else self._file(name, value, place)
        if data is None:
            return
        pool: dict[str, Any] = {kind: data, "order": order, "source": place.to_source()}
        if name in self.plan and self.plan[name] != pool:
            self._problems.add(f"there are two data pools `{name}`", place, "give one of them another name")
        self.plan[name] = pool

    def _file(self, name: str, path: object, place: Place) -> str | None:
        try:
            return absolute(path_text(path), self._folder)
        except (WrongValueError, RefusalError):
            self._problems.add(f"the file of the data pool `{name}` must be a path, not {described(path)}", place)
            return None

    def _rows(self, name: str, rows: object, place: Place) -> list[dict[str, Any]] | None:
        if not isinstance(rows, (list, tuple)) or not all(
            isinstance(row, Mapping) and all(isinstance(field, str) for field in row) for row in rows
        ):
            self._problems.add(
                f"the rows of the data pool `{name}` must be a list of dictionaries", place, 'e.g. `[{"name": "ann"}]`'
            )
            return None
        for row in rows:
            for field, value in row.items():
                if not _is_json(value):
                    self._problems.add(
                        f"the field `{field}` of the data pool `{name}` cannot hold {described(value)}",
                        place,
                        "use text, numbers, booleans, None, and lists and dictionaries of them",
                    )
                    return None
        return [dict(row) for row in rows]


def _is_json(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(_is_json(item) for item in value)
    return (
        value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and abs(value) < float("inf"))
    )
