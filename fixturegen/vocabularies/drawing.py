"""A plan compiled: bounded draws, and a build that gathers pools and joins them once for all rows.

Options of a choice share their draws, so a plan needs as many as its longest way: one draw for each random choice. A draw that
only one pool uses has the pool's size, or that of its look-up table where the pool is weighted (65,536 entries by largest
remainder, so integers alone decide at row level); a draw shared by several nodes is wide and cut to each one's size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import Integers, scaled
from fixturegen.generator import Batch, Draw, One, gathered
from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed, condensed
from fixturegen.vocabularies.seals import SEALS
from fixturegen.vocabularies.single import single_reader
from fixturegen.vocabularies.uses import Use, use_of

SHARED_BITS = 24
"""Bits of a draw that several nodes share; more where one of them has more than 2**18 values."""
_HEXADECIMALS = 65_536
FEW = 16
"""Up to so many texts are joined and written one by one: a query of Polars takes longer."""
SOME = 8_192
"""Up to so many texts are joined two by two, without a query."""
USUAL = 0.75
"""An option of this share is built for all rows, those that choose otherwise included."""
_LISTED = (1_024, 65_536)
"""Decimal texts of so many numbers are listed, and gathered faster than written, where they serve enough rows."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan as a generator needs it: its draws, and the texts (String, no nulls) that they give."""

    draws: tuple[Draw, ...]
    build: Callable[[Batch], pl.Series]
    one: Callable[[One], str]


class Rows:
    """Rows at hand: all of a batch, or some of other rows. Their slots are the draws in their order.

    Args:
        batch: The batch.
        names: Names of the slots' draws.
        within: The rows among which these are; None for all rows of the batch.
        places: Their places there.
    """

    def __init__(
        self,
        batch: Batch,
        names: tuple[str, ...],
        within: Rows | None = None,
        places: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self.height = batch.height if places is None else len(places)
        self._batch = batch
        self._names = names
        self._within = within
        self._places = places
        self._read: dict[int, Integers] = {}

    def slot(self, number: int) -> Integers:
        """Return the values of one slot."""
        if self._within is None or self._places is None:
            return self._batch.draws[self._names[number]]
        if number not in self._read:
            whole = self._within
            if whole._within is None:  # noqa: SLF001 - of its own kind
                self._read[number] = self._batch.drawn(self._names[number], self._places)
            else:
                self._read[number] = whole.slot(number)[self._places]
        return self._read[number]

    def among(self, places: npt.NDArray[np.intp]) -> Rows:
        """Return some of these rows."""
        return Rows(self._batch, self._names, self, places)


Reader = Callable[[Rows], pl.Series]


def compiled(plan: Plan, prefix: str = "text") -> Compiled:
    """Compile a plan; its draws are named ``prefix0``, ``prefix1``, ...

    The first values of pools are the simplest: towards them draws shrink.
    """
    small = condensed(plan)
    uses: list[list[Use]] = []
    _allot(small, 0, uses)
    spans = tuple(_span(slot) for slot in uses)
    reader, _ = _reader(small, 0, spans)
    names = tuple(f"{prefix}{number}" for number in range(len(spans)))

    def build(batch: Batch) -> pl.Series:
        return reader(Rows(batch, names))

    single = single_reader(small, spans)

    def one(row: One) -> str:
        return single(lambda number: row.draw(names[number]))

    return Compiled(tuple(Draw(name, 0, span - 1) for name, span in zip(names, spans, strict=True)), build, one)


def _allot(plan: Plan, at: int, uses: list[list[Use]]) -> int:
    """Note every use of the slots from ``at`` on and return the slot after the plan's last one."""
    match plan:
        case Pool() if len(plan.values) == 1:
            return at
        case Pool() | Numeral():
            _note(uses, at, use_of(plan))
            return at + 1
        case Joined():
            for part in plan.parts:
                at = _allot(part, at, uses)
            return at
        case Sealed():
            return _allot(plan.plan, at, uses)
        case Choice():
            _note(uses, at, use_of(plan))
            return max(_allot(option, at + 1, uses) for option in plan.options)


def _note(uses: list[list[Use]], at: int, use: Use) -> None:
    while len(uses) <= at:
        uses.append([])
    uses[at].append(use)


def _span(uses: list[Use]) -> int:
    sizes = {(use.exact, use.table is None) for use in uses}
    if len(sizes) == 1:
        return uses[0].exact
    widest = max(use.exact for use in uses)
    return int(2 ** min(62, max(SHARED_BITS, (widest - 1).bit_length() + 6)))


def _picker(use: Use, span: int) -> Callable[[Integers], npt.NDArray[np.integer]]:
    """Return how a slot's values become choices of one of its uses."""
    if span == use.exact:
        cut: Callable[[Integers], npt.NDArray[np.integer]] = _same
    elif not use.exact & (use.exact - 1):
        # Both are powers of two: the product below only shifts.
        right = span.bit_length() - use.exact.bit_length()
        cut = lambda values: values >> right  # noqa: E731 - the shortest closure
    elif use.exact < 2**31 and span < 2**32:
        shift, size = span.bit_length() - 1, use.exact
        cut = lambda values: values * size >> shift  # noqa: E731 - the shortest closure
    else:
        left = np.uint64(64 - (span.bit_length() - 1))
        cut = lambda values: scaled(values.astype(np.uint64) << left, np.full(len(values), use.exact))  # noqa: E731 - the same
    table = use.table
    return cut if table is None else lambda values: table.take(cut(values))


def _same(values: Integers) -> Integers:
    return values


def _reader(plan: Plan, at: int, spans: tuple[int, ...]) -> tuple[Reader, int]:
    """Return how rows become texts of the plan whose first slot is ``at``, and the slot after its last."""
    match plan:
        case Pool():
            return _pool_reader(plan, at, spans), at + (len(plan.values) > 1)
        case Numeral():
            return _numeral_reader(plan, at, spans), at + 1
        case Joined():
            return _joined_reader(plan, at, spans)
        case Choice():
            return _choice_reader(plan, at, spans)
        case Sealed():
            inner, after = _reader(plan.plan, at, spans)
            seal = SEALS[plan.seal].sealed
            return (lambda rows: seal(inner(rows))), after


def _pool_reader(plan: Pool, at: int, spans: tuple[int, ...]) -> Reader:
    pool = _pool(plan.values)
    if len(plan.values) == 1:
        return lambda rows: pool.new_from_index(0, rows.height)
    pick = _picker(use_of(plan), spans[at])
    return lambda rows: gathered(pool, pick(rows.slot(at)))


@lru_cache(maxsize=256)
def _pool(values: tuple[str, ...]) -> pl.Series:
    """Return a list of texts as a series, which the many places of a plan that take from it share."""
    return pl.Series(values, dtype=pl.String)


def _numeral_reader(plan: Numeral, at: int, spans: tuple[int, ...]) -> Reader:
    pick = _picker(use_of(plan), spans[at])

    def read(rows: Rows) -> pl.Series:
        numbers = pick(rows.slot(at)).astype(np.int64) + plan.low
        return decimal_text(numbers, plan.width) if plan.base == 10 else _hexadecimal_text(plan, numbers)

    return read


def decimal_text(numbers: Integers, width: int) -> pl.Series:
    """Return the numbers written with at least ``width`` digits."""
    if len(numbers) and int(numbers.min()) >= 0:
        greatest = int(numbers.max())
        for size in _LISTED:
            if greatest < size and len(numbers) * 4 >= size:
                return gathered(_decimals(size, width), numbers)
    return _written(numbers, width)


@lru_cache(maxsize=16)
def _decimals(size: int, width: int) -> pl.Series:
    return _written(np.arange(size), width)


def _written(numbers: Integers, width: int) -> pl.Series:
    if len(numbers) <= FEW:
        return pl.Series([str(number).zfill(width) for number in numbers.tolist()], dtype=pl.String)
    text = pl.Series(numbers).cast(pl.String)
    return text.str.zfill(width) if width > 1 else text


@lru_cache(maxsize=8)
def _hexadecimals(width: int) -> pl.Series:
    return pl.Series([f"{number:0{width}x}" for number in range(_HEXADECIMALS)])


def _hexadecimal_text(plan: Numeral, numbers: Integers) -> pl.Series:
    if plan.high < _HEXADECIMALS:
        return gathered(_hexadecimals(plan.width), numbers)
    whole = concatenated([gathered(_hexadecimals(4), numbers >> 16), gathered(_hexadecimals(4), numbers & 0xFFFF)])
    if plan.width == 8:
        return whole
    return whole.str.strip_chars_start("0").str.zfill(max(1, plan.width))


def concatenated(parts: Sequence[pl.Series | str]) -> pl.Series:
    """Return the texts joined row by row, null where one is null; a plain text is the same in all rows.

    At least one part is a series.
    """
    columns = {str(number): part for number, part in enumerate(parts) if isinstance(part, pl.Series)}
    if len(columns) == len(parts) <= 2:
        first, *others = columns.values()
        return (first + others[0] if others else first).alias("")
    height = len(next(iter(columns.values())))
    if height <= FEW:
        rows = zip(*([part] * height if isinstance(part, str) else part.to_list() for part in parts), strict=True)
        return pl.Series([None if None in row else "".join(row) for row in rows], dtype=pl.String)
    if height <= SOME:
        return reduce(add, parts).alias("")  # type: ignore[union-attr] # one of them is a series
    holes = [pl.col(str(number)) if isinstance(part, pl.Series) else pl.lit(part) for number, part in enumerate(parts)]
    return pl.DataFrame(columns).select(pl.format("{}" * len(holes), *holes).alias("")).to_series()


def _joined_reader(plan: Joined, at: int, spans: tuple[int, ...]) -> tuple[Reader, int]:
    readers: list[Reader] = []
    for part in plan.parts:
        reader, at = _reader(part, at, spans)
        readers.append(reader)
    return (lambda rows: concatenated([reader(rows) for reader in readers])), at


def _choice_reader(plan: Choice, at: int, spans: tuple[int, ...]) -> tuple[Reader, int]:
    pick = _picker(use_of(plan), spans[at])
    made = [_reader(option, at + 1, spans) for option in plan.options]
    readers, after = [reader for reader, _ in made], max(slot for _, slot in made)

    def parted(rows: Rows, options: npt.NDArray[np.integer]) -> pl.Series:
        if rows.height == 1:
            return readers[int(options[0])](rows)
        # Sixteen bits: the stable sort is then a radix sort.
        order = np.argsort(options.astype(np.uint16), kind="stable")
        borders = np.searchsorted(options[order], np.arange(len(readers) + 1))
        pieces = [
            reader(rows.among(order[borders[number] : borders[number + 1]]))
            for number, reader in enumerate(readers)
            if borders[number] < borders[number + 1]
        ]
        if not pieces:
            return pl.Series([], dtype=pl.String)
        back = np.empty(len(order), dtype=np.uint32)
        back[order] = np.arange(len(order), dtype=np.uint32)
        return gathered(pl.concat(pieces, rechunk=True), back)

    usual = _usual(plan)
    if usual is None:
        return (lambda rows: parted(rows, pick(rows.slot(at)))), after

    def read(rows: Rows) -> pl.Series:
        options = pick(rows.slot(at))
        if rows.height == 1:
            return parted(rows, options)
        others = np.flatnonzero(options != usual)
        whole = readers[usual](rows)
        if len(others) == 0:
            return whole
        return whole.scatter(others.astype(np.uint32), parted(rows.among(others), options[others]))

    return read, after


def _usual(plan: Choice) -> int | None:
    """Return the option that nearly all rows choose: it is built for all of them, which saves sorting. None without one."""
    largest = max(range(len(plan.weights)), key=plan.weights.__getitem__, default=None)
    return largest if largest is not None and plan.weights[largest] >= USUAL * sum(plan.weights) else None
