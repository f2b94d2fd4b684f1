"""What was made: the rows of one neighbourhood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Schema

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Update:
    """Referring columns of a row that is inserted before the row they refer to.

    Attributes:
        table: The table.
        key: The row's primary key, by column.
        values: What the columns hold in the end.
    """

    table: str
    key: Mapping[str, object]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Made:
    """The rows of one call.

    Attributes:
        schema: The schema.
        table: The table of the wanted rows.
        rows: The rows by table, parents first, as they stand in the end; values are Python's, as Polars gives them.
        wanted: The wanted rows, which are among ``rows`` too.
        inserts: The same rows in an order in which they can be inserted one after the other: tables and rows. Where rows
            refer to each other in a circle, a column that may be NULL is NULL here, and ``updates`` tells its value.
        updates: What to set once all rows are inserted.
    """

    schema: Schema
    table: str
    rows: dict[str, list[Row]]
    wanted: list[Row]
    inserts: Sequence[tuple[str, list[Row]]]
    updates: Sequence[Update] = ()

    @property
    def row(self) -> Row:
        """The wanted row; the first of several."""
        return self.wanted[0]

    def __getitem__(self, table: str) -> pl.DataFrame:
        """Return the rows of one table as a frame.

        Raises:
            KeyError: If the call made none there.
        """
        return _frame(self.schema, table, self.rows[table])

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the rows as frames of the schema's dtypes, parents first."""
        return {name: _frame(self.schema, name, rows) for name, rows in self.rows.items()}


def _frame(schema: Schema, name: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = {column.name: column.type for column in schema.tables[name].columns if column.generated is None}
    return pl.DataFrame(
        {
            column: pl.Series(column, [row[column] for row in rows], dtype=polars_dtype(type_))
            for column, type_ in columns.items()
        }
    )
