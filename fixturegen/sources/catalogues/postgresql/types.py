"""PostgreSQL's types: enums, domains, composite and range types followed to what a column holds in the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from fixturegen.schema import Column, Constant, Type
from fixturegen.sources.types_sql import type_of

_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")


@dataclass(frozen=True, slots=True)
class DomainCheck:
    """A domain's check: SQL in which ``VALUE`` stands for the column."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a declared type says of a column.

    Attributes:
        type: What it can hold.
        filled: Whether a domain forbids NULL.
        default: A domain's default.
        checks: Checks of the domain and of those it builds on.
    """

    type: Type
    filled: bool = False
    default: str | None = None
    checks: tuple[DomainCheck, ...] = ()


class Types:
    """The database's own types by their number in the catalogue."""

    def __init__(self, rows: Iterable[Row[Any]], checks: Iterable[Row[Any]], own: str | None) -> None:
        self._rows: Mapping[int, Row[Any]] = {row.oid: row for row in rows}
        self._own = own
        self._checks: dict[int, list[DomainCheck]] = {}
        for row in checks:
            self._checks.setdefault(row.type, []).append(DomainCheck(row.name, row.expression))

    def held(self, oid: int, native: str) -> Held:
        """Return what a column of a type holds.

        Args:
            oid: The type's number.
            native: The type as PostgreSQL writes it, with its modifiers.
        """
        row = self._rows.get(oid)
        if row is None:
            return Held(_built_in(native))
        if row.kind == "d":
            return self._domain(row, native)
        return Held(replace(self._defined(row, native), native=native))

    def _domain(self, row: Row[Any], native: str) -> Held:
        base = self.held(row.base, row.base_native)
        # The native name stays that of the base where its modifiers say what values look like.
        kept = base.type.native if base.type.form == "geometry" else native
        return Held(
            type=replace(base.type, native=kept, name=self._name(row)),
            filled=base.filled or row.filled,
            default=row.default_text or base.default,
            checks=(*base.checks, *self._checks.get(row.oid, ())),
        )

    def _defined(self, row: Row[Any], native: str) -> Type:
        if row.kind == "e":
            # An enum without labels has no value at all.
            return Type(kind="enum", labels=tuple(row.labels), name=self._name(row)) if row.labels else _UNKNOWN
        if row.kind == "c":
            parts = zip(row.fields, row.field_types, row.field_natives, strict=True)
            fields = tuple((name, self.held(oid, text).type) for name, oid, text in parts)
            return Type(kind="unknown", form="record", fields=fields)
        if row.kind in ("r", "m"):
            element = self.held(row.subtype, self._text(row.subtype)).type
            return Type(kind="unknown", form="range" if row.kind == "r" else "multirange", element=element)
        if row.category == "A" and row.element:
            return Type(kind="array", element=self.held(row.element, native.removesuffix("[]")).type)
        return type_of(_bare(row, native), "postgresql")

    def _text(self, oid: int) -> str:
        """Return a subtype's own name; the system's types of ranges are few."""
        row = self._rows.get(oid)
        return row.name if row is not None else _SUBTYPES.get(oid, "")

    def _name(self, row: Row[Any]) -> str:
        return row.name if row.space == self._own else f"{row.space}.{row.name}"


_UNKNOWN = Type(kind="unknown")
_SUBTYPES = {
    16: "boolean", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 700: "real", 701: "double precision", 869: "inet",
    1042: "character", 1043: "character varying", 1082: "date", 1083: "time", 1114: "timestamp", 1184: "timestamptz",
    1186: "interval", 1266: "timetz", 1700: "numeric", 2950: "uuid",
}  # fmt: skip
"""Numbers of the system's types, fixed since they exist (src/include/catalog/pg_type.dat)."""


def _built_in(native: str) -> Type:
    """Return a type of the system; digits after the point may be more than all digits, or fewer than none."""
    match = _NUMERIC.fullmatch(native)
    if match is None:
        return type_of(native, "postgresql")
    precision, scale = int(match[1]), int(match[2])
    if scale < 0:
        return Type(kind="decimal", precision=precision - scale, scale=0, native=native)
    return Type(kind="decimal", precision=max(precision, scale), scale=scale, native=native)


def _bare(row: Row[Any], native: str) -> str:
    """Return a type's text without the schema of the extension that it comes from."""
    for space in (row.space, '"' + row.space.replace('"', '""') + '"'):
        if native.startswith(f"{space}."):
            return native.removeprefix(f"{space}.")
    return native


def bounded(column: Column) -> Column:
    """Give a column the bounds that a type's digits set beside its width: ``numeric(3,5)`` ends at 0.00999."""
    match = _NUMERIC.fullmatch(column.type.native or "")
    if match is None or int(match[2]) <= int(match[1]):
        return column
    most = Decimal(10 ** int(match[1]) - 1).scaleb(-int(match[2]))
    return replace(column, low=Constant(-most), high=Constant(most))
