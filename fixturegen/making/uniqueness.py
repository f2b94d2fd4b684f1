"""Which values rows hold under each unique, in the form in which the database compares them: as codes to keep apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from fixturegen.constraints.base import constraints
from fixturegen.constraints.contract import Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import given
from fixturegen.constraints.unique import bound_keys
from fixturegen.planning.strengthening import strengthened
from fixturegen.schema import Schema, Unique

Code = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of rows under one unique.

    Attributes:
        name: Name of the constraint.
        codes: For each row what it holds, or None where the unique does not bind it.
        columns: The columns that it speaks of.
        width: How many parts a code has.
        late: Places in the code of columns that are numbered when a row is handed out.
    """

    name: str
    codes: Sequence[Code | None]
    columns: tuple[str, ...]
    width: int
    late: tuple[tuple[int, str], ...] = ()


def codes_of(schema: Schema, table: str, frame: pl.DataFrame, late: frozenset[str] = frozenset()) -> tuple[Codes, ...]:
    """Return the codes of rows under every unique of a table; those that cannot be told from these columns are left out.

    Args:
        schema: The schema.
        table: The table.
        frame: Its rows.
        late: Columns whose values are not known yet.
    """
    stronger = strengthened(schema).tables[table]
    judged = Schema(tables={table: stronger}, as_of=schema.as_of, dialect=schema.dialect)
    data = Data(judged, {table: given(stronger, frame.lazy())})
    found = []
    for constraint in constraints(judged, table):
        unique = constraint.subject
        if constraint.kind not in {"primary_key", "unique"} or not isinstance(unique, Unique):
            continue
        try:
            keys = bound_keys(constraint, data).collect()
        except (Unverifiable, pl.exceptions.PolarsError):
            continue
        codes: list[Code | None] = [None] * frame.height
        for row, *parts in keys.iter_rows():
            codes[row] = tuple(repr(part) if isinstance(part, list | dict) else part for part in parts)
        places = enumerate(unique.columns) if not unique.expressions else ()
        late_ones = tuple((at, name) for at, name in places if name in late)
        found.append(Codes(constraint.name, codes, unique.columns, len(keys.columns) - 1, late_ones))
    return tuple(found)


def held_codes(schema: Schema, existing: Mapping[str, pl.DataFrame], table: str) -> Mapping[str, set[Code]]:
    """Return the codes that existing rows of a table hold, by name of the unique."""
    if table not in existing:
        return {}
    found = codes_of(schema, table, existing[table])
    return {one.name: {code for code in one.codes if code is not None} for one in found}
