"""Columns that are not for us to write, and columns over other rows that no database keeps right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.values import around
from fixturegen.constraints.contract import Constraint, of_column
from fixturegen.schema import Column

_BASES = 3
_VALUES: dict[str, object] = {
    "integer": 1, "decimal": 1, "float": 1.5, "boolean": True, "text": "x", "date": date(2000, 1, 1),
    "datetime": datetime(2000, 1, 1),  # noqa: DTZ001 - zone-less as columns are
}  # fmt: skip


def computed(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose values in columns that the database computes or numbers, and wrong sums, counts and ordinals."""
    bases = list(range(min(_BASES, len(bench.pool.rows[bench.table.name]))))
    found: list[Wish] = []
    for column in bench.table.columns:
        if column.generated is not None:
            found.append(_generated(bench, column, bases))
        elif column.identity == "always" and enforcement.dialect == "postgresql":
            found.append(_identity(bench, column, bases))
    for each in bench.constraints:
        if each.kind == "aggregate":
            found.append(_aggregate(bench, each, bases))
        elif each.kind == "ordinal":
            found.append(_ordinal(bench, each, bases))

    def wishes() -> Iterator[Wish]:
        yield from found

    return wishes


def _aggregate(bench: Bench, constraint: Constraint, bases: list[int]) -> Wish:
    (name,) = constraint.columns
    type_ = bench.columns[name].type
    rows = [(base, bench.candidates[base].row[name]) for base in bases]
    places = [
        bench.mutant(base, {name: value}) for base, held in rows for value in around(held or 0, type_) if value != held
    ]
    way = f"{name} is not the {constraint.name.rpartition('_')[2]} over its rows"
    return Wish(constraint=constraint, suffix="other", way=way, breaks=True, places=places, judge="verify")


def _ordinal(bench: Bench, constraint: Constraint, bases: list[int]) -> Wish:
    (name,) = constraint.columns
    places = [bench.mutant(base, {name: 2}) for base in bases]
    way = f"{name} = 2 where there is no 1"
    return Wish(constraint=constraint, suffix="gap", way=way, breaks=True, places=places, judge="verify")


def _generated(bench: Bench, column: Column, bases: list[int]) -> Wish:
    constraint = of_column("generated", bench.table, column)
    value = _VALUES.get(column.type.kind, "x")
    return Wish(
        constraint=constraint,
        suffix="written",
        way=f"a value for {column.name}, which the database computes",
        breaks=True,
        places=[bench.mutant(base, {}, {column.name: value}) for base in bases],
    )


def _identity(bench: Bench, column: Column, bases: list[int]) -> Wish:
    constraint = of_column("identity", bench.table, column)
    way = f"a value for {column.name}, which the database numbers"
    return Wish(constraint=constraint, suffix="written", way=way, breaks=True, places=bases, overriding=False)
