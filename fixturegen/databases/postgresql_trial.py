"""PostgreSQL asked which rows a table takes, triggers included: each is inserted by itself, within the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl

from fixturegen.databases.base import Trial
from fixturegen.databases.postgresql_circles import Circles
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.quoting import quoted_list, quoted_table
from fixturegen.schema import Table

_TAKEN = '"fixturegen taken"'
_LATE = """
SELECT string_agg(format('%%I.%%I', n.nspname, g.tgname), ', ') FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE g.tgrelid = to_regclass(%s) AND g.tgconstraint <> 0 AND g.tgdeferrable AND NOT g.tgisinternal
"""
"""Constraint triggers of a table that may wait for the end."""
_EACH = """
DO $fixturegen$
DECLARE
  candidate bigint;
  done bigint := -1;
  kept bigint;
BEGIN
  FOR candidate IN SELECT {number} - 1 FROM {stage} ORDER BY 1 LOOP
    CONTINUE WHEN candidate / {width} = done;
    kept := 0;
    BEGIN
      {insertion} WHERE {number} = candidate + 1;
      GET DIAGNOSTICS kept = ROW_COUNT;
    EXCEPTION
      WHEN foreign_key_violation THEN kept := 1;
      WHEN OTHERS OR assert_failure THEN kept := 0;
    END;
    IF kept > 0 THEN
      UPDATE {stage} SET {taken} = true WHERE {number} = candidate + 1;
      done := candidate / {width};
    END IF;
  END LOOP;
END $fixturegen$
"""


@contextmanager
def trial(session: Session, circles: Circles, table: Table) -> Iterator[Trial]:
    """Give a trial; its rows are undone at the end.

    Args:
        session: The transaction.
        circles: Makes stages, in which candidates wait.
        table: The table.
    """
    from psycopg import Rollback  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    with session.savepoint():
        late = session.value(_LATE, (quoted_table(table.name, "postgresql"),))
        if late:
            session.run(f"SET CONSTRAINTS {late} IMMEDIATE")
        yield lambda rows, width: _taken(session, circles, table, rows, width)
        raise Rollback


def _taken(session: Session, circles: Circles, table: Table, rows: pl.DataFrame, width: int) -> np.ndarray:
    found = np.full(rows.height // width, -1, dtype=np.int64)
    stage = circles.stage(table, rows)
    stage.add(rows)
    session.run(f"ALTER TABLE {stage.name} ADD PRIMARY KEY ({stage.number}), ADD COLUMN {_TAKEN} boolean")
    names = quoted_list((column.name for column in stage.columns), "postgresql")
    overriding = " OVERRIDING SYSTEM VALUE" if any(column.identity for column in stage.columns) else ""
    insertion = f"INSERT INTO {stage.target} ({names}){overriding} SELECT {names} FROM {stage.name}"  # noqa: S608 (quoted)
    session.run(_EACH.format(number=stage.number, stage=stage.name, width=width, insertion=insertion, taken=_TAKEN))
    for (number,) in session.rows(f"SELECT {stage.number} - 1 FROM {stage.name} WHERE {_TAKEN}"):  # noqa: S608 (quoted)
        found[number // width] = number % width
    stage.drop()
    return found
