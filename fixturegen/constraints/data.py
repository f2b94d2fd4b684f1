"""The data that is checked: frames by table, with related rows joined in by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from fixturegen.constraints.contract import ROW, Unverifiable
from fixturegen.constraints.representation import Given
from fixturegen.dtypes import WIDEST_DECIMAL
from fixturegen.expressions.collation import folded
from fixturegen.schema import Column, Path, Reference, Schema, Table, Type

_TEXTS = frozenset({"text", "uuid", "json", "enum", "ip", "mac", "url", "unknown"})


@dataclass(frozen=True, slots=True)
class Data:
    """Tables to check against a schema.

    Attributes:
        schema: The schema.
        tables: The rows of each table at hand; others count as not at hand.
    """

    schema: Schema
    tables: Mapping[str, Given]
    _computed: dict[str, pl.LazyFrame] = field(default_factory=dict)

    def frame(self, table: str) -> pl.LazyFrame:
        """Return the rows of a table as given, with ``ROW`` and flags.

        Raises:
            Unverifiable: If the table is not at hand.
        """
        if table not in self.tables:
            message = f"the rows of {table} are not at hand"
            raise Unverifiable(message)
        return self.tables[table].frame

    def source(self, table: str, *columns: str) -> pl.LazyFrame:
        """Return all that is known of the rows of a table, flags included, once the given columns are known to be there.

        Raises:
            Unverifiable: If the table or one of the columns is not at hand.
        """
        for column in columns:
            self._require(table, column)
        return self._source(table)

    def misfit(self, table: str, column: str, *kinds: str) -> pl.Expr:
        """Return a condition over ``source``: the value does not fit the column's type, in one of these ways or in any.

        Raises:
            Unverifiable: If the table is not at hand.
        """
        self.frame(table)
        flags = self.tables[table].flags.get(column, {})
        chosen = [pl.col(flag) for kind, flag in flags.items() if not kinds or kind in kinds]
        return pl.any_horizontal(chosen) if chosen else pl.lit(value=False)

    def rows(self, table: str, *columns: str) -> pl.LazyFrame:
        """Return ``ROW`` and the given columns of a table."""
        return self.named(table, {column: Path((), column) for column in columns})

    def named(self, table: str, paths: Mapping[str, Path]) -> pl.LazyFrame:
        """Return ``ROW`` and a column for each path, named as given; related rows are joined in, null where there is none.

        Raises:
            Unverifiable: If a column or a related table is not at hand.
        """
        own = {alias: path.column for alias, path in paths.items() if not path.references}
        related: dict[str, dict[str, Path]] = {}
        for alias, path in paths.items():
            if path.references:
                related.setdefault(path.references[0], {})[alias] = Path(path.references[1:], path.column)
        frame = self._with(table, own, tuple(related))
        for name, rest in related.items():
            frame = self._joined(frame, table, name, rest)
        return frame.select(ROW, *paths)

    def _with(self, table: str, own: Mapping[str, str], references: tuple[str, ...]) -> pl.LazyFrame:
        """The table's own columns by alias, and the keys of the references, each under a name of its own."""
        keys = {
            _key(name, position): column
            for name in references
            for position, column in enumerate(reference_of(self.schema.tables[table], name).columns)
        }
        for column in (*own.values(), *keys.values()):
            self._require(table, column)
        chosen = [pl.col(column).alias(alias) for alias, column in {**own, **keys}.items()]
        return self._source(table).select(ROW, *chosen)

    def _source(self, table: str) -> pl.LazyFrame:
        return self._computed.get(table, self.frame(table))

    def _require(self, table: str, column: str) -> None:
        self.frame(table)
        if column in self.tables[table].missing:
            message = f"{table}.{column} is not in the data"
            raise Unverifiable(message)
        declared = column_of(self.schema.tables[table], column)
        if column not in self._source(table).collect_schema() and declared.generated is not None:
            self._compute(table, declared)

    def _compute(self, table: str, column: Column) -> None:
        """Add a column that the database would compute."""
        from fixturegen.constraints.conditions import value_of  # noqa: PLC0415 - conditions are read over this very data

        assert column.generated is not None
        frame, value = value_of(self, table, column.generated, self.schema.dialect)
        computed = frame.select(ROW, value.alias(column.name))
        self._computed[table] = self._source(table).join(computed, on=ROW, how="left", validate="1:1")

    def _joined(self, frame: pl.LazyFrame, table: str, name: str, rest: Mapping[str, Path]) -> pl.LazyFrame:
        reference = reference_of(self.schema.tables[table], name)
        steps = 1 + max(len(path.references) for path in rest.values())  # tells the keys of nested joins apart
        targets = {f"\0target {steps} {at}": Path((), column) for at, column in enumerate(reference.target)}
        parents = self.named(reference.table, {**rest, **targets}).drop(ROW).unique(subset=list(targets), keep="first")
        pairs = keys(self.schema, table, reference)
        left = [pair.child(pl.col(_key(name, position))) for position, pair in enumerate(pairs)]
        right = [pair.parent(pl.col(target)) for target, pair in zip(targets, pairs, strict=True)]
        return frame.join(parents, left_on=left, right_on=right, how="left", coalesce=False).drop(list(targets))


@dataclass(frozen=True, slots=True)
class KeyPair:
    """How a referring column and its target compare: both become values of one dtype, folded as the target collates."""

    child_type: Type
    parent_type: Type
    collation: str | None
    dialect: str

    def child(self, value: pl.Expr) -> pl.Expr:
        """Return the referring value in the common form."""
        return self._common(value, self.child_type)

    def parent(self, value: pl.Expr) -> pl.Expr:
        """Return the target value in the common form."""
        return self._common(value, self.parent_type)

    def _common(self, value: pl.Expr, type_: Type) -> pl.Expr:
        kinds = {self.child_type.kind, self.parent_type.kind}
        if kinds <= _TEXTS:
            return folded(value.cast(pl.String), type_, self.collation, self.dialect)
        if kinds == {"integer"}:
            same = (self.child_type.bits, self.child_type.signed) == (self.parent_type.bits, self.parent_type.signed)
            return value if same else value.cast(pl.Decimal(WIDEST_DECIMAL, 0))
        if kinds <= {"integer", "decimal"}:
            return value.cast(pl.Decimal(WIDEST_DECIMAL, max(self.child_type.scale, self.parent_type.scale)))
        if len(kinds) == 1 and self.child_type.zone == self.parent_type.zone:
            return value
        message = f"{self.child_type.kind} and {self.parent_type.kind} do not compare"
        raise Unverifiable(message)


def keys(schema: Schema, table: str, reference: Reference) -> list[KeyPair]:
    """Return how each column of a reference compares with its target."""
    child, parent = schema.tables[table], schema.tables[reference.table]
    pairs = []
    for column, target in zip(reference.columns, reference.target, strict=True):
        there = column_of(parent, target)
        pairs.append(KeyPair(column_of(child, column).type, there.type, there.collation, schema.dialect))
    return pairs


def column_of(table: Table, name: str) -> Column:
    """Return the column of that name."""
    return next(column for column in table.columns if column.name == name)


def reference_of(table: Table, name: str) -> Reference:
    """Return the reference of that name."""
    return next(reference for reference in table.references if reference.name == name)


def _key(reference: str, position: int) -> str:
    return f"\0key {position} {reference}"
