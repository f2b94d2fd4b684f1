"""Sums, differences and products of whole columns, exactly, in 64-bit integers of one decimal unit.

A tenth of the time that 128-bit decimals take; where 64 bits might not hold every step, there is no answer, and decimals do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column
from fixturegen.expressions.parsing import deep_stack

_LIMIT = 2**63
_DIGITS = 18
"""Decimals of so many digits are below the limit."""
FEW = 16
"""Up to so many decimals are read one by one: a query of Polars takes longer."""
Source = Callable[[str], pl.Series]
"""Gives a column by its dotted name."""


@dataclass(frozen=True, slots=True)
class Units:
    """Numbers as integers.

    Attributes:
        numbers: The numbers times ``10 ** scale``; anything where they are null.
        scale: Decimal digits after the point.
        most: No integer is further from 0.
        absent: In which rows the number is null; None for none.
    """

    numbers: npt.NDArray[np.int64]
    scale: int
    most: int
    absent: npt.NDArray[np.bool_] | None = None

    def counted(self) -> npt.NDArray[np.int64]:
        """Return the integers, with 0 for null."""
        return self.numbers if self.absent is None else np.where(self.absent, 0, self.numbers)


def units_of(values: pl.Series) -> Units | None:
    """Return the numbers of a series; None unless they are whole numbers or decimals of at most 64 bits.

    >>> units_of(pl.Series(["1.25", None]).cast(pl.Decimal(10, 2))).counted().tolist()
    [125, 0]
    """
    decimal = isinstance(values.dtype, pl.Decimal)
    if not (decimal or values.dtype.is_integer()):
        return None
    if len(values) <= FEW:
        return _few(values)
    absent = values.is_null().to_numpy() if values.null_count() else None
    whole = _whole(values)
    if whole.null_count() > values.null_count():
        return None
    numbers = (whole if absent is None else whole.fill_null(0)).to_numpy()
    most = max(abs(int(numbers.min(initial=0))), abs(int(numbers.max(initial=0))))
    return Units(numbers, values.dtype.scale if isinstance(values.dtype, pl.Decimal) else 0, most, absent)


def _whole(values: pl.Series) -> pl.Series:
    """Return the unscaled numbers; null where one needs more than 64 bits."""
    if isinstance(values.dtype, pl.Decimal) and values.dtype.precision <= _DIGITS:
        return values.to_physical().cast(pl.Int64, wrap_numerical=True)  # it fits: two and a half times as fast
    return values.to_physical().cast(pl.Int64, strict=False)


def _few(values: pl.Series) -> Units | None:
    """Return a few numbers, read one by one."""
    scale, listed = values.dtype.scale if isinstance(values.dtype, pl.Decimal) else 0, values.to_list()
    numbers = [0 if value is None else _unscaled(value, scale) for value in listed]
    if any(not -_LIMIT <= number < _LIMIT for number in numbers):
        return None
    absent = np.array([value is None for value in listed]) if None in listed else None
    return Units(np.array(numbers, dtype=np.int64), scale, max(map(abs, numbers), default=0), absent)


def _unscaled(value: int | Decimal, scale: int) -> int:
    above, below = value.as_integer_ratio()
    return int(above * 10**scale // below)


def reckoned(tree: exp.Expr, columns: Source) -> Units | None:
    """Return what an expression over whole columns comes to, null where one of them is.

    Args:
        tree: The expression.
        columns: The columns; only those that the expression names are asked for.

    Returns:
        None where it is more than sums, differences and products of numbers, holds no column, or may pass 64 bits.
    """
    with deep_stack():
        found = _reckoned(tree, columns)
    return None if found is None or found.numbers.ndim == 0 else found


def _reckoned(tree: exp.Expr, columns: Source) -> Units | None:
    if is_column(tree):
        return units_of(columns(dotted(tree)))
    match tree:
        case exp.Paren():
            return _reckoned(tree.this, columns)
        case exp.Literal() if not tree.is_string:
            return _literal(str(tree.this))
        case exp.Add() | exp.Sub() | exp.Mul():
            left, right = _reckoned(tree.this, columns), _reckoned(tree.expression, columns)
            if left is None or right is None:
                return None
            return _product(left, right) if isinstance(tree, exp.Mul) else _sum(left, right, isinstance(tree, exp.Sub))
        case _:
            return None


def _literal(text: str) -> Units | None:
    sign, digits, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, digits))) * 10 ** max(exponent, 0) * (-1 if sign else 1)
    return Units(np.array(number), max(-exponent, 0), abs(number)) if abs(number) < _LIMIT else None


def _product(left: Units, right: Units) -> Units | None:
    most = left.most * right.most
    if most >= _LIMIT:
        return None
    return Units(np.asarray(left.numbers * right.numbers), left.scale + right.scale, most, _either(left, right))


def _sum(left: Units, right: Units, negative: bool) -> Units | None:
    scale = max(left.scale, right.scale)
    first, second = 10 ** (scale - left.scale), 10 ** (scale - right.scale)
    most = left.most * first + right.most * second
    if most >= _LIMIT or max(first, second) >= _LIMIT:
        return None
    one, other = left.numbers * first, right.numbers * second
    return Units(np.asarray(one - other if negative else one + other), scale, most, _either(left, right))


def _either(left: Units, right: Units) -> npt.NDArray[np.bool_] | None:
    if left.absent is None or right.absent is None:
        return right.absent if left.absent is None else left.absent
    return left.absent | right.absent
