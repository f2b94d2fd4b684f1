"""Which hostile values a column's own constraints allow, and why the others are left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl

from fixturegen.domain import ANY, Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.generators.regular import matcher
from fixturegen.hostility.catalogue import NULL, classes_of
from fixturegen.hostility.containers import listed
from fixturegen.hostility.contract import HostileClass
from fixturegen.hostility.numbers import integer_edges
from fixturegen.hostility.storable import Keeper, unkept
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import Column

Test = Callable[[object], str]
"""Tells why a value is not allowed; an empty text where it is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value of a class that its column allows; None for NULL."""

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A class that a column has by its type, but of which nothing is left."""

    name: str
    reason: str


def hostile_values(plan: TablePlan, column: str, keeper: Keeper | None = None) -> list[object]:
    """Return the hostile values that a column may take as far as it alone is concerned, without NULL, simplest classes first.

    Checks that tie it to other columns, and uniques, are not asked.

    Args:
        plan: The plan of its table.
        column: Its name.
        keeper: Who has to keep the value unaltered; None for a frame alone.
    """
    found, _ = candidates(plan.column(column), plan.domains.get(column, ANY), keeper)
    return [candidate.value for candidate in found if candidate.name != NULL]


def candidates(
    column: Column, domain: Domain, keeper: Keeper | None = None
) -> tuple[tuple[Candidate, ...], tuple[LeftOut, ...]]:
    """Return a value for each class that the column's own constraints allow, and the classes that they do not.

    Args:
        column: The column.
        domain: What type, declarations and checks on it alone leave of it.
        keeper: Who has to keep the value unaltered; None for a frame alone.
    """
    found: list[Candidate] = []
    out: list[LeftOut] = []
    tests = tuple(_tests(column, domain))
    for each in classes_of(column, domain):
        reason = _unheld(each, keeper)
        for value in each.values(column, domain) if not reason else ():
            reason = next((why for test in tests if (why := test(value))), "") or unkept(column, value, keeper)
            if not reason:
                found.append(Candidate(each.name, value))
                break
        else:
            out.append(LeftOut(each.name, reason or "the column has no such limit"))
    if column.nullable:
        found.append(Candidate(NULL, None))
    return tuple(found), tuple(out)


def _unheld(each: HostileClass, keeper: Keeper | None) -> str:
    if each.unheld:
        return each.unheld
    return "only for a database that is known to keep it" if each.asked and keeper is None else ""


def _tests(column: Column, domain: Domain) -> Iterator[Test]:
    held = listed(column, domain)
    if held is not None:
        yield lambda value: "" if value in held else "not among the values that it is limited to"
    lattice = lattice_of(column.type)
    if lattice is not None:
        yield from _ordered(column, domain, lattice)
    if column.type.kind in {"text", "bytes", "url", "unknown"}:
        yield from _sized(column, domain)
    if column.type.kind == "array":
        yield from _elements(column)
    if domain.barred:
        yield lambda value: "excluded by a check" if not isinstance(value, list) and value in domain.barred else ""
    yield _holding(column)


def _holding(column: Column) -> Test:
    dtype = polars_dtype(column.type)

    def reason(value: object) -> str:
        try:
            held = pl.Series([value], dtype=dtype, strict=True)[0]
        except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
            return f"{dtype} does not hold it"
        del held
        return ""

    return reason


def _ordered(column: Column, domain: Domain, lattice: Lattice) -> Iterator[Test]:
    if column.type.kind == "integer":
        low, high = integer_edges(column.type)
        yield lambda value: "" if low <= int(str(value)) <= high else "outside its type"
    if column.type.kind == "decimal":
        yield _decimal(column)
    least, greatest = domain.low, domain.high
    # A bound where the lattice itself ends is none: types hold more than positions that fit 62 bits.
    least = None if least is not None and least <= lattice.low and column.type.kind != "boolean" else least
    greatest = None if greatest is not None and greatest >= lattice.high and column.type.kind != "boolean" else greatest
    bounded = least is not None or greatest is not None or bool(domain.excluded)

    def inside(value: object) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            return "outside its bounds" if bounded else ""
        position = measure(value) / lattice.step
        if (least is not None and position < least) or (greatest is not None and position > greatest):
            return "outside its bounds"
        return "excluded by a check" if position in domain.excluded else ""

    yield inside


def _decimal(column: Column) -> Test:
    dtype = polars_dtype(column.type)
    assert isinstance(dtype, pl.Decimal)
    limit, scale = Decimal(10) ** (dtype.precision - dtype.scale), dtype.scale

    def reason(value: object) -> str:
        assert isinstance(value, Decimal)
        # No arithmetic: it would round to the digits of the decimal context.
        if value.copy_abs() >= limit:
            return "outside its type"
        unscaled = measure(value) * 10**scale
        return "more digits than its scale" if unscaled.denominator != 1 else ""

    return reason


def _sized(column: Column, domain: Domain) -> Iterator[Test]:
    limits = [limit for limit in (column.type.length, domain.max_length) if limit is not None]
    if limits:
        most = min(limits)
        yield lambda value: f"longer than {most:,}" if len(value) > most else ""  # type: ignore[arg-type] # texts and bytes
    if domain.min_length:
        yield lambda value: f"shorter than {domain.min_length:,}" if len(value) < domain.min_length else ""  # type: ignore[arg-type]
    if domain.max_bytes is not None:
        yield lambda value: "more bytes than allowed" if _bytes(value) > (domain.max_bytes or 0) else ""
    if column.type.kind == "bytes":
        return
    if domain.letters is not None:
        fold = str.lower if domain.letters == "lower" else str.upper
        yield lambda value: "" if fold(str(value)) == value else f"not in {domain.letters} case"
    if domain.trimmed:
        yield lambda value: "" if str(value).strip(" ") == value else "spaces at an end"
    if column.type.fixed:
        yield lambda value: "spaces at the end of a char(n) are none" if str(value).endswith(" ") else ""
    for pattern in domain.patterns:
        matches = matcher(pattern, column.where)
        yield lambda value, matches=matches, pattern=pattern: (  # type: ignore[misc] # bound here
            "" if matches(str(value)) != pattern.negated else "does not match its checks"
        )


def _bytes(value: object) -> int:
    return len(value.encode() if isinstance(value, str) else value)  # type: ignore[arg-type] # bytes else


def _elements(column: Column) -> Iterator[Test]:
    element = column.type.element
    if element is None or element.length is None:
        return
    most = element.length

    def reason(value: object) -> str:
        held: Iterable[object] = value if isinstance(value, list) else ()
        return (
            f"an element longer than {most:,}" if any(isinstance(one, str) and len(one) > most for one in held) else ""
        )

    yield reason


def comparable(value: object) -> object:
    """Return a value in the form in which values that a database may take for equal are equal: loosely.

    >>> comparable("  Résumé ") == comparable("resume")
    True
    """
    import unicodedata  # noqa: PLC0415 - only for uniques

    if isinstance(value, str):
        plain = unicodedata.normalize("NFKD", value).casefold()
        kept = [char for char in plain if unicodedata.category(char) not in {"Mn", "Me", "Cf", "Cc"}]
        return "".join(kept).strip()
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value
