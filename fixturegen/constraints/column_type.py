"""Types: the value is one of the column's type at all, and spelled as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from ipaddress import ip_interface

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, Unverifiable, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.schema import Dialect, Schema, Table, Type

_UUID = r"^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$"
_MAC = r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$"
_URL = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
_ZONE = r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"
_PATTERNS = {
    "integer": r"^-?[0-9]+$",
    "decimal": r"^-?[0-9]+(\.[0-9]+)?$",
    "float": r"^(-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|-?Infinity|NaN)$",
    "boolean": r"^(0|1|t|f|true|false)$",
    "date": rf"{_DATE}$",
    "time": rf"^{_CLOCK}{_ZONE}",
    "datetime": rf"{_DATE}[ T]{_CLOCK}{_ZONE}",
    "uuid": _UUID,
    "mac": _MAC,
    "url": _URL,
}
_STORED = {
    "integer": ("integer",),
    "decimal": ("integer", "real"),
    "float": ("integer", "real"),
    "boolean": ("integer",),
    "bytes": ("blob",),
}
"""SQLite storage classes of a type; those of any other are text."""
_OF_POSTGRESQL = {
    "bytes": "pg_typeof({0})::text <> 'bytea'",
    "json": "pg_typeof({0})::text NOT IN ('json', 'jsonb')",
    "ip": "pg_typeof({0})::text NOT IN ('inet', 'cidr')",
    "interval": "pg_typeof({0})::text <> 'interval'",
    "array": "array_ndims({0}) IS NULL AND cardinality({0}) <> 0",
}
"""Types that PostgreSQL itself sees to: whether the column is of one."""
_OF_MYSQL = {
    "bytes": "1 = 0",
    "json": "NOT json_valid({0})",
    "ip": "{0} IS NOT NULL AND NOT (is_ipv4({0}) OR is_ipv6({0}))",
}
"""Types that MariaDB and MySQL can test; every value is some bytes."""
_OTHER_FORMS = {
    "decimal": "typeof({0}) = 'text' AND {0} GLOB '*[0-9]*' AND {0} NOT GLOB '*[^0-9.-]*'",
    "uuid": "typeof({0}) = 'blob' AND length({0}) = 16",
}
"""Forms that are right too: all the digits of a decimal as text, a uuid as its bytes."""
_GLOBS = {
    "uuid": (
        "-".join("[0-9A-Fa-f]" * digits for digits in (8, 4, 4, 4, 12)),
        "[0-9A-Fa-f]" * 32,
    ),
    "mac": (":".join(["[0-9A-Fa-f][0-9A-Fa-f]"] * 6), "-".join(["[0-9A-Fa-f][0-9A-Fa-f]"] * 6)),
    "url": ("[A-Za-z]*:?*",),
}


@kind
class ColumnType(Kind):
    """A column holds values of its type: a number is a number, a uuid is spelled as one, JSON parses."""

    name = "type"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every column of a known type that the database does not compute."""
        del schema
        for column in table.columns:
            if column.generated is None and column.type.kind != "unknown":
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value cannot be read as the type, or is not spelled as one."""
        (name,) = constraint.columns
        wrong = data.misfit(constraint.table, name, self.name)
        spelled = _spelled(pl.col(name), column_of(data.schema.tables[constraint.table], name).type)
        rows = data.source(constraint.table, name)
        return rows.filter(wrong if spelled is None else wrong | ~spelled)

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the test of SQLite's storage class and of the spelling; of the spelling alone where columns are typed."""
        (name,) = constraint.columns
        type_ = column_of(schema.tables[constraint.table], name).type
        own = sql.column(constraint.table, name, dialect)
        return Flagged(_sqlite(own, type_) if dialect == "sqlite" else _spelling(own, type_, dialect))


def _spelled(value: pl.Expr, type_: Type) -> pl.Expr | None:
    """Whether a text is spelled as its type demands; None for types without a spelling."""
    match type_.kind:
        case "uuid" | "mac" | "url":
            return value.str.contains(_PATTERNS[type_.kind])
        case "json":
            return _each(value, _is_json)
        case "ip":
            return _each(value, _is_address)
        case _:
            return None


def _each(value: pl.Expr, test: Callable[[str], bool]) -> pl.Expr:
    return value.map_elements(test, return_dtype=pl.Boolean, skip_nulls=True)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> object:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(word)


def _is_address(text: str) -> bool:
    try:
        ip_interface(text)
    except ValueError:
        return False
    return True


def _sqlite(own: str, type_: Type) -> str:
    stored = ", ".join(f"'{name}'" for name in (*_STORED.get(type_.kind, ("text",)), "null"))
    wrong = " OR ".join(f"({each})" for each in (f"typeof({own}) NOT IN ({stored})", *_sqlite_spelling(own, type_)))
    other = _OTHER_FORMS.get(type_.kind)
    return f"({wrong}) AND NOT ({other.format(own)})" if other else wrong


def _sqlite_spelling(own: str, type_: Type) -> list[str]:
    day = f"coalesce(date(substr({own}, 1, 10)), '') <> substr({own}, 1, 10)"
    invalid = f"{own} IS NOT NULL AND NOT json_valid({own})"
    moment = [
        f"length({own}) > 10 AND time(substr({own}, 12)) IS NULL",
        f"length({own}) NOT BETWEEN 16 AND 32 AND length({own}) <> 10",
        day,
    ]
    spellings = {
        "boolean": [f"{own} NOT IN (0, 1)"],
        "json": [invalid],
        "array": [invalid],
        "date": [f"length({own}) <> 10", day],
        "datetime": moment,
        "interval": moment,
        "time": [f"{own} IS NOT NULL AND time({own}) IS NULL"],
        **{kind: [" AND ".join(f"{own} NOT GLOB '{glob}'" for glob in globs)] for kind, globs in _GLOBS.items()},
    }
    return spellings.get(type_.kind, [])


def _spelling(own: str, type_: Type, dialect: Dialect) -> str:
    """The spelling of the value as text: also right where the database's column is of another type than the schema's."""
    if type_.kind in {"text", "enum"} or sql.held_by_type(type_, dialect):
        return "1 = 0"
    known = (_OF_MYSQL if dialect == "mysql" else _OF_POSTGRESQL).get(type_.kind)
    if known is not None:
        return known.format(own)
    if type_.kind not in _PATTERNS:
        message = f"the database's own column type decides what is {type_.kind}"
        raise Unverifiable(message)
    pattern = sql.literal(_PATTERNS[type_.kind], dialect)
    return f"{sql.text(own, dialect)} {'!~*' if dialect == 'postgresql' else 'NOT REGEXP'} {pattern}"
