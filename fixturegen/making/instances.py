"""Rows as instances of mapped classes, their relationships set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Mapper, RelationshipProperty, class_mapper, configure_mappers
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import UnmappedClassError

from fixturegen.errors import InputError
from fixturegen.making.made import Made, Row


class Instances(list[Any]):
    """Instances of mapped classes, parents first; ``row`` is that of the (first) wanted row.

    Args:
        instances: The instances.
        row: The wanted one.
    """

    def __init__(self, instances: Iterable[Any], row: Any) -> None:
        super().__init__(instances)
        self.row = row


def instances_of(made: Made, base: object) -> Instances:
    """Return the rows of a neighbourhood as instances of mapped classes; see ``MadeDataset.instances``."""
    configure_mappers()
    return _Building(made, _mappers(base)).built()


def _mappers(base: object) -> list[Mapper[Any]]:
    """The mappers of a base, a registry or classes: most derived classes first."""
    registry = getattr(base, "registry", base)
    held = getattr(registry, "mappers", None)
    try:
        found = list(held) if held is not None else [class_mapper(one) for one in base]  # type: ignore[attr-defined]
    except (TypeError, UnmappedClassError):
        message = f"{type(base).__name__} is no declarative base, no registry and no list of mapped classes"
        raise InputError(message) from None
    return sorted(found, key=lambda mapper: (-len(list(mapper.iterate_to_root())), mapper.class_.__name__))


@dataclass(slots=True)
class _Building:
    made: Made
    mappers: list[Mapper[Any]]
    found: dict[int, Any] = field(default_factory=dict)
    rows_of: list[tuple[Any, Mapper[Any], dict[Any, Row]]] = field(default_factory=list)

    def built(self) -> Instances:
        """Return the instances."""
        for mapper in self.mappers:
            table = mapper.local_table
            for row in self.made.rows.get(_name(table), ()) if isinstance(table, Table) else ():
                if id(row) not in self.found and _is_kind(mapper, row):
                    self._add(mapper, row)
        for instance, mapper, rows in self.rows_of:
            self._relate(instance, mapper, rows)
        self._associate()
        self._check_all()
        ordered = [self.found[id(row)] for rows in self.made.rows.values() for row in rows if id(row) in self.found]
        return Instances(dict.fromkeys(ordered), self.found[id(self.made.row)])

    def _add(self, mapper: Mapper[Any], row: Row) -> None:
        """Make an instance of a row and of the rows of the tables that its class inherits from."""
        rows: dict[Any, Row] = {mapper.local_table: row}
        for above in mapper.iterate_to_root():
            if above.local_table in rows or not isinstance(above.local_table, Table):
                continue
            key = dict(zip(above.local_table.primary_key.columns, _key(mapper, row), strict=True))
            for other in self.made.rows.get(_name(above.local_table), ()):
                if all(other[column.name] == value for column, value in key.items()):
                    rows[above.local_table] = other
        instance: Any = mapper.class_manager.new_instance()
        for table, held in rows.items():
            for column in table.columns:
                if column.name in held and column in mapper.columns.values():
                    key_ = mapper.get_property_by_column(column).key
                    setattr(instance, key_, _converted(column, held[column.name]))
            self.found[id(held)] = instance
        self.rows_of.append((instance, mapper, rows))

    def _relate(self, instance: Any, mapper: Mapper[Any], rows: Mapping[Any, Row]) -> None:
        """Set the relationships to one parent; SQLAlchemy fills the other side."""
        values: dict[Any, object] = {
            column: row.get(column.name) for table, row in rows.items() for column in table.columns
        }
        for relationship in mapper.relationships:
            if relationship.direction.name != "MANYTOONE" or relationship.uselist:
                continue
            wanted = {remote: values.get(local) for local, remote in relationship.local_remote_pairs or ()}
            other = None if None in wanted.values() else self._at(relationship, wanted)
            if other is None:
                continue
            if relationship.viewonly:
                set_committed_value(instance, relationship.key, other)
            else:
                setattr(instance, relationship.key, other)

    def _at(self, relationship: RelationshipProperty[Any], wanted: Mapping[Any, object]) -> Any:
        for instance, mapper, rows in self.rows_of:
            if not mapper.isa(relationship.mapper):
                continue
            values: dict[Any, object] = {
                column: row.get(column.name) for table, row in rows.items() for column in table.columns
            }
            if all(column in values and values[column] == value for column, value in wanted.items()):
                return instance
        return None

    def _associate(self) -> None:
        """Fill relationships over an association table, each of its rows on one side."""
        done = set[Table]()
        for instance, mapper, rows in list(self.rows_of):
            for relationship in mapper.relationships:
                table = relationship.secondary
                if not isinstance(table, Table) or relationship.viewonly or table in done - _own(mapper, relationship):
                    continue
                done.add(table)
                self._fill(instance, rows, relationship, table)

    def _fill(
        self, instance: Any, rows: Mapping[Any, Row], relationship: RelationshipProperty[Any], table: Table
    ) -> None:
        values: dict[Any, object] = {
            column: row.get(column.name) for held, row in rows.items() for column in held.columns
        }
        pairs = relationship.synchronize_pairs
        for row in self.made.rows.get(_name(table), ()):
            if id(row) in self.found or any(row.get(there.name) != values.get(here) for here, there in pairs):
                continue
            wanted = {here: row.get(there.name) for here, there in relationship.secondary_synchronize_pairs or ()}
            other = self._at(relationship, wanted)
            if other is not None:
                getattr(instance, relationship.key).append(other)
                self.found[id(row)] = instance

    def _check_all(self) -> None:
        for name, rows in self.made.rows.items():
            if any(id(row) not in self.found for row in rows):
                known = [_name(one.local_table) for one in self.mappers if isinstance(one.local_table, Table)]
                message = f"no mapped class holds the rows of {name}"
                raise InputError(message, given=name, exists=dict.fromkeys(known))


def _own(mapper: Mapper[Any], relationship: RelationshipProperty[Any]) -> set[Table]:
    """The association table of a relationship whose other side is the same class, or that is declared here."""
    secondary = relationship.secondary
    return {secondary} if isinstance(secondary, Table) and relationship.parent in mapper.iterate_to_root() else set()


def _name(table: Any) -> str:
    return table.name if table.schema in {None, "public"} else f"{table.schema}.{table.name}"


def _key(mapper: Mapper[Any], row: Row) -> list[object]:
    return [row[column.name] for column in mapper.local_table.primary_key]


def _is_kind(mapper: Mapper[Any], row: Row) -> bool:
    """Whether a row is of this class, where a column says which of several it is."""
    if mapper.polymorphic_on is None or mapper.polymorphic_identity is None:
        return True
    name = getattr(mapper.polymorphic_on, "name", None)
    return name not in row or row[name] == mapper.polymorphic_identity or mapper.inherits is None


def _converted(column: Any, value: object) -> object:
    """A value in the Python type that the column's type gives."""
    if value is None:
        return None
    enum_class = getattr(column.type, "enum_class", None)
    if enum_class is not None:
        return _member(enum_class, column, value)
    try:
        wanted = column.type.python_type
    except NotImplementedError:
        return value
    converter = _CONVERTERS.get(wanted)
    return converter(value) if converter is not None and not isinstance(value, wanted) else value


def _member(enum_class: Any, column: Any, value: object) -> object:
    named = dict(zip(column.type.enums, enum_class, strict=False))
    return named.get(value, value)


_CONVERTERS: Mapping[type, Callable[[Any], object]] = {
    UUID: UUID,
    float: float,
    dict: json.loads,
    list: json.loads,
    int: int,
    bool: bool,
}
