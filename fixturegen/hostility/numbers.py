"""Numbers at the edge of what a type, a language or a file format holds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from fixturegen.domain import Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.hostility.contract import HostileClass, Maker, family
from fixturegen.schema import Column, Type

_INT = family({"integer"}, "the column's type")
_DEC = family({"decimal"}, "IEEE 754-2008, PostgreSQL numeric")
_FLOAT = family({"float"}, "IEEE 754, RFC 8259")
_FLAG = family({"boolean"}, "-")


def integer_edges(type_: Type) -> tuple[int, int]:
    """Return the least and the greatest integer of a type.

    >>> integer_edges(Type(kind="integer", bits=16))
    (-32768, 32767)
    """
    span = 1 << type_.bits
    return (-span // 2, span // 2 - 1) if type_.signed else (0, span - 1)


def exact(unscaled: int, scale: int) -> Decimal:
    """Return so many units of a scale, whatever the precision of the decimal context.

    >>> exact(-5, 3)
    Decimal('-0.005')
    """
    return Decimal(f"{unscaled}E-{scale}")


def _least(column: Column, domain: Domain) -> Iterator[object]:
    yield domain.low if domain.low is not None and abs(domain.low) < 2**62 else integer_edges(column.type)[0]


def _greatest(column: Column, domain: Domain) -> Iterator[object]:
    yield domain.high if domain.high is not None and abs(domain.high) < 2**62 else integer_edges(column.type)[1]


def _shape(column: Column) -> tuple[int, int]:
    dtype = polars_dtype(column.type)
    assert isinstance(dtype, pl.Decimal)
    return dtype.precision, dtype.scale


def _digits(text: str) -> Maker:
    """Digits repeated over all that the type holds, with a sign in front where there is one."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        precision, scale = _shape(column)
        bound = domain.low if text.startswith("-") else domain.high
        if bound is not None and abs(bound) < 2**62:
            yield exact(bound, scale)
        sign, digit = (text[:-1], text[-1])
        yield exact(int(sign + digit * precision), scale)

    return values


def _scaled(unit: int, least_scale: int = 0) -> Maker:
    """So many units of the last place."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        del domain
        if _shape(column)[1] >= least_scale:
            yield exact(unit, _shape(column)[1])

    return values


def _every_digit(column: Column, domain: Domain) -> Iterator[object]:
    del domain
    precision, scale = _shape(column)
    for digits in range(precision, 0, -1):
        yield exact(int(("123456789" * 5)[:digits]), scale)


def _half_cents(column: Column, domain: Domain) -> Iterator[object]:
    del domain
    scale = _shape(column)[1]
    if scale >= 3:
        yield from (Decimal("2.675"), Decimal("1.005"), Decimal("0.005"))
    elif scale:
        yield exact(25, scale)


def _power(column: Column, domain: Domain) -> Iterator[object]:
    del domain
    precision, scale = _shape(column)
    for digits in range(precision - scale - 1, 0, -1):
        yield Decimal(10) ** digits


def _floats(double: object, single: object | None = None) -> Maker:
    """A value for doubles, and another one (or the same) for 32 bits."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        del domain
        yield double if column.type.bits > 32 or single is None else single

    return values


def _single(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


INTEGERS = (
    _INT("least integer", "overflow on negation, abs() and -1", by=_least),
    _INT("greatest integer", "overflow on +1", by=_greatest),
    _INT("zero", "division; falsy", 0),
    _INT("one", "off by one", 1),
    _INT("minus one", "taken for an error or for none", -1),
    _INT("2^7 - 1", "8 bits", 127),
    _INT("2^8", "8 bits", 256),
    _INT("2^15", "16 bits", 32_768),
    _INT("2^31 - 1", "32 bits", 2**31 - 1),
    _INT("2^31", "32 bits", 2**31),
    _INT("-2^31 - 1", "32 bits", -(2**31) - 1),
    _INT("2^32", "32 bits without a sign", 2**32),
    _INT("2^53 - 1", "the last integer that a double surely holds", 2**53 - 1),
    _INT("2^53 + 1", "rounded by JavaScript and JSON", 2**53 + 1),
)
DECIMALS = (
    _DEC("least decimal", "overflow, digits lost in a double", by=_digits("-9")),
    _DEC("greatest decimal", "overflow, digits lost in a double", by=_digits("9")),
    _DEC("zero decimal", "division; prints with or without its scale", Decimal(0)),
    _DEC("one unit", "rounded to nothing", by=_scaled(1)),
    _DEC("minus one unit", "rounded to minus zero", by=_scaled(-1)),
    _DEC("half cents", "rounded up, down or to even", by=_half_cents),
    _DEC("every digit", "digits lost in a double or a shorter scale", by=_every_digit),
    _DEC("power of ten", "printed with an exponent: 1E+5", by=_power),
    _DEC("a tenth", "no exact double", by=_floats(Decimal("0.1"))),
    _DEC("decimal minus zero", "equal, printed otherwise", unheld="a decimal of a frame has no minus zero"),
    _DEC("decimal NaN", "PostgreSQL's numeric holds it, few others do", unheld="a decimal of a frame holds no NaN"),
)
FLOATS = (
    _FLOAT("float zero", "division", 0.0),
    _FLOAT("float minus zero", "equal to zero, printed and divided otherwise", -0.0),
    _FLOAT("subnormal", "flushed to zero", by=_floats(5e-324, _single(1))),
    _FLOAT("least normal", "flushed to zero when halved", by=_floats(2.2250738585072014e-308, _single(0x0080_0000))),
    _FLOAT("greatest float", "infinite when doubled", by=_floats(1.7976931348623157e308, _single(0x7F7F_FFFF))),
    _FLOAT("least float", "infinite when doubled", by=_floats(-1.7976931348623157e308, _single(0xFF7F_FFFF))),
    _FLOAT("2^53 - 1 as float", "the last odd integer below the gap", by=_floats(2.0**53 - 1, 2.0**24 - 1)),
    _FLOAT("2^53 + 2 as float", "its neighbour is no float", by=_floats(2.0**53 + 2, 2.0**24 + 2)),
    _FLOAT("17 digits", "digits lost in printing", by=_floats(0.1 + 0.2, _single(0x3DCC_CCCD))),
    _FLOAT("exponent", "printed as 1e-07", by=_floats(1e-7, _single(0x33D6_BF95))),
    _FLOAT("NaN", "unequal to itself; no JSON", float("nan")),
    _FLOAT("infinity", "no JSON", float("inf")),
    _FLOAT("minus infinity", "no JSON", float("-inf")),
)
FLAGS = (_FLAG("false", "taken for absent", False), _FLAG("true", "-", True))

NUMBERS: tuple[HostileClass, ...] = (*INTEGERS, *DECIMALS, *FLOATS, *FLAGS)
