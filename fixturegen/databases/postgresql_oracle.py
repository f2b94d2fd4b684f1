"""PostgreSQL asked what an expression makes of rows that are in no table: candidates in a temporary table, without constraints.

All happens within a savepoint that is rolled back. Columns have the types and collations of the real table, domains apart (a
domain's own conditions are conditions of the schema). A row for which the expression fails would be refused, so it counts as
false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
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
_ALIKE = """
(SELECT CASE pg_typeof(v)::text
          WHEN 'numeric' THEN CASE WHEN strpos(v::text, '.') > 0 THEN rtrim(rtrim(v::text, '0'), '.') ELSE v::text END
          WHEN 'citext' THEN lower(v::text)
          ELSE v::text END FROM (SELECT (
{}
) AS v) AS said)
"""
"""Text that is identical for values that are equal: 1.0 and 1.00."""
_FIELDS = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_ALONE = """
DO {tag}
#variable_conflict use_column
DECLARE fixturegen_number bigint;
BEGIN
  FOR fixturegen_number IN SELECT {number} FROM {candidates} LOOP
    BEGIN
      UPDATE {candidates} SET {verdict} = ({query} WHERE {own}.{number} = fixturegen_number)
      WHERE {number} = fixturegen_number;
    EXCEPTION WHEN OTHERS THEN
      UPDATE {candidates} SET {verdict} = false WHERE {number} = fixturegen_number;
    END;
  END LOOP;
END {tag}
"""


@dataclass(frozen=True, slots=True)
class _Source:
    """What stands behind FROM, so that the table's name means a candidate, and the name under which its number is read."""

    text: str
    own: str


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
        return pl.Series(self._said(table, sql, rows, missing=False), dtype=pl.Boolean)

    def values(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row, as text that is equal where the values are.

        Args:
            table: The table to which the rows would belong; it need not exist.
            sql: The expression; it fails for none of the rows.
            rows: The columns that it reads.

        Raises:
            SchemaError: If PostgreSQL cannot read the expression.
        """
        return pl.Series(self._said(table, _ALIKE.format(sql), rows, missing=None), dtype=pl.String)

    def _said(self, table: Table, sql: str, rows: pl.DataFrame, *, missing: object) -> list[object]:
        from psycopg import Rollback  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        columns = [column for column in table.columns if column.name in rows.columns]
        numbers = pl.Series(_NUMBER.name, range(rows.height), dtype=pl.Int64)
        found = [missing] * rows.height
        with self._driver.transaction():
            self._declare(table, columns, sql)
            self._fill(columns, rows.with_columns(numbers))
            for number, verdict in self._judged(table, columns, sql):
                found[number] = verdict
            raise Rollback
        return found

    def _rows(self, statement: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        # Prepared: the server then takes one statement and no second one.
        return self._driver.execute(statement.encode(), parameters, prepare=True).fetchall()

    def _declare(self, table: Table, columns: Sequence[Column], sql: str) -> None:
        known = self._known(table)
        computed = [column for column in table.columns if column.generated and column.name.casefold() in sql.casefold()]
        parts = [f"{_quoted(_NUMBER.name)} bigint PRIMARY KEY", f"{_VERDICT} boolean"]
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

    def _judged(self, table: Table, columns: Sequence[Column], sql: str) -> list[tuple[int, bool | None]]:
        import psycopg  # noqa: PLC0415 (an extra)

        source = self._readable(table, columns, sql)
        number = f"{source.own}.{_quoted(_NUMBER.name)}"
        try:
            with self._driver.transaction():
                return self._rows(f"SELECT {number}, (\n{sql}\n) FROM {source.text}")  # noqa: S608 (the schema's own expression, as the table's CHECK)
        except psycopg.Error:
            return self._each(source, sql)

    def _readable(self, table: Table, columns: Sequence[Column], sql: str) -> _Source:
        """Return the plain candidates, or rows of the table's own type where a function asks for these."""
        import psycopg  # noqa: PLC0415 (an extra)

        reason = ""
        for source in self._sources(table, columns):
            try:
                with self._driver.transaction():
                    self._rows(f"SELECT (\n{sql}\n) FROM {source.text} WHERE false")  # noqa: S608 (as above)
            except psycopg.Error as error:
                reason = reason or error.diag.message_primary or type(error).__name__
            else:
                return source
        message = f"PostgreSQL cannot judge {shown(sql)}: {reason}"
        raise SchemaError(message, where=table.where)

    def _sources(self, table: Table, columns: Sequence[Column]) -> Iterator[_Source]:
        alias = _quoted(split_table(table.name, "postgresql")[1])
        yield _Source(f"{_CANDIDATES} AS {alias}", alias)
        held = {column.name for column in columns}
        real = quoted_table(table.name, "postgresql")
        fields = [_quoted(name) if name in held else "NULL" for (name,) in self._rows(_FIELDS, (real,))]
        if fields:
            # Of an array's elements PostgreSQL keeps the type, as it does not of a subquery's rows.
            own = '"fixturegen candidate"'
            rows = f"unnest(ARRAY[ROW({', '.join(fields)})::{real}])"
            yield _Source(f"{_CANDIDATES} AS {own} CROSS JOIN LATERAL {rows} AS {alias}", own)

    def _each(self, source: _Source, sql: str) -> list[tuple[int, bool | None]]:
        """Judge row by row within the server, which catches what fails."""
        number = _quoted(_NUMBER.name)
        query = f"SELECT (\n{sql}\n) FROM {source.text}"  # noqa: S608 (the schema's own expression, as the table's CHECK)
        # No text of the expression may end the block.
        tag = next(f"${name}$" for name in map("fixturegen{}".format, count()) if f"${name}$" not in query)
        block = _ALONE.format(
            candidates=_CANDIDATES, number=number, verdict=_VERDICT, query=query, own=source.own, tag=tag
        )
        self._driver.execute(block.encode())
        return self._rows(f"SELECT {number}, {_VERDICT} FROM {_CANDIDATES}")  # noqa: S608 (constants)


def _quoted(name: str) -> str:
    return quoted(name, "postgresql")
