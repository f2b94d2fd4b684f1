"""Few rows into the tables of an open connection: one statement a table, parents first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.statements import insert_head, sequence_resets
from fixturegen.engines import DIALECTS
from fixturegen.errors import InputError
from fixturegen.planning.order import load_order
from fixturegen.schema import Column, Reference, Schema, Table
from pytest_fixturegen.scalars import bound, spelled

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]
Execute = Callable[[str, Sequence[Any] | None], object]
"""Runs a statement: with values to bind, or none."""

_MOST_VALUES = 5_000
_NUMBER = count()


@dataclass(frozen=True, slots=True)
class _Writing:
    """How rows of one table with the same columns are written."""

    head: str
    converts: tuple[tuple[str, Callable[[Any], Any]], ...]


class Writer:
    """Writes rows of a schema's tables.

    Args:
        schema: The schema.
        dialect: SQLAlchemy's name of the database system.
    """

    def __init__(self, schema: Schema, dialect: str) -> None:
        self._schema = schema
        self._dialect = DIALECTS[dialect]
        self._order, self._postponed = load_order(schema, schema.tables)
        self._writings: dict[tuple[str, tuple[str, ...]], _Writing] = {}
        self._declared: dict[str, dict[str, str]] = {}
        self._resets = {name: sequence_resets(table, self._dialect) for name, table in schema.tables.items()}

    @property
    def order(self) -> tuple[str, ...]:
        """The tables' names, parents first."""
        return tuple(self._order)

    def write(self, connection: Connection, rows: Mapping[str, Sequence[Row]]) -> None:
        """Write rows in the tables' own order; references in a circle are judged when all rows are there.

        Raises:
            InputError: For a table or column that does not exist.
            sqlalchemy.exc.IntegrityError: For rows that the database does not take.
        """
        self._check(rows)
        held = {name: rows[name] for name in self._order if rows.get(name)}
        circular = [name for name in held if self._is_circular(name, held)]
        if not circular:
            self._run(
                connection, [each for name, given in held.items() for each in self._inserts(name, given, connection)]
            )
            return
        with_late = {name: self._late(name, held) for name in held}
        statements = [
            each
            for name, given in held.items()
            for each in self._inserts(name, [_without(row, with_late[name]) for row in given], connection)
        ]
        for name, given in held.items():
            for row in given if with_late[name] else ():
                values = {column: row[column] for column in with_late[name] if row.get(column) is not None}
                if values:
                    statements.append(self._update(name, self._key(name, row), values, connection))
        before, after = self._unjudged(circular, held)
        self._run(connection, [*((each, None) for each in before), *statements, *((each, None) for each in after)])

    def insert(self, connection: Connection, table: str, rows: Sequence[Row]) -> None:
        """Write rows of one table as they are, by one statement if they are not very many."""
        self._check({table: rows})
        self._run(connection, list(self._inserts(table, rows, connection)))

    def update(self, connection: Connection, table: str, key: Row, values: Row) -> None:
        """Set columns of the rows that a key finds."""
        self._check({table: [{**key, **values}]})
        self._run(connection, [self._update(table, key, values, connection)])

    def empty(self, connection: Connection) -> None:
        """Delete all rows of the schema's tables."""
        tables = [quoted_table(name, self._dialect) for name in reversed(self._order)]
        if self._dialect == "postgresql":
            if tables:
                connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            return
        off, on = ("PRAGMA defer_foreign_keys = ON", "PRAGMA defer_foreign_keys = OFF")
        if self._dialect == "mysql":
            off, on = "SET foreign_key_checks = 0", "SET foreign_key_checks = 1"
        connection.exec_driver_sql(off)
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 (quoted)
        connection.exec_driver_sql(on)

    def know(self, connection: Connection, tables: Iterable[str]) -> None:
        """Learn how columns are declared, which only SQLite has to be asked.

        Best before a transaction begins: SQLite lets none write that has read what another has changed since.
        """
        for name in tables:
            if self._dialect == "sqlite" and name not in self._declared:
                with closing(connection.connection.cursor()) as cursor:  # the driver's own, which begins no transaction
                    cursor.execute(f"PRAGMA table_xinfo({quoted(name, 'sqlite')})")
                    self._declared[name] = {row[1].casefold(): row[2] for row in cursor.fetchall()}

    # Statements

    def _run(self, connection: Connection, statements: Sequence[tuple[str, Sequence[Any] | None]]) -> None:
        if not connection.dialect.driver.startswith("psycopg"):
            for statement, values in statements:
                _execute(connection, statement, values)
            return
        if statements:
            # All in one message to the server, which only this driver sends. The number keeps the driver from preparing several statements as one.
            _execute(connection, ";\n".join(text for text, _ in statements) + f"\n-- {next(_NUMBER)}", None)

    def _inserts(
        self, name: str, rows: Sequence[Row], connection: Connection
    ) -> Iterator[tuple[str, Sequence[Any] | None]]:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(row), []).append(row)
        for columns, group in groups.items():
            writing = self._writing(name, columns, connection)
            step = max(1, _MOST_VALUES // max(1, len(columns)))
            for at in range(0, len(group), step):
                yield self._insert(writing, group[at : at + step])
        if self._dialect == "postgresql":
            for reset in self._resets[name]:
                yield reset, None

    def _insert(self, writing: _Writing, rows: Sequence[Row]) -> tuple[str, Sequence[Any] | None]:
        if not writing.converts:
            return f"{writing.head} DEFAULT VALUES", None
        if self._dialect != "sqlite":
            texts = (", ".join(convert(row[column]) for column, convert in writing.converts) for row in rows)
            return f"{writing.head} VALUES ({'), ('.join(texts)})", None
        places = f"({', '.join('?' * len(writing.converts))})"
        values = tuple(convert(row[column]) for row in rows for column, convert in writing.converts)
        return f"{writing.head} VALUES {', '.join([places] * len(rows))}", values

    def _update(self, name: str, key: Row, values: Row, connection: Connection) -> tuple[str, Sequence[Any] | None]:
        def pairs(row: Row, joint: str) -> tuple[str, list[Any]]:
            converts = self._writing(name, tuple(row), connection).converts
            if self._dialect == "sqlite":
                text = joint.join(f"{quoted(column, 'sqlite')} = ?" for column, _ in converts)
                return text, [convert(row[column]) for column, convert in converts]
            texts = (f"{quoted(column, self._dialect)} = {convert(row[column])}" for column, convert in converts)
            return joint.join(texts), []

        (setting, new), (finding, old) = pairs(values, ", "), pairs(key, " AND ")
        text = f"UPDATE {quoted_table(name, self._dialect)} SET {setting} WHERE {finding}"  # noqa: S608 (quoted)
        return text, tuple(new + old) or None

    def _writing(self, name: str, columns: tuple[str, ...], connection: Connection) -> _Writing:
        found = self._writings.get((name, columns))
        if found is None:
            table = self._schema.tables[name]
            by_name = {column.name: column for column in table.columns}
            written = [by_name[column] for column in columns if by_name[column].generated is None]
            converts = tuple((column.name, self._convert(name, column, connection)) for column in written)
            head = (
                insert_head(table, written, self._dialect)
                if written
                else f"INSERT INTO {quoted_table(name, self._dialect)}"
            )
            found = self._writings[name, columns] = _Writing(head, converts)
        return found

    def _convert(self, name: str, column: Column, connection: Connection) -> Callable[[Any], Any]:
        if self._dialect != "sqlite":
            return spelled(column, self._dialect)
        self.know(connection, [name])
        return bound(column, self._declared[name].get(column.name.casefold(), ""))

    # Circles

    def _is_circular(self, name: str, held: Mapping[str, object]) -> bool:
        table = self._schema.tables[name]
        itself = self._dialect == "mysql" and any(each.table == name for each in table.references)
        return itself or any(each.table in held for each in self._postponed.get(name, ()) if each.table != name)

    def _late(self, name: str, held: Mapping[str, object]) -> frozenset[str]:
        """Return the columns that are NULL at first."""
        if self._dialect != "postgresql":
            return frozenset()  # the others can be told to judge later
        table = self._schema.tables[name]
        ahead = [each for each in self._postponed.get(name, ()) if each.table in held and each.table != name]
        return frozenset(column for reference in ahead for column in _free(table, reference))

    def _unjudged(self, circular: Iterable[str], held: Mapping[str, object]) -> tuple[list[str], list[str]]:
        if self._dialect == "sqlite":
            return ["PRAGMA defer_foreign_keys = ON"], ["PRAGMA defer_foreign_keys = OFF"]
        if self._dialect == "mysql":
            return ["SET foreign_key_checks = 0"], ["SET foreign_key_checks = 1"]
        stiff = [
            (quoted_table(name, "postgresql"), quoted(reference.name, "postgresql"), reference.deferrable)
            for name in circular
            for reference in self._postponed[name]
            if reference.table in held and not _free(self._schema.tables[name], reference)
        ]
        altered = [f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE" for table, name, can in stiff if not can]
        back = [f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE" for table, name, can in stiff if not can]
        if not stiff:
            return [], []
        return [*altered, "SET CONSTRAINTS ALL DEFERRED"], ["SET CONSTRAINTS ALL IMMEDIATE", *back]

    def _key(self, name: str, row: Row) -> Row:
        key = self._schema.tables[name].primary_key
        columns = tuple(row) if key is None else key.columns
        return {column: row[column] for column in columns if row[column] is not None}

    def _check(self, rows: Mapping[str, Sequence[Row]]) -> None:
        for name, given in rows.items():
            if name not in self._schema.tables:
                message = f"there is no table {name!r}"
                raise InputError(message, given=name, exists=self._schema.tables)
            known = {column.name for column in self._schema.tables[name].columns}
            for column in {column for row in given for column in row} - known:
                message = f"table {name!r} has no column {column!r}"
                raise InputError(message, given=column, exists=known)


def _execute(connection: Connection, statement: str, values: Sequence[Any] | None) -> None:
    if values is None:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    else:
        connection.exec_driver_sql(statement, tuple(values))


def _without(row: Row, columns: frozenset[str]) -> Row:
    return {name: None if name in columns else value for name, value in row.items()} if columns else row


def _free(table: Table, reference: Reference) -> list[str]:
    key = () if table.primary_key is None else table.primary_key.columns
    nullable = {column.name for column in table.columns if column.nullable}
    return [name for name in reference.columns if name in nullable and name not in key]
