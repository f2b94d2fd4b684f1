"""Ordered types as integers: every number, date and time stands at a position k of a lattice, and its measure is k * step.

Bounds, comparisons and draws work on positions, exactly and in integers; only ``decode`` turns them into values. The step
is a rational number: 1 for an integer, 10**-scale for a decimal, 86,400 seconds for a date. Families measure in one unit
(numbers in 1, instants, clocks and spans in seconds), so columns of one family compare across their lattices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Type

Family = Literal["number", "instant", "clock", "span"]
Positions = npt.NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FARTHEST = 2**62
"""Positions stay within plus or minus this, so that sums of two of them fit 64 bits."""
SECONDS_A_DAY = 86_400
FEW = 16
"""Up to so many decimals go one by one: a query of Polars takes longer."""
EXACT_KINDS = frozenset({"integer", "decimal", "boolean", "date"})
"""Kinds of types whose every value stands on their lattice."""
_FIRST_DAY = EPOCH.toordinal()


@dataclass(frozen=True, slots=True)
class Lattice:
    """Positions of one ordered type.

    Attributes:
        family: What the measure measures; only columns of one family compare.
        step: Measure of one position.
        dtype: Polars dtype of the values.
        low: Least position the type can hold, inclusive.
        high: Greatest position the type can hold, inclusive.
        decode: Positions to values, same length, no nulls.
        value: One position to its value, as Python has it: the same as ``decode`` gives.
    """

    family: Family
    step: Fraction
    dtype: pl.DataType
    low: int
    high: int
    decode: Callable[[Positions], pl.Series]
    value: Callable[[int], object]

    def position(self, value: object) -> Fraction:
        """Return where ``value`` stands; between two positions, a fraction.

        >>> lattice_of(Type(kind="decimal", precision=10, scale=2)).position(Decimal("1.255"))
        Fraction(251, 2)
        """
        return measure(value) / self.step

    def positions(self, values: pl.Series) -> Positions:
        """Return the greatest positions that are not after the values; nulls give 0."""
        return _physical(values, self)


@lru_cache(maxsize=1024)
def lattice_of(type_: Type) -> Lattice | None:
    """Return the lattice of an ordered type, or None for a type without one (text, uuid, enum, ...)."""
    maker = _MAKERS.get(type_.kind)
    return None if maker is None else maker(type_)


def measure(value: object) -> Fraction:
    """Return the exact measure of a number (1), a date or datetime (seconds since 1970), a time or timedelta (seconds).

    A zone-less datetime is taken as it stands; a date is its first instant.

    >>> measure(date(1970, 1, 2))
    Fraction(86400, 1)
    """
    match value:
        case bool():
            return Fraction(int(value))
        case int() | Decimal() | float() | Fraction():
            return Fraction(value)
        case datetime():
            instant = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return _seconds(instant - EPOCH)
        case date():
            return _seconds(datetime(value.year, value.month, value.day, tzinfo=UTC) - EPOCH)
        case time():
            whole = value.hour * 3600 + value.minute * 60 + value.second
            return Fraction(whole) + Fraction(value.microsecond, 10**6)
        case timedelta():
            return _seconds(value)
        case _:
            message = f"{type(value).__name__} has no measure"
            raise TypeError(message)


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span.days * SECONDS_A_DAY + span.seconds) + Fraction(span.microseconds, 10**6)


def _clipped(low: Fraction | int, high: Fraction | int) -> tuple[int, int]:
    return max(-FARTHEST, int(low)), min(FARTHEST, int(high))


def _integer(type_: Type) -> Lattice:
    dtype = polars_dtype(type_)
    span = 2**type_.bits
    low, high = (-span // 2, span // 2 - 1) if type_.signed else (0, span - 1)
    low, high = _clipped(low, high)
    return Lattice("number", Fraction(1), dtype, low, high, lambda at: pl.Series(at).cast(dtype), int)


def _boolean(type_: Type) -> Lattice:
    return Lattice("number", Fraction(1), polars_dtype(type_), 0, 1, lambda at: pl.Series(at.astype(np.bool_)), bool)


def _decimal(type_: Type) -> Lattice:
    dtype = polars_dtype(type_)
    assert isinstance(dtype, pl.Decimal)
    low, high = _clipped(1 - 10**dtype.precision, 10**dtype.precision - 1)
    step = Fraction(1, 10**dtype.scale)

    def decode(at: Positions) -> pl.Series:
        if len(at) <= FEW:
            return pl.Series([_scaled(one, dtype.scale) for one in at.tolist()], dtype=dtype)
        # A decimal is its unscaled integer, read with a point in it: no arithmetic can round.
        return pl.Series(at).cast(pl.Int128).reinterpret(dtype=dtype)

    return Lattice("number", step, dtype, low, high, decode, lambda at: _scaled(at, dtype.scale))


def _scaled(unscaled: int, scale: int) -> Decimal:
    """A decimal from its digits: no context rounds it."""
    return Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale))


def _float(type_: Type) -> Lattice:
    # Six decimals: values that print short, and a division that IEEE 754 rounds the same everywhere.
    dtype = polars_dtype(type_)
    scale = 10**6 if type_.bits > 32 else 10**2
    limit = FARTHEST if type_.bits > 32 else 2**17 * 100
    narrow = type_.bits <= 32

    def value(at: int) -> float:
        return float(np.float32(at / scale)) if narrow else at / scale

    step = Fraction(1, scale)
    return Lattice("number", step, dtype, -limit, limit, lambda at: pl.Series(at / scale).cast(dtype), value)


def _date(type_: Type) -> Lattice:
    dtype = polars_dtype(type_)
    low, high = (date(1, 1, 1) - date(1970, 1, 1)).days, (date(9999, 12, 31) - date(1970, 1, 1)).days
    return Lattice(
        "instant",
        Fraction(SECONDS_A_DAY),
        dtype,
        low,
        high,
        lambda at: pl.Series(at.astype(np.int32)).cast(dtype),
        lambda at: date.fromordinal(_FIRST_DAY + at),
    )


def _grain(type_: Type) -> int:
    """Microseconds between two positions: whole seconds unless the type says how many digits it keeps."""
    return 10**6 if type_.precision is None else int(10 ** (6 - min(type_.precision, 6)))


def _datetime(type_: Type) -> Lattice:
    dtype, grain = polars_dtype(type_), _grain(type_)
    first = int(measure(date(1, 1, 1))) * 10**6 // grain
    last = (int(measure(date(9999, 12, 31))) + SECONDS_A_DAY) * 10**6 // grain - 1
    zero = EPOCH if type_.zone else EPOCH.replace(tzinfo=None)
    return Lattice(
        "instant",
        Fraction(grain, 10**6),
        dtype,
        first,
        last,
        lambda at: pl.Series(at * grain).cast(pl.Int64).cast(dtype),
        lambda at: zero + timedelta(microseconds=at * grain),
    )


def _time(type_: Type) -> Lattice:
    dtype, grain = polars_dtype(type_), _grain(type_)
    last = SECONDS_A_DAY * 10**6 // grain - 1
    return Lattice(
        "clock",
        Fraction(grain, 10**6),
        dtype,
        0,
        last,
        lambda at: pl.Series(at * grain * 1000).cast(dtype),
        lambda at: (EPOCH + timedelta(microseconds=at * grain)).time(),
    )


def _interval(type_: Type) -> Lattice:
    dtype, grain = polars_dtype(type_), _grain(type_)
    limit = 10**8 * SECONDS_A_DAY * 10**6 // 10**4 // grain
    return Lattice(
        "span",
        Fraction(grain, 10**6),
        dtype,
        -limit,
        limit,
        lambda at: pl.Series(at * grain).cast(dtype),
        lambda at: timedelta(microseconds=at * grain),
    )


_MAKERS: dict[str, Callable[[Type], Lattice]] = {
    "integer": _integer,
    "boolean": _boolean,
    "decimal": _decimal,
    "float": _float,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "interval": _interval,
}


def _physical(values: pl.Series, lattice: Lattice) -> Positions:
    dtype = values.dtype
    if isinstance(dtype, pl.Decimal) and len(values) <= FEW:
        return np.array([_floor(value, lattice.step) for value in values.to_list()], dtype=np.int64)
    if isinstance(dtype, pl.Decimal):
        unscaled = values.to_physical().cast(pl.Int64)
        unit = Fraction(1, 10**dtype.scale)
    elif dtype == pl.Date:
        unscaled, unit = values.cast(pl.Int32).cast(pl.Int64), Fraction(SECONDS_A_DAY)
    elif isinstance(dtype, pl.Datetime | pl.Duration):
        per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[dtype.time_unit or "us"]
        unscaled, unit = values.cast(pl.Int64), Fraction(1, per_second)
    elif dtype == pl.Time:
        unscaled, unit = values.cast(pl.Int64), Fraction(1, 10**9)
    elif dtype.is_float():
        scaled = np.floor(values.fill_null(0.0).cast(pl.Float64).to_numpy() * float(1 / lattice.step) + 0.5)
        return scaled.astype(np.int64)
    else:
        unscaled, unit = values.cast(pl.Int64), Fraction(1)
    ratio = unit / lattice.step
    physical = np.asarray((unscaled.fill_null(0) if unscaled.null_count() else unscaled).to_numpy(), dtype=np.int64)
    if ratio.numerator != 1:
        physical = physical * ratio.numerator
    return physical // ratio.denominator if ratio.denominator != 1 else physical


def _floor(value: Decimal | None, step: Fraction) -> int:
    return 0 if value is None else int(Fraction(value) // step)
