"""The end of a load into PostgreSQL: what waited is built over the rows, what was deferred is judged, and either may refuse a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fixturegen.databases.base import RejectedError, Rejection
from fixturegen.databases.create import Late
from fixturegen.databases.postgresql_catalogue import Catalogue, ForeignKey, dangling
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_errors import REFERENCE, rejection
from fixturegen.databases.quoting import quoted, quoted_table

if TYPE_CHECKING:
    import psycopg

_HINT = "Nothing was loaded. Report it if the schema is right: rows should satisfy it."
_DEFERRED = """
SELECT format('%I.%I', n.nspname, c.conname) FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE c.condeferred AND c.conparentid = 0 ORDER BY 1
"""
_WAITING = """
SELECT g.tgrelid::bigint, format('%I.%I', n.nspname, g.tgname) FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE g.tgconstraint <> 0 AND g.tginitdeferred AND NOT g.tgisinternal AND NOT c.relispartition ORDER BY 2
"""
"""Constraint triggers that wait for the end."""


def build(session: Session, late: Sequence[Late], before: Mapping[str, int]) -> None:
    """Build keys, indexes and references.

    Args:
        session: The transaction.
        late: What waited.
        before: How many rows each table had before the load.

    Raises:
        RejectedError: Rows break one of them.
    """
    import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    if late:
        # Room to sort in, as pg_restore's manual advises; for this transaction only.
        session.run("SET LOCAL maintenance_work_mem = '256MB'")
    for each in late:
        try:
            with session.savepoint():
                session.run(each.sql)
        except psycopg.Error as error:
            found = rejection(error, each.table, None)
            if found is None:
                raise
            row = None if before.get(each.table) else _row(session, each)
            kind = "primary key" if " PRIMARY KEY " in each.sql else found.kind
            _refuse(session, Rejection(each.table, kind, each.name or found.constraint, row))


def judge(session: Session, catalogue: Catalogue, keys: Sequence[ForeignKey]) -> None:
    """Have all deferred constraints judged now; then they are deferred again, for a transaction that goes on.

    Raises:
        RejectedError: Rows break one of them.
    """
    import psycopg  # noqa: PLC0415 (an extra)

    _fire(session, catalogue)
    try:
        with session.savepoint():
            session.run("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        number = catalogue.top(error.diag.schema_name, error.diag.table_name)
        found = rejection(error, "" if number is None else catalogue.plain_name(number), None)
        if found is None:
            raise
        count = _dangling(session, catalogue, keys, number, error)
        more = "" if count is None else f", as do {count - 1:,} more" if count > 1 else ""
        _refuse(session, found, more)
    names = [row[0] for row in session.rows(_DEFERRED)]
    if names:
        session.run(f"SET CONSTRAINTS {', '.join(names)} DEFERRED")


def _fire(session: Session, catalogue: Catalogue) -> None:
    """Fire the constraint triggers that wait, each by itself: what they raise does not say whose row it was."""
    import psycopg  # noqa: PLC0415 (an extra)

    for number, name in session.rows(_WAITING):
        try:
            with session.savepoint():
                session.run(f"SET CONSTRAINTS {name} IMMEDIATE")
        except psycopg.Error as error:
            found = rejection(error, catalogue.plain_name(number), None)
            if found is None or found.kind != "trigger":
                continue  # all of them are judged together next
            _refuse(session, found)


def _dangling(
    session: Session, catalogue: Catalogue, keys: Sequence[ForeignKey], number: int | None, error: psycopg.Error
) -> int | None:
    found = [key for key in keys if key.table == number and key.name == error.diag.constraint_name]
    if error.sqlstate != REFERENCE or not found:
        return None
    condition = dangling(found[0], [catalogue.own_rows(found[0].parent)])
    return int(session.value(f"SELECT count(*) FROM {catalogue.own_rows(found[0].table)} c WHERE {condition}"))  # noqa: S608 (quoted)


def _row(session: Session, late: Late) -> int | None:
    """Return the number of the first row, in the order in which they were copied, that breaks a key or reference."""
    if not late.columns:
        return None
    table = quoted_table(late.table, "postgresql")
    if session.value("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", (table,)) != "r":
        return None  # in partitions rows stand in an order of their own
    names = ", ".join(quoted(name, "postgresql") for name in late.columns)
    numbered = f"SELECT row_number() OVER (ORDER BY ctid) AS n, {names}"
    if late.parent:
        key = ForeignKey(late.name, 0, late.columns, 0, late.target, deferrable=False)
        condition = dangling(key, [late.parent])
    else:
        numbered += f", row_number() OVER (PARTITION BY {names} ORDER BY ctid) AS k"
        condition = " AND ".join(["k > 1", *(f"c.{quoted(name, 'postgresql')} IS NOT NULL" for name in late.columns)])
    found = session.value(f"SELECT min(n) FROM ({numbered} FROM {table}) c WHERE {condition}")  # noqa: S608 (quoted)
    return None if found is None else int(found)


def _refuse(session: Session, found: Rejection, more: str = "") -> None:
    raise RejectedError(f"{found}{more}", where=session.place, hint=_HINT, rejections=(found,)) from None
