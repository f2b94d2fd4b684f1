"""Which columns of existing rows new rows must know of: their keys and uniques, and what other tables read."""

from __future__ import annotations

from collections.abc import Mapping

from fixturegen.planning.dotted import concerned
from fixturegen.planning.needs import needs
from fixturegen.planning.plan import Plan
from fixturegen.schema import Schema, Table


def wanted(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return, for every table of a plan made without existing rows, the columns that must be read of them, in its order."""
    names: dict[str, set[str]] = {name: set() for name in plan.tables}
    for (reader, _), others in needs(plan).items():
        for read, column in others:
            if read != reader:
                names[read].add(column)
    for name, table in plan.tables.items():
        names[name] |= _unique_columns(plan.schema, table.table)
        names[name] |= {column for reference in table.table.references for column in reference.columns}
        for reference in table.table.references:
            names[reference.table] |= set(reference.target)
    return {
        name: tuple(column.name for column in table.table.columns if column.name in names[name])
        for name, table in plan.tables.items()
    }


def _unique_columns(schema: Schema, table: Table) -> set[str]:
    uniques = [*([table.primary_key] if table.primary_key else []), *table.uniques]
    return {name for unique in uniques for name in concerned(schema, table, unique)}
