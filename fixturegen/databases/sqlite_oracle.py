"""SQLite asked what an expression makes of rows that are in no table: candidates in a temporary table, declared as the real one.

A CHECK whose evaluation fails for a row (malformed JSON, a number too large) makes SQLite refuse the row, so it counts as false.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from fixturegen.databases.quoting import quoted
from fixturegen.databases.sqlite_storage import stored
from fixturegen.databases.types import sql_type
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import shown
from fixturegen.schema import Column, Table

_CANDIDATES = 'temp."fixturegen candidates"'
_NUMBER = "fixturegen number"


class SqliteOracle:
    """Judges by one connection.

    Args:
        connection: The driver's connection; whatever transaction it is in goes on.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._many = connection.executemany

    def __call__(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row: Boolean, null for unknown.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression.
            rows: The columns that it reads.

        Raises:
            SchemaError: If SQLite cannot read the expression.

        Example:
            >>> from fixturegen.schema import Type
            >>> table = Table(name="t", columns=(Column(name="a", type=Type(kind="text")),))
            >>> connection = sqlite3.connect(":memory:")
            >>> judge = SqliteOracle(connection)
            >>> judge(table, "date(a) > '2000'", pl.DataFrame({"a": ["2001-01-01", "1999-01-01", "?"]})).to_list()
            [True, False, None]
            >>> connection.close()
        """
        with self._candidates(table, sql, rows):
            return self._judged(f"NOT (\n{sql}\n)", rows.height, table, sql)

    def values(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row, as text that is equal where the values are.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression; it fails for none of the rows.
            rows: The columns that it reads.

        Raises:
            SchemaError: If its columns cannot be declared.
        """
        alike = _alike("v", sql)
        query = (
            f"SELECT quote({alike}), v IS NULL FROM (SELECT (\n{sql}\n) AS v, {quoted(_NUMBER, 'sqlite')} AS n"  # noqa: S608 (as below)
            f" FROM {_CANDIDATES}) ORDER BY n"
        )
        with self._candidates(table, sql, rows):
            return pl.Series([None if null else text for text, null in self._run(query)], dtype=pl.String)

    @contextmanager
    def _candidates(self, table: Table, sql: str, rows: pl.DataFrame) -> Iterator[None]:
        """Hold the rows in the table of candidates, dropped at the end."""
        columns = [column for column in table.columns if column.name in rows.columns]
        self._declare(table, columns, sql)
        try:
            self._fill(columns, rows)
            yield
        finally:
            self._run(f"DROP TABLE {_CANDIDATES}")

    def _declare(self, table: Table, columns: Sequence[Column], sql: str) -> None:
        computed = [column for column in table.columns if column.generated and column.name.casefold() in sql.casefold()]
        parts = [f"{quoted(_NUMBER, 'sqlite')} INTEGER PRIMARY KEY", *map(_declared, [*columns, *computed])]
        try:
            self._run(f"CREATE TABLE {_CANDIDATES} ({', '.join(parts)})")
        except sqlite3.Error as error:
            message = f"SQLite cannot judge {shown(sql)}: its columns cannot be declared ({error})"
            raise SchemaError(message, where=table.where) from None

    def _fill(self, columns: Sequence[Column], rows: pl.DataFrame) -> None:
        series = [stored(rows[column.name], column, _type(column)).alias(column.name) for column in columns]
        numbers = pl.Series(_NUMBER, range(1, rows.height + 1), dtype=pl.Int64)
        names = ", ".join(quoted(name, "sqlite") for name in (_NUMBER, *(column.name for column in columns)))
        marks = ", ".join("?" * (len(columns) + 1))
        self._many(
            f"INSERT INTO {_CANDIDATES} ({names}) VALUES ({marks})",  # noqa: S608 (quoted)
            pl.DataFrame([numbers, *series]).iter_rows(),
        )

    def _judged(self, negated: str, height: int, table: Table, sql: str) -> pl.Series:
        query = f"SELECT {negated} FROM {_CANDIDATES}"  # noqa: S608 (the schema's own expression, as the table's CHECK)
        order = f"ORDER BY {quoted(_NUMBER, 'sqlite')}"
        try:
            self._run(f"{query} WHERE 0")
        except (sqlite3.Error, sqlite3.Warning) as error:
            message = f"SQLite cannot judge {shown(sql)}: {error}"
            raise SchemaError(message, where=table.where) from None
        try:
            found = [row[0] for row in self._run(f"{query} {order}")]
        except (sqlite3.Error, OverflowError):
            found = [self._alone(query, number) for number in range(1, height + 1)]
        return pl.Series([None if falsity is None else not falsity for falsity in found], dtype=pl.Boolean)

    def _alone(self, query: str, number: int) -> object:
        """Return whether the expression is false for one row: 1 where it cannot even be evaluated."""
        try:
            return self._run(f"{query} WHERE {quoted(_NUMBER, 'sqlite')} = ?", (number,)).fetchone()[0]
        except (sqlite3.Error, OverflowError):
            return 1


def _declared(column: Column) -> str:
    collation = "" if column.collation is None else f" COLLATE {quoted(column.collation, 'sqlite')}"
    computed = "" if column.generated is None else f" GENERATED ALWAYS AS ({column.generated})"
    return f"{quoted(column.name, 'sqlite')} {_type(column)}{collation}{computed}"


def _type(column: Column) -> str:
    return sql_type(column.type, "sqlite") if column.type.native is None else column.type.native


def _alike(value: str, sql: str) -> str:
    """Return SQL that is identical for values that are equal: 1 and 1.0, texts in two cases where an expression folds them."""
    text = value
    for collation, folded in (("nocase", "upper({})"), ("rtrim", "rtrim({}, ' ')")):
        if collation in sql.casefold():  # of a text within it, too: what is told apart too little is only drawn again
            text = folded.format(text)
    return (
        f"CASE WHEN typeof({value}) = 'real' AND {value} = CAST({value} AS INTEGER) THEN CAST({value} AS INTEGER)"
        f" WHEN typeof({value}) = 'text' THEN {text} ELSE {value} END"
    )
