"""Constants as values of the column that they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from fixturegen.expressions import literals
from fixturegen.expressions.evaluation import OpenText
from fixturegen.expressions.literals import Span
from fixturegen.lattice import EPOCH, measure
from fixturegen.schema import Dialect, Type


class Unfit(Enum):
    """Why a constant is no value of a column's type."""

    UNEQUAL = "no value of the type equals it"
    UNKNOWN = "what the comparison means is not known"


@dataclass(frozen=True, slots=True)
class Value:
    """A Python value of the column's type."""

    value: object


def fitted(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    """Return a constant (not NULL) as a value of a column's type, the way a comparison reads it.

    >>> fitted(OpenText("5"), Type(kind="decimal", precision=10, scale=2), "postgresql")
    Value(value=Decimal('5.00'))
    >>> fitted(1, Type(kind="boolean"), "sqlite")
    Value(value=True)
    >>> fitted(literals.number("1.5"), Type(kind="integer"), "sqlite")
    <Unfit.UNEQUAL: 'no value of the type equals it'>
    """
    fitter = _FITTERS.get(type_.kind)
    return Unfit.UNKNOWN if fitter is None else fitter(constant, type_, dialect)


def _text(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    if isinstance(constant, int) and not isinstance(constant, bool) and dialect == "sqlite" and type_.kind == "text":
        return Value(str(constant))
    return Value(str(constant)) if isinstance(constant, str) else Unfit.UNKNOWN


def _uuid(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    found = _text(constant, type_, dialect)
    return Value(found.value.lower()) if isinstance(found, Value) and isinstance(found.value, str) else found


def _enum(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    if not isinstance(constant, str):
        return Unfit.UNKNOWN
    if constant in type_.labels:
        return Value(str(constant))
    folded = [label for label in type_.labels if label.lower() == constant.rstrip(" ").lower()]
    return Value(folded[0]) if dialect == "mysql" and folded else Unfit.UNEQUAL


def _numeric(constant: object) -> int | Decimal | float | Unfit:
    if isinstance(constant, bool):
        return int(constant)
    if isinstance(constant, int | Decimal | float):
        return constant
    if isinstance(constant, OpenText):
        found = literals.number(constant)
        return Unfit.UNKNOWN if found is None else found
    return Unfit.UNKNOWN


def _number(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    del dialect
    found = _numeric(constant)
    return found if isinstance(found, Unfit) else number_at(Fraction(found), type_)


def number_at(at: Fraction, type_: Type) -> Value | Unfit:
    """Return the number of an integer, decimal or float column that has a measure."""
    if type_.kind == "float":
        return Value(float(at))
    scale = type_.scale if type_.kind == "decimal" else 0
    unscaled = at * 10**scale
    if unscaled.denominator != 1:
        return Unfit.UNEQUAL
    if type_.kind == "decimal":
        return Value(Decimal(unscaled.numerator).scaleb(-scale))
    return Value(unscaled.numerator)


def _boolean(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    del type_, dialect
    if isinstance(constant, bool):
        return Value(constant)
    if isinstance(constant, OpenText):
        spelled = literals.boolean(constant)
        return Unfit.UNKNOWN if spelled is None else Value(spelled)
    if isinstance(constant, int | Decimal):
        return Value(bool(constant)) if constant in {0, 1} else Unfit.UNEQUAL
    return Unfit.UNKNOWN


def _instant(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    found = literals.moment(constant) if isinstance(constant, OpenText) else constant
    if not isinstance(found, date):
        return Unfit.UNKNOWN
    mixed = isinstance(found, datetime) == (type_.kind == "date")
    if mixed and dialect == "sqlite":
        return Unfit.UNEQUAL  # as texts they differ
    return instant_at(measure(found), type_)


def instant_at(at: Fraction, type_: Type) -> Value | Unfit:
    """Return the date or datetime (with zone where the column has one) that has a measure."""
    micros = at * 10**6
    if micros.denominator != 1:
        return Unfit.UNEQUAL
    try:
        moment = EPOCH + timedelta(microseconds=micros.numerator)
    except OverflowError:
        return Unfit.UNEQUAL
    if type_.kind == "date":
        return Value(moment.date()) if moment.time() == time() else Unfit.UNEQUAL
    return Value(moment if type_.zone else moment.astimezone(UTC).replace(tzinfo=None))


def _clock(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    del type_, dialect
    found = literals.clock(constant) if isinstance(constant, OpenText) else constant
    return Value(found) if isinstance(found, time) else Unfit.UNKNOWN


def _span(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    del type_, dialect
    found = literals.span(constant) if isinstance(constant, OpenText) else constant
    if isinstance(found, timedelta):
        return Value(found)
    return Value(found.rest) if isinstance(found, Span) and not found.months else Unfit.UNKNOWN


def _bytes(constant: object, type_: Type, dialect: Dialect) -> Value | Unfit:
    del type_, dialect
    found = literals.octets(constant) if isinstance(constant, OpenText) else constant
    return Value(found) if isinstance(found, bytes) else Unfit.UNKNOWN


_FITTERS: dict[str, Callable[[object, Type, Dialect], Value | Unfit]] = {
    "text": _text,
    "url": _text,
    "uuid": _uuid,
    "enum": _enum,
    "integer": _number,
    "decimal": _number,
    "float": _number,
    "boolean": _boolean,
    "date": _instant,
    "datetime": _instant,
    "time": _clock,
    "interval": _span,
    "bytes": _bytes,
}


def value_at(at: Fraction, type_: Type) -> Value | Unfit:
    """Return the value of an ordered column that has a measure."""
    if type_.kind in {"integer", "decimal", "float"}:
        return number_at(at, type_)
    if type_.kind in {"date", "datetime"}:
        return instant_at(at, type_)
    return Unfit.UNKNOWN
