"""What is known of a table while its file is read: its entries, its base, and the parts that are already made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from fixturegen.expressions.names import matching
from fixturegen.schema import Column, Dialect, Location, Reference, Table, Type, Unique
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_nodes import quoted, refuse


@dataclass(slots=True)
class ColumnDraft:
    """A column in the making.

    Attributes:
        name: Its name.
        where: Where it is declared.
        fields: What the file says of it; None where it says nothing.
        base: What the extended source says of it; None where there is none.
        type: Its type, once known.
    """

    name: str
    where: Location
    fields: Fields | None
    base: Column | None = None
    type: Type | None = None

    def says(self, key: str) -> bool:
        """Say whether the file gives this key."""
        return self.fields is not None and key in self.fields


@dataclass(slots=True)
class TableDraft:
    """A table in the making.

    Attributes:
        name: Its name.
        fields: What the file says of it; None where it says nothing.
        base: What the extended source says of it; None where there is none.
        fixed: Whether the base is a database: its tables, columns, NOT NULL and primary keys stand.
        dialect: Dialect of the SQL in the file.
        columns: Its columns by name, those of the base first.
        primary_key: Its primary key.
        uniques: Its other keys.
        references: Its references.
        where: Where it is declared.
    """

    name: str
    fields: Fields | None
    base: Table | None
    fixed: bool
    dialect: Dialect
    where: Location
    columns: dict[str, ColumnDraft] = field(default_factory=dict)
    primary_key: Unique | None = None
    uniques: list[Unique] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def column(self, name: str, where: Location) -> str:
        """Return the column that a name means.

        Raises:
            SchemaError: If there is none.
        """
        found = matching(name, self.columns)
        if found is None:
            refuse(f"{self.name} has no column {quoted(name)}", where, given=name, exists=self.columns)
        return found

    def keys(self) -> list[Unique]:
        """Return the keys that a reference may lead to: unconditional ones, of plain columns."""
        keys = [*([self.primary_key] if self.primary_key else []), *self.uniques]
        return [key for key in keys if key.predicate is None and not key.expressions]


Drafts = Mapping[str, TableDraft]


def draft_of(drafts: Drafts, name: str, where: Location) -> TableDraft:
    """Return the table that a name means.

    Raises:
        SchemaError: If there is none.
    """
    found = matching(name, drafts)
    if found is None:
        no_table(drafts, name, where)
    return drafts[found]


def no_table(tables: Iterable[str], name: str, where: Location) -> NoReturn:
    """Raise that there is no such table."""
    refuse(f"unknown table {quoted(name)}", where, given=name, exists=tables)
