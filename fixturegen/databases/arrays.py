"""Arrays as PostgreSQL writes them: ``{1,2,NULL}``, each element in quotes."""

from __future__ import annotations

import polars as pl

from fixturegen.databases import texts


def braced_text(series: pl.Series) -> pl.Series:
    r"""Return arrays, of any depth, as PostgreSQL reads them; nulls stay null.

    >>> braced_text(pl.Series([["a", 'b"', None], [], None])).to_list()
    ['{"a","b\\"",NULL}', '{}', None]
    """
    made = [None if row is None else _braced(row) for row in series.to_list()]
    return pl.Series(made, dtype=pl.String)


def _braced(row: list[object]) -> str:
    return "{" + ",".join(map(_element, row)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return _braced(value)
    text = texts.element_text(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
