"""Data pools: where iterations get data."""

from __future__ import annotations

import json as json_codec
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NoReturn

from squall._authoring.placeholders import Placeholder
from squall._authoring.values import FilePath
from squall._recording.frames import caller
from squall._recording.recording import current, misuse, refuse
from squall._recording.running import running

Order = Literal["sequential", "random", "once", "unique"]
"""How rows are handed out to iterations."""

FILE_KINDS = {".csv": "csv", ".json": "json", ".jsonl": "json_lines", ".ndjson": "json_lines"}
"""The plan's name for a kind of data file, by extension."""


_declared: list[DataPool] = []


def take_declared() -> list[DataPool]:
    """Returns the pools that were declared since the last call."""
    pools = list(_declared)
    _declared.clear()
    return pools


class DataPool:
    """Declares a pool of rows: `DataPool("users", csv="users.csv")` at the top level of the test file.

    An action uses it as `data("users").name`. Within one iteration every use sees the same row. Exactly one of `csv`,
    `json`, `json_lines`, `rows` is given; paths are relative to the folder of the test file.
    """

    def __init__(
        self,
        name: str,
        *,
        csv: FilePath | None = None,
        json: FilePath | None = None,
        json_lines: FilePath | None = None,
        rows: Sequence[Mapping[str, Any]] | None = None,
        order: Order = "sequential",
    ) -> None:
        """Declares a pool.

        Args:
            name: Name for `data(name)`.
            csv: CSV file (RFC 4180) with a header line that names the fields; all values are text.
            json: JSON file that holds an array of objects.
            json_lines: File with one JSON object a line.
            rows: The rows themselves, as dictionaries.
            order: `"sequential"` (default): in order over all virtual users, starting again at the end. `"random"`:
                at random, rows may repeat. `"once"`: each row once; the load ends when they are used up. `"unique"`:
                each virtual user keeps a row that no other user has.
        """
        self.name = name
        self.given: dict[str, object] = {
            key: value
            for key, value in (("csv", csv), ("json", json), ("json_lines", json_lines), ("rows", rows))
            if value is not None
        }
        self.order: str = order
        self.place = caller()
        _declared.append(self)

    def __repr__(self) -> str:
        return f"DataPool({self.name!r}, {', '.join(self.given)})"


class Row:
    """The row that an iteration got from a pool: `row.name` or `row["name"]` is a placeholder for one of its fields."""

    __slots__ = ("_pool",)

    def __init__(self, pool: str) -> None:
        self._pool = pool

    def __getattr__(self, field: str) -> Placeholder:
        """Is the value of a field."""
        if field.startswith("__"):
            raise AttributeError(field)
        return self[field]

    def __getitem__(self, field: str) -> Placeholder:
        """Is the value of a field whose name need not be a Python name."""
        if not isinstance(field, str) or not field:
            misuse(f"a field of the data pool `{self._pool}` is named by text, not `{field!r}`")
        return Placeholder(f"data.{_part(self._pool)}.{_part(field)}", partial(_value_of, self._pool, field))

    def __str__(self) -> str:
        self._refuse()

    def __bool__(self) -> NoReturn:
        self._refuse()

    def __iter__(self) -> NoReturn:
        self._refuse()

    def __len__(self) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        refuse(
            f"a whole row of the data pool `{self._pool}` is used",
            f'use a field of it, e.g. `data("{self._pool}").name`',
        )


class RowValues:
    """The row that an iteration got from a pool, where its body runs in Python: `row.name` or `row["name"]`."""

    __slots__ = ("_pool", "_values")

    def __init__(self, pool: str, values: Mapping[str, Any]) -> None:
        self._pool = pool
        self._values = values

    def __getattr__(self, field: str) -> Any:
        """Is the value of a field."""
        if field.startswith("__"):
            raise AttributeError(field)
        return self[field]

    def __getitem__(self, field: str) -> Any:
        """Is the value of a field whose name need not be a Python name."""
        try:
            return self._values[field]
        except KeyError:
            known = ", ".join(f"`{name}`" for name in self._values)
            misuse(f"the data pool `{self._pool}` has no field `{field}`", f"it has {known}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, field: object) -> bool:
        return field in self._values

    def __repr__(self) -> str:
        return f"<row of `{self._pool}`: {self._values!r}>"


def data(pool: str) -> Any:
    """Takes a row from a data pool, the same one for the whole iteration.

    Args:
        pool: Name of a `DataPool` of the file or of the Setup stage's `data`; or the path of a `.csv`, `.json` or
            `.jsonl` file, relative to the folder of the test file, whose rows are then used in order.

    Returns:
        A `Row`, whose fields are placeholders; in a body that runs in Python `RowValues`, whose fields are values.
    """
    if not isinstance(pool, str) or not pool:
        misuse(f"`data` takes the name of a data pool, not `{pool!r}`")
    context = running()
    if context is not None:
        return RowValues(pool, context.row(pool))
    recording = current()
    if recording is not None:
        recording.pools.setdefault(pool, caller())
    return Row(pool)


def file_kind(path: str) -> str | None:
    """Returns the plan's name for the kind of a data file, or None where the extension says nothing."""
    dot = path.rfind(".")
    return FILE_KINDS.get(path[dot:].lower()) if dot > 0 else None


def _value_of(pool: str, field: str) -> object:
    """Returns a field of the row that the running iteration has."""
    return data(pool)[field]


def _part(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else json_codec.dumps(name, ensure_ascii=False)
