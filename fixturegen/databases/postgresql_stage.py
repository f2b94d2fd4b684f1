"""A temporary table in which rows wait, to be put into their own table by one statement.

That is what lets in rows whose references form a circle: PostgreSQL judges a reference at the end of the statement, so one
statement that inserts into all tables of the circle (data-modifying CTEs) needs no constraint switched off, no NULL in the
place of a reference, and no right but to insert.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_copy import copied
from fixturegen.databases.quoting import quoted, quoted_list, quoted_table
from fixturegen.schema import Column, Table

_NUMBER = '"fixturegen row"'


class Stage:
    """Rows that wait for one table.

    Args:
        session: The transaction.
        table: Their table.
        columns: The columns that are written.
        number: Tells the load's stages apart.
    """

    def __init__(self, session: Session, table: Table, columns: Sequence[Column], number: int) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.target = quoted_table(table.name, "postgresql")
        self.name = f"pg_temp.{quoted(f'fixturegen stage {number}', 'postgresql')}"
        self.number = _NUMBER
        self.rows = 0
        self._session = session
        names = quoted_list((column.name for column in columns), "postgresql")
        source = f"SELECT {names} FROM {self.target} WITH NO DATA"  # noqa: S608 (quoted)
        session.run(f"CREATE TEMPORARY TABLE {self.name} ON COMMIT DROP AS {source}")
        session.run(f"ALTER TABLE {self.name} ADD COLUMN {_NUMBER} bigint GENERATED ALWAYS AS IDENTITY")

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows.

        Raises:
            RowError: A value is none of its column's type, with the row's number within the frame.
        """
        copied(self._session, self.name, self.columns, frame)
        self.rows += frame.height

    def insertion(self, leading: int | None = None, *, yielding: bool = False) -> str:
        """Return the statement that puts the rows into their table.

        Args:
            leading: Only so many, the first ones; all unless given.
            yielding: Rows that collide with one that is there are left out.
        """
        names = quoted_list((column.name for column in self.columns), "postgresql")
        some = "" if leading is None else f" WHERE {_NUMBER} <= {leading}"
        rows = f"SELECT {names} FROM {self.name}{some} ORDER BY {_NUMBER}"  # noqa: S608 (quoted)
        tail = " ON CONFLICT DO NOTHING" if yielding else ""
        overriding = " OVERRIDING SYSTEM VALUE" if any(column.identity for column in self.columns) else ""
        return f"INSERT INTO {self.target} ({names}){overriding} {rows}{tail}"

    def first(self, condition: str) -> int | None:
        """Return the number, from 1, of the first row ``c`` for which a condition holds."""
        query = f"SELECT min({_NUMBER}) FROM {self.name} c WHERE {condition}"  # noqa: S608 (quoted)
        found = self._session.value(query)
        return None if found is None else int(found)

    def drop(self) -> None:
        """Do away with it."""
        self._session.run(f"DROP TABLE {self.name}")


def moved(session: Session, stages: Sequence[Stage]) -> None:
    """Put the rows of stages into their tables by one statement."""
    if len(stages) > 1:
        parts = [f"s{number} AS ({stage.insertion()})" for number, stage in enumerate(stages)]
        session.run(f"WITH {', '.join(parts)} SELECT 1")
    elif session.value("SELECT relhasrules FROM pg_class WHERE oid = to_regclass(%s)", (stages[0].target,)):
        _copied_over(session, stages[0])
    else:
        session.run(stages[0].insertion())


def _copied_over(session: Session, stage: Stage) -> None:
    """Move rows by COPY, as rows that need not wait are: a rule would rewrite an INSERT."""
    names = quoted_list((column.name for column in stage.columns), "postgresql")
    rows = f"SELECT {names} FROM {stage.name} ORDER BY {_NUMBER}"  # noqa: S608 (quoted)
    with session.driver.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT binary)".encode()) as copying:
        held = b"".join(copying)
    with session.driver.cursor().copy(f"COPY {stage.target} ({names}) FROM STDIN (FORMAT binary)".encode()) as copying:
        copying.write(held)
