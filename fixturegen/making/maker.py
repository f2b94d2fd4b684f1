"""The maker: keeps a nursery for every shape it is asked for, and hands neighbourhoods out of them."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from threading import RLock
from types import MappingProxyType

import polars as pl

from fixturegen.draws import stream
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.making.forcing import Forcing
from fixturegen.making.handing import REUSED, Collision, Present, Scope, handed
from fixturegen.making.inserting import inserted
from fixturegen.making.layout import laid_out
from fixturegen.making.made import Made, Row
from fixturegen.making.nodes import Layout
from fixturegen.making.nursery import Nursery, nursery, usual_size
from fixturegen.making.slots import Slot, Slots
from fixturegen.making.wishes import MOST_CHILDREN, Wish, table_of, wished
from fixturegen.options import Options
from fixturegen.schema import Schema
from fixturegen.variants import dated

MOST_SHAPES = 512
MOST_SCOPES = 256
MOST_READ = 4_096
GENERATIONS = 6
"""So often a nursery is followed by another one, once all its neighbourhoods collide with what is there."""
_NUMBER = re.compile(r"\d+\Z")

Lookup = tuple[str, tuple[tuple[str, object], ...]]


@dataclass(slots=True)
class _Shape:
    """What one kind of call needs.

    Attributes:
        layout: Its nodes.
        lookups: Existing rows that were looked for when it was laid out, and what was found.
        nurseries: Neighbourhoods, one generation after the other.
    """

    layout: Layout
    lookups: Mapping[Lookup, Row | None]
    nurseries: list[Nursery]


_Slotted = tuple[Wish, Sequence[object], tuple[object, ...]]


@dataclass(slots=True)
class _Asked:
    """What overrides ask for.

    Attributes:
        wish: The wish.
        alone: The wish with slots, their values and its sign; None as long as existing rows are looked for.
    """

    wish: Wish
    alone: _Slotted | None = None


class Maker:
    """Makes the smallest valid neighbourhoods of wanted rows.

    What a call makes depends on the schema, the seed, the table, the overrides and the key alone, and, for calls of one test,
    on the calls of that test before it: their rows count as existing ones. A key says which test that is: all but the digits at
    its end name the test, the digits number its calls. A number that is not above the last one begins the test anew. A key
    without digits at its end stands alone.

    Rows made by one test, and ``existing`` ones, are never repeated under a primary key or a unique: whole-number keys that
    nothing else depends on count on after them, and of all other values neighbourhoods that repeat one are passed over.

    A maker may be used by several threads.

    Args:
        schema: The schema.
        seed: Any integer.
        as_of: Overrides the schema's frozen clock.
        existing: Rows that the database holds already, by table: all columns, or at least those of keys and uniques.
        accept_unverified: Go on although a constraint can be neither constructed nor judged.

    Example:
        >>> from fixturegen.schema import Column, Table, Type, Unique
        >>> column = Column(name="id", type=Type(kind="integer"))
        >>> schema = Schema(tables={"t": Table(name="t", columns=(column,), primary_key=Unique(columns=("id",)))})
        >>> maker = Maker(schema)
        >>> maker.made("t", {}, key="a test 1").row, maker.made("t", {}, key="a test 2").row
        ({'id': 1}, {'id': 2})
    """

    def __init__(
        self,
        schema: Schema,
        *,
        seed: int = 0,
        as_of: date | None = None,
        existing: Mapping[str, pl.DataFrame] | None = None,
        accept_unverified: bool = False,
    ) -> None:
        self.schema = dated(schema, as_of)
        self.seed = seed
        self._options = Options(seed=seed, accept_unverified=accept_unverified)
        self._existing: Mapping[str, pl.DataFrame] = existing or MappingProxyType({})
        self._present = Present(self.schema, self._existing)
        self._shapes: OrderedDict[object, list[_Shape]] = OrderedDict()
        self._scopes: OrderedDict[str, Scope] = OrderedDict()
        self._checks = Forcing(self.schema)
        self._slots = Slots(self.schema)
        self._read: OrderedDict[object, _Asked] = OrderedDict()
        self._lock = RLock()

    def beside(self, existing: Mapping[str, pl.DataFrame]) -> Maker:
        """Return a maker of the same rows beside other existing ones: shapes and nurseries are shared, scopes are not.

        Args:
            existing: As for the class, in place of those given there.
        """
        other = copy(self)
        other._existing = existing  # noqa: SLF001 - a copy of its own
        other._present = Present(self.schema, existing)  # noqa: SLF001 - a copy of its own
        other._scopes = OrderedDict()  # noqa: SLF001 - a copy of its own
        return other

    def made(self, table: str, overrides: Mapping[str, object], *, rows: int = 1, key: str = "") -> Made:
        """Return new rows of a table with the parents that they cannot do without, and what the overrides ask for.

        Args:
            table: The table.
            overrides: By name of a column, a parent's role or a child table.
            rows: How many wanted rows, at least 1; they share their parents.
            key: Other keys give other values; see the class.

        Raises:
            InputError: A name or a value that means nothing.
            ImpossibleError: If no rows can be as is asked; with the constraint.
        """
        if isinstance(rows, bool) or not isinstance(rows, int) or not 1 <= rows <= MOST_CHILDREN:
            message = f"rows is {rows!r}, which is no whole number from 1 to {MOST_CHILDREN:,}"
            raise InputError(message)
        if not isinstance(table, str):
            message = f"the table is {table!r}, which is no name"
            raise InputError(message, exists=self.schema.tables)
        with self._lock:
            name, number, scope = self._scope(key)
            start = stream(self.seed, "make", table, name) + number
            while True:
                shape, values = self._shape(table, overrides, rows, scope, start)
                try:
                    nodes = self._handed(shape, start, values, scope)
                except _FullError as error:
                    if (
                        error.table == table
                        or error.table in scope.full
                        or self._some(error.table, scope, start) is None
                    ):
                        raise ImpossibleError(error.message, hint=error.hint) from None
                    scope.full.add(error.table)
                else:
                    return inserted(self.schema, table, shape.nurseries[0], nodes)

    # Scopes ------------------------------------------------------------------------------------------------------------

    def _scope(self, key: str) -> tuple[str, int, Scope]:
        """Return what names the test, the number of the call, and what the test has made before it."""
        found = _NUMBER.search(key)
        if found is None:
            return key, 0, Scope()
        name, number = key[: found.start()], int(found.group())
        scope = self._scopes.get(name)
        if scope is None or number <= scope.number:
            scope = self._scopes[name] = Scope()
            while len(self._scopes) > MOST_SCOPES:
                self._scopes.popitem(last=False)
        scope.number = number
        return name, number, scope

    # Shapes ------------------------------------------------------------------------------------------------------------

    def _shape(
        self, table: str, overrides: Mapping[str, object], rows: int, scope: Scope, start: int
    ) -> tuple[_Shape, Sequence[object]]:
        """Return the shape of a call, and the values that are filled in."""
        asked = self._asked(table, overrides)
        if asked.alone is None:
            looked: list[Row | None] = []

            def found(name: str, key: Mapping[str, object]) -> Row | None:
                looked.append(self._found((name, tuple(sorted(key.items()))), scope))
                return looked[-1]

            slots = self._slots.slotted(asked.wish, found)
            slotted: _Slotted = (*slots, wish_sign(slots[0]))
            if not looked:
                asked.alone = slotted
        else:
            slotted = asked.alone
        wish, values, sign = slotted
        reused = {name: row for name in sorted(scope.full) if (row := self._some(name, scope, start)) is not None}
        whole = (*sign, rows, *((name, repr(row)) for name, row in reused.items()))
        for shape in self._known(whole):
            if all(self._found(lookup, scope) == row for lookup, row in shape.lookups.items()):
                return shape, values
        shape = self._laid_out(wish, rows, scope, reused)
        self._known(whole).append(shape)
        return shape, values

    def _some(self, table: str, scope: Scope, start: int) -> Row | None:
        """A row that is there, chosen by a number: one of the database's, else one that the test made."""
        made = scope.rows.get(table)
        return self._present.some(table, start) or (made[start % min(len(made), REUSED)] if made else None)

    def _asked(self, table: str, overrides: Mapping[str, object]) -> _Asked:
        """The overrides as a wish, read once for equal ones."""
        sign = (table, _sign(overrides))
        asked = self._read.get(sign)
        if asked is None:
            wish = wished(self.schema, table_of(self.schema, table).name, overrides)
            asked = self._read[sign] = _Asked(wish)
            while len(self._read) > MOST_READ:
                self._read.popitem(last=False)
        return asked

    def _known(self, sign: object) -> list[_Shape]:
        known = self._shapes.get(sign)
        if known is None:
            known = self._shapes[sign] = []
            while len(self._shapes) > MOST_SHAPES:
                self._shapes.popitem(last=False)
        else:
            self._shapes.move_to_end(sign)
        return known

    def _laid_out(self, wish: Wish, rows: int, scope: Scope, reused: Mapping[str, Row]) -> _Shape:
        lookups: dict[Lookup, Row | None] = {}

        def known(name: str, key: Mapping[str, object]) -> Row | None:
            lookup = (name, tuple(sorted(key.items())))
            lookups[lookup] = self._found(lookup, scope)
            return lookups[lookup]

        layout = laid_out(self.schema, wish, rows, known, self._checks, reused)
        return _Shape(layout, lookups, [nursery(self.schema, layout, self._options, last=self._present.last)])

    def _found(self, lookup: Lookup, scope: Scope) -> Row | None:
        name, pairs = lookup
        for row in scope.rows.get(name, ()):
            if all(row.get(column) == value for column, value in pairs):
                return row
        return self._present.row(name, dict(pairs))

    # Handing out -------------------------------------------------------------------------------------------------------

    def _handed(self, shape: _Shape, start: int, values: Sequence[object], scope: Scope) -> Mapping[str, list[Row]]:
        collision: Collision | None = None
        for generation in range(GENERATIONS):
            if generation == len(shape.nurseries) and not self._followed(shape, generation):
                break
            made = shape.nurseries[generation]
            for at in range(len(made.good)):
                number = made.good[(start + at) % len(made.good)]
                try:
                    return handed(made, number, values, scope, self._present)
                except Collision as error:
                    collision = error
                    if error.asked:
                        raise _taken(error) from None
        assert collision is not None
        raise _taken(collision)

    def _followed(self, shape: _Shape, generation: int) -> bool:
        """Add another nursery to a shape; whether there are values for one: few values are all in the first."""
        if shape.nurseries[0].size < usual_size(shape.layout):
            return False
        options = replace(self._options, seed=stream(self.seed, "generation", str(generation)))
        try:
            more = nursery(self.schema, shape.layout, options, growth=4**generation, last=self._present.last)
        except ImpossibleError:
            return False
        shape.nurseries.append(more)
        return True


class _FullError(ImpossibleError):
    """No row of a table is left that repeats none."""

    table: str = ""


def _taken(collision: Collision) -> _FullError:
    """The error for rows that all repeat rows that are there."""
    what = "what is asked is held by another row" if collision.asked else "no row is left that repeats none"
    message = f"{what} of {collision.table} under {collision.unique}"
    error = _FullError(message, hint="Give its columns values that no row holds yet, or make fewer rows.")
    error.table = collision.table
    return error


def _sign(value: object) -> object:
    """A hashable sign of what is asked: equal for equal overrides, whatever their order; 1, 1.0 and True differ."""
    kind = type(value)
    if kind in {str, int, type(None)}:
        return value if kind is str else (kind.__name__, value)
    if isinstance(value, Mapping):
        return tuple(sorted(((str(name), _sign(each)) for name, each in value.items()), key=lambda pair: pair[0]))
    if isinstance(value, list | tuple):
        return (kind.__name__, *(_sign(each) for each in value))
    return (kind.__name__, repr(value))


def wish_sign(wish: Wish) -> tuple[object, ...]:
    """Return a hashable sign of a wish: equal where the same is asked, whatever fills its slots."""
    values = tuple((name, _value_sign(value)) for name, value in sorted(wish.values.items()))
    parents = tuple((name, None if one is None else wish_sign(one)) for name, one in sorted(wish.parents.items()))
    children = tuple(
        (where, asked if isinstance(asked, int) else tuple(wish_sign(one) for one in asked))
        for where, asked in sorted(wish.children.items(), key=lambda pair: pair[0])
    )
    return (wish.table, values, parents, children, tuple(sorted(wish.existing)))


def _value_sign(value: object) -> object:
    return ("slot", value.number) if isinstance(value, Slot) else _sign(value)
