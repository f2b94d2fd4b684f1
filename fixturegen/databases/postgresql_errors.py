"""PostgreSQL's errors in our words: table, constraint and row, and never a value.

Only the error's code and the names it carries are read: its message, detail and context may hold values.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fixturegen.databases.base import Rejection, RejectionKind
from fixturegen.errors import RefusedError

if TYPE_CHECKING:
    import psycopg

UNIQUE = "23505"
REFERENCE = "23503"
_PRIVILEGE = "42501"
_RAISING = "exec_stmt_raise"
"""The server's own function behind RAISE, which may bear any code, even one that the server has a meaning for."""
_KINDS: dict[str, RejectionKind] = {
    "23502": "not null",
    REFERENCE: "reference",
    "23001": "reference",
    UNIQUE: "unique",
    "23514": "check",
    "23P01": "exclusion",
    "44000": "check",
    "P0001": "trigger",
    "P0004": "trigger",
    "09000": "trigger",
}
_REASONS = {
    "25006": "is read-only",
    "40001": "was changed by another connection at the same time",
    "40P01": "and another connection waited for each other",
    "53100": "cannot grow: the disk is full",
    "53200": "is out of memory",
    "53300": "takes no more connections",
    "55P03": "is locked by another connection",
    "57014": "cancelled the load (a time limit of the server, or somebody)",
    "57P01": "ended the connection",
    "57P02": "crashed",
    "57P03": "is starting up or shutting down",
    "57P05": "ended the connection",
    _PRIVILEGE: "does not permit it",
}
_HINTS = {
    "55P03": "Close the other connection and try again.",
    "40P01": "Try again.",
    "40001": "Try again.",
    _PRIVILEGE: "Connect as the owner of the tables.",
}
_NAMING = ("3F", "42")
"""Classes of errors whose messages hold names and the schema's own text: no such table, syntax, wrong types."""


def rejection(error: psycopg.Error, table: str, row: int | None) -> Rejection | None:
    """Return which constraint a row broke, or None where the error is about something else than a row."""
    state = error.sqlstate or ""
    if state == _PRIVILEGE and "policy" in str(error):
        return Rejection(table, "policy", _policy(error), row)
    kind = "trigger" if error.diag.source_function == _RAISING else _KINDS.get(state) or _by_class(state)
    if kind is None:
        return None
    diagnosis = error.diag
    name = diagnosis.constraint_name or ""
    if diagnosis.datatype_name and name:
        name = f"{name} of the type {diagnosis.datatype_name}"
    if not name and diagnosis.column_name:
        name = f"{table}.{diagnosis.column_name}"
    return Rejection(table, kind, name, row)


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn errors of psycopg into errors that name the database and hold no value."""
    import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is None and not isinstance(error, psycopg.OperationalError):
            raise  # a mistake of ours in the use of the driver
        raise refused(error, place) from None


def refused(error: psycopg.Error, place: str) -> RefusedError:
    """Return the error for a failure that is not about a single row."""
    state = error.sqlstate or ""
    hint = _HINTS.get(state)
    if not state:
        return RefusedError("the connection to the database was lost; nothing was loaded", where=place)
    if state in _REASONS:
        return RefusedError(f"the database {_REASONS[state]}; nothing was loaded", where=place, hint=hint)
    if state.startswith(_NAMING):
        return RefusedError(f"the database says: {error.diag.message_primary or state}", where=place)
    if state.startswith("08"):
        return RefusedError("the connection to the database was lost; nothing was loaded", where=place)
    return RefusedError(f"the database refused ({state}, {type(error).__name__}); nothing was loaded", where=place)


def _by_class(state: str) -> RejectionKind | None:
    if state.startswith("22"):
        return "type"  # a value that its type does not take
    if state.startswith("23"):
        return "other"
    if state.startswith(("2F", "38", "39")):
        return "trigger"  # a routine failed
    # A trigger may raise any code of its own; codes of the server's own classes begin with 0 to 4, 5, F, H, P or X.
    return "trigger" if state and state[0] not in "012345FHPX" else None


def _policy(error: psycopg.Error) -> str:
    return error.diag.constraint_name or "row-level security"
