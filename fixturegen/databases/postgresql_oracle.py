"""PostgreSQL asked what an expression makes of rows that are in no table: candidates in a temporary table, without constraints.

All happens within a savepoint that is rolled back. Columns have the types and collations of the real table, domains apart (a
domain's own conditions are conditions of the schema). A row for which the expression fails would be refused, so it counts as
false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fixturegen.databases.postgresql_storage import copy_statement, copy_text
from fixturegen.databases.quoting import quoted, quoted_table, split_table
from fixturegen.databases.types import sql_type
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import shown
from fixturegen.schema import Column, Table, Type

if TYPE_CHECKING:
    from psycopg import Connection as Driver

_NAME = "fixturegen candidates"
_CANDIDATES = f'pg_temp."{_NAME}"'
_NUMBER = Column(name="fixturegen number", type=Type(kind="integer"))
_VERDICT = '"fixturegen verdict"'
_COLUMNS = """
WITH RECURSIVE held(name, type, modifier, folding) AS (
  SELECT attname, atttypid, atttypmod, attcollation FROM pg_attribute
  WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT h.name, t.typbasetype, t.typtypmod, h.folding FROM held h JOIN pg_type t ON t.oid = h.type WHERE t.typtype = 'd'
)
SELECT h.name, format_type(h.type, h.modifier)
  || coalesce(' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname), '')
FROM held h JOIN pg_type t ON t.oid = h.type AND t.typtype <> 'd'
LEFT JOIN pg_collation c ON c.oid = h.folding AND c.collname <> 'default'
LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
"""
"""Type and collation of every column of a table, of a domain the type that it is made of (manual: 53.7, 53.64)."""
_ALONE = """
DO $fixturegen$
#variable_conflict use_column
DECLARE fixturegen_row record;
BEGIN
  FOR fixturegen_row IN SELECT ctid AS place FROM {candidates} LOOP
    BEGIN
      UPDATE {candidates} AS {alias} SET {verdict} = ({sql}) WHERE ctid = fixturegen_row.place;
    EXCEPTION WHEN OTHERS THEN
      UPDATE {candidates} SET {verdict} = false WHERE ctid = fixturegen_row.place;
    END;
  END LOOP;
END $fixturegen$
"""


class PostgresqlOracle:
    """Judges by one connection.

    Args:
        driver: psycopg's connection; whatever transaction it is in goes on.
    """

    def __init__(self, driver: Driver[Any]) -> None:
        self._driver = driver

    def __call__(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row: Boolean, null for unknown.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression.
            rows: The columns that it reads.

        Raises:
            SchemaError: If PostgreSQL cannot read the expression.
        """
        from psycopg import Rollback  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        columns = [column for column in table.columns if column.name in rows.columns]
        numbers = pl.Series(_NUMBER.name, range(rows.height), dtype=pl.Int64)
        found: list[bool | None] = [False] * rows.height
        with self._driver.transaction():
            self._declare(table, columns, sql)
            self._fill(columns, rows.with_columns(numbers))
            for number, verdict in self._judged(table, sql):
                found[number] = verdict
            raise Rollback
        return pl.Series(found, dtype=pl.Boolean)

    def _rows(self, statement: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        # Prepared: the server then takes one statement and no second one.
        return self._driver.execute(statement.encode(), parameters, prepare=True).fetchall()

    def _declare(self, table: Table, columns: Sequence[Column], sql: str) -> None:
        known = self._known(table)
        computed = [column for column in table.columns if column.generated and column.name.casefold() in sql.casefold()]
        parts = [f"{_quoted(_NUMBER.name)} bigint", f"{_VERDICT} boolean"]
        parts += [f"{_quoted(column.name)} {self._type(column, known)}" for column in columns]
        parts += [
            f"{_quoted(column.name)} {self._type(column, known)} GENERATED ALWAYS AS ({column.generated}) STORED"
            for column in computed
        ]
        # The name of the schema of temporary tables is no name to make one by: TEMPORARY alone says so.
        self._driver.execute(f'CREATE TEMPORARY TABLE "{_NAME}" ({", ".join(parts)})'.encode())

    def _known(self, table: Table) -> Mapping[str, str]:
        return dict(self._rows(_COLUMNS, (quoted_table(table.name, "postgresql"),)))

    def _type(self, column: Column, known: Mapping[str, str]) -> str:
        if column.name in known:
            return known[column.name]
        native = column.type.native
        if native is not None and self._rows("SELECT to_regtype(%s) IS NOT NULL", (native,))[0][0]:
            return native
        return "text" if column.type.kind == "enum" else sql_type(column.type, "postgresql")

    def _fill(self, columns: Sequence[Column], rows: pl.DataFrame) -> None:
        """Copy the rows; those that the types themselves refuse are left out, found by halves."""
        import psycopg  # noqa: PLC0415 (an extra)

        if not rows.height:
            return
        try:
            with self._driver.transaction(), self._driver.cursor() as cursor:
                into = copy_statement(_CANDIDATES, [_NUMBER, *columns])
                with cursor.copy(into.encode()) as copy:
                    copy.write(copy_text(rows, [_NUMBER, *columns]))
        except psycopg.DataError:
            half = rows.height // 2
            if half:
                self._fill(columns, rows[:half])
                self._fill(columns, rows[half:])

    def _judged(self, table: Table, sql: str) -> list[tuple[int, bool | None]]:
        import psycopg  # noqa: PLC0415 (an extra)

        alias = _quoted(split_table(table.name, "postgresql")[1])
        query = f"SELECT {_quoted(_NUMBER.name)}, (\n{sql}\n) FROM {_CANDIDATES} AS {alias}"  # noqa: S608 (the schema's own expression, as the table's CHECK)
        try:
            with self._driver.transaction():
                self._rows(f"{query} WHERE false")
        except psycopg.Error as error:
            reason = (error.diag.message_primary or type(error).__name__) if error.diag else type(error).__name__
            message = f"PostgreSQL cannot judge {shown(sql)}: {reason}"
            raise SchemaError(message, where=table.where) from None
        try:
            with self._driver.transaction():
                return self._rows(query)
        except psycopg.Error:
            return self._each(alias, sql)

    def _each(self, alias: str, sql: str) -> list[tuple[int, bool | None]]:
        """Judge row by row within the server, which catches what fails."""
        block = _ALONE.format(candidates=_CANDIDATES, alias=alias, verdict=_VERDICT, sql=f"\n{sql}\n")
        self._driver.execute(block.encode())
        return self._rows(f"SELECT {_quoted(_NUMBER.name)}, {_VERDICT} FROM {_CANDIDATES}")  # noqa: S608 (constants)


def _quoted(name: str) -> str:
    return quoted(name, "postgresql")
