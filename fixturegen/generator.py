"""The theory: a column's values are a pure function of bounded integer draws.

A :class:`Generator` declares its draws and a pure, vectorised ``build`` from draws (and columns it depends on) to a Polars
series. It never touches a random generator: fills decide who fills the draws. Generators register under the name that
people write; a module in ``fixturegen.generators`` is all that a new one takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from math import prod
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.domain import ANY, Domain
from fixturegen.draws import Integers
from fixturegen.errors import SchemaError
from fixturegen.schema import NOWHERE, Column, Location, Type


@dataclass(frozen=True, slots=True)
class Draw:
    """A bounded integer to be drawn once a row, or several times.

    Attributes:
        name: Unique within its generator.
        low: Least value, inclusive.
        high: Greatest value, inclusive.
        toward: The simplest value, at which shrinking ends.
        count: Name of the draw that says how often this one is repeated; None for once a row.
        edges: Values on the edge of something, to which hostile rows go beside ``low``, ``high`` and ``toward``.
    """

    name: str
    low: int
    high: int
    toward: int = 0
    count: str | None = None
    edges: tuple[int, ...] = ()

    @property
    def span(self) -> int:
        """How many values there are."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class Repeated:
    """Draws repeated within rows: row i owns ``values[offsets[i]:offsets[i + 1]]``."""

    values: Integers
    offsets: Integers


FEW_ROWS = 8
"""Less than one row in so many are few: their draws are taken alone."""


@runtime_checkable
class Picking(Protocol):
    """Draws that can be taken for some rows alone."""

    def picked(self, name: str, rows: Integers) -> Integers:
        """Return the values of a draw for the rows at these places."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What ``build`` receives for so many rows.

    Attributes:
        height: Number of rows.
        draws: Values of the draws made once a row, int64, by name.
        repeats: Values of the repeated draws, by name.
        columns: Needed columns, as named in ``needs``, with nulls where they have them.
        ordinals: 0-based number of each row within its table (existing rows of a database not counted).
    """

    height: int
    draws: Mapping[str, Integers] = field(default_factory=lambda: MappingProxyType({}))
    repeats: Mapping[str, Repeated] = field(default_factory=lambda: MappingProxyType({}))
    columns: Mapping[str, pl.Series] = field(default_factory=lambda: MappingProxyType({}))
    ordinals: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def drawn(self, name: str, rows: Integers) -> Integers:
        """Return the values of a draw for the rows at these places; where these are few, no others are drawn if that can be."""
        if len(rows) * FEW_ROWS < self.height and isinstance(self.draws, Picking):
            return self.draws.picked(name, rows)
        return self.draws[name][rows]


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """Values of some rows as places in a list, which formats with dictionaries write without looking at each value.

    Attributes:
        pool: The list, in one piece.
        places: Of each row's value, from 0.
    """

    pool: pl.Series
    places: npt.NDArray[np.integer]

    def values(self) -> pl.Series:
        """Return the values.

        >>> Picks(pl.Series(["a", "b"]), np.array([1, 0, 1])).values().to_list()
        ['b', 'a', 'b']
        """
        return gathered(self.pool, self.places)


def gathered(pool: pl.Series, places: npt.NDArray[np.integer]) -> pl.Series:
    """Return the pool's values at ``places``; 32-bit places gather fastest, and brackets without a query."""
    if len(places) == 1:
        return pool.slice(int(places[0]), 1)
    return pool[pl.Series(places.astype(np.uint32, copy=False))]


@dataclass(frozen=True, slots=True)
class One:
    """What a :class:`Builder` receives for a single row.

    Attributes:
        draw: Gives the value of a draw by its name.
        column: Gives a needed column by its name, as :attr:`Builder.one` returns values.
        ordinal: 0-based number of the row within its table.
    """

    draw: Callable[[str], int]
    column: Callable[[str], object]
    ordinal: int


@dataclass(frozen=True, slots=True)
class Builder:
    """A ``build`` that knows a quicker way for a single row: a series of one value takes as long as one of a thousand.

    Attributes:
        rows: Draws to values, see :attr:`Generator.build`.
        one: The same value for one row, without a series: the position of an ordered type on its lattice, a text, None for
            NULL.
        picks: The same values as places in a list, where all of them come from one.
    """

    rows: Callable[[Batch], pl.Series]
    one: Callable[[One], object]
    picks: Callable[[Batch], Picks] | None = None

    @classmethod
    def picking(cls, picks: Callable[[Batch], Picks], one: Callable[[One], object]) -> Builder:
        """Return a builder of values that all come from a list."""
        return cls(lambda batch: picks(batch).values(), one, picks)

    def __call__(self, batch: Batch) -> pl.Series:
        """Return the values of all rows of a batch."""
        return self.rows(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """How one column is filled.

    Attributes:
        name: Registered name.
        dtype: Polars dtype of what ``build`` returns.
        draws: What is drawn, in a fixed order.
        build: Draws to values: a series of ``dtype`` and the batch's height, pure, without names or nulls (unless a needed
            column is null). A :class:`Builder` where one row alone can be built quicker.
        needs: Columns that ``build`` reads: of the same row (``first_name``) or of a related one
            (``customers.signup_at``), as written.
        distinct: Distinct draws give distinct values; such a generator can be unique, with ``capacity`` values.
        sequential: Values follow from the row's ordinal alone, one for each.
        remark: What the plan prints beside the name (``de_DE has no city_suffix: taken from en_US``).
    """

    name: str
    dtype: pl.DataType
    draws: tuple[Draw, ...]
    build: Callable[[Batch], pl.Series]
    needs: tuple[str, ...] = ()
    distinct: bool = False
    sequential: bool = False
    remark: str = ""

    @property
    def capacity(self) -> int | None:
        """How many distinct values there are, or None where that is not known beforehand."""
        return prod(draw.span for draw in self.draws) if self.distinct else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a generator is asked for.

    Attributes:
        table: The table's name.
        column: The column.
        domain: What the constraints leave, type limits included.
        arguments: Declared arguments, as given.
        locale: Faker locale that applies.
        as_of: The frozen clock.
        distinct: So many distinct values should exist; 0 where repetition is welcome. A generator that can, answers with
            ``distinct=True`` and at least this capacity, or with the greatest capacity it has.
        seed: The seed, for pools that are shuffled once a table.
        where: Where the column or its fill was declared, for errors.
        types: Type of a column of the same row or a related one by its dotted name, for fills that read others; raises
            SchemaError for a name that leads nowhere. None where only the column itself is known.
    """

    table: str
    column: Column
    domain: Domain = ANY
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    locale: str = "en_US"
    as_of: date = date(2026, 1, 1)
    distinct: int = 0
    seed: int = 0
    where: Location = NOWHERE
    types: Callable[[str], Type] | None = None


Maker = Callable[[Request], Generator]

_MAKERS: dict[str, Maker] = {}


def generator(name: str) -> Callable[[Maker], Maker]:
    """Register the decorated function as the maker of the generator ``name``."""

    def register(maker: Maker) -> Maker:
        if name in _MAKERS and _MAKERS[name] is not maker:
            message = f"generator {name!r} is registered twice"
            raise ValueError(message)
        _MAKERS[name] = maker
        return maker

    return register


def generators() -> Mapping[str, Maker]:
    """Return every registered maker by name, importing the modules of ``fixturegen.generators`` once."""
    _import_modules()
    return MappingProxyType(_MAKERS)


@cache
def _import_modules() -> None:
    package = import_module("fixturegen.generators")
    for module in iter_modules(package.__path__):
        import_module(f"fixturegen.generators.{module.name}")


def made(name: str, request: Request) -> Generator:
    """Return the generator ``name`` for a request.

    Raises:
        SchemaError: If no generator has that name; whatever the maker raises.
    """
    makers = generators()
    if name not in makers:
        message = f"unknown generator {name!r}"
        raise SchemaError(message, where=request.where, given=name, exists=makers)
    return makers[name](request)
