"""MariaDB and MySQL asked what an expression makes of rows that are in no table: candidates in a temporary table.

A temporary table ends no transaction. Its columns have the types and collations of the real table. Where a value cannot be
converted, a SELECT only warns, while a CHECK refuses the row in strict mode; so does an UPDATE, which therefore has the last
word (seen on MariaDB 10.11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl

from fixturegen.databases.literals import literals
from fixturegen.databases.quoting import quoted, split_table
from fixturegen.databases.types import sql_type
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import shown
from fixturegen.schema import Column, Table

_CANDIDATES = "`fixturegen candidates`"
_NUMBER = "`fixturegen number`"
_VERDICT = "`fixturegen verdict`"
_ROWS = 500
_UNREADABLE = frozenset({1054, 1064, 1305, 1128, 1583, 1582, 1630, 1370})
"""Unknown column, syntax, unknown function or procedure, wrong arguments, not allowed: no row is to blame."""
_OTHERWISE = _UNREADABLE | {1040, 1044, 1045, 1053, 1142, 1205, 1213, 1227, 1290, 1317, 1792}
"""Errors that any row would meet: overload, locks, interruption, rights."""
_CLIENT = (2000, 2999)
"""Numbers between which errors are the client's: the connection is lost."""
_COLUMNS = """
SELECT column_name, column_type, character_set_name, collation_name FROM information_schema.columns
WHERE table_schema = coalesce(%s, database()) AND table_name = %s
"""


class MysqlOracle:
    """Judges by one connection.

    Args:
        driver: The driver's connection (PEP 249); whatever transaction it is in goes on.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def __call__(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row: Boolean, null for unknown.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression.
            rows: The columns that it reads.

        Raises:
            SchemaError: If the server cannot read the expression.
        """
        with self._candidates(table, sql, rows):
            found = self._selected(table, sql)
            open_numbers = sorted(number for number, verdict in found.items() if verdict is not False)
            for number in self._failing(open_numbers, sql):
                found[number] = False
        return pl.Series([found.get(number, False) for number in range(rows.height)], dtype=pl.Boolean)

    def values(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row, as text that is equal where the values are.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression; it fails for none of the rows.
            rows: The columns that it reads.
        """
        alias = _quoted(split_table(table.name, "mysql")[1])
        # In capitals: collations, which mostly take them for equal, are not asked here.
        query = f"SELECT {_NUMBER}, HEX(UPPER(\n{sql}\n)) FROM {_CANDIDATES} AS {alias}"  # noqa: S608 (the schema's own expression)
        with self._candidates(table, sql, rows):
            found = {int(number): text for number, text in self._run(query)}
        return pl.Series([found.get(number) for number in range(rows.height)], dtype=pl.String)

    @contextmanager
    def _candidates(self, table: Table, sql: str, rows: pl.DataFrame) -> Iterator[None]:
        """Hold the rows in the table of candidates, dropped at the end."""
        columns = [column for column in table.columns if column.name in rows.columns]
        self._declare(table, columns, sql)
        try:
            self._fill(columns, rows)
            yield
        finally:
            self._run(f"DROP TEMPORARY TABLE {_CANDIDATES}")

    def _run(self, statement: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        cursor = self._driver.cursor()
        try:
            # Without parameters a percent sign means itself.
            cursor.execute(statement, parameters) if parameters is not None else cursor.execute(statement)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def _declare(self, table: Table, columns: Sequence[Column], sql: str) -> None:
        known = self._known(table)
        computed = [column for column in table.columns if column.generated and column.name.casefold() in sql.casefold()]
        parts = [f"{_NUMBER} bigint PRIMARY KEY", f"{_VERDICT} boolean"]
        parts += [f"{_quoted(column.name)} {_type(column, known)} NULL" for column in columns]
        parts += [
            f"{_quoted(column.name)} {_type(column, known)} GENERATED ALWAYS AS ({column.generated})"
            for column in computed
        ]
        self._run(f"CREATE TEMPORARY TABLE {_CANDIDATES} ({', '.join(parts)})")

    def _known(self, table: Table) -> Mapping[str, str]:
        space, name = split_table(table.name, "mysql")
        found = {}
        for column, type_, characters, collation in self._run(_COLUMNS, (space, name)):
            words = f" CHARACTER SET {characters} COLLATE {collation}" if collation else ""
            found[str(column)] = f"{type_}{words}"
        return found

    def _fill(self, columns: Sequence[Column], rows: pl.DataFrame) -> None:
        numbers = pl.Series("0", range(rows.height), dtype=pl.Int64).cast(pl.String)
        texts = [literals(rows[column.name], column.type, "mysql").alias(column.name) for column in columns]
        lines = ["(" + ", ".join(line) + ")" for line in pl.DataFrame([numbers, *texts]).iter_rows()]
        names = ", ".join([_NUMBER, *(_quoted(column.name) for column in columns)])
        head = f"INSERT INTO {_CANDIDATES} ({names}) VALUES "  # noqa: S608 (quoted)
        for start in range(0, len(lines), _ROWS):
            self._insert(head, lines[start : start + _ROWS])

    def _insert(self, head: str, lines: Sequence[str]) -> None:
        """Insert rows; those that the types themselves refuse are left out, found by halves."""
        try:
            self._run(head + ", ".join(lines))
        except Exception as error:
            if not _is_of_data(error):
                raise
            half = len(lines) // 2
            if half:
                self._insert(head, lines[:half])
                self._insert(head, lines[half:])

    def _selected(self, table: Table, sql: str) -> dict[int, bool | None]:
        alias = _quoted(split_table(table.name, "mysql")[1])
        query = f"SELECT {_NUMBER}, NOT (\n{sql}\n) FROM {_CANDIDATES} AS {alias}"  # noqa: S608 (the schema's own expression, as the table's CHECK)
        try:
            found = self._run(query)
        except Exception as error:
            if not _is_of_data(error) and _code(error) not in _UNREADABLE:
                raise
            if _code(error) in _UNREADABLE:
                message = f"the database cannot judge {shown(sql)}: error {_code(error)}"
                raise SchemaError(message, where=table.where) from None
            return {int(row[0]): None for row in self._run(f"SELECT {_NUMBER} FROM {_CANDIDATES}")}  # noqa: S608 (constants)
        return {int(number): None if falsity is None else not falsity for number, falsity in found}

    def _failing(self, numbers: Sequence[int], sql: str) -> Iterable[int]:
        """Yield the rows, of those with these ascending numbers, for which the expression fails; found by halves."""
        if not numbers:
            return
        listed = ", ".join(map(str, numbers))
        try:
            self._run(f"UPDATE {_CANDIDATES} SET {_VERDICT} = NOT (\n{sql}\n) WHERE {_NUMBER} IN ({listed})")  # noqa: S608 (as above)
        except Exception as error:
            if not _is_of_data(error):
                raise
            half = len(numbers) // 2
            if not half:
                yield from numbers
                return
            yield from self._failing(numbers[:half], sql)
            yield from self._failing(numbers[half:], sql)


def _type(column: Column, known: Mapping[str, str]) -> str:
    return known.get(column.name) or sql_type(column.type, "mysql")


def _quoted(name: str) -> str:
    return quoted(name, "mysql")


def _code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _is_of_data(error: Exception) -> bool:
    """Whether the rows are to blame: servers know many kinds of wrong values, and few of wrong times."""
    code = _code(error)
    return code > 0 and code not in _OTHERWISE and not _CLIENT[0] <= code <= _CLIENT[1]
