"""Examples: frames by table that print as the Python that makes them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, SchemaError
from fixturegen.runs import Source
from fixturegen.schema import Column, Table
from fixturegen.verbs import load

_LINE = 100


class Dataset(dict[str, pl.DataFrame]):
    """Frames by table, every table present; prints as the call of :func:`dataset` that makes it again.

    Args:
        frames: The frames.
        source: How the schema is called in what is printed.
    """

    def __init__(self, frames: Mapping[str, pl.DataFrame], source: str = "schema") -> None:
        super().__init__(frames)
        self.source = source

    def __repr__(self) -> str:
        """Return Python that makes the dataset again: ``dataset(schema, {...})`` with the rows of tables that have some."""
        tables = {name: frame.rows(named=True) for name, frame in self.items() if frame.height}
        whole = f"dataset({self.source}, {_mapping({name: _listed(rows) for name, rows in tables.items()}, 0)})"
        if len(whole) <= _LINE:
            return whole
        lines = [f"    {name!r}: {_listed(rows, 4)}," for name, rows in tables.items()]
        return "\n".join([f"dataset({self.source}, {{", *lines, "})"])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print like that in Hypothesis' reports too, which know nothing of subclasses otherwise."""
        printer.text("..." if cycle else repr(self).replace("\n", "\n" + " " * printer.indentation))


def dataset(schema: Source, rows: Mapping[str, Iterable[Mapping[str, object]]]) -> Dataset:
    """Return rows as frames of the schema's dtypes: what a failing example prints, made again.

    Every table of the schema is present, those not given are empty. Nothing is checked against the constraints: that is
    ``verify``'s. So ``@example(fg.dataset(schema, {...}))`` works for rows that no strategy would make, too.

    Args:
        schema: The schema, or a source of one.
        rows: Rows by table, as dicts by column. A column that is not given is NULL.

    Raises:
        InputError: If there is no such table or column, or a value is not of the column's type.

    >>> from fixturegen.schema import Schema, Type
    >>> notes = Table(name="notes", columns=(Column(name="id", type=Type(kind="integer")),))
    >>> made = dataset(Schema(tables={"notes": notes}), {"notes": [{"id": 7}]})
    >>> made
    dataset(schema, {'notes': [{'id': 7}]})
    >>> dict(made["notes"].schema)
    {'id': Int64}
    """
    loaded = load(schema)
    if not isinstance(rows, Mapping):
        message = f"rows are a {type(rows).__name__}, which is no mapping by table"
        raise InputError(message)
    given = dict(rows)
    for name in given:
        if name not in loaded.tables:
            message = f"unknown table {name!r}"
            raise SchemaError(message, given=name, exists=loaded.tables)
    for name, listed in given.items():
        if not isinstance(listed, Iterable) or isinstance(listed, str | Mapping):
            message = f"rows of {name} are no list of dicts"
            raise InputError(message)
    frames = {name: _frame(table, list(given.get(name, ()))) for name, table in loaded.tables.items()}
    return Dataset(frames, said(schema))


def said(source: Source) -> str:
    """Return how a schema is called in what is printed: the text that named it, else ``schema``.

    >>> said("shop.yaml"), said(object())
    ("'shop.yaml'", 'schema')
    """
    return repr(source) if isinstance(source, str) and "@" not in source else "schema"


def _frame(table: Table, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    columns = {column.name: column for column in table.columns if column.generated is None}
    if not all(isinstance(row, Mapping) for row in rows):
        message = f"a row of {table.name} is no mapping by column"
        raise InputError(message)
    unknown = next((name for row in rows for name in row if name not in columns), None)
    if unknown is not None:
        message = f"unknown column {unknown!r} of {table.name}"
        raise SchemaError(message, given=unknown, exists=columns)
    return pl.DataFrame([_series(column, [row.get(name) for row in rows], table) for name, column in columns.items()])


def _series(column: Column, values: list[object], table: Table) -> pl.Series:
    try:
        return pl.Series(column.name, values, dtype=polars_dtype(column.type), strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        message = f"a value of {table.name}.{column.name} is no {column.type.kind}"
        raise InputError(message) from None


def _mapping(parts: Mapping[str, str], indent: int) -> str:
    inner = ", ".join(f"{name!r}: {text}" for name, text in parts.items())
    return "{" + inner + "}" if indent == 0 else inner


def _listed(rows: Sequence[Mapping[str, object]], indent: int = 0) -> str:
    texts = ["{" + ", ".join(f"{name!r}: {_value(value)}" for name, value in row.items()) + "}" for row in rows]
    if indent == 0 or len(texts) == 1:
        return "[" + ", ".join(texts) + "]"
    pad = " " * indent
    return "[\n" + "".join(f"{pad}    {text},\n" for text in texts) + f"{pad}]"


def _value(value: object) -> str:
    """A value as Python writes it, with the module's name before dates and times, and the class's before decimals."""
    if isinstance(value, date | datetime | time | timedelta | Decimal):
        return repr(value).replace("zoneinfo.ZoneInfo(key='UTC')", "datetime.timezone.utc")
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value)
