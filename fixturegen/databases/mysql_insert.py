"""Rows into a table of MariaDB or MySQL: LOAD DATA LOCAL, multi-row INSERTs where that is refused; the refused row found by halving.

LOAD DATA LOCAL takes errors of rows for warnings and goes on, for nobody can stop the client from sending. So whatever it
warns of, or does not write, is undone and sent again by INSERTs, which say what is wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from fixturegen.databases.base import Rejection
from fixturegen.databases.mysql_connection import Session
from fixturegen.databases.mysql_errors import NO_LOCAL_FILES, code, rejection, told
from fixturegen.databases.mysql_storage import Field, csv_text, load_statement
from fixturegen.errors import InputError

_SAVEPOINT = "`fixturegen rows`"
_ROWS = 1_000
_PACKET_SHARE = 4
"""A statement takes at most this part of the greatest packet."""


class RowError(Exception):
    """A row was refused: which constraint, and its number among those sent in one go, from 1, if it is known."""

    def __init__(self, found: Rejection) -> None:
        super().__init__()
        self.found = found


class Rows:
    """Writes rows of one load.

    Args:
        session: The transaction.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._files = bool(getattr(session.driver, "_local_infile", False))  # no public name tells
        self._packet = int(session.value("SELECT @@max_allowed_packet"))

    def write(self, table: str, name: str, fields: Sequence[Field], frame: pl.DataFrame) -> None:
        """Insert rows.

        Args:
            table: The quoted table.
            name: Its name in messages.
            fields: The columns.
            frame: The rows.

        Raises:
            RowError: The database does not take one of them.
        """
        try:
            if fields and self._files and self._loaded(table, fields, frame):
                return
            self.insert(table, name, fields, frame)
        except InputError as error:
            raise InputError(error.message, where=f"{name}.{error.where}") from None

    def insert(
        self, table: str, name: str, fields: Sequence[Field], frame: pl.DataFrame, *, yielding: bool = False
    ) -> None:
        """Insert rows by INSERTs.

        Args:
            table: The quoted table.
            name: Its name in messages.
            fields: The columns.
            frame: The rows.
            yielding: Rows that collide with one that is there are left out.

        Raises:
            RowError: The database does not take one of them.
        """
        names = ", ".join(field.name for field in fields)
        head = f"INSERT INTO {table} ({names}) VALUES "  # noqa: S608 (quoted)
        tail = f" ON DUPLICATE KEY UPDATE {fields[0].name} = {table}.{fields[0].name}" if yielding and fields else ""
        rows = _groups(frame, fields)
        for start, stop in self._spans(rows, len(head) + len(tail)):
            self._block(name, head, rows, start, stop, tail)

    def one_by_one(
        self, table: str, name: str, fields: Sequence[Field], frame: pl.DataFrame
    ) -> Callable[[int], Rejection | None]:
        """Return what inserts the row at a place, and says why it was refused; its arguments are those of :meth:`write`."""
        head = f"INSERT INTO {table} ({', '.join(field.name for field in fields)}) VALUES "  # noqa: S608 (quoted)
        rows = _groups(frame, fields)
        return lambda place: self._refused(name, f"{head}{rows[place]}", place + 1)

    def _refused(self, name: str, statement: str, row: int) -> Rejection | None:
        """Run an INSERT of one row, which the server undoes by itself where it fails; return why it was refused."""
        from pymysql.err import MySQLError  # noqa: PLC0415 (an extra)

        try:
            self._session.run(statement)
        except MySQLError as error:
            found = rejection(error, name, row)
            if found is None:
                raise
            return found
        return None

    def _loaded(self, table: str, fields: Sequence[Field], frame: pl.DataFrame) -> bool:
        """Load rows from a file; where one of them is in doubt, undo it and say so."""
        from pymysql.err import MySQLError  # noqa: PLC0415 (an extra: only where MariaDB is met)

        written = csv_text(frame, fields)
        self._session.run(f"SAVEPOINT {_SAVEPOINT}")
        with tempfile.TemporaryDirectory(prefix="fixturegen-") as directory:
            path = Path(directory, "rows.csv")
            written.write_csv(path, include_header=False, quote_style="non_numeric", null_value="NULL")
            try:
                count, warnings = self._session.run(load_statement(table, fields, self._session.literal(str(path))))
            except MySQLError as error:
                if code(error) in NO_LOCAL_FILES:
                    self._files = False
                elif rejection(error, "", None) is None:
                    raise
                count, warnings = 0, 1
        if count == frame.height and not warnings:
            self._session.run(f"RELEASE SAVEPOINT {_SAVEPOINT}")
            return True
        self._session.run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        return False

    def _spans(self, rows: Sequence[str], overhead: int) -> list[tuple[int, int]]:
        """Cut rows into statements that fit into a packet."""
        most = self._packet // _PACKET_SHARE - overhead
        spans, start, size = [], 0, 0
        for at, row in enumerate(rows):
            length = 4 * len(row) + 2
            if at > start and (size + length > most or at - start >= _ROWS):
                spans.append((start, at))
                start, size = at, 0
            size += length
        return [*spans, (start, len(rows))] if rows else []

    def _block(self, name: str, head: str, rows: Sequence[str], start: int, stop: int, tail: str) -> None:
        """Insert rows ``start`` to ``stop``; the server undoes a statement that fails, so halves are tried in turn."""
        found = self._tried(name, f"{head}{', '.join(rows[start:stop])}{tail}", start + 1)
        if found is None:
            return
        if stop - start == 1:
            raise RowError(found)
        middle = (start + stop) // 2
        self._block(name, head, rows, start, middle, tail)
        self._block(name, head, rows, middle, stop, tail)
        raise RowError(Rejection(found.table, found.kind, found.constraint))  # it is refused only in company

    def _tried(self, name: str, statement: str, row: int) -> Rejection | None:
        """Run an INSERT; return why it was refused."""
        from pymysql.err import MySQLError  # noqa: PLC0415 (an extra)

        self._session.run(f"SAVEPOINT {_SAVEPOINT}")
        try:
            _, warnings = self._session.run(statement)
        except MySQLError as error:
            found = rejection(error, name, row)
            if found is None:
                raise
            return found
        return self._warned(name, row) if warnings else None

    def _warned(self, name: str, row: int) -> Rejection | None:
        """Undo an INSERT that changed a value, of which the server only warns."""
        for _, number, text in self._session.rows("SHOW WARNINGS"):
            found = told(int(number), str(text), name, row)
            if found is not None:
                self._session.run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
                return found
        return None


def _groups(frame: pl.DataFrame, fields: Sequence[Field]) -> list[str]:
    """Return each row as ``(1, 'a')``."""
    if not fields:
        return ["()"] * frame.height
    parts: list[pl.Expr] = [pl.lit("(")]
    for at, field in enumerate(fields):
        parts += [pl.lit(", ")] if at else []
        parts.append(pl.col(field.column.name))
    made = pl.DataFrame([field.literals(frame[field.column.name]).alias(field.column.name) for field in fields])
    return made.select(pl.concat_str([*parts, pl.lit(")")])).to_series().to_list() if frame.height else []
