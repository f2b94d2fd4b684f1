"""What a loader asks the catalogue of MariaDB or MySQL: tables, columns, references, triggers."""

from __future__ import annotations

from dataclasses import dataclass

from fixturegen.databases.mysql_connection import Session
from fixturegen.databases.quoting import quoted, split_table

_REFERENCES = """
SELECT constraint_schema, constraint_name, table_schema, table_name, column_name,
       referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL
AND (table_schema = %s OR referenced_table_schema = %s OR table_schema NOT IN ('mysql', 'sys', 'performance_schema'))
ORDER BY 1, 3, 4, 2, ordinal_position
"""

Key = tuple[str, str]
"""A table: its database and its name, case folded."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference between tables as the database has it.

    Attributes:
        name: Its name.
        table: The table that refers.
        columns: Its columns.
        parent: The table referred to.
        target: Its columns.
        child: The quoted table that refers.
        parent_name: The quoted table referred to.
    """

    name: str
    table: Key
    columns: tuple[str, ...]
    parent: Key
    target: tuple[str, ...]
    child: str
    parent_name: str

    def some_dangling(self) -> str:
        """Return the query for a row if some reference leads nowhere; an index over the columns makes it quick."""
        names = ", ".join(quoted(name, "mysql") for name in self.columns)
        return f"SELECT 1 FROM (SELECT DISTINCT {names} FROM {self.child} WHERE {self._filled('')}) c {self._absent()} LIMIT 1"  # noqa: S608 (quoted)

    def dangling(self) -> str:
        """Return the query for the number of rows whose reference leads nowhere."""
        return f"SELECT count(*) FROM {self.child} c {self._absent()} AND {self._filled('c.')}"  # noqa: S608 (quoted)

    def _absent(self) -> str:
        pairs = zip(self.columns, self.target, strict=True)
        same = " AND ".join(f"p.{quoted(target, 'mysql')} = c.{quoted(name, 'mysql')}" for name, target in pairs)
        return f"LEFT JOIN {self.parent_name} p ON {same} WHERE p.{quoted(self.target[0], 'mysql')} IS NULL"

    def _filled(self, alias: str) -> str:
        return " AND ".join(f"{alias}{quoted(name, 'mysql')} IS NOT NULL" for name in self.columns)


class Catalogue:
    """Answers about one database."""

    def __init__(self, opened: Session) -> None:
        self._session = opened
        self.own = str(opened.value("SELECT DATABASE()") or "")

    def key(self, table: str) -> Key:
        """Return what tells a table from others."""
        space, name = split_table(table, "mysql")
        return (space or self.own).casefold(), name.casefold()

    def has(self, table: str) -> bool:
        """Whether there is a table of that name, which is no view."""
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s AND table_type <> 'VIEW'"
        space, name = split_table(table, "mysql")
        return self._session.value(query, (space or self.own, name)) is not None

    def columns(self, table: str) -> dict[str, str]:
        """Return the names of a table's columns and their types, lower-case words."""
        query = """SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s
                   ORDER BY ordinal_position"""
        space, name = split_table(table, "mysql")
        return {
            str(column): str(type_).lower() for column, type_ in self._session.rows(query, (space or self.own, name))
        }

    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Return the references of all databases that are not the server's own."""
        parts: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for row in self._session.rows(_REFERENCES, (self.own, self.own)):
            parts.setdefault(row[:4], []).append(row)
        return tuple(_foreign_key(rows) for rows in parts.values())

    def triggers(self) -> tuple[tuple[str, str], ...]:
        """Return each trigger of the database: its table and its text."""
        query = """SELECT event_object_table, action_statement FROM information_schema.triggers
                   WHERE trigger_schema = %s ORDER BY 1, trigger_name"""
        return tuple((str(table), str(body)) for table, body in self._session.rows(query, (self.own,)))

    def comment(self, table: str) -> str:
        """Return the comment of a table."""
        query = "SELECT table_comment FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
        space, name = split_table(table, "mysql")
        return str(self._session.value(query, (space or self.own, name)) or "")


def _foreign_key(rows: list[tuple[str, ...]]) -> ForeignKey:
    _, name, space, table, _, other, parent, _ = rows[0]
    return ForeignKey(
        name,
        (space.casefold(), table.casefold()),
        tuple(row[4] for row in rows),
        (other.casefold(), parent.casefold()),
        tuple(row[7] for row in rows),
        _quoted(space, table),
        _quoted(other, parent),
    )


def _quoted(space: str, table: str) -> str:
    return f"{quoted(space, 'mysql')}.{quoted(table, 'mysql')}"
