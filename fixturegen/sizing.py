"""How many rows are made and written at once: as many as fit so many bytes, by the types of a table's columns alone."""

from __future__ import annotations

from fixturegen.dtypes import bytes_a_value
from fixturegen.schema import Table

PART_ROWS = 5_000_000
"""Rows of a file at most."""
BLOCK_BYTES = 16 * 2**20
"""About so many bytes of finished columns make a block."""
BLOCK_ROWS = 125_000
"""Rows of a block at most."""
LEAST_ROWS = 1_000
"""Rows of a block at least, however wide they are."""
CHUNK_BYTES = 32 * 2**20
"""About so many bytes of finished columns are made at once."""
CHUNK_ROWS = 250_000
"""Rows made at once at most."""


def block_rows(table: Table) -> int:
    """Return how many rows a writer is given at once: a Parquet row group, an Arrow record batch.

    So many as fit ``BLOCK_BYTES``, within bounds, and go into a file of ``PART_ROWS`` without a rest. It follows from the types
    of the columns alone, so that files are the same whoever writes them.

    >>> from fixturegen.schema import Column, Type
    >>> block_rows(Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),)))
    125000
    """
    wanted = min(BLOCK_ROWS, max(LEAST_ROWS, BLOCK_BYTES // _width(table)))
    blocks = -(-PART_ROWS // wanted)
    while PART_ROWS % blocks:
        blocks += 1
    return PART_ROWS // blocks


def chunk_rows(table: Table) -> int:
    """Return how many rows are made at once: whole blocks, which then are written as they are, that fit ``CHUNK_BYTES``.

    >>> from fixturegen.schema import Column, Type
    >>> chunk_rows(Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),)))
    250000
    """
    block = block_rows(table)
    return block * max(1, min(CHUNK_ROWS, CHUNK_BYTES // _width(table)) // block)


def _width(table: Table) -> int:
    return max(1, sum(bytes_a_value(column.type) for column in table.columns))
