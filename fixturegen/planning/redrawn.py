"""Columns whose values no permutation may fill: their own conditions leave several cases, or are only judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

import polars as pl

from fixturegen.expressions.evaluation import violations
from fixturegen.expressions.normal import Formula, NullTest, Opaque, atoms, columns_of
from fixturegen.planning.casing import opaque
from fixturegen.planning.domains import conjuncts
from fixturegen.schema import Dialect, Type

SURELY = 1_000
"""A condition that so many numbers from 1 on meet is taken to be met by all that follow."""


def redrawn(formulas: Iterable[Formula], types: Mapping[str, Type], as_of: date) -> frozenset[str]:
    """Return the columns that are drawn again where a condition is broken, so that a place in a permutation is no value.

    Args:
        formulas: What ties columns together, or leaves one in several cases.
        types: Types of the table's written columns.
        as_of: The frozen clock.
    """
    held = list(formulas)
    judged = {name for atom in opaque(held) for name in atom.reads if not _met_by_counting(atom, types, as_of)}
    parts = [part for formula in held for part in conjuncts(formula) if not isinstance(part, Opaque)]
    return frozenset(
        judged | {columns_of(part)[0] for part in parts if len(columns_of(part)) == 1 and not tests_null(part)}
    )


def tests_null(formula: Formula) -> bool:
    """Whether a formula asks anywhere for a NULL, or for none."""
    return any(isinstance(atom, NullTest) for atom in atoms(formula))


def _met_by_counting(atom: Opaque, types: Mapping[str, Type], as_of: date) -> bool:
    """Whether numbers that count up surely meet a condition on one whole-number column (``typeof(id) = 'integer'``)."""
    read = {name: types[name] for name in atom.reads if name in types}
    if atom.asked or len(atom.reads) != 1 or [type_.kind for type_ in read.values()] != ["integer"]:
        return False
    first = pl.DataFrame({atom.reads[0]: range(1, SURELY + 1)})
    return violations(first, atom.expression, cast("Dialect", atom.dialect), read, as_of).is_empty()
