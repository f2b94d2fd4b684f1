"""How one row fills each kind of column: what :mod:`fixturegen.fills.rows` fills for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.access.totals import total_filler
from fixturegen.draws import few, stream
from fixturegen.fills.rows import NULL_UNIT
from fixturegen.generator import Batch, Builder, Draw, Generator, One
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Gathered, Numbered
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.access.alone import Filler, OneRow, OneTable

Chance = Callable[["OneRow"], bool]
Drawer = Callable[["OneRow"], Callable[[str], int]]


def filler(table: OneTable, name: str) -> Filler | None:
    """Return how one row of a table fills a column; None where the engine has to.

    Args:
        table: The table.
        name: The column.
    """
    match table.plan.steps.get(name):
        case Drawn() as step:
            values, empty = drawn(table, name, step), _drawn_absence(table, name, step)
            return values if values is None or empty is None else _blanked(values, empty)
        case Gathered() as step:
            values = _gathered(table, name, step)
            empty = table.absence(name)
            return values if values is None or empty is None else _blanked(values, empty)
        case Cased() as step:
            return _cased(table, name, step)
        case Aggregated() as step:
            return total_filler(table, name, step.aggregate)
        case Numbered() as step:
            return _numbered(table, step)
    return None


def raw_filler(table: OneTable, name: str) -> Filler | None:
    """Return how one row fills a given column, by its dotted name, before a case makes it NULL; None where the engine has to."""
    path = table.plan.paths.get(name)
    if path is not None and path.references:
        return _related(table, name, path.references[0]) if table.readable(name) else None
    match table.plan.steps[name]:
        case Gathered() as step:
            return _gathered(table, name, step)
        case Drawn() as step:
            return drawn(table, name, step)
    return (lambda row: row.value(name)) if table.readable(name) else None


def absence(table: OneTable, name: str) -> Chance | None:
    """Return whether a referring column of a row is NULL although the row chooses a parent; None for never."""
    step = table.plan.steps.get(name)
    if not isinstance(step, Gathered):
        return None
    if step.component is not None:
        return _case_absence(step.component, name)
    link = table.plan.links[step.reference]
    return chance(table, (*link.nullable, "null"), step.nulls) if step.nulls > 0 else None


def _case_absence(number: int, name: str) -> Chance:
    def empty(row: OneRow) -> bool:
        cased = row.component(number)
        return bool(row.rows.case_rows(number).absent(name)[0]) if cased is None else cased.absent(row, name)

    return empty


def chance(table: OneTable, names: tuple[str, ...], share: float) -> Chance:
    """Return whether a row draws a NULL of that share, 0 to 1."""
    number, limit = stream(table.seed, table.name, *names), round(share * NULL_UNIT)
    return lambda row: few.keyed(number, row.key) >> 32 < limit


def _blanked(values: Filler, empty: Chance) -> Filler:
    return lambda row: None if empty(row) else values(row)


def _related(table: OneTable, name: str, reference: str) -> Filler:
    """Return how a row reads a column of a related row: of the parent that it chooses, whether a case takes it away or not."""
    path = table.plan.paths[name]

    def read(row: OneRow) -> object:
        at = row.chooses(reference)
        for each in path.references[1:]:
            at = None if at is None else at.parent(each)
        return None if at is None else at.value(path.column)

    return read


# ---- drawn columns


def drawn(table: OneTable, name: str, step: Drawn) -> Filler | None:
    """Return how a row fills a drawn column, NULL left aside."""
    generator = step.generator
    one = single(generator)
    moved = any(name in settled.columns for settled in table.plan.settled)
    if one is None or moved or not all(table.readable(need) for need in generator.needs):
        return None
    if not table.numbered and (generator.sequential or step.index is not None):
        return None  # refused by the engine, which says why
    draw = _digits(table, step, step.index) if step.index is not None else drawer(table, step.names, generator.draws)
    return lambda row: one(One(draw(row), row.dotted, row.number))


def _drawn_absence(table: OneTable, name: str, step: Drawn) -> Chance | None:
    if step.component is not None:
        return _case_absence(step.component, name)
    return chance(table, (name, "null"), step.nulls) if step.nulls > 0 else None


def single(generator: Generator) -> Callable[[One], object] | None:
    """Return how a generator builds one row; None where that takes a series of each needed column, or no plain value comes out."""
    if isinstance(generator.build, Builder):
        return generator.build.one
    repeated = any(draw.count is not None for draw in generator.draws)
    if repeated or generator.needs or generator.sequential or generator.dtype != pl.String():
        return None

    def one(row: One) -> object:
        draws = {draw.name: np.array([row.draw(draw.name)], dtype=np.int64) for draw in generator.draws}
        return generator.build(Batch(1, draws, ordinals=np.array([row.ordinal], dtype=np.int64)))[0]

    return one


def drawer(table: OneTable, names: tuple[str, ...], draws: tuple[Draw, ...]) -> Drawer:
    """Return what gives a row its draws, keyed by names after the table's."""
    known = {
        draw.name: (stream(table.seed, table.name, *names, draw.name), draw.low, draw.high)
        for draw in draws
        if draw.count is None
    }

    def of(row: OneRow) -> Callable[[str], int]:
        key = row.key

        def draw(name: str) -> int:
            number, low, high = known[name]
            return few.bounded(few.keyed(number, key), low, high)

        return draw

    return of


def _digits(table: OneTable, step: Drawn, index: str) -> Drawer:
    """Return what gives a row its own draws: the digits, in mixed radix, of its place in a permutation."""
    keys = few.bits(stream(table.seed, table.name, index, "unique"), range(8))
    radix: dict[str, tuple[int, Draw]] = {}
    weight = prod(step.parts)
    for draw in step.generator.draws:
        radix[draw.name] = (weight, draw)
        weight *= draw.span
    known: Mapping[str, tuple[int, Draw]] = radix

    def of(row: OneRow) -> Callable[[str], int]:
        if index not in row.places:
            row.places[index] = few.permuted(keys, row.number % step.whole, step.whole) if step.whole > 1 else 0
        place = row.places[index]

        def draw(name: str) -> int:
            weight, of = known[name]
            return place // weight % of.span + of.low

        return draw

    return of


# ---- columns of references, of cases, of numbers


def _gathered(table: OneTable, name: str, step: Gathered) -> Filler | None:
    """Return how a row reads the target of a reference, where it is held as the column is."""
    reference = step.reference
    parents = table.parents(reference)
    if not parents.readable(step.target):
        return None
    (own, lattice), (theirs, other) = table.type(name), parents.type(step.target)
    alike = (
        (lattice.family, lattice.step) == (other.family, other.step) if lattice and other else own.kind == theirs.kind
    )
    if not alike or table.finder(reference) is None:
        return None

    def read(row: OneRow) -> object:
        parent = row.chooses(reference)
        return None if parent is None else parent.value(step.target)

    return read


def _cased(table: OneTable, name: str, step: Cased) -> Filler | None:
    if table.component(step.component) is None:
        return None

    def read(row: OneRow) -> object:
        cased = row.component(step.component)
        return row.engines(name) if cased is None else cased.values[name]

    return read


def _numbered(table: OneTable, step: Numbered) -> Filler | None:
    count, stride = table.plan.count, table.stride
    if not isinstance(count, PerParent) or count.reference != step.reference:
        return None
    return lambda row: row.number % stride + 1
