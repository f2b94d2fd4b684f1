"""Rows that need as few others as they can: references that may be NULL are, where every check allows it."""

from __future__ import annotations

import polars as pl

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.placing import Parents
from fixturegen.breaking.pool import Pool, Row
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Schema, Table


def leaned(pool: Pool) -> Pool:
    """Return the pool with NULL in every reference that may be NULL, and elsewhere as it was."""
    lean = Pool(pool.schema, full=pool.rows, empty=pool.empty)
    for name, rows in pool.rows.items():
        table = pool.schema.tables[name]
        free = _free(pool.schema, table)
        lean.rows[name] = _leaned(pool, table, rows, free) if free and rows else rows
        schema = {column.name: polars_dtype(column.type) for column in table.columns if column.generated is None}
        lean.frames[name] = (
            pl.DataFrame(lean.rows[name], schema=schema, orient="row")
            if free and rows
            else pool.frames.get(name, pl.DataFrame(schema=schema))
        )
    return lean


def _free(schema: Schema, table: Table) -> tuple[str, ...]:
    """Return the columns of references that may be NULL; none that is a key, or that others refer to."""
    key = set(table.primary_key.columns if table.primary_key is not None else ())
    key |= {name for unique in table.uniques if not unique.nulls_distinct for name in unique.columns}
    for other in schema.tables.values():
        key |= {name for each in other.references if each.table == table.name for name in each.target}
    referring = {name for reference in table.references for name in reference.columns}
    return tuple(c.name for c in table.columns if c.nullable and c.name in referring - key and c.generated is None)


def _leaned(pool: Pool, table: Table, rows: list[Row], free: tuple[str, ...]) -> list[Row]:
    wanted = [{**row, **dict.fromkeys(free)} for row in rows]
    if not _spoken_of(pool.schema, table, free):
        return wanted
    bench = Bench(pool, table, Parents(pool, pool.schema.dialect))
    places = [bench.add(row, origin) for origin, row in enumerate(wanted)]
    bench.judge()
    good = [not any(flags[place] for flags in bench.bad.values()) for place in places]
    return [lean if fine else row for lean, fine, row in zip(wanted, good, rows, strict=True)]


def _spoken_of(schema: Schema, table: Table, free: tuple[str, ...]) -> bool:
    """Whether a check may have to do with one of the columns."""
    del schema
    words: set[str] = set()
    for check in table.checks:
        try:
            words |= {word.lower() for name in mentioned(parsed(check.sql, check.dialect)) for word in name.split(".")}
        except SchemaError:
            return True
    return any(name.lower() in words for name in free)
