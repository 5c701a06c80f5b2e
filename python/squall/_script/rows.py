"""Rows of files as the items of data pools."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from squall._recording.frames import caller

Shape = Literal["tuple", "dict"]
"""A row as a tuple of its columns, each an argument of the journey, or as one dict."""


class Rows(Iterable[Any]):
    """Reads rows anew in each pass."""

    def __init__(self, what: str, read: Callable[[], Iterator[Any]]) -> None:
        self._what = what
        self._read = read

    def __iter__(self) -> Iterator[Any]:
        return self._read()

    def __repr__(self) -> str:
        return f"<rows of {self._what}>"


def csv_rows(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    rows: Shape = "tuple",
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Rows:
    """Reads the rows of a CSV file whose first line names the columns.

    Args:
        path: The file; a relative path starts at the folder of the file that asks.
        columns: Columns to take, in this order. Default: all.
        rows: `"tuple"`: each column is an argument of the journey; `"dict"`: the row is one argument.
        delimiter: What stands between values.
        encoding: Of the file.

    Raises:
        LookupError: The file does not have one of the columns; while it is read.
    """
    file = _beside_caller(path)

    def read() -> Iterator[Any]:
        with open(file, newline="", encoding=encoding) as source:
            reader = csv.DictReader(source, delimiter=delimiter)
            names = picked(columns, reader.fieldnames or (), file)
            for row in reader:
                yield shaped(row, names, rows)

    return Rows(os.path.basename(file), read)


def json_rows(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    rows: Shape = "tuple",
    encoding: str = "utf-8",
) -> Rows:
    """Reads the rows of a file of JSON lines, or of one JSON list.

    A row that is an object becomes a tuple of its values, in the order of the first row's names; a list becomes a
    tuple; anything else is one argument.

    Args:
        path: The file; a relative path starts at the folder of the file that asks.
        columns: Names to take of each object, in this order. Default: those of the first.
        rows: `"tuple"`: each value is an argument of the journey; `"dict"`: the object is one argument.
        encoding: Of the file.

    Raises:
        LookupError: A row does not have one of the names; while it is read.
    """
    file = _beside_caller(path)

    def read() -> Iterator[Any]:
        names: Sequence[str] | None = None
        for row in _json_values(file, encoding):
            if isinstance(row, dict) and columns is None and rows == "dict":
                yield (row,)
            elif isinstance(row, dict):
                names = picked(columns, row, file) if names is None else names
                yield shaped(row, names, rows)
            else:
                yield tuple(row) if isinstance(row, list) else (row,)

    return Rows(os.path.basename(file), read)


def picked(columns: Sequence[str] | None, known: Iterable[str], where: str) -> Sequence[str]:
    """Returns the columns to take.

    Raises:
        LookupError: One of them does not exist.
    """
    known = list(known)
    if columns is None:
        return known
    for name in columns:
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in known) or "none"
            raise LookupError(f"{where} has no column `{name}`; it has {listed}")
    return columns


def shaped(row: Any, names: Sequence[str], shape: Shape) -> Any:
    """Returns a row as the journey gets it."""
    try:
        if shape == "dict":
            return ({name: row[name] for name in names},)
        return tuple(row[name] for name in names)
    except KeyError as missing:
        raise LookupError(f"a row has no {missing}: {row}") from None


def _json_values(file: str, encoding: str) -> Iterator[Any]:
    with open(file, encoding=encoding) as source:
        if source.read(1) == "[" and _is_one_list(file, encoding):
            source.seek(0)
            yield from json.load(source)
            return
        source.seek(0)
        for line in source:
            if line.strip():
                yield json.loads(line)


def _is_one_list(file: str, encoding: str) -> bool:
    """Tells whether a file that begins with a bracket is one list, not a list on each line."""
    with open(file, encoding=encoding) as source:
        try:
            first = json.loads(source.readline())
        except ValueError:
            return True
        rest = any(line.strip() for line in source)
    return not rest and all(isinstance(one, (list, dict)) for one in first)


def _beside_caller(path: str | os.PathLike[str]) -> str:
    text = os.path.expanduser(os.fspath(path))
    return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(caller().file)), text))
