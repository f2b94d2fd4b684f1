"""One row at a time, as plain Python values: the same rows as :class:`~fixturegen.access.engine.AccessRows`, without a series.

An operation on a series of one value costs as much as on a thousand. So each column that can is compiled, once a plan, into a
function of a row: its *filler*. Ordered values are positions on their lattice, all others are as Python has them, None is NULL.
What has no filler is asked of the engine, so a kind of column is served here or not, and the value is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from fixturegen.access import components, parents, steps
from fixturegen.access.engine import PassError
from fixturegen.draws import few
from fixturegen.lattice import EXACT_KINDS, Lattice, lattice_of
from fixturegen.schema import Type

if TYPE_CHECKING:
    import polars as pl

    from fixturegen.access.components import OneComponent
    from fixturegen.access.engine import AccessEngine
    from fixturegen.fills.rows import TableRows
    from fixturegen.planning.plan import TablePlan

Filler = Callable[["OneRow"], object]
Finder = Callable[["OneRow"], int]


class Alone:
    """Rows of a plan, one at a time.

    Args:
        engine: The engine, which is asked for what is not served here.
    """

    def __init__(self, engine: AccessEngine) -> None:
        self.engine = engine
        self._tables: dict[str, OneTable] = {}

    def table(self, name: str) -> OneTable:
        """Return a table's rows."""
        if name not in self._tables:
            self._tables[name] = OneTable(self, name)
        return self._tables[name]


class OneTable:
    """The rows of one table, one at a time: how its columns are filled and its parents found is compiled when first asked for.

    Args:
        alone: Gives the other tables.
        name: The table.
    """

    def __init__(self, alone: Alone, name: str) -> None:
        self.alone = alone
        self.name = name
        self.engine = alone.engine
        self.plan: TablePlan = self.engine.plan.tables[name]
        self.seed = self.engine.plan.options.seed
        self.numbered = self.engine.numbered(name)
        self._fillers: dict[str, Filler | None] = {}
        self._raw: dict[str, Filler | None] = {}
        self._sizes: Finder | None = None
        self._finders: dict[str, Finder | None] = {}
        self._absences: dict[str, steps.Chance | None] = {}
        self._components: dict[int, OneComponent | None] = {}
        self.parent = None if self.numbered else alone.table(self.engine.strides(name).parent)
        self.stride = 1 if self.numbered else self.engine.strides(name).stride
        self.served: bool = not self.plan.existing and (self.parent is None or self.parent.served)

    def row(self, number: int) -> OneRow:
        """Return a row by its number, nothing computed yet."""
        return OneRow(self, number)

    def key(self, number: int) -> int:
        """Return a row's key."""
        if self.parent is None:
            return number & few.MASK
        parent, place = divmod(number, self.stride)
        return few.combined(self.parent.key(parent), place)

    def size(self, parent: OneRow) -> int:
        """Return how many rows of this table, which is counted per parent, a parent has."""
        if self._sizes is None:
            self._sizes = parents.sizes(self)
        return self._sizes(parent)

    def type(self, name: str) -> tuple[Type, Lattice | None]:
        """Return the type of a column and its lattice."""
        type_ = self.plan.column(name).type
        return type_, lattice_of(type_)

    def end(self, name: str) -> tuple[OneTable, str]:
        """Return the table and the column to which a dotted name leads."""
        table, path = self, None if name in self.plan.steps else self.plan.paths[name]
        for reference in () if path is None else path.references:
            table = self.alone.table(table.plan.links[reference].reference.table)
        return table, name if path is None else path.column

    def readable(self, name: str) -> bool:
        """Return whether a column, by its dotted name, can be read as a plain value and loses nothing."""
        table, column = self.end(name)
        if column not in table.plan.steps:
            return False
        type_, lattice = table.type(column)
        plain = type_.kind in EXACT_KINDS or (lattice is None and type_.kind == "text")
        return plain or table.filler(column) is not None

    def filler(self, name: str) -> Filler | None:
        """Return how a column is filled; None where the engine has to."""
        if name not in self._fillers:
            self._fillers[name] = None  # the engine says why, where a pass is needed
            with suppress(PassError):
                self._fillers[name] = steps.filler(self, name) if self.served else None
        return self._fillers[name]

    def raw(self, name: str) -> Filler | None:
        """Return how a given column is filled before a case makes it NULL; None where the engine has to."""
        if name not in self._raw:
            self._raw[name] = steps.raw_filler(self, name) if self.served else None
        return self._raw[name]

    def finder(self, reference: str) -> Finder | None:
        """Return how a row chooses its parent; None where the engine has to."""
        if reference not in self._finders:
            self._finders[reference] = parents.finder(self, self.plan.links[reference]) if self.served else None
        return self._finders[reference]

    def absence(self, name: str) -> steps.Chance | None:
        """Return whether a referring column of a row is NULL although the row chooses a parent; None for never."""
        if name not in self._absences:
            self._absences[name] = steps.absence(self, name)
        return self._absences[name]

    def parents(self, reference: str) -> OneTable:
        """Return the table to which a reference leads."""
        return self.alone.table(self.plan.links[reference].reference.table)

    def component(self, number: int) -> OneComponent | None:
        """Return a component for one row at a time; None where the engine has to draw it."""
        if number not in self._components:
            self._components[number] = components.compiled(self, number) if self.served else None
        return self._components[number]


class OneRow:
    """One row: its columns, its parents and its components, each computed when first asked for.

    Args:
        table: The table.
        number: The row's number, see :mod:`fixturegen.access.engine`.
    """

    __slots__ = ("_components", "_key", "_parents", "_rows", "_values", "number", "places", "table")

    def __init__(self, table: OneTable, number: int) -> None:
        self.table = table
        self.number = number
        self.places: dict[str, int] = {}
        self._key: int | None = None
        self._rows: TableRows | None = None
        self._values: dict[str, object] = {}
        self._parents: dict[str, OneRow | None] = {}
        self._components: dict[int, components.Cased | None] = {}

    @property
    def key(self) -> int:
        """The row's key."""
        if self._key is None:
            self._key = self.table.key(self.number)
        return self._key

    @property
    def rows(self) -> TableRows:
        """The same row as the engine has it."""
        if self._rows is None:
            self._rows = self.table.engine.rows(self.table.name, np.array([self.number], dtype=np.int64))
        return self._rows

    def value(self, name: str) -> object:
        """Return a column of the row."""
        if name not in self._values:
            filler = self.table.filler(name)
            self._values[name] = self.engines(name) if filler is None else filler(self)
        return self._values[name]

    def dotted(self, name: str) -> object:
        """Return a column of the row or of a related one, by its dotted name."""
        if name in self.table.plan.steps:
            return self.value(name)
        path, row = self.table.plan.paths[name], self
        for reference in path.references:
            parent = row.parent(reference)
            if parent is None:
                return None
            row = parent
        return row.value(path.column)

    def chooses(self, reference: str) -> OneRow | None:
        """Return the parent that the row chooses; None where there is none."""
        if reference not in self._parents:
            finder = self.table.finder(reference)
            number = int(self.rows.chosen(reference)[0]) if finder is None else finder(self)
            self._parents[reference] = None if number < 0 else self.table.parents(reference).row(number)
        return self._parents[reference]

    def parent(self, reference: str) -> OneRow | None:
        """Return the row's parent; None where it chooses none, or a column of the reference is NULL."""
        # Chosen first: who may not choose alone is refused, whatever is NULL.
        chosen = self.chooses(reference)
        if chosen is None:
            return None
        for name in self.table.plan.links[reference].reference.columns:
            empty = self.table.absence(name)
            if empty is not None and empty(self):
                return None
        return chosen

    def component(self, number: int) -> components.Cased | None:
        """Return what the row draws in a component; None where the engine has to draw it."""
        if number not in self._components:
            compiled = self.table.component(number)
            self._components[number] = None if compiled is None else compiled.drawn(self)
        return self._components[number]

    def engines(self, name: str) -> object:
        """Return a column as the engine computes it."""
        return held(self.rows.column(name), self.table.type(name)[1])


def held(values: pl.Series, lattice: Lattice | None) -> object:
    """Return a series of one value as a plain one.

    >>> import polars as pl
    >>> held(pl.Series([True]), lattice_of(Type(kind="boolean"))), held(pl.Series(["a"]), None)
    (1, 'a')
    """
    if lattice is None or values.null_count():
        return values[0]
    return int(lattice.positions(values)[0])
