"""SQLite's errors in our words: table, constraint and row, and never a value."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from fixturegen.databases.base import Rejection, RejectionKind
from fixturegen.errors import RefusedError

_KINDS: dict[str, RejectionKind] = {
    "SQLITE_CONSTRAINT_PRIMARYKEY": "primary key",
    "SQLITE_CONSTRAINT_ROWID": "primary key",
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_NOTNULL": "not null",
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "reference",
    "SQLITE_CONSTRAINT_DATATYPE": "type",
    "SQLITE_CONSTRAINT_TRIGGER": "trigger",
    "SQLITE_MISMATCH": "type",
}
_FAILED = ("malformed JSON", "integer overflow", "JSON path error", "bad JSON path", "JSON cannot hold BLOB")
"""How messages begin where an expression of a CHECK, an index or a computed column fails on a row."""
_UNNAMED = {3091: "SQLITE_CONSTRAINT_DATATYPE"}
"""Names that Python does not know before 3.12."""
_NAMED = re.compile(r"^(?:UNIQUE|NOT NULL|CHECK) constraint failed: (.*)$", re.DOTALL)
_REASONS = {
    "SQLITE_BUSY": "is locked by another connection",
    "SQLITE_LOCKED": "is locked by another connection",
    "SQLITE_READONLY": "is read-only",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_NOTADB": "is not an SQLite database",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_FULL": "cannot grow: the disk is full",
    "SQLITE_IOERR": "cannot be read or written: the disk fails",
    "SQLITE_PERM": "cannot be written: no permission",
    "SQLITE_INTERRUPT": "was interrupted",
    "SQLITE_TOOBIG": "cannot hold a value so long",
}
_HINTS = {
    "SQLITE_BUSY": "Close the other program and try again.",
    "SQLITE_LOCKED": "Close the other connection and try again.",
}


def rejection(error: Exception, table: str, row: int | None) -> Rejection | None:
    """Return which constraint a row broke, or None where the error is about something else than a row."""
    if isinstance(error, OverflowError):
        return Rejection(table, "type", "(an integer beyond 64 bits)", row)
    name = error_name(error)
    if name == "SQLITE_ERROR" and str(error).startswith(_FAILED):
        return Rejection(table, "type", "(a value for which an expression fails)", row)
    if name not in _KINDS and not name.startswith("SQLITE_CONSTRAINT"):
        return None
    return Rejection(table, _KINDS.get(name, "other"), _constraint(name, str(error)), row)


def error_name(error: Exception) -> str:
    """Return SQLite's extended name of an error, or an empty text where the driver gives none."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    return _UNNAMED.get(getattr(error, "sqlite_errorcode", 0), name) if name == "unknown" else name


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn errors of SQLite into errors that name the database and hold no value."""
    try:
        yield
    except sqlite3.Error as error:
        raise refused(error, place) from None


def refused(error: sqlite3.Error, place: str) -> RefusedError:
    """Return the error for a failure that is not about a single row."""
    name = error_name(error)
    primary = "_".join(name.split("_")[:2])
    reason = _REASONS.get(primary)
    if reason is None and _speaks_of_names(str(error)):
        reason = f"says: {error}"
    if reason is None:
        reason = f"refused ({name or type(error).__name__})"
    return RefusedError(f"the database {reason}", where=place, hint=_HINTS.get(primary))


def _constraint(name: str, message: str) -> str:
    # What a trigger raises is a text of its author, who may have put values into it; so is never repeated.
    found = _NAMED.match(message)
    return found.group(1) if found is not None and name != "SQLITE_CONSTRAINT_TRIGGER" else ""


def _speaks_of_names(message: str) -> bool:
    """Whether a message of SQLite can only hold names of the schema."""
    starts = (
        "no such table",
        "no such column",
        "foreign key mismatch",
        "no such collation",
        "no such function",
        "near ",
        "table ",
    )
    return message.startswith(
        (*starts, "duplicate column", "unknown datatype", "no such module", "too many", "non-deterministic")
    )
