"""``min``, ``max`` and ``choices``: on the bound, one step to either side; each choice, and what is none of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.conditions import limit_of
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.values import around, measured, others
from fixturegen.constraints.contract import Constraint
from fixturegen.schema import AsOf, Bound, Column, Constant, Path

_BASES = 10
_CHOOSING = 4
_MOST_CHOICES = 400


def ranges(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose values around bounds, and in and beside choices."""
    found: list[Wish] = []
    for each in bench.constraints:
        if each.kind in {"min", "max", "choices"} and bench.columns[each.columns[0]].generated is not None:
            reason = "the database computes the column"
            found.append(
                Wish(constraint=each, suffix="beyond", way="another value", breaks=True, places=(), reason=reason)
            )
        elif each.kind in {"min", "max"}:
            found += _bounds(bench, enforcement, each, bench.columns[each.columns[0]])
        elif each.kind == "choices":
            found += _choices(bench, enforcement, each, bench.columns[each.columns[0]])
    return lambda: iter(found)


def _bounds(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    bound = column.low if constraint.kind == "min" else column.high
    assert bound is not None
    reason = enforcement.bound_uncertain(bench.table, column)
    if reason is not None:
        yield Wish(
            constraint=constraint,
            suffix="beyond",
            way=f"{column.name} beyond it",
            breaks=True,
            places=(),
            reason=reason,
        )
        return
    sides: dict[str, list[int]] = {"below": [], "at": [], "above": []}
    for base in range(min(_BASES, len(bench.pool.rows[bench.table.name]))):
        limit = limit_of(bench, bench.candidates[base].row, bound)
        measure = measured(limit)
        for value in around(limit, column.type) if limit is not None else ():
            own = measured(value)
            assert own is not None
            assert measure is not None
            side = "below" if own < measure else "above" if own > measure else "at"
            sides[side].append(bench.mutant(base, {column.name: value}))
    said = _said(bound, bench)
    for side, places in sides.items():
        breaks = side == ("below" if constraint.kind == "min" else "above")
        yield Wish(
            constraint=constraint,
            suffix=side,
            way=partial(_beside, column.name, side, said),
            breaks=breaks,
            places=places,
            judge=enforcement.judge(constraint),
            silent=not breaks,
        )


def _beside(name: str, side: str, said: str, row: Row) -> str:
    return f"{name} = {row[name]}, {'just ' if side != 'at' else ''}{side} {said}"


def _said(bound: Bound, bench: Bench) -> str:
    match bound:
        case Constant(value):
            return str(value)
        case AsOf():
            return str(bench.pool.schema.as_of)
        case Path(references, column):
            return ".".join((*references, column))


def _choices(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    values = [choice.value for choice in column.choices]
    bases = range(min(_CHOOSING, len(bench.pool.rows[bench.table.name])))
    for value in values[:_MOST_CHOICES]:
        places = [bench.mutant(base, {column.name: value}) for base in bases]
        yield Wish(
            constraint=constraint,
            suffix=f"is {value}",
            way=f"{column.name} = {value}",
            breaks=False,
            places=places,
            silent=True,
        )
    outside = [each for value in values[:4] for each in _outside(value, column) if each not in values]
    places = [bench.mutant(base, {column.name: each}) for each in dict.fromkeys(outside) for base in bases]
    strange = {"enum": "?", "boolean": 2}.get(column.type.kind)
    if strange is not None and enforcement.dialect == "sqlite":
        places += [bench.mutant(base, {}, {column.name: strange}) for base in bases]
    yield Wish(
        constraint=constraint,
        suffix="none of them",
        way=lambda row: f"{column.name} = {row[column.name]}, which is none of the choices",
        breaks=True,
        places=places,
        reason="its type says the same" if enforcement.is_subsumed(constraint) else "",
    )


def _outside(value: object, column: Column) -> list[object]:
    return [*others(value, column.type), *(around(value, column.type)[1:])]
