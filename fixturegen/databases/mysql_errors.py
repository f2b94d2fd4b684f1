"""Errors of MariaDB and MySQL in our words: table, constraint and row, and never a value.

Of a message only the names are read that stand at a place of their own in it; values stand elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fixturegen.databases.base import Rejection, RejectionKind
from fixturegen.errors import RefusedError

if TYPE_CHECKING:
    import pymysql

DUPLICATE = 1062
NO_LOCAL_FILES = frozenset({1148, 2068, 3948, 3950, 4166})
"""LOAD DATA LOCAL is not permitted, by the server or by the client."""

_KINDS: dict[int, RejectionKind] = {
    1048: "not null",
    1263: "not null",
    1364: "not null",
    DUPLICATE: "unique",
    1169: "unique",
    1557: "unique",
    1586: "unique",
    1859: "unique",
    4025: "check",
    3819: "check",
    1526: "check",
    1591: "check",
    1748: "check",
    1452: "reference",
    1216: "reference",
    1451: "reference",
    1217: "reference",
    1644: "trigger",
    1442: "trigger",
    1415: "trigger",
    1264: "type",
    1265: "type",
    1366: "type",
    1292: "type",
    1406: "type",
    1411: "type",
    1416: "type",
    1690: "type",
    1977: "type",
    3140: "type",
    3141: "type",
    3156: "type",
    3903: "type",
    4038: "type",
    4079: "type",
    1367: "type",
    1300: "type",
    1365: "type",
}
_NAMED: dict[RejectionKind, re.Pattern[str]] = {
    "not null": re.compile(
        r"^(?:Column|Field) '(?P<name>.*)' (?:cannot|doesn't) |NOT NULL column '(?P<other>.*)' at row"
    ),
    "unique": re.compile(r"^.* for key '(?P<name>.*)'$", re.DOTALL),
    "check": re.compile(r"^(?:CONSTRAINT `(?P<quoted>.*)` failed for `|Check constraint '(?P<other>.*)' is violated)"),
    "reference": re.compile(r", CONSTRAINT `(?P<quoted>.*?)` FOREIGN KEY \("),
    "type": re.compile(r"^.* for column (?P<name>.*) at row \d+$", re.DOTALL),
}
"""Where names stand. Values stand before them and may hold any words, so that the last of such words count; a name may hold any
sign, quotes included, and is spelled with its backticks doubled only where the group says ``quoted``."""
_LOST = frozenset({1053, 1152, 1153, 1158, 1159, 1160, 1161, 1927, 2003, 2006, 2013, 2014, 2055, 4031, 0})
_REASONS = {
    1021: "cannot grow: the disk is full",
    1114: "cannot grow: a table or the disk is full",
    1205: "is locked by another connection",
    1213: "and another connection waited for each other",
    1290: "is read-only",
    1792: "is read-only",
    1836: "is read-only",
    1317: "cancelled the load",
    1969: "cancelled the load (a time limit of the server)",
    3024: "cancelled the load (a time limit of the server)",
    1044: "does not permit it",
    1142: "does not permit it",
    1143: "does not permit it",
    1227: "does not permit it",
    1040: "takes no more connections",
    1038: "is out of memory",
    1041: "is out of memory",
    1046: "is not said: the address names none",
}
_NAMING = frozenset(
    {1049, 1050, 1054, 1072, 1091, 1146, 1005, 1215, 1822, 1071, 1101, 1170, 1293, 1901, 1906, 3105, 3780}
)
"""Errors whose messages hold names and the schema's own text only."""


def code(error: BaseException) -> int:
    """Return the number of an error, 0 where it has none."""
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def rejection(error: BaseException, table: str, row: int | None) -> Rejection | None:
    """Return which constraint a row broke, or None where the error is about something else than a row."""
    text = str(error.args[1]) if len(error.args) > 1 else ""
    return told(code(error), text, table, row)


def told(number: int, text: str, table: str, row: int | None) -> Rejection | None:
    """Return the same for the number and text of an error or a warning."""
    kind = _KINDS.get(number)
    if kind is None:
        return None
    name = _name(kind, text)
    if kind == "unique" and name.rpartition(".")[2] == "PRIMARY":
        return Rejection(table, "primary key", "PRIMARY", row)
    if kind in ("not null", "type") and name:
        name = f"{table}.{_column(name, table)}"
    return Rejection(table, kind, name, row)


def _name(kind: RejectionKind, text: str) -> str:
    pattern = _NAMED.get(kind)
    found = pattern.search(text) if pattern is not None else None
    if found is None:
        return ""
    group = next(name for name, part in found.groupdict().items() if part is not None)
    return found[group].replace("``", "`") if group == "quoted" else found[group]


def _column(told: str, table: str) -> str:
    """Return the column of what is told of it: bare, in quotes, or behind database and table, none of them escaped.

    >>> _column("`shop`.`odd`name`.`a`.b`", "odd`name"), _column("`shop`.`t`.`a`", "of a trigger"), _column("'it's'", "t")
    ('a`.b', 'a', "it's")
    """
    if told.startswith("`"):
        bare = table.rpartition(".")[2] if f"`.`{table}`.`" not in told else table
        _, behind, column = told.partition(f"`.`{bare}`.`")
        return (column if behind else told.rpartition("`.`")[2].removeprefix("`")).removesuffix("`")
    return told[1:-1] if told.startswith("'") else told


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn errors of the driver into errors that name the database and hold no value."""
    from pymysql.err import MySQLError  # noqa: PLC0415 (an extra: only where MariaDB is met)

    try:
        yield
    except MySQLError as error:
        raise refused(error, place) from None


def refused(error: pymysql.err.MySQLError, place: str) -> RefusedError:
    """Return the error for a failure that is not about a single row."""
    number = code(error)
    if number in _LOST:
        return RefusedError("the connection to the database was lost; nothing was loaded", where=place)
    if number in _REASONS:
        return RefusedError(f"the database {_REASONS[number]}; nothing was loaded", where=place)
    if number in _NAMING:
        return RefusedError(f"the database says: {error.args[1]}", where=place)
    return RefusedError(f"the database refused (error {number}); nothing was loaded", where=place)
