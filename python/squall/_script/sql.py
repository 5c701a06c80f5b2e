"""Rows of a database as the items of data pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from squall._script.rows import Rows, Shape, shaped

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine  # type: ignore[import-not-found, unused-ignore]

_PAGE = 1000
"""Rows fetched at once."""


def sql_rows(
    database: str | Engine,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    rows: Shape = "tuple",
) -> Rows:
    """Reads the rows of a query, some at a time; needs SQLAlchemy (`pip install 'squall[sql]'`).

    Args:
        database: An SQLAlchemy URL (`"postgresql://…"`, `"sqlite:///users.db"`) or an engine.
        query: SQL; `:name` stands for a parameter.
        parameters: Values by name.
        rows: `"tuple"`: each column is an argument of the journey; `"dict"`: the row is one argument.

    Raises:
        ImportError: SQLAlchemy is not installed; while rows are read.
    """

    def read() -> Iterator[Any]:
        sqlalchemy = _sqlalchemy()
        engine = sqlalchemy.create_engine(database) if isinstance(database, str) else database
        try:
            with engine.connect() as connection:
                streamed = connection.execution_options(stream_results=True, max_row_buffer=_PAGE)
                for row in streamed.execute(sqlalchemy.text(query), dict(parameters or {})):
                    yield (
                        tuple(row)
                        if rows == "tuple"
                        else shaped(row._mapping, [str(name) for name in row._mapping], rows)
                    )
        finally:
            if isinstance(database, str):
                engine.dispose()

    return Rows(f"`{query}`", read)


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ImportError("`sql_rows` needs SQLAlchemy: pip install 'squall[sql]'") from error
    return sqlalchemy
