"""A schema planned for rows computed alone: made once for each schema and its options, then at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TypeVar, Unpack

import polars as pl

from fixturegen.access.alone import Alone
from fixturegen.access.engine import AccessEngine, PassError
from fixturegen.access.frames import Plain, frame_of
from fixturegen.databases.oracles import Oracles
from fixturegen.draws import Integers
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, SchemaError
from fixturegen.lattice import Lattice
from fixturegen.options import Options, PlainKeywords, options_from
from fixturegen.planning.plan import Plan
from fixturegen.runs import Source, database_behind
from fixturegen.schema import Schema
from fixturegen.trials import tried_plan
from fixturegen.verbs import load

KEPT = 8
"""So many schemas with their options are kept planned, the latest used."""
ONE_BY_ONE = 8
"""Up to so many rows are made one by one; more are faster together."""
SHOWN = 60
"""Characters of a value that messages show."""
_Key = tuple[object, ...]
_T = TypeVar("_T")


class Access:
    """Rows of the tables of one plan, computed alone.

    Args:
        schema: The schema.
        options: What is asked for; counts per parent are estimated for very many parents.
        source: Where the schema came from, asked for what only a database can judge.
    """

    def __init__(self, schema: Schema, options: Options, source: Source) -> None:
        database = database_behind(source)
        self.plan = tried_plan(schema, options, database)
        self.engine = AccessEngine(self.plan, Oracles(database))
        self.alone = Alone(self.engine)
        self._dtypes: dict[str, Mapping[str, pl.DataType]] = {}

    def dtypes(self, table: str) -> Mapping[str, pl.DataType]:
        """Return the dtype of every column that is written, in the order of the table.

        Raises:
            SchemaError: If there is no such table.
        """
        if not isinstance(table, str) or table not in self._dtypes:
            self._dtypes[table] = written_dtypes(self.plan, table)
        return self._dtypes[table]

    def columns(self, table: str, wanted: Iterable[str] | None) -> tuple[str, ...]:
        """Return the wanted columns of a table; all that are written unless given.

        Raises:
            SchemaError: If one of them does not exist.
            InputError: If they are no names.
        """
        known = self.dtypes(table)
        if wanted is None:
            return tuple(known)
        if not isinstance(wanted, Iterable):
            message = f"columns are {shortened(wanted)}, no names of columns"
            raise InputError(message, where=table, hint=f"Write [{next(iter(known), 'id')!r}] for one column.")
        names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        for name in names:
            if not isinstance(name, str):
                message = f"{shortened(name)} is no name of a column"
                raise SchemaError(message, where=table, exists=known)
            if name not in known:
                message = f"unknown column {name!r}"
                raise SchemaError(message, where=table, given=name, exists=known)
        return tuple(dict.fromkeys(names))

    def frame(self, table: str, columns: tuple[str, ...], numbers: Integers) -> pl.DataFrame:
        """Return rows of a table by their numbers.

        Raises:
            InputError: If a column takes a pass over a whole table; its name is said.
        """
        if not columns:
            return pl.DataFrame(height=len(numbers))
        if 0 < len(numbers) <= ONE_BY_ONE:
            return self._one_by_one(table, columns, numbers)
        rows = self.engine.rows(table, numbers)
        return pl.DataFrame([_served(table, name, rows.column) for name in columns])

    def _one_by_one(self, table: str, columns: tuple[str, ...], numbers: Integers) -> pl.DataFrame:
        """Return a few rows, each made by itself; columns that cannot be are made for all of them."""
        made, dtypes = self.alone.table(table), self.dtypes(table)
        rows, together = [made.row(number) for number in numbers.tolist()], self.engine.rows(table, numbers)
        found: dict[str, tuple[Plain | pl.Series, pl.DataType, Lattice | None]] = {}
        for name in columns:
            if made.filler(name) is None:
                plain: Plain | pl.Series = _served(table, name, together.column)
            else:
                plain = _served(table, name, lambda each: [row.value(each) for row in rows])
            found[name] = (plain, dtypes[name], made.type(name)[1])
        return frame_of(found, len(rows))


def written_dtypes(plan: Plan, table: str) -> dict[str, pl.DataType]:
    """Return the dtype of every column of a table that is written, in the order of the table.

    Raises:
        SchemaError: If there is no such table.
    """
    known = isinstance(table, str)
    if not known or table not in plan.tables:
        message = f"unknown table {table!r}" if known else f"{shortened(table)} is no name of a table"
        where = plan.schema.source or None
        raise SchemaError(message, where=where, given=table if known else None, exists=plan.tables)
    held = plan.tables[table]
    return {column.name: polars_dtype(column.type) for column in held.table.columns if column.name in held.steps}


def shortened(value: object) -> str:
    """Return a value as Python writes it, a long one cut.

    >>> shortened([1, 2]), len(shortened("a" * 100))
    ('[1, 2]', 60)
    """
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _served(table: str, name: str, make: Callable[[str], _T]) -> _T:
    """Return what is made of a column; refuse a column that takes a pass over a whole table."""
    try:
        return make(name)
    except PassError as error:
        message = f"the column takes a pass over all rows: {error}"
        hint = "Leave it out by columns=, or use generate or stream, which make all rows."
        raise InputError(message, where=f"{table}.{name}", hint=hint) from None


_KEPT: OrderedDict[_Key, tuple[Source, Access]] = OrderedDict()
_LOCK = Lock()
_PLAIN = (int, float, str, date, type(None))
_latest: tuple[Schema, str, Access] | None = None


def asked(schema: Source, **keywords: Unpack[PlainKeywords]) -> Access:
    """Return what :func:`opened` returns for the keywords of a verb: at once where they are those of the call before.

    Raises:
        InputError: As :func:`fixturegen.options.options_from`.
    """
    global _latest  # noqa: PLW0603 - replaced as a whole, so that no thread sees a part of it
    said, latest = _said(keywords), _latest
    if latest is not None and latest[0] is schema and latest[1] == said:
        return latest[2]
    access = opened(schema, options_from(**keywords))
    if said is not None and isinstance(schema, Schema):
        _latest = (schema, said, access)
    return access


def _said(keywords: Mapping[str, object]) -> str | None:
    """Return keywords as a text that no others have, or None where they may hold anything."""
    told = {name: dict(value) if isinstance(value, Mapping) else value for name, value in keywords.items()}
    values = [each for value in told.values() for each in (value.values() if isinstance(value, dict) else (value,))]
    return repr(told) if all(isinstance(value, _PLAIN) for value in values) else None


def opened(schema: Source, options: Options) -> Access:
    """Return the access to a schema's rows, planned at the first call and kept: see :data:`KEPT`.

    A schema object is known again by itself, a file by its path, size and time of change; other sources are read again by
    every call, so load them first.
    """
    key = None if (name := _name(schema)) is None else (*name, repr(options))
    with _LOCK:
        if key is not None and key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key][1]
    access = Access(load(schema), replace(options, counted=False), schema)
    if key is not None:
        with _LOCK:
            # The source is kept with its access: its identity must not pass to another object.
            _KEPT[key] = (schema, access)
            while len(_KEPT) > KEPT:
                _KEPT.popitem(last=False)
    return access


def _name(source: Source) -> _Key | None:
    """Return what a source is known again by, or None."""
    if isinstance(source, Schema):
        return (id(source),)
    if isinstance(source, str | Path):
        try:
            about = Path(source).stat()
        except (OSError, ValueError):
            return None
        return (str(source), about.st_mtime_ns, about.st_size)
    return None
