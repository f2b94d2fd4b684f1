r"""Types of a database's own: texts in the spelling that it reads, by the type's form.

PostgreSQL reads every type from text, so a form is mostly a regular expression all of whose texts are values of the type, and
different values of it: labels and words in one order, numbers without leading zeros, ranges that are not empty. Sources: the
"Data Types" and "Additional Supplied Modules" chapters of PostgreSQL's manual; pgvector's for ``vector``; ISO 2108, 3297 and
10957 for the numbers of the ``isn`` module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from fixturegen.errors import SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request, generator, made
from fixturegen.generators import geometries, numbered, range_texts, records
from fixturegen.generators.characters import characters
from fixturegen.generators.holes import skipping
from fixturegen.generators.patterned import constructed
from fixturegen.generators.shapes import Shape
from fixturegen.schema import Type

_USUAL_BITS = 16
_WORD, _EARLY, _LATE = "[a-z]{4,9}", "[a-m][a-z]{3,7}", "[n-z][a-z]{3,7}"
_X, _Y = "[1-9][0-9]{0,2}", "[0-9]\\.[1-9]"

_EXPRESSIONS = {
    "ltree": r"[a-z]{3,8}(\.[a-z]{3,8}){0,3}",
    "lquery": r"[a-z]{3,8}(\.[a-z]{3,8}){0,2}",
    "ltxtquery": f"{_EARLY} & {_LATE}",
    "hstore": f'"{_WORD}"=>"{_WORD}"',
    "tsvector": f"'{_EARLY}':1 '{_LATE}':2",
    "tsquery": f"'{_EARLY}' & '{_LATE}'",
    "xml": f"<item>{_WORD}</item>",
    "jsonpath": rf"\$\.{_WORD}",
    "point": rf"\({_X},{_Y}\)",
    "lseg": rf"\[\(0,0\),\({_X},{_Y}\)\]",
    "box": rf"\({_X},{_Y}\),\(0,0\)",
    "path": rf"\[\(0,0\),\({_X},{_Y}\),\({_X},0\)\]",
    "polygon": rf"\(\(0,0\),\({_X},0\),\({_X},{_Y}\)\)",
    "line": r"\{[1-9],[1-9][0-9]{0,2},[0-9]\}",
    "circle": rf"<\({_X},{_Y}\),[1-9]>",
    "cube": rf"\({_X},{_Y}\)",
    "seg": r"[1-9][0-9]{0,4}",
    "pg_lsn": r"[1-9A-F]/[1-9A-F][0-9A-F]{0,6}",
    "xid": r"[1-9][0-9]{0,8}",
    "tid": r"\([1-9][0-9]{0,3},[1-9]\)",
    "vectors of numbers": "[1-9][0-9]{0,2} [1-9][0-9]{0,2}",
    "snapshot": "1[0-9]{5}:2[0-9]{5}:",
}
_POOLS = {
    "regclass": ("pg_class", "pg_type", "pg_proc", "pg_index", "pg_attribute", "pg_namespace", "pg_constraint"),
    "regtype": ("integer", "text", "boolean", "uuid", "date", "numeric", "bytea", "jsonb"),
    "regproc": ("pg_catalog.now", "pg_catalog.version", "pg_catalog.pi", "pg_catalog.random"),
    "regprocedure": ("pg_catalog.now()", "pg_catalog.version()", "pg_catalog.pi()", "pg_catalog.lower(text)"),
    "regoper": ("pg_catalog.||/", "pg_catalog.|/", "pg_catalog.!!"),
    "regoperator": ("pg_catalog.+(integer,integer)", "pg_catalog.-(integer,integer)", "pg_catalog.*(integer,integer)"),
    "regnamespace": ("pg_catalog", "information_schema"),
    "regrole": ("pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables"),
    "regcollation": ('"C"', '"POSIX"', '"default"'),
    "regconfig": ("simple", "english", "german", "french"),
    "regdictionary": ("simple", "english_stem", "german_stem", "french_stem"),
}
_STANDARD_NUMBERS = {"ean13": "4", "isbn": "978", "issn": "977", "ismn": "9790", "upc": "0"}
"""Digits with which a number of 13 digits begins."""


@generator("form")
def form(request: Request) -> Generator:
    """Return values in the form of the column's type, mostly text; see :mod:`fixturegen.generators.forms`.

    Distinct texts are distinct values to the database; distinct ranges do not even overlap. Shrinks to the shortest text with
    the first letters, the first range, the first point.

    Raises:
        SchemaError: If nothing is known about the type.
        ImpossibleError: If no value of it is in the domain.
    """
    type_ = request.column.type
    name = type_.form or ""
    if name in _EXPRESSIONS:
        return constructed(_as_text(request), "form", (_EXPRESSIONS[name],))
    if name in _POOLS:
        return numbered.pooled(_as_text(request), "form", pl.Series(_POOLS[name]))
    if name in _STANDARD_NUMBERS:
        return _standard_number(request, _STANDARD_NUMBERS[name])
    if name in _MAKERS:
        return _MAKERS[name](request)
    message = f"cannot make values of the type {type_.native or name or 'unknown'!r}"
    raise SchemaError(message, where=request.where, hint="Declare a type, choices or a constant for it.")


def makeable(type_: Type) -> bool:
    """Return whether values of a type can be made: of its elements and fields too."""
    parts = [*([type_.element] if type_.element is not None else []), *(part for _, part in type_.fields)]
    forms = {*_EXPRESSIONS, *_POOLS, *_STANDARD_NUMBERS, *_MAKERS}
    own = type_.form in forms if type_.form is not None else type_.kind != "unknown"
    return own and all(map(makeable, parts))


def _as_text(request: Request) -> Request:
    """A length counts what the form counts (bits, dimensions), not characters."""
    return replace(request, column=replace(request.column, type=Type(kind="text", native=request.column.type.native)))


def _bits(request: Request) -> Generator:
    """Return as many bits as the type has."""
    return constructed(_as_text(request), "form", (f"[01]{{{request.column.type.length or 1}}}",))


def _varying_bits(request: Request) -> Generator:
    most = min(request.column.type.length or _USUAL_BITS, _USUAL_BITS if not request.distinct else 62)
    least = 1 if not request.distinct else most
    return constructed(_as_text(request), "form", (f"[01]{{{least},{most}}}",))


def _vector(request: Request) -> Generator:
    """Return a vector of pgvector: ``[1,2,3]``, each number one digit and none of them zero."""
    dimensions = request.column.type.length or 3
    digit, comma = characters((ord("1"), ord("9"))), characters(",")
    places = [place for _ in range(dimensions) for place in (digit, comma)][:-1]
    whole = Shape((characters("["), *places, characters("]")))
    return constructed(_as_text(request), "form", among=(whole,))


def _sparse_vector(request: Request) -> Generator:
    dimensions = request.column.type.length or 3
    return constructed(_as_text(request), "form", (rf"\{{1:[1-9][0-9]{{0,3}}\}}/{dimensions}",))


def _inet4(request: Request) -> Generator:
    """Return IPv4 addresses of the private network 10.0.0.0/8 (RFC 1918). Shrinks to 10.0.0.0."""
    barred = {number for value in request.domain.barred if (number := _private(str(value))) is not None}
    left, place = skipping(0, 2**24 - 1, barred)

    def build(batch: Batch) -> pl.Series:
        number = place(batch.draws["at"])
        parts = [pl.lit(pl.Series(number >> shift & 255)) for shift in (16, 8, 0)]
        return pl.select(pl.format("10.{}.{}.{}", *parts)).to_series()

    return Generator(name="form", dtype=pl.String(), draws=(Draw("at", 0, left - 1),), build=build, distinct=True)


def _inet6(request: Request) -> Generator:
    """Return IPv6 addresses, which alone the type holds."""
    return made("ips", replace(request, distinct=max(request.distinct, 1)))


def _private(text: str) -> int | None:
    head, *parts = text.split(".")
    if head != "10" or len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    return int(parts[0]) << 16 | int(parts[1]) << 8 | int(parts[2])


def _standard_number(request: Request, prefix: str) -> Generator:
    """Return numbers of 13 digits, the last of which makes the sum of all, every second one taken thrice, a multiple of ten."""
    free = 12 - len(prefix)
    digits = ("".join(filter(str.isdecimal, str(value))) for value in request.domain.barred)
    barred = {int(text[len(prefix) : 12]) for text in digits if len(text) == 13 and text.startswith(prefix)}
    left, place = skipping(0, 10**free - 1, barred)

    def build(batch: Batch) -> pl.Series:
        number = place(batch.draws["at"]) + int(prefix) * 10**free
        total = np.zeros(batch.height, dtype=np.int64)
        for power in range(12):
            total += number // 10**power % 10 * (1 if power % 2 else 3)
        whole = number * 10 + -total % 10
        return pl.Series(whole).cast(pl.String).str.zfill(13)

    return Generator(name="form", dtype=pl.String(), draws=(Draw("at", 0, left - 1),), build=build, distinct=True)


_MAKERS: dict[str, Callable[[Request], Generator]] = {
    "bit": _bits,
    "varbit": _varying_bits,
    "vector": _vector,
    "sparsevec": _sparse_vector,
    "inet4": _inet4,
    "inet6": _inet6,
    "range": range_texts.ranges,
    "multirange": range_texts.ranges,
    "record": records.records,
    "geometry": geometries.texts,
    "wkb": geometries.binaries,
}
