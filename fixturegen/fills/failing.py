"""What is said of rows that nothing makes right: the shape of the one that comes closest, never a value of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.fills.failures import UnfillableError
from fixturegen.fills.judging import judge

if TYPE_CHECKING:
    from fixturegen.fills.drawing import Drawing


def unfillable(drawing: Drawing, attempts: int) -> UnfillableError:
    """Return the error for rows that found no values.

    Args:
        drawing: What was drawn for them last.
        attempts: How often they were drawn again.
    """
    component, rows = drawing.component, drawing.rows
    shape = _closest(drawing)
    names = ", ".join(component.checks)
    message = (
        f"{len(rows):,} rows of {rows.name} found no values that satisfy {names} in {attempts:,} attempts; {shape}"
    )
    hint = "Declare narrower values for " + ", ".join(component.columns) + "."
    error = UnfillableError(message, where=rows.plan.table.where, hint=hint)
    error.table, error.checks, error.shape = rows.name, component.checks, shape
    error.ordinals = tuple(rows.ordinals.tolist())
    return error


def _closest(drawing: Drawing) -> str:
    court = judge(drawing.rows, drawing.known)
    names = [name for name in drawing.component.checks if any(name in case.judged for case in drawing.component.cases)]
    if not names:
        return f"the closest one has {shape_of(drawing.columns, 0)}"
    broken = np.stack([~court.holds(drawing.component.formulas[name]) for name in names])
    place = int(broken.sum(axis=0).argmin())
    breaks = [name for name, bad in zip(names, broken[:, place].tolist(), strict=True) if bad]
    return f"the closest one has {shape_of(drawing.columns, place)}{_breaking(breaks)}"


def _breaking(names: Sequence[str]) -> str:
    return f" and breaks {', '.join(names)}" if names else ""


def shape_of(columns: Mapping[str, pl.Series], place: int) -> str:
    """Return which columns of a row are NULL, how long its texts are, and which sign its numbers have.

    >>> shape_of({"a": pl.Series(["secret"]), "b": pl.Series([-7]), "c": pl.Series([None])}, 0)
    'a of 6 characters, b below 0, c NULL'
    """
    return ", ".join(f"{name} {_words(values[place])}" for name, values in columns.items()) or "no columns of its own"


def _words(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case str():
            return f"of {len(value)} characters"
        case bytes():
            return f"of {len(value)} bytes"
        case pl.Series() | list():
            return f"of {len(value)} elements"
        case bool():
            return "given"
        case _:
            return _sign(value)


def _sign(value: object) -> str:
    try:
        return "above 0" if value > 0 else "below 0" if value < 0 else "0"  # type: ignore[operator] # what has no sign says so
    except TypeError:
        return "given"
