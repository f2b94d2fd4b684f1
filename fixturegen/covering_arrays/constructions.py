"""Covering arrays that algebra gives at once. A value of -1 is free: any will do.

- ``orthogonal``: all polynomials of degree below the strength over a field (Bush, 1952).
- ``projected``: an orthogonal array with some values taken away; the rows that held them fill further columns
  (Stevens, Ling, Mendelsohn, 2002; Colbourn, 2008).
- ``doubled``: columns of an orthogonal array repeated, told apart by more rows (Cohen and Fredman, 1998).
- ``binomial``: rows for two values each, the fewest there can be (Kleitman and Spencer, 1973; Katona, 1973).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, count, islice, product
from math import comb

import numpy as np

from fixturegen.covering_arrays.fields import Field, field, field_sizes
from fixturegen.draws import Integers

FREE = -1
MOST_CELLS = 2_000_000
"""Larger arrays are not made: searching from them would take too long."""


def orthogonal(size: int, strength: int) -> Integers:
    """Return ``size**strength`` rows of ``size + 1`` columns in which every tuple of the strength occurs exactly once.

    Args:
        size: Values of every column, a power of a prime, at least ``strength - 1``.
        strength: At least 1.

    >>> orthogonal(3, 2).shape
    (9, 4)
    """
    over = field(size)
    polynomials = np.array(list(product(range(size), repeat=strength)), dtype=np.int64)
    columns = [_values(over, polynomials, at) for at in range(size)]
    return np.stack([*columns, polynomials[:, 0]], axis=1)


def _values(over: Field, polynomials: Integers, at: int) -> Integers:
    result = np.zeros(len(polynomials), dtype=np.int64)
    for coefficients in polynomials.T:
        result = over.plus[over.times[result, at], coefficients]
    return result


def projected(size: int, fewer: int) -> Integers:
    """Return ``size**2 - fewer`` rows of ``size + 1 + fewer`` columns of ``size - fewer`` values, for pairs.

    A line ax + b with a other than 0 takes a removed value s at one place w. That cell is free, and the new column of s
    holds w there. So the rows with w in the new column run through all lines through (w, s), which take every
    other value at every other place. The lines with a = 0 make the rows in which all new columns agree.

    Args:
        size: A power of a prime.
        fewer: Removed values, 1 to ``size - 2``.

    >>> projected(5, 1).shape
    (24, 7)
    """
    over, values = field(size), size - fewer
    rows = []
    for slope, start in product(range(size), repeat=2):
        if slope == 0 and start >= values:
            continue
        line = [over.value((slope, start), at) for at in range(size)]
        places = [start] * fewer if slope == 0 else [line.index(gone) for gone in range(values, size)]
        rows.append([*line, slope - 1 if slope else size, *places])
    array = np.array(rows, dtype=np.int64)
    array[array >= values] = FREE
    for place, new in product(range(values), range(size + 1, size + 1 + fewer)):
        rows_there = np.flatnonzero((array[:, place] == FREE) & (array[:, new] == place))
        array[rows_there, place] = np.arange(len(rows_there)) % values
    return array


def doubled(size: int) -> Integers:
    """Return ``2 * size**2 - size`` rows of ``size**2 + size + 1`` columns of ``size`` values, for pairs.

    Each column of an orthogonal array stands there ``size`` times; in the rows below, its copies differ pairwise in every way.
    There the last column, which was 0 above, takes its other values.

    >>> doubled(3).shape
    (15, 13)
    """
    base = orthogonal(size, 2)
    below = base[base[:, -1] != 0]
    copies = [np.concatenate([base[:, one], below[:, other]]) for one in range(size + 1) for other in range(size)]
    last = np.concatenate([np.zeros(len(base), dtype=np.int64), below[:, -1]])
    return np.stack([*copies, last], axis=1)


def binomial(columns: int) -> Integers:
    """Return the fewest rows in which each two columns of two values show all four pairs.

    Every column is 0 in the first row and 1 in half of the others, rounded up; no two are alike.

    Args:
        columns: At least 2.

    >>> len(binomial(4)), len(binomial(100))
    (5, 10)
    """
    rows = next(number for number in count(4) if comb(number - 1, -(-number // 2)) >= columns)
    array = np.zeros((rows, columns), dtype=np.int64)
    for column, ones in enumerate(islice(combinations(range(1, rows), -(-rows // 2)), columns)):
        array[list(ones), column] = 1
    return array


def starts(level: int, columns: int, strength: int) -> Iterator[Integers]:
    """Yield arrays worth starting from, small ones first, for columns of at most ``level`` values.

    Args:
        level: Values of the widest column.
        columns: How many columns there are; arrays of fewer columns come too, as they may be extended.
        strength: How many columns' values meet.
    """
    if strength == 2 and level == 2:
        yield binomial(columns)
        return
    for size in field_sizes(max(level, strength - 1), level + 7):
        if size**strength * (size + 1) > MOST_CELLS:
            return
        if strength == 2 and level < size:
            yield projected(size, size - level)
        yield orthogonal(size, strength)
        if strength == 2 and columns > size + 1 and size <= level + 1:
            yield doubled(size)
