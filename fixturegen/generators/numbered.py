"""Columns whose values are numbered: a draw is the number of a text among shapes, or of an entry of a pool."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import polars as pl

from fixturegen.draws import Integers, bits, bounded, stream
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.searching import searcher
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Picks, Request, gathered
from fixturegen.generators import languages
from fixturegen.generators.holes import skipping
from fixturegen.generators.languages import Language
from fixturegen.generators.membership import belongs
from fixturegen.generators.shapes import FARTHEST, Shape, unbiased, unbiased_one
from fixturegen.lattice import EXACT_KINDS, lattice_of
from fixturegen.schema import Type

LARGEST_POOL = 4_096
_CANDIDATES = 8_192
_WIDE = 256
_FEWEST = 16
_MOST_LETTERS = 4_000_000


def pooled(
    request: Request, name: str, pool: pl.Series, *, distinct: bool = True, needs_check: bool = True, remark: str = ""
) -> Generator:
    """Return a generator that gathers entries of a pool, those outside the domain left out. Shrinks to the first.

    Args:
        request: For the domain and errors.
        name: The generator's name.
        pool: Values of the column's dtype, simplest first.
        distinct: Whether the entries differ from each other.
        needs_check: Whether entries may lie outside the domain.
        remark: For the plan.

    Raises:
        ImpossibleError: If no entry is in the domain.
    """
    if needs_check:
        test = belongs(request)
        pool = pool.filter(pl.Series([test(value) for value in pool.to_list()], dtype=pl.Boolean))
    if not len(pool):
        message = f"no value that {name} can give is allowed in {request.column.name}"
        raise ImpossibleError(message, where=request.where)
    draw = Draw("at", 0, len(pool) - 1)
    pool = pool.rechunk()

    return Generator(
        name=name,
        dtype=pool.dtype,
        draws=(draw,),
        build=from_pool(
            lambda batch: Picks(pool, batch.draws["at"]), pool, request.column.type, lambda row: row.draw("at")
        ),
        distinct=distinct,
        remark=remark,
    )


def from_pool(
    picks: Callable[[Batch], Picks], pool: pl.Series, type_: Type, place: Callable[[One], int]
) -> Callable[[Batch], pl.Series]:
    """Return a ``build`` that takes entries of a pool, quicker for one row where they are plain values.

    Args:
        picks: Draws to entries, of the pool or of a longer one that holds the same.
        pool: The entries.
        type_: The column's type.
        place: The place of a row's entry.
    """
    lattice = lattice_of(type_)
    if lattice is None and isinstance(pool.dtype, pl.String | pl.Enum):
        return Builder.picking(picks, lambda row: pool[place(row)])
    if lattice is None or type_.kind not in EXACT_KINDS:
        return lambda batch: picks(batch).values()

    @cache
    def positions() -> list[int]:
        return [int(at) for at in lattice.positions(pool)]

    return Builder.picking(picks, lambda row: positions()[place(row)])


def texts(request: Request, name: str, shapes: Language) -> Generator:
    """Return a generator of the texts of some shapes, all of which are allowed except those that the domain bars.

    Few texts become a pool, one shape is numbered as it is; several shapes share the rows evenly, or are numbered one after
    the other where all values are to be distinct.

    Raises:
        ImpossibleError: If every text is barred.
    """
    if sum(shape.size for shape in shapes) <= LARGEST_POOL:
        return pooled(request, name, enumerated(shapes))
    widest = max(shape.width for shape in shapes)
    if widest > _WIDE and not request.distinct:
        # Long texts are gathered, not written anew for every row: a chunk of them would take gigabytes.
        some = _candidates(request, name, shapes, max(_FEWEST, _MOST_LETTERS // widest))
        return pooled(request, name, pl.Series(some, dtype=pl.String), remark=f"one of {len(some)} long texts")
    if len(shapes) == 1:
        return _single(request, name, shapes[0])
    if request.distinct:
        return _chained(request, name, shapes)
    return _several(request, name, shapes)


def enumerated(shapes: Language) -> pl.Series:
    """Return every text of some shapes once, the shortest first."""
    found: dict[str, None] = {}
    for shape in shapes:
        # Few texts: no more than one limb.
        found |= dict.fromkeys(shape.build([np.arange(shape.size, dtype=np.int64)]).to_list())
    return pl.Series(sorted(found, key=lambda text: (len(text), text)), dtype=pl.String)


def _single(request: Request, name: str, shape: Shape) -> Generator:
    """Number the texts of one shape. A barred text takes its first limb with it: at most one in 2**31 others goes too."""
    found = [
        place for place in map(shape.index, map(str, sorted(map(str, request.domain.barred)))) if place is not None
    ]
    left, place = skipping(0, shape.spans[0] - 1, {limbs[0] for limbs in found})
    if left < 1:
        message = f"every text of {request.column.name} is barred"
        raise ImpossibleError(message, where=request.where)
    spans = (left, *shape.spans[1:])
    draws = tuple(Draw(_limb(number), 0, span - 1) for number, span in enumerate(spans))

    def build(batch: Batch) -> pl.Series:
        limbs = unbiased({number: batch.draws[_limb(number)] for number in range(len(spans))}, spans)
        return shape.build([place(limbs[0]), *limbs[1:]])

    def one(row: One) -> object:
        limbs = unbiased_one([row.draw(draw.name) for draw in draws], spans)
        return shape.text([place.one(limbs[0]), *limbs[1:]])

    return Generator(name=name, dtype=pl.String(), draws=draws, build=Builder(build, one), distinct=True)


def _limb(number: int) -> str:
    return "at" if number == 0 else f"at{number + 1}"


def _chained(request: Request, name: str, shapes: Language) -> Generator:
    """Number the texts of several shapes one after the other, the narrowest first, as far as one draw reaches."""
    kept: list[Shape] = []
    total = 0
    for shape in languages.disjoint(shapes):
        if total + shape.size <= FARTHEST:
            kept.append(shape)
            total += shape.size
    if not kept:
        return _single(request, name, max(shapes, key=lambda shape: shape.size))
    starts = np.cumsum([0, *(shape.size for shape in kept)], dtype=np.int64)
    left, place = skipping(0, total - 1, _places(request, kept, starts))
    if left < 1:
        message = f"every text of {request.column.name} is barred"
        raise ImpossibleError(message, where=request.where)

    def build(batch: Batch) -> pl.Series:
        number = place(batch.draws["at"])
        of = np.searchsorted(starts, number, side="right") - 1
        return _assembled(of, kept, lambda shape, rows: [number[rows] - starts[shape]])

    firsts = starts.tolist()

    def one(row: One) -> object:
        number = place.one(row.draw("at"))
        of = bisect_right(firsts, number) - 1
        return kept[of].text([number - firsts[of]])

    draw = Draw("at", 0, left - 1)
    return Generator(name=name, dtype=pl.String(), draws=(draw,), build=Builder(build, one), distinct=True)


def _places(request: Request, shapes: Sequence[Shape], starts: Integers) -> set[int]:
    barred = [str(value) for value in request.domain.barred]
    found = set()
    for shape, start in zip(shapes, starts.tolist(), strict=False):
        found |= {start + place[0] for text in barred if (place := shape.index(text)) is not None}
    return found


def _several(request: Request, name: str, shapes: Language) -> Generator:
    """Let the shapes share the rows evenly. Where values may repeat, a barred text gives way to the first that is not."""
    limbs = max(len(shape.spans) for shape in shapes)
    draws = tuple(Draw(_limb(number), 0, FARTHEST - 1) for number in range(limbs))
    spare = _spare(request, shapes)

    def build(batch: Batch) -> pl.Series:
        values = _assembled(
            batch.draws["shape"],
            shapes,
            lambda shape, rows: [batch.draws[_limb(at)][rows] % span for at, span in enumerate(shapes[shape].spans)],
        )
        return values if spare is None else values.replace(sorted(map(str, request.domain.barred)), spare)

    barred = frozenset(map(str, request.domain.barred))

    def one(row: One) -> object:
        shape = shapes[row.draw("shape")]
        text = shape.text([row.draw(_limb(at)) % span for at, span in enumerate(shape.spans)])
        return spare if text in barred else text

    return Generator(
        name=name,
        dtype=pl.String(),
        draws=(Draw("shape", 0, len(shapes) - 1), *draws),
        build=Builder(build, one),
        distinct=False,
    )


def _spare(request: Request, shapes: Language) -> str | None:
    """Return a text that is not barred, where some are."""
    barred = request.domain.barred
    if not barred:
        return None
    for shape in shapes:
        first = np.arange(min(shape.spans[-1], len(barred) + 1), dtype=np.int64)
        limbs = [np.zeros(len(first), dtype=np.int64) for _ in shape.spans[:-1]]
        for text in shape.build([*limbs, first]).to_list():
            if text not in barred:
                return str(text)
    message = f"every text of {request.column.name} is barred"
    raise ImpossibleError(message, where=request.where)


def _assembled(of: Integers, shapes: Sequence[Shape], indexes: Callable[[int, Integers], list[Integers]]) -> pl.Series:
    """Build each row by the shape it belongs to, and put the rows back in their order.

    Args:
        of: Number of each row's shape.
        shapes: The shapes.
        indexes: Returns the indexes, one array a limb, of the given rows of the given shape.
    """
    order = np.argsort(of, kind="stable")
    borders = np.searchsorted(of[order], np.arange(len(shapes) + 1))
    built = []
    for number, shape in enumerate(shapes):
        rows = order[borders[number] : borders[number + 1]]
        if len(rows):
            built.append(shape.build(indexes(number, rows)))
    if not built:
        return pl.Series([], dtype=pl.String)
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return gathered(pl.concat(built), back)


def matching(request: Request, name: str, shapes: Language, expressions: Iterable[str]) -> Generator:
    """Return a pool of those constructed texts that are found to match, for conditions that shapes cannot say.

    Raises:
        ImpossibleError: If none of 8,192 constructed texts matches.
    """
    candidates = _candidates(request, name, shapes)
    whole = [searcher(expression, whole=True) for expression in expressions]
    test = belongs(request)
    kept = [text for text in candidates if test(text) and all(one(text) for one in whole)]
    if not kept:
        patterns = ", ".join(repr(pattern.text) for pattern in request.domain.patterns)
        message = f"none of {len(candidates)} texts constructed for {request.column.name} matches all of {patterns}"
        raise ImpossibleError(message, where=request.where)
    if request.distinct <= LARGEST_POOL:
        kept = kept[:: max(1, len(kept) // LARGEST_POOL)][:LARGEST_POOL]
    remark = f"one of {len(kept)} texts that were matched against the conditions beforehand"
    return pooled(request, name, pl.Series(kept, dtype=pl.String), needs_check=False, remark=remark)


def _candidates(request: Request, name: str, shapes: Language, most: int = _CANDIDATES) -> list[str]:
    """Return texts of some shapes, keyed by nothing but their number: all where they are few."""
    if sum(shape.size for shape in shapes) <= most:
        return [str(text) for text in enumerated(shapes).to_list()]
    keys = np.arange(min(most, _CANDIDATES))
    free = _several(_unbarred(request), name, shapes)
    draws = {draw.name: bounded(bits(stream(0, name, draw.name), keys), draw.low, draw.high) for draw in free.draws}
    found = free.build(Batch(height=len(keys), draws=draws)).to_list()
    return sorted(dict.fromkeys(found), key=lambda text: (len(text), text))


def _unbarred(request: Request) -> Request:
    return Request(table=request.table, column=request.column, where=request.where)
