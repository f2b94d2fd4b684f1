"""Tables read back from a live database, in the words in which their frames can be compared with them."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl
from sqlalchemy import Engine

from fixturegen.databases.mysql_storage import Field
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.sqlite_storage import stored
from fixturegen.schema import Column, Dialect, Table


def differences(engine: Engine, dialect: Dialect, table: Table, frame: pl.DataFrame) -> list[str]:
    """Return the columns of which the database holds other values than the frame (rows in any order)."""
    columns = [column for column in table.columns if column.name in frame.columns]
    with engine.connect() as connection:
        shown = ", ".join(_shown(column, dialect) for column in columns)
        names = [column.name for column in columns]
        query = f"SELECT {shown} FROM {quoted_table(table.name, dialect)}"
        back = [tuple(row) for row in connection.exec_driver_sql(query.replace("%", "%%"), [()][0]).fetchall()]
        declared = _declared(connection, table, dialect)
    there = [_plain_row(row, columns) for row in back]
    sent = pl.DataFrame(
        [_sent(frame[name], column, dialect, declared) for name, column in zip(names, columns, strict=True)]
    )
    here = [_plain_row(row, columns) for row in sent.rows()]
    if sorted(here, key=repr) == sorted(there, key=repr):
        return []
    wrong = []
    for at, name in enumerate(names):
        left, right = sorted(repr(row[at]) for row in here), sorted(repr(row[at]) for row in there)
        if left != right:
            pairs = sorted(set(left) ^ set(right))[:4]
            wrong.append(f"{table.name}.{name}: {[pair[:60] for pair in pairs]}")
    return wrong or [f"{table.name}: rows differ ({len(here)} sent, {len(there)} there)"]


def _declared(connection: Any, table: Table, dialect: Dialect) -> dict[str, str]:
    if dialect != "sqlite":
        return {}
    rows = connection.exec_driver_sql(f"SELECT name, type FROM pragma_table_xinfo('{table.name}')").fetchall()
    return {str(name): str(kind) for name, kind in rows}


def _shown(column: Column, dialect: Dialect) -> str:  # noqa: PLR0911 - one a kind
    name, kind = quoted(column.name, dialect), column.type.kind
    if dialect == "postgresql":
        if kind in {"json", "uuid", "mac", "unknown"}:
            return f"{name}::text"
        if kind == "ip":
            return f"host({name})"
        if kind == "datetime" and column.type.zone:
            return f"({name} AT TIME ZONE 'UTC')"
    if dialect == "mysql":
        if kind == "bytes":
            return f"hex({name})"
        if kind in {"date", "datetime", "time", "interval"}:
            return f"CAST({name} AS CHAR)"
        if kind == "float" and column.type.bits == 32:
            return f"{name} + 0e0"
    return name


def _sent(series: pl.Series, column: Column, dialect: Dialect, declared: dict[str, str]) -> pl.Series:
    if dialect == "sqlite":
        return stored(series, column, declared.get(column.name, "")).alias(series.name)
    if dialect == "mysql":
        written = Field(column).written(series).alias(series.name)
        return written.dt.to_string("%Y-%m-%d") if written.dtype == pl.Date else written
    if isinstance(series.dtype, pl.List):
        return series
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone:
        return series.dt.replace_time_zone(None)
    return series.cast(pl.String) if isinstance(series.dtype, pl.Enum) else series


def _plain_row(row: Sequence[Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    return tuple(_plain(value, column) for value, column in zip(row, columns, strict=True))


def _plain(value: Any, column: Column) -> Any:  # noqa: PLR0911 - one a kind
    kind = column.type.kind
    if value is None:
        return None
    if kind == "json":
        number = lambda text: str(Decimal(text).normalize())  # noqa: E731
        return json.dumps(json.loads(value, parse_float=number, parse_int=number), sort_keys=True)
    if kind == "array":
        return json.dumps(value, default=str) if isinstance(value, list) else json.dumps(json.loads(value))
    if kind == "float":
        return (
            struct.pack("<f" if column.type.bits == 32 else "<d", float(value))
            if not math.isnan(float(value))
            else "NaN"
        )
    if kind == "boolean":
        return bool(value)
    if kind == "bytes":
        return value.upper() if isinstance(value, str) else bytes(value).hex().upper()
    if kind in {"decimal", "integer"}:
        return Decimal(str(value)).normalize() + 0
    if isinstance(value, str):
        if kind in {"datetime", "time", "interval"} and "." in value:
            return value.rstrip("0").rstrip(".")
        return value.rstrip(" ") if column.type.fixed else value
    return value
