"""The object behind the fixture `fixturegen`: it belongs to the session, and works for whatever test is running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fixturegen.errors import InputError
from pytest_fixturegen.failing import Entered, at_the_await, at_the_call
from pytest_fixturegen.testing import Example

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
    from sqlalchemy.orm import Session

    from fixturegen.making.made import Made
    from fixturegen.schema import Schema
    from pytest_fixturegen.rows import Writer
    from pytest_fixturegen.running import Run

Rows = Mapping[str, Any]


class Fixturegen:
    """Rows for the running test.

    It may be kept by fixtures of any scope and used within Hypothesis's tests: it looks up the running test at each call.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    @at_the_call
    def schema(self) -> Schema:
        """The schema that serves the running test."""
        return self._run.content.schema

    @property
    @at_the_call
    def engine(self) -> Engine:
        """The engine of the running test: with ``isolation="clone"`` on a database of its own, that threads may share."""
        return self._run.current_engine()

    @property
    def url(self) -> URL:
        """The address of the running test's database, password included.

        Others who connect to it write what is not undone: unless the test has a database to itself, this one is made anew
        after a test in which they did.
        """
        run = self._run
        url = self.engine.url
        if not (run.test.clone or run.test.examples):
            run.served().addressed = True
        return url

    @at_the_call
    def dataset(
        self, *, rows: int | Mapping[str, int] | None = None, seed: int | None = None
    ) -> Mapping[str, pl.DataFrame]:
        """Return rows as frames, a frame for each table.

        Args:
            rows: Rows of every table without a count of its own, or by table; those of the running test unless given.
            seed: The seed; that of the running test unless given.

        Returns:
            Without arguments the seeded rows of the running test's database; else other rows, which no database holds.
        """
        asked = self._run.test.asked
        if rows is None and seed is None:
            return self._run.content.frames
        given = tuple(sorted(rows.items())) if isinstance(rows, Mapping) else rows
        wanted = replace(asked, rows=asked.rows if given is None else given, seed=asked.seed if seed is None else seed)
        return self._run.content_of(wanted).frames

    @at_the_call
    def make(
        self, table: str, /, *, rows: int = 1, values: Mapping[str, object] | None = None, **overrides: object
    ) -> Made:
        """Insert a wanted row with the smallest valid neighbourhood, and return what was made.

        The rows are there for the rest of the test, for every connection that the test and its application take, and are
        undone with it. They depend on schema, seed, overrides, the test's id and the number of the call alone.

        Args:
            table: The table.
            rows: How many wanted rows, at least 1; they share their parents.
            values: Overrides whose names are keywords of this function or of Python.
            overrides: By column a value; by a parent's role or a child table more of them; see :func:`fixturegen.make`.

        Raises:
            InputError: A name or a value that means nothing.
            ImpossibleError: If no rows can be as is asked; with the constraint.
        """
        return self._run.making.insert(table, _both(values, overrides), rows)

    @at_the_await
    async def make_async(
        self,
        table: str,
        /,
        *,
        on: AsyncConnection | AsyncSession,
        rows: int = 1,
        values: Mapping[str, object] | None = None,
        **overrides: object,
    ) -> Made:
        """Do as :meth:`make` does, through an asynchronous connection or session, in whose transaction the rows are.

        Args:
            table: The table.
            on: ``fixturegen_async_connection``, ``fixturegen_async_session``, or another one of their engine.
            rows: As for :meth:`make`.
            values: As there.
            overrides: As there.
        """
        wanted = _both(values, overrides)
        if not hasattr(on, "run_sync"):
            message = f"`on` is a {type(on).__name__}, not an asynchronous connection or session"
            raise InputError(message, hint="Give fixturegen_async_connection or fixturegen_async_session.")
        return await on.run_sync(lambda opened: self._run.making.insert_on(_connection(opened), table, wanted, rows))

    def example(self, dataset: Any = None) -> AbstractContextManager[Connection]:
        """Give a connection on which the tables hold exactly the example's rows, and undo everything at the end.

        Args:
            dataset: Rows by table: frames, or lists of dicts; tables that are not named are empty. A record of
                :func:`fixturegen.negatives` stands for the rows before its last step. None stands for the seeded rows:
                what the block does to them is undone.

        Within the block :meth:`make` adds to the example's rows, and its calls are numbered anew, so that examples of
        Hypothesis do not depend on each other. ``connection.engine`` opens more connections to the same rows.
        """
        return Entered(self._example(dataset))

    def example_session(self, dataset: Any = None) -> AbstractContextManager[Session]:
        """Give an ORM session on which the tables hold exactly the example's rows; as :meth:`example`."""
        return Entered(self._example_session(dataset))

    # How

    @contextmanager
    def _example_session(self, dataset: Any) -> Iterator[Session]:
        with self._example(dataset) as connection, self._run.session_on(connection.engine) as session:
            yield session

    @contextmanager
    def _example(self, dataset: Any) -> Iterator[Connection]:
        run, test = self._run, self._run.test
        own = run.has_own_engine()
        served = run.served() if dataset is None or not own else run.emptied()
        writer = run.writer(served.engine)
        calls, test.calls = test.calls, 0
        test.examples.append(Example(served.engine, dataset))
        try:
            with served.isolation.nested():
                if dataset is not None:
                    with served.engine.begin() as connection:
                        if not own:
                            run.databases.check_tables(connection, run.content.schema)
                            writer.empty(connection)
                        _lay_out(writer, connection, dataset)
                with served.engine.connect() as connection:
                    yield connection
        finally:
            test.examples.pop()
            test.calls = calls
            if dataset is not None and own:
                served.finish(watched=False)


def _both(values: Any, overrides: Mapping[str, object]) -> Mapping[str, object]:
    from fixturegen.making.wishes import both  # noqa: PLC0415 - heavy: only where rows are made

    return both(values, overrides)


def _connection(opened: Connection | Session) -> Connection:
    from sqlalchemy.orm import Session  # noqa: PLC0415 - loaded already where there are sessions

    return opened.connection() if isinstance(opened, Session) else opened


def _lay_out(writer: Writer, connection: Connection, dataset: Any) -> None:
    """Write an example's rows into empty tables."""
    if isinstance(dataset, Mapping):
        writer.write(connection, {name: _dicts(name, rows) for name, rows in dataset.items()})
        return
    steps = getattr(dataset, "before", None)
    if steps is None:
        message = f"an example is rows by table, or a negative record, but this is {type(dataset).__name__}"
        raise InputError(message)
    for step in steps:
        if hasattr(step, "rows"):
            writer.insert(connection, step.table, step.rows)
        else:
            writer.update(connection, step.table, step.key, step.values)


def _dicts(name: str, rows: Any) -> Sequence[Rows]:
    if hasattr(rows, "to_dicts"):
        found: Sequence[Rows] = rows.to_dicts()
        return found
    if isinstance(rows, Sequence) and all(isinstance(row, Mapping) for row in rows):
        return rows
    message = f"the rows of {name!r} are a {type(rows).__name__}, neither a frame nor a list of dicts"
    raise InputError(message)
