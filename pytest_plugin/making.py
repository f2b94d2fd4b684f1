"""Making rows for the running test: made by the core, inserted on the test's own connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy.exc import IntegrityError

from fixturegen.dtypes import polars_dtype
from fixturegen.existing import existing_rows
from fixturegen.making.maker import Maker
from fixturegen.schema import Schema
from pytest_fixturegen.reporting import test_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fixturegen.making.made import Made
    from pytest_fixturegen.running import Run
    from pytest_fixturegen.testing import Test


class Making:
    """Makes and inserts rows."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._makers: dict[int, Maker] = {}

    def warm(self) -> None:
        """Make ready for the first rows."""
        self._base()

    def insert(self, table: str, overrides: Mapping[str, object], rows: int) -> Made:
        """Make rows and insert them, kept as by a commit of a connection of their own."""
        engine = self._run.current_engine()
        with engine.connect() as connection:
            made = self.insert_on(connection, table, overrides, rows)
            connection.commit()
        return made

    def insert_on(
        self,
        connection: Connection,
        table: str,
        overrides: Mapping[str, object],
        rows: int,
    ) -> Made:
        """Make rows and insert them within the transaction of a connection; where none is open, they are committed."""
        with self._run.lock:
            test = self._run.test
            test.calls += 1
            where = "an example" if test.examples else ""
            key = f"{test_id(test.item)} {where} {test.calls}"
            writer = self._run.writer(connection.engine)
            made = self._maker(test, connection).made(table, overrides, rows=rows, key=key)
            writer.know(connection, made.rows)
        try:
            with connection.begin_nested() if connection.in_transaction() else connection.begin():
                writer.write(connection, made.rows)
        except IntegrityError:
            # The application has taken a number or a name meanwhile: whatever is there now must not be repeated.
            maker = self._base().beside(existing_rows(self._run.content.plan, connection))
            if test.examples:
                test.examples[-1].maker = maker
            else:
                test.maker = maker
            made = maker.made(table, overrides, rows=rows, key=key)
            writer.write(connection, made.rows)
        return made

    def _maker(self, test: Test, connection: Connection) -> Maker:
        if test.examples:
            example = test.examples[-1]
            if example.maker is None:
                example.maker = (
                    self._base() if example.dataset is None else self._base().beside(self._held(example.dataset))
                )
            return example.maker
        if test.maker is None:
            test.maker = self._base()
            if self._run.databases.is_foreign(connection.engine):
                self._run.databases.check_tables(connection, self._run.content.schema)
                test.maker = test.maker.beside(existing_rows(self._run.content.plan, connection))
        return test.maker

    def _base(self) -> Maker:
        """Return the maker beside the seeded rows; what is costly about making rows it does once."""
        content = self._run.content
        key = id(content)
        if key not in self._makers:
            self._makers[key] = Maker(content.schema, seed=content.asked.seed, existing=content.frames)
        return self._makers[key]

    def _held(self, dataset: Any) -> Mapping[str, pl.DataFrame]:
        schema = self._run.content.schema
        rows = dataset if isinstance(dataset, Mapping) else dataset.dataset
        return {
            name: each if isinstance(each, pl.DataFrame) else _frame(schema, name, each) for name, each in rows.items()
        }


def _frame(schema: Schema, name: str, rows: list[Mapping[str, object]]) -> pl.DataFrame:
    columns = {column.name: column.type for column in schema.tables[name].columns}
    held = [column for column in columns if rows and column in rows[0]]
    return pl.DataFrame(
        {
            column: pl.Series(column, [row[column] for row in rows], dtype=polars_dtype(columns[column]))
            for column in held
        }
    )
