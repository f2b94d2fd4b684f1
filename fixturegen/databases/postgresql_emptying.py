"""Tables emptied in PostgreSQL, and who would miss their rows."""

from __future__ import annotations

from collections.abc import Sequence

from fixturegen.databases.postgresql_catalogue import Catalogue, ForeignKey
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_sequences import restart
from fixturegen.databases.quoting import quoted


def referring(session: Session, catalogue: Catalogue, tables: Sequence[str]) -> tuple[str, ...]:
    """Return the other tables that have a row with a reference to one of these."""
    keys = [key for key in _from_outside(catalogue, tables) if _some(session, catalogue, key)]
    return tuple(catalogue.plain_name(number) for number in dict.fromkeys(key.table for key in keys))


def emptied(session: Session, catalogue: Catalogue, tables: Sequence[str]) -> None:
    """Delete all rows of tables and restart their sequences.

    TRUNCATE wants every table that refers to them, empty or not, so where another one does, the rows are deleted: all in one
    statement, at the end of which references are judged, so that circles do not matter.
    """
    names = [catalogue.own_rows(number) for number in map(catalogue.number, tables) if number is not None]
    if not names:
        return
    if not _from_outside(catalogue, tables):
        session.run(f"TRUNCATE {', '.join(names)}")
    else:
        parts = [f"d{at} AS (DELETE FROM {name})" for at, name in enumerate(names)]  # noqa: S608 (quoted)
        session.run(f"WITH {', '.join(parts)} SELECT 1")
    restart(session, catalogue.sequences(tables))


def _from_outside(catalogue: Catalogue, tables: Sequence[str]) -> list[ForeignKey]:
    inside = {catalogue.number(table) for table in tables}
    return [key for key in catalogue.foreign_keys() if key.parent in inside and key.table not in inside]


def _some(session: Session, catalogue: Catalogue, key: ForeignKey) -> bool:
    condition = " AND ".join(f"{quoted(column, 'postgresql')} IS NOT NULL" for column in key.columns)
    query = f"SELECT EXISTS (SELECT FROM {catalogue.name(key.table)} WHERE {condition})"  # noqa: S608 (quoted)
    return bool(session.value(query))
