"""References that lead to tables loaded later: rows wait in stages until all that they refer to have come.

A table waits if one of its immediate references leads forward in the order of loading, or to a table that waits. Then the tables
are filled from their stages, parents first; those that refer to each other in a circle by one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.postgresql_catalogue import Catalogue, ForeignKey, dangling
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_copy import RowError, first_refused, written
from fixturegen.databases.postgresql_errors import REFERENCE
from fixturegen.databases.postgresql_stage import Stage, moved
from fixturegen.databases.waiting import circles
from fixturegen.schema import Table

if TYPE_CHECKING:
    import psycopg


class Circles:
    """What waits, and until when.

    Args:
        session: The transaction.
        catalogue: What the database says of its tables.
        tables: The tables that are filled, in load order.
        keys: The database's references.
    """

    def __init__(
        self, session: Session, catalogue: Catalogue, tables: Sequence[Table], keys: Sequence[ForeignKey]
    ) -> None:
        self._session = session
        self._catalogue = catalogue
        self._keys = keys
        self._numbers = {table.name: catalogue.number(table.name) for table in tables}
        self._place = {number: at for at, number in enumerate(self._numbers.values()) if number is not None}
        self._held: dict[int, Stage] = {}
        self._until = -1
        self._made = 0

    @property
    def deferrable(self) -> bool:
        """Whether a reference that can be judged at commit leads forward."""
        return any(key.deferrable and self._leads_forward(key) for key in self._keys)

    def complete_before(self, table: Table) -> bool:
        """Whether something waits, and nothing that it waits for comes with or after this table."""
        return bool(self._held) and self._at(table) > self._until

    def takes(self, table: Table) -> bool:
        """Whether rows of the table have to wait."""
        number = self._number(table)
        own = [key for key in self._keys if key.table == number and not key.deferrable]
        return number in self._held or any(key.parent in self._held or self._leads_forward(key) for key in own)

    def refers_to_itself(self, table: Table, constraint: str | None) -> bool:
        """Whether a reference is one of the table to itself."""
        number = self._number(table)
        return any(key.table == key.parent == number and key.name == constraint for key in self._keys)

    def add(self, table: Table, frame: pl.DataFrame) -> int:
        """Let rows wait, and return how many of the table wait now.

        Raises:
            RowError: A value is none of its column's type.
        """
        number = self._number(table)
        if number not in self._held:
            self._held[number] = self.stage(table, frame)
        ahead = [self._place[key.parent] for key in self._keys if key.table == number and self._leads_forward(key)]
        self._until = max([self._until, self._at(table), *ahead])
        self._held[number].add(frame)
        return self._held[number].rows

    def stage(self, table: Table, frame: pl.DataFrame) -> Stage:
        """Return a new, empty stage for rows like those of a frame."""
        self._made += 1
        return Stage(self._session, table, written(table, frame), self._made)

    def release(self) -> None:
        """Insert all that waits.

        Raises:
            StagedError: A row was refused.
        """
        import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        edges = {number: [key.parent for key in self._keys if self._binds(key, number)] for number in self._held}
        for circle in circles(edges):
            stages = [self._held[number] for number in circle]
            try:
                with self._session.savepoint():
                    moved(self._session, stages)
            except psycopg.Error as error:
                stage = self._stage_of(error) or stages[0]
                raise StagedError(stage.table, RowError(error, self.refused_row(stage, error))) from error
        for stage in self._held.values():
            stage.drop()
        self._held.clear()
        self._until = -1

    def _binds(self, key: ForeignKey, number: int) -> bool:
        return key.table == number and not key.deferrable and key.parent in self._held

    def first_dangling(self, stage: Stage, constraint: str | None) -> int | None:
        """Return the number of the first row in a stage for which a reference leads nowhere."""
        number = self._number(stage.table)
        found = [key for key in self._keys if key.table == number and key.name == constraint]
        return stage.first(dangling(found[0], self._parents(found[0], stage))) if found else None

    def _parents(self, key: ForeignKey, stage: Stage) -> list[str]:
        waiting = stage if key.parent == key.table else self._held.get(key.parent)
        table = self._catalogue.own_rows(key.parent)
        return [table] if waiting is None else [table, waiting.name]

    def refused_row(self, stage: Stage, error: psycopg.Error) -> int | None:
        """Return the number of the first row in a stage for which its insertion fails in the same way."""
        if error.sqlstate == REFERENCE:
            return self.first_dangling(stage, error.diag.constraint_name)
        # References are judged last: one that fails says that the rows themselves were taken.
        return first_refused(stage.rows, lambda leading: self._failure(stage, leading) == error.sqlstate)

    def _failure(self, stage: Stage, leading: int) -> str | None:
        """Return the code of the error that so many leading rows of a stage meet, and leave none of them behind."""
        from psycopg import Error, Rollback  # noqa: PLC0415 (an extra)

        try:
            with self._session.savepoint():
                self._session.run(stage.insertion(leading))
                raise Rollback
        except Error as found:
            return found.sqlstate
        return None

    def _stage_of(self, error: psycopg.Error) -> Stage | None:
        names = (error.diag.schema_name, error.diag.table_name)
        return self._held.get(self._catalogue.top(*names) or -1)

    def _leads_forward(self, key: ForeignKey) -> bool:
        return self._place.get(key.parent, -1) > self._place.get(key.table, len(self._place))

    def _number(self, table: Table) -> int:
        return self._numbers[table.name] or -1

    def _at(self, table: Table) -> int:
        return self._place[self._number(table)]


class StagedError(Exception):
    """A row that waited was refused."""

    def __init__(self, table: Table, cause: RowError) -> None:
        super().__init__()
        self.table = table
        self.cause = cause
