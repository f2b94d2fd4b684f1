"""The verb for some rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import polars as pl

from fixturegen.access.access import asked
from fixturegen.access.keys import numbers_of
from fixturegen.errors import InputError
from fixturegen.keywords import takes
from fixturegen.options import PlainKeywords
from fixturegen.runs import Source


@takes(PlainKeywords)
def rows_at(
    schema: Source,
    table: str,
    keys: Iterable[Any],
    *,
    columns: Iterable[str] | None = None,
    hostile: float = 0.0,
    **keywords: Unpack[PlainKeywords],
) -> pl.DataFrame:
    """Return any rows of a table, computed alone: the same that :func:`fixturegen.generate` gives, however many there are.

    The plan is made at the first call for a schema and its options, and kept; for speed, load the schema once. Nothing is kept
    of rows.

    Args:
        schema: The schema, or a source of one.
        table: The table.
        keys: Ordinals of rows, from 0 (inclusive) to the table's rows (exclusive), in any order, repeated or not. For a table
            whose rows are counted per parent: pairs of the parent's key (itself a pair where the parent is such a table) and the
            0-based number of the row among its parent's.
        columns: Columns to compute, in this order; all unless given.
        hostile: Must be 0: which rows are hostile is found out over all rows.
        **keywords: As for :func:`fixturegen.plan`.

    Returns:
        One row for each key, in the order of the keys.

    Raises:
        InputError: An unknown table or column; a key that names no row; a column that takes a pass over all rows of a table, such
            as a serial number in a table counted per parent, a total over children that choose their parents, a unique that
            rows settle among themselves.

    Example:
        >>> from fixturegen.sources.yaml_file import parse_schema
        >>> schema = parse_schema('''
        ... version: 1
        ... tables:
        ...   orders:
        ...     rows: 1000000000
        ...     columns: {id: {type: bigint, primary_key: true}}
        ... ''')
        >>> rows_at(schema, "orders", [0, 999_999_999])["id"].to_list()
        [1, 1000000000]
    """
    if hostile != 0:
        message = "hostile rows cannot be computed alone: which rows are hostile is found out over all rows"
        raise InputError(message, hint="Use generate or stream.")
    access = asked(schema, **keywords)
    wanted = access.columns(table, columns)
    return access.frame(table, wanted, numbers_of(access.engine, table, keys))
