"""What a live database makes of every class: asked of it, in a temporary table that is gone afterwards."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fixturegen.databases.base import database_of
from fixturegen.databases.mysql_storage import Field
from fixturegen.databases.quoting import quoted
from fixturegen.databases.sqlite_storage import stored
from fixturegen.databases.types import sql_type
from fixturegen.dtypes import polars_dtype
from fixturegen.engines import masked, opened
from fixturegen.errors import InputError, RefusedError
from fixturegen.hostility.matrix import ACCEPTS, Verdict, verdict
from fixturegen.hostility.samples import sampled
from fixturegen.schema import Column, Dialect, Type

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Observation:
    """What a live database did with a class, beside what the matrix says.

    Attributes:
        name: The class.
        dialect: The database system.
        seen: What it did.
        known: What the matrix says.
    """

    name: str
    dialect: Dialect
    seen: Verdict
    known: Verdict

    @property
    def as_known(self) -> bool:
        """Whether the matrix is right."""
        return self.seen.word == self.known.word


def observed(url: str) -> list[Observation]:
    """Return what a database does with every class that a frame holds; nothing stays in it.

    Args:
        url: Its address. A temporary table is made and dropped.

    Raises:
        InputError: If the address is none, or its driver is not installed.
        RefusedError: If the database cannot be reached.
    """
    dialect = database_of(url).dialect
    engine = opened(url)
    found = []
    try:
        with _connected(engine, url) as connection:
            for number, (each, column, value) in enumerate(sampled()):
                asked = _plain(column) if each.kinds & {"enum"} and dialect == "postgresql" else column
                seen = _tried(connection, dialect, asked, value, f"fixturegen_hostile_{number}")
                found.append(Observation(each.name, dialect, seen, verdict(each.name, dialect)))
    finally:
        engine.dispose()
    return found


def _connected(engine: Any, url: str) -> Connection:
    try:
        connection: Connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except Exception as error:
        # Every driver has errors of its own; their texts may hold the password.
        raise RefusedError("the database cannot be reached", where=masked(url)) from error
    return connection


def _plain(column: Column) -> Column:
    """An enum as a text: a type of its own would have to be made in the database."""
    return Column(name=column.name, type=Type(kind="text"), nullable=True)


def _tried(connection: Connection, dialect: Dialect, column: Column, value: object, table: str) -> Verdict:
    declared = sql_type(column.type, dialect)
    name = quoted(column.name, dialect)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {table} ({name} {declared})")
    try:
        series = pl.Series(column.name, [value], dtype=polars_dtype(column.type))
        marker, bound = _BOUND[dialect](series, column, declared)
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marker})", [(bound,)])  # noqa: S608 (constants)
        shown = _shown(name, column, dialect)
        back = connection.exec_driver_sql(f"SELECT {shown} FROM {table}").fetchone()  # noqa: S608 (quoted)
        assert back is not None
        sent = value if column.type.kind in {"decimal", "float"} else bound
        return (
            ACCEPTS if same(column.type, sent, back[0]) else Verdict("alters", f"{type(back[0]).__name__} comes back")
        )
    except InputError as error:
        return Verdict("rejects", error.message)
    except Exception as error:  # noqa: BLE001 - every driver has errors of its own
        return Verdict("rejects", type(error).__name__)
    finally:
        connection.exec_driver_sql(f"DROP TABLE {table}")


def _sqlite(series: pl.Series, column: Column, declared: str) -> tuple[str, Any]:
    if column.type.kind == "float":
        return "?", series[0]
    return "?", stored(series, column, declared)[0]


def _postgresql(series: pl.Series, column: Column, declared: str) -> tuple[str, Any]:
    value = series.to_list()[0]
    plain = column.type.kind in {"text", "bytes", "url", "integer", "float", "array"}
    return ("%s" if plain else f"CAST(%s AS {declared})"), value


def _mysql(series: pl.Series, column: Column, declared: str) -> tuple[str, Any]:
    if column.type.kind == "float":
        return "%s", repr(series[0])
    field = Field(column, declared.split("(", maxsplit=1)[0].lower())
    return field.converted("%s"), field.written(series).to_list()[0]


_BOUND: dict[str, Callable[[pl.Series, Column, str], tuple[str, Any]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
}


def _shown(name: str, column: Column, dialect: Dialect) -> str:
    if dialect == "postgresql":
        shapes = {"json": "{}::text", "ip": "host({})", "mac": "{}::text", "uuid": "{}::text"}
        return shapes.get(column.type.kind, "{}").format(name)
    if dialect == "mysql":
        shapes = {"bytes": "hex({})", "date": "CAST({} AS CHAR)", "datetime": "CAST({} AS CHAR)", "time": "CAST({} AS CHAR)",
                  "interval": "CAST({} AS CHAR)"}  # fmt: skip
        return shapes.get(column.type.kind, "{}").format(name)
    return name


def same(type_: Type, sent: Any, back: Any) -> bool:  # noqa: PLR0911 - one a kind
    """Whether a value came back as it went: floats to the bit, JSON by what it says, all else exactly.

    >>> same(Type(kind="float"), 0.0, -0.0), same(Type(kind="json"), '{"a": 1}', '{"a":1}')
    (False, True)
    """
    if back is None or (isinstance(sent, str) and not isinstance(back, str | float)):
        return False
    match type_.kind:
        case "float":
            return _bits(float(sent)) == _bits(float(back))
        case "json":
            return _parsed(sent) == _parsed(back)
        case "decimal":
            return Decimal(str(sent)) == Decimal(str(back))
        case "bytes" if isinstance(back, str):
            return str(sent).lower() == back.lower()
        case "date" | "datetime" | "time" | "interval" if isinstance(back, str):
            return _trimmed(str(sent)) == _trimmed(back)
        case _:
            return bool(sent == back)


def _bits(value: float) -> object:
    return "NaN" if math.isnan(value) else struct.pack("<d", value)


def _parsed(text: object) -> object:
    """What JSON says: keys in any order but all of them, numbers to the last digit and sign."""
    return json.loads(
        str(text),
        object_pairs_hook=lambda pairs: ("object", sorted(pairs, key=repr)),
        parse_float=lambda digits: ("number", str(Decimal(digits).normalize())),
        parse_int=lambda digits: ("number", str(Decimal(digits).normalize())),
    )


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
