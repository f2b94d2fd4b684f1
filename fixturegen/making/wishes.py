"""What is asked of one row: values of its columns, its parents, its children, each read from an override by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fixturegen.errors import InputError, SchemaError
from fixturegen.making.reading import read_value
from fixturegen.schema import Column, Reference, Schema, Table

MOST_CHILDREN = 10_000
"""Most children of one row, and most wanted rows, of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of one row of a table.

    Attributes:
        table: The table.
        values: Values by column, of the column's type; None for NULL.
        parents: By reference name what is asked of the parent; None for no parent.
        children: By child table and its reference's name, one wish for each child, or how many without any wish.
        existing: By reference name, the existing row that is referred to, of which nothing else is asked or read.
    """

    table: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    parents: Mapping[str, Wish | None] = field(default_factory=lambda: MappingProxyType({}))
    children: Mapping[tuple[str, str], int | tuple[Wish, ...]] = field(default_factory=lambda: MappingProxyType({}))
    existing: Mapping[str, Mapping[str, object]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.values and not self.parents and not self.children


def wished(schema: Schema, table: str, overrides: Mapping[str, object], path: str = "") -> Wish:
    """Read the overrides of a row.

    Args:
        schema: The schema.
        table: The row's table.
        overrides: By name of a column, a reference's role or a child table.
        path: How the row was reached, for messages; the table's name unless given.

    Raises:
        InputError: A name that means nothing here, or several things; a value that is none of the column's type.
    """
    return _Reader(schema, table_of(schema, table), path or table).wish(overrides)


def both(values: object, keywords: Mapping[str, object]) -> Mapping[str, object]:
    """Return all overrides of a call: those given as ``values``, and those given as keywords.

    Args:
        values: A mapping, or None.
        keywords: By name.

    Raises:
        InputError: If it is neither, or a name is given twice.

    >>> both({"rows": 3}, {"name": "x"})
    {'rows': 3, 'name': 'x'}
    """
    if values is None:
        return keywords
    if not isinstance(values, Mapping):
        message = f"values is a mapping of overrides, not {type(values).__name__}"
        raise InputError(message, hint="Write values={...}, with names of columns, parents and children.")
    twice = sorted(name for name in keywords if name in values)
    if twice:
        message = f"{twice[0]!r} is given twice: by itself and in values"
        raise InputError(message, hint="Give it once.")
    return {**values, **keywords}


def table_of(schema: Schema, name: object) -> Table:
    """Return the table of that name.

    Raises:
        SchemaError: If there is none.
    """
    if isinstance(name, str) and name in schema.tables:
        return schema.tables[name]
    message = f"unknown table {name!r}"
    raise SchemaError(message, where=schema.source or None, given=str(name), exists=schema.tables)


def role_of(reference: Reference) -> str:
    """Return what a reference calls its parent: its role, its column without ``_id``, or its name.

    >>> role_of(Reference(columns=("customer_id",), table="customers", target=("id",)))
    'customer'
    """
    if reference.role:
        return reference.role
    return reference.columns[0].removesuffix("_id") if len(reference.columns) == 1 else reference.name


@dataclass(frozen=True, slots=True)
class _Reader:
    schema: Schema
    table: Table
    path: str

    def wish(self, overrides: Mapping[str, object]) -> Wish:
        """Return the wish that the overrides make."""
        if not isinstance(overrides, Mapping):
            message = f"{self.path} takes a mapping of overrides, not {type(overrides).__name__}"
            raise InputError(message, hint="Write {...}, with names of columns, parents and children.")
        values: dict[str, object] = {}
        parents: dict[str, Wish | None] = {}
        children: dict[tuple[str, str], int | tuple[Wish, ...]] = {}
        for name in sorted(overrides, key=str):
            given = overrides[name]
            column = self._column(name, given)
            if column is not None:
                values[column.name] = read_value(self.table, column, given)
                continue
            reference = self._reference(name, given)
            if reference is not None:
                parents[reference.name] = self._parent(reference, name, given)
                continue
            child, led = self._child(name)
            children[child.name, led.name] = self._children(child, name, given)
        self._check_parents(values, parents)
        return Wish(table=self.table.name, values=values, parents=parents, children=children)

    def _column(self, name: object, given: object) -> Column | None:
        """The column of that name, unless it is a reference's and a mapping is given for the parent."""
        if not isinstance(name, str):
            message = f"{self.path} takes names, not {type(name).__name__}"
            raise InputError(message)
        column = next((one for one in self.table.columns if one.name == name), None)
        if column is None or (isinstance(given, Mapping) and self._led_by(column)):
            return None
        return column

    def _led_by(self, column: Column) -> list[Reference]:
        return [reference for reference in self.table.references if column.name in reference.columns]

    def _reference(self, name: str, given: object) -> Reference | None:
        references = self.table.references
        tests = (
            [one for one in references if role_of(one) == name],
            [one for one in references if one.columns == (name,)],
            [one for one in references if one.name == name],
        )
        found = next((some for some in tests if some), [])
        if not found and _is_parent(given):
            found = [one for one in references if _called(one.table, name) and one.table != self.table.name]
        if len(found) > 1:
            ways = ", ".join(sorted({_way(one, found) for one in found}))
            message = f"{name!r} of {self.path} is ambiguous: {len(found)} references lead there"
            raise InputError(message, where=self.table.where, hint=f"Name one of them: {ways}.")
        return found[0] if found else None

    def _parent(self, reference: Reference, name: str, given: object) -> Wish | None:
        if given is None:
            return None
        if isinstance(given, Mapping):
            return wished(self.schema, reference.table, given, f"{self.path}.{name}")
        message = f"{name!r} of {self.path} is a row of {reference.table}: a mapping of overrides, or None"
        raise InputError(
            message, where=self.table.where, hint=f"To give its key, name {' and '.join(reference.columns)}."
        )

    def _child(self, name: str) -> tuple[Table, Reference]:
        """The child table, and its reference that leads here: the only one, or the one after the last dot."""
        found = [(table, one) for table, one in self._leading_here() if _called(table.name, name)]
        if not found and "." in name:
            before, _, last = name.rpartition(".")
            led = [(table, one) for table, one in self._leading_here() if _called(table.name, before)]
            found = [pair for pair in led if last in {*pair[1].columns, role_of(pair[1]), pair[1].name}]
        if len(found) == 1:
            return found[0]
        if found:
            ways = ", ".join(f"{table.name}.{', '.join(one.columns)}" for table, one in found)
            message = f"{name!r} of {self.path} is ambiguous: {len(found)} references lead here"
            hint = f"Name one of them by values={{...}}: {ways}."
            raise InputError(message, where=self.table.where, hint=hint)
        raise self._unknown(name)

    def _leading_here(self) -> list[tuple[Table, Reference]]:
        return [
            (table, one)
            for table in self.schema.tables.values()
            for one in table.references
            if one.table == self.table.name
        ]

    def _unknown(self, name: str) -> SchemaError:
        exists = [column.name for column in self.table.columns]
        exists += [role_of(reference) for reference in self.table.references]
        exists += [table.name for table, _ in self._leading_here()]
        message = f"{self.path} has no column, parent or child table {name!r}"
        return SchemaError(message, where=self.table.where, given=name, exists=dict.fromkeys(exists))

    def _children(self, child: Table, name: str, given: object) -> int | tuple[Wish, ...]:
        if isinstance(given, Mapping):
            return (wished(self.schema, child.name, given, f"{self.path}.{name}"),)
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MOST_CHILDREN:
            return given
        if isinstance(given, Sequence) and not isinstance(given, str | bytes):
            wishes = [wished(self.schema, child.name, one, f"{self.path}.{name}[{at}]") for at, one in enumerate(given)]
            return len(wishes) if all(one.empty for one in wishes) else tuple(wishes)
        message = f"{name!r} of {self.path} takes rows of {child.name}: a number from 0 to {MOST_CHILDREN:,}"
        raise InputError(message, where=self.table.where, hint="Or a mapping of overrides for one, or a list of them.")

    def _check_parents(self, values: Mapping[str, object], parents: Mapping[str, Wish | None]) -> None:
        """A reference given twice, by its parent and by its column, must not say two things."""
        for reference in self.table.references:
            if reference.name not in parents:
                continue
            wish = parents[reference.name]
            given = [name for name in reference.columns if name in values]
            absent = [name for name in given if values[name] is None]
            nullable = [one.name for one in self.table.columns if one.nullable and one.name in reference.columns]
            full = bool(given) and set(nullable) <= set(given)
            if (wish is None and full and not absent) or (wish is not None and absent):
                message = (
                    f"{self.path} is given both {role_of(reference)!r} and {given[0]!r}, which contradict each other"
                )
                raise InputError(message, where=self.table.where, hint="Give one of them.")


def _is_parent(given: object) -> bool:
    return given is None or isinstance(given, Mapping)


def _called(table: str, name: str) -> bool:
    return name in {table, table.rpartition(".")[2]}


def _way(reference: Reference, among: Iterable[Reference]) -> str:
    """A word that means this reference alone."""
    role = role_of(reference)
    alone = sum(role_of(one) == role for one in among) == 1
    return role if alone else ", ".join(reference.columns) if len(reference.columns) == 1 else reference.name


def with_values(wish: Wish, values: Mapping[str, object]) -> Wish:
    """Return the wish with more values; those that it has stay."""
    return replace(wish, values={**values, **wish.values})
