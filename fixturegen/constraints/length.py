"""Lengths: characters of a text, bytes of a binary value."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.schema import Dialect, Schema, Table, Type

_COUNTED = frozenset({"text", "url", "bytes", "unknown"})


@kind
class Length(Kind):
    """A value is at most as long as its type allows; spaces that pad a ``char(n)`` do not count."""

    name = "length"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every column whose type has a length."""
        del schema
        for column in table.columns:
            if column.type.length is not None and column.type.kind in _COUNTED:
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value is longer."""
        (name,) = constraint.columns
        type_ = column_of(data.schema.tables[constraint.table], name).type
        return data.rows(constraint.table, name).filter(_measured(pl.col(name), type_) > type_.length)

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return ``length(column) > n``."""
        (name,) = constraint.columns
        type_ = column_of(schema.tables[constraint.table], name).type
        if sql.held_by_type(type_, dialect):
            return Flagged("1 = 0")
        own = sql.column(constraint.table, name, dialect)
        if type_.kind == "bytes":
            return Flagged(f"{'length' if dialect == 'sqlite' else 'octet_length'}({own}) > {type_.length}")
        # A text that SQLite keeps may hold NUL, at which length() stops: its UTF-8 bytes without continuation tell no lie.
        own = f"rtrim({own}, ' ')" if type_.fixed and dialect != "mysql" else own
        return Flagged(f"{'length' if dialect == 'sqlite' else 'char_length'}({own}) > {type_.length}")


def _measured(value: pl.Expr, type_: Type) -> pl.Expr:
    if type_.kind == "bytes":
        return value.bin.size()
    return (value.str.strip_chars_end(" ") if type_.fixed else value).str.len_chars()
