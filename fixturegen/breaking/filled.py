"""A row with a value in every column, taken: what no NULL, nor any row beside another one, need ever show."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.whole import whole
from fixturegen.constraints.contract import of_column

_BASES = 8
_PLAIN: dict[str, object] = {"integer": 1, "text": "x", "decimal": Decimal(1), "float": 1.0, "boolean": True}
"""Values of types, for columns of which no row at hand holds any."""


def filled(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows with as many values as they may hold."""
    del enforcement  # what holds a value is judged alike everywhere
    names = [column.name for column in bench.stored]
    rows = [whole(bench, at, names) for at in range(len(bench.pool.rows[bench.table.name]))]
    plain = {column.name: _PLAIN.get(column.type.kind) for column in bench.stored}
    values = {name: next((row[name] for row in rows if row[name] is not None), plain[name]) for name in names}
    order = sorted(range(len(rows)), key=lambda at: _nulls(rows[at]))[:_BASES]
    led = {name for reference in bench.table.references for name in reference.columns}
    places = [bench.add(_with(rows[at], values, led), at) for at in order]
    places += [bench.add(rows[at], at) for at in order]

    def wishes() -> Iterator[Wish]:
        if not names:
            return
        column = bench.stored[0]
        kind = "nullable" if column.nullable else "not_null"
        yield Wish(
            constraint=of_column(kind, bench.table, column),
            suffix="values",
            way="a value in every column that may hold one",
            breaks=False,
            places=places,
            ordered=True,
            silent=True,
        )

    return wishes


def _nulls(row: Row) -> int:
    return sum(value is None for value in row.values())


def _with(row: Row, values: Row, led: set[str]) -> Row:
    """Return a row with values in place of its NULLs, except where it would refer to another row by them."""
    return {name: values.get(name) if value is None and name not in led else value for name, value in row.items()}
