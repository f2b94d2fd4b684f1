"""The laws that every generator keeps, as plain functions: a case is a request and what is known about its values.

A generator module adds its cases to ``tests/generators/requests.py`` (or another ``requests_*.py`` beside it, with a ``CASES``
of its own); the kit in ``tests/generators/test_laws.py`` does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from math import prod

import numpy as np
import polars as pl

from fixturegen.domain import Domain, Pattern
from fixturegen.draws import Integers, bits, bounded, combined, stream
from fixturegen.generator import Batch, Builder, Generator, One, Repeated, Request, made
from fixturegen.lattice import lattice_of

ENUMERABLE = 5_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request to one generator.

    Attributes:
        generator: Registered name.
        label: Unique among all cases; names the golden value.
        request: The request.
        simplest: The value when every draw stands at ``toward`` (repeated draws once), in row 0.
        columns: Needed columns by name; row i holds entry i modulo their number.
        complete: All values of a small domain, where they are few.
    """

    generator: str
    label: str
    request: Request
    simplest: object
    columns: Mapping[str, pl.Series] = field(default_factory=dict)
    complete: frozenset[object] | None = None

    def made(self) -> Generator:
        return made(self.generator, self.request)


def keyed(case: Case, made_: Generator, keys: Integers) -> Batch:
    """Return the batch that keyed bits fill, as the bulk fill does."""
    draws, repeats = {}, {}
    for draw in made_.draws:
        number = stream(0, case.request.table, case.request.column.name, draw.name)
        if draw.count is None:
            draws[draw.name] = bounded(bits(number, keys), draw.low, draw.high)
    for draw in made_.draws:
        if draw.count is not None:
            number = stream(0, case.request.table, case.request.column.name, draw.name)
            counts = draws[draw.count]
            offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
            ordinals = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
            random = bits(number, combined(np.repeat(keys, counts).astype(np.uint64), ordinals))
            repeats[draw.name] = Repeated(bounded(random, draw.low, draw.high), offsets)
    return Batch(height=len(keys), draws=draws, repeats=repeats, columns=_columns(case, keys), ordinals=keys)


def fixed(case: Case, made_: Generator, rows: Sequence[Mapping[str, int]]) -> Batch:
    """Return the batch of given draws; repeated draws take their value once for each of their row's count."""
    keys = np.arange(len(rows))
    draws = {
        draw.name: np.array([row[draw.name] for row in rows], dtype=np.int64)
        for draw in made_.draws
        if draw.count is None
    }
    repeats = {}
    for draw in made_.draws:
        if draw.count is not None:
            counts = draws[draw.count]
            values = np.repeat(np.array([row[draw.name] for row in rows], dtype=np.int64), counts)
            repeats[draw.name] = Repeated(values, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]))
    return Batch(height=len(rows), draws=draws, repeats=repeats, columns=_columns(case, keys), ordinals=keys)


def _columns(case: Case, keys: Integers) -> dict[str, pl.Series]:
    return {name: pool.gather(pl.Series(keys % len(pool), dtype=pl.UInt32)) for name, pool in case.columns.items()}


def simplest(made_: Generator) -> dict[str, int]:
    """Return every draw at its simplest value."""
    return {draw.name: draw.toward for draw in made_.draws}


def draws_are_sound(made_: Generator) -> None:
    """Every draw has a name of its own, a range of 64-bit integers and its simplest value and edges within."""
    names = [draw.name for draw in made_.draws]
    assert len(set(names)) == len(names)
    for draw in made_.draws:
        assert -(2**63) <= draw.low <= draw.toward <= draw.high < 2**63, draw
        assert all(draw.low <= edge <= draw.high for edge in draw.edges), draw
        assert draw.count is None or draw.count in names, draw


def slices_agree(case: Case, made_: Generator) -> None:
    """The same draws give the same values, however the rows are cut and in whatever order they come."""
    keys = np.arange(257)
    whole = made_.build(keyed(case, made_, keys)).to_list()
    cut = [
        made_.build(keyed(case, made_, keys[start:stop])).to_list() for start, stop in ((0, 1), (1, 100), (100, 257))
    ]
    assert [value for part in cut for value in part] == whole
    assert made_.build(keyed(case, made_, keys[::-1].copy())).to_list() == whole[::-1]


def one_row_agrees(case: Case, made_: Generator) -> None:
    """A row built alone, as a plain value, is the row that is built with others."""
    assert isinstance(made_.build, Builder)
    build, lattice = made_.build, lattice_of(case.request.column.type)
    batch = keyed(case, made_, np.arange(100 if made_.sequential else 300))
    for at, value in enumerate(build(batch).to_list()):
        columns = {name: _plain(values[at], case, name) for name, values in batch.columns.items()}
        draws = {name: int(values[at]) for name, values in batch.draws.items()}
        plain = build.one(One(draws.__getitem__, columns.__getitem__, at))
        if lattice is None or plain is None:
            assert plain == value
        else:
            assert isinstance(plain, int)
            assert lattice.decode(np.array([plain])).item() == value


def _plain(value: object, case: Case, name: str) -> object:
    types = case.request.types
    lattice = None if types is None else lattice_of(types(name))
    return value if lattice is None or value is None else int(lattice.position(value))


def dtypes_are_exact(case: Case, made_: Generator) -> None:
    """The dtype and the height are as promised, also without rows; NULL only where a needed column is NULL."""
    for height in (0, 1, 64):
        batch = keyed(case, made_, np.arange(height))
        values = made_.build(batch)
        assert values.dtype == made_.dtype
        assert len(values) == height
        absent = np.zeros(height, dtype=bool)
        for column in batch.columns.values():
            absent |= column.is_null().to_numpy()
        assert not (values.is_null().to_numpy() & ~absent).any()


def values_are_allowed(case: Case, made_: Generator, rows: int = 2_000) -> None:
    """Every value is in the request's domain."""
    for value in made_.build(keyed(case, made_, np.arange(rows))).drop_nulls().to_list():
        assert allowed(value, case.request), value


def ends_build(case: Case, made_: Generator) -> None:
    """Every end and edge of every draw gives an allowed value, the other draws standing at their simplest."""
    rows = [simplest(made_)]
    for draw in made_.draws:
        rows += [{**rows[0], draw.name: end} for end in dict.fromkeys((draw.low, draw.high, *draw.edges))]
    for value in made_.build(fixed(case, made_, rows)).drop_nulls().to_list():
        assert allowed(value, case.request), value


def distinct_draws_differ(case: Case, made_: Generator) -> None:
    """A distinct generator gives every combination of draws a value of its own, and so many there are."""
    if not made_.distinct:
        assert made_.capacity is None
        return
    assert all(draw.count is None for draw in made_.draws)
    combinations = _combinations(case, made_)
    values = _hashable(made_.build(fixed(case, made_, combinations)))
    assert len(set(values)) == len(combinations)
    if prod(draw.span for draw in made_.draws) <= ENUMERABLE:
        assert made_.capacity == len(set(values))


def _combinations(case: Case, made_: Generator) -> list[dict[str, int]]:
    if prod(draw.span for draw in made_.draws) <= ENUMERABLE:
        ranges = [range(draw.low, draw.high + 1) for draw in made_.draws]
        return [dict(zip((draw.name for draw in made_.draws), row, strict=True)) for row in product(*ranges)]
    batch = keyed(case, made_, np.arange(ENUMERABLE))
    rows = {tuple(int(batch.draws[draw.name][row]) for draw in made_.draws) for row in range(ENUMERABLE)}
    # Neighbours in the first draw alone, as a permutation gives them.
    first = made_.draws[0]
    rest = tuple(draw.low for draw in made_.draws[1:])
    rows |= {(at, *rest) for at in range(first.low, min(first.high, first.low + 500) + 1)}
    names = [draw.name for draw in made_.draws]
    return [dict(zip(names, row, strict=True)) for row in sorted(rows)]


def small_domains_are_covered(case: Case, made_: Generator) -> None:
    """Every value of a small domain is reached."""
    if case.complete is not None:
        values = made_.build(keyed(case, made_, np.arange(50 * len(case.complete) + 500)))
        assert set(_hashable(values)) == case.complete


def golden(case: Case, made_: Generator) -> str:
    """Return a digest of the values of the first 1,000 keys."""
    values = made_.build(keyed(case, made_, np.arange(1_000))).to_list()
    return sha256("\n".join(map(repr, values)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _hashable(values: pl.Series) -> list[object]:
    return [repr(value) if isinstance(value, list) else value for value in values.to_list()]


# ---- an independent reading of domains


def allowed(value: object, request: Request) -> bool:
    """Return whether a value is in the domain of a request and of its type, read without the generators' own code."""
    domain, lattice = request.domain, lattice_of(request.column.type)
    if domain.values is not None and value not in domain.values:
        return False
    if isinstance(value, list):
        return domain.min_length <= len(value) <= (len(value) if domain.max_length is None else domain.max_length)
    if value in domain.barred:
        return False
    if lattice is not None:
        position = lattice.position(value)
        low = lattice.low if domain.low is None else domain.low
        high = lattice.high if domain.high is None else domain.high
        # A float is the nearest to its position, not the position itself.
        near = round(position)
        slack = 0.01 if request.column.type.kind == "float" else 0
        return low <= near <= high and abs(position - near) <= slack and near not in domain.excluded
    return _text_allowed(value, request, domain)


def _text_allowed(value: object, request: Request, domain: Domain) -> bool:
    length = len(value) if isinstance(value, str | bytes) else len(str(value))
    octets = len(value.encode()) if isinstance(value, str) else length
    for limit in (
        request.column.type.length if request.column.type.kind in {"text", "bytes"} else None,
        domain.max_length,
    ):
        if limit is not None and length > limit:
            return False
    if length < domain.min_length or (domain.max_bytes is not None and octets > domain.max_bytes):
        return False
    text = str(value)
    if domain.letters and text != getattr(text, domain.letters)():
        return False
    if domain.trimmed and text != text.strip(" "):
        return False
    return all(_meets(text, pattern) for pattern in domain.patterns)


def _meets(text: str, pattern: Pattern) -> bool:
    flags = re.DOTALL | (re.IGNORECASE if pattern.insensitive else 0)
    if pattern.kind == "like":
        letters = {"%": ".*", "_": "."}
        found = re.fullmatch("".join(letters.get(letter, re.escape(letter)) for letter in pattern.text), text, flags)
    else:
        found = re.search(pattern.text, text, re.IGNORECASE if pattern.insensitive else 0)
    return (found is None) == pattern.negated
