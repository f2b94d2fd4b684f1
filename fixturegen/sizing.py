"""How many rows are made and written at once: as many as fit so many bytes."""

from __future__ import annotations

from fixturegen.dtypes import bytes_a_value
from fixturegen.schema import Table

PART_ROWS = 5_000_000
"""Rows of a file at most."""
BLOCK_BYTES = 16 * 2**20
"""About so many bytes of finished columns make a block, by what their types say."""
LONG_BLOCK_BYTES = 32 * 2**20
"""So many where values are longer than that: among more rows more is alike, and files are smaller."""
BLOCK_ROWS = 125_000
"""Rows of a block at most."""
LEAST_ROWS = 1_000
"""Rows of a block at least, however many columns they have."""
LEAST_LONG_ROWS = 16
"""Rows of a block at least, however long their values are."""
CHUNK_BYTES = 32 * 2**20
"""About so many bytes of finished columns are made at once."""
CHUNK_ROWS = 250_000
"""Rows made at once at most."""


def block_rows(table: Table, row_bytes: int = 0) -> int:
    """Return how many rows a writer is given at once: a Parquet row group, an Arrow record batch.

    So many as fit ``BLOCK_BYTES``, within bounds, and go into a file of ``PART_ROWS`` without a rest. It follows from the types
    of the columns, and from how wide a row is, alone, so that files are the same whoever writes them.

    Args:
        table: The table.
        row_bytes: About how many bytes a row takes, where that is known to be more than the types say.

    >>> from fixturegen.schema import Column, Type
    >>> block_rows(Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),)))
    125000
    """
    told = _width(table)
    usual = max(LEAST_ROWS, BLOCK_BYTES // told)
    fitting = max(LEAST_LONG_ROWS, LONG_BLOCK_BYTES // row_bytes) if row_bytes > told else usual
    wanted = min(BLOCK_ROWS, usual, fitting)
    blocks = -(-PART_ROWS // wanted)
    while PART_ROWS % blocks:
        blocks += 1
    return PART_ROWS // blocks


def chunk_rows(table: Table, row_bytes: int = 0) -> int:
    """Return how many rows are made at once: whole blocks, which then are written as they are, that fit ``CHUNK_BYTES``.

    Arguments are those of :func:`block_rows`.

    >>> from fixturegen.schema import Column, Type
    >>> chunk_rows(Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),)))
    250000
    """
    block = block_rows(table, row_bytes)
    return block * max(1, min(CHUNK_ROWS, CHUNK_BYTES // max(_width(table), row_bytes)) // block)


def _width(table: Table) -> int:
    return max(1, sum(bytes_a_value(column.type) for column in table.columns))
