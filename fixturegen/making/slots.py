"""Values on which nothing else depends: they are filled in when rows are handed out, so that other values make no other shape.

A name, a note, an e-mail address that somebody asks for changes nothing but itself. Such columns are *inert*: no condition, bound,
reference, generator or total reads them. A reference to an existing row is inert where no condition speaks of that row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from fixturegen.generator import Request
from fixturegen.generators.membership import Test, belongs
from fixturegen.making.wishes import Wish
from fixturegen.planning.domains import base_domain
from fixturegen.schema import Column, Path, Reference, Schema, Table
from fixturegen.variants import LEADING_FIELDS

_WORD = re.compile(r"\w+")
Found = Callable[[str, Mapping[str, object]], Mapping[str, object] | None]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that is filled in later. Slots of one number hold the same value.

    Attributes:
        number: Its number among the slots of a call.
        value: The value that it was first asked with.
    """

    number: int
    value: object = field(compare=False)


class Slots:
    """Tells which values of a schema are inert, and takes them out of wishes.

    Args:
        schema: The schema.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._spoken = {
            word for table in schema.tables.values() for text in _texts(table) for word in _WORD.findall(text)
        }
        self._bounds = {bound.column for table in schema.tables.values() for bound in _paths(table)}
        self._dotted = any(_speaks_of_rows(table) for table in schema.tables.values())
        self._tests: dict[tuple[str, str], Test | None] = {}

    def slotted(self, wish: Wish, found: Found) -> tuple[Wish, list[object]]:
        """Return the wish with slots for inert values, and the values of the slots.

        Args:
            wish: The wish.
            found: Finds an existing row.
        """
        held: dict[object, Slot] = {}
        out = self._slotted(wish, found, held)
        return out, [slot.value for slot in held.values()]

    def _slotted(self, wish: Wish, found: Found, held: dict[object, Slot]) -> Wish:
        table = self._schema.tables[wish.table]
        values = dict(wish.values)
        existing = dict(wish.existing)
        for reference in table.references:
            row = self._existing(table, reference, wish, found)
            if row is not None:
                existing[reference.name] = row
        led = {name for one in table.references if one.name in existing for name in one.columns}
        for name, value in wish.values.items():
            if value is not None and (name in led or self._fits(table, name, value)):
                sign = (wish.table, name, type(value), repr(value) if isinstance(value, list) else value)
                values[name] = held.setdefault(sign, Slot(len(held), value))
        parents = {name: None if one is None else self._slotted(one, found, held) for name, one in wish.parents.items()}
        children = {
            where: asked if isinstance(asked, int) else tuple(self._slotted(one, found, held) for one in asked)
            for where, asked in wish.children.items()
        }
        return replace(wish, values=values, parents=parents, children=children, existing=existing)

    def _existing(self, table: Table, reference: Reference, wish: Wish, found: Found) -> Mapping[str, object] | None:
        """The existing row that a wish refers to by its key, where nothing speaks of that row, nor of the key."""
        if self._dotted or reference.name in wish.parents:
            return None
        for name in reference.columns:
            shared = sum(name in other.columns for other in table.references) > 1
            if wish.values.get(name) is None or shared or name in self._spoken or name in self._bounds:
                return None
        if any(
            reference.columns[0] in one.target
            for other in self._schema.tables.values()
            for one in other.references
            if one.table == table.name
        ):
            return None
        key = {there: wish.values[here] for here, there in zip(reference.columns, reference.target, strict=True)}
        return found(reference.table, key)

    def _fits(self, table: Table, name: str, value: object) -> bool:
        """Whether a column is inert and may hold a value."""
        place = (table.name, name)
        if place not in self._tests:
            column = next(one for one in table.columns if one.name == name)
            self._tests[place] = self._test(table, column) if self._inert(table, column) else None
        test = self._tests[place]
        return test is not None and test(value)

    def _test(self, table: Table, column: Column) -> Test:
        domain = base_domain(column, self._schema.as_of)
        return belongs(Request(table=table.name, column=column, domain=domain, as_of=self._schema.as_of))

    def _inert(self, table: Table, column: Column) -> bool:
        computed = (
            column.aggregate or column.ordinal or column.generated or column.type.form or column.type.kind == "unknown"
        )
        moving = isinstance(column.low, Path) or isinstance(column.high, Path)
        leading = any(group.fields.get(column.name) in LEADING_FIELDS for group in table.groups)
        excluded = any(column.name in one.columns for one in table.exclusions)
        if computed or moving or leading or excluded or column.name in self._spoken or column.name in self._bounds:
            return False
        if any(column.name in one.columns for one in table.references) or self._is_target(table, column):
            return False
        return not self._folds(table, column)

    def _is_target(self, table: Table, column: Column) -> bool:
        every = (one for other in self._schema.tables.values() for one in other.references)
        return any(one.table == table.name and column.name in one.target for one in every)

    def _folds(self, table: Table, column: Column) -> bool:
        """Whether a unique compares other forms of the values than the values themselves."""
        uniques = [*([table.primary_key] if table.primary_key else []), *table.uniques]
        if not any(column.name in one.columns for one in uniques):
            return False
        if any(one.expressions and column.name in one.columns for one in uniques):
            return True
        if column.type.kind in {"integer", "decimal", "date", "datetime", "boolean", "enum"}:
            return False
        if column.type.kind != "text" or column.type.fixed or self._schema.dialect == "mysql":
            return True
        return bool(column.collation) or (column.type.native or "").lower() == "citext"


def _texts(table: Table) -> list[str]:
    """Every text of SQL, and every argument of a fill, that may name a column."""
    texts = [check.sql for check in table.checks]
    for unique in table.uniques:
        texts += [*unique.expressions, unique.predicate or ""]
    for column in table.columns:
        texts += [column.generated or "", column.aggregate.expression if column.aggregate else ""]
        texts += [str(value) for value in (column.fill.arguments.values() if column.fill else ())]
    return texts


def _paths(table: Table) -> list[Path]:
    return [bound for column in table.columns for bound in (column.low, column.high) if isinstance(bound, Path)]


def _speaks_of_rows(table: Table) -> bool:
    """Whether a condition or a fill reads a related row, or a total or number depends on which row is referred to."""
    computed = any(column.aggregate or column.ordinal for column in table.columns)
    return computed or any(path.references for path in _paths(table)) or any("." in text for text in _texts(table))


def valued(value: object) -> object:
    """Return a value, or the one that a slot was first asked with."""
    return value.value if isinstance(value, Slot) else value
