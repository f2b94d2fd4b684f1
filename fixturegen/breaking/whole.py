"""Valid rows with some of their references as they were made: elsewhere those are NULL wherever they may be."""

from __future__ import annotations

from collections.abc import Collection

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.pool import Row
from fixturegen.schema import Table


def whole(bench: Bench, at: int, columns: Collection[str]) -> Row:
    """Return one of the pool's rows, with the values of some columns, and of references through them, as they were made."""
    lean = bench.pool.rows[bench.table.name][at]
    full = bench.pool.full.get(bench.table.name, bench.pool.rows[bench.table.name])[at]
    names = joined(bench.table, columns) if any(lean[name] is None for name in columns) else set(columns)
    return {name: full[name] if name in names else value for name, value in lean.items()}


def joined(table: Table, columns: Collection[str]) -> set[str]:
    """Return the columns, and all that make up references with one of them."""
    found = set(columns)
    for reference in table.references:
        if found & set(reference.columns):
            found |= set(reference.columns)
    return found
