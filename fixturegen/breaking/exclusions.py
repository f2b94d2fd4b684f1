"""Exclusion constraints: a row that collides with another, one that differs in what is compared, and one that is just adjacent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from fixturegen.breaking.bench import UNEVALUATED, Bench
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.placing import Key
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.uniques import Proposed
from fixturegen.constraints.conditions import truth_of
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Exclusion, Unique

_REFLEXIVE = frozenset({"=", "&&", "@>", "<@", "~="})
"""Operators by which every value collides with itself."""
_RANGE = re.compile(r"^\[([^,\"]+),([^,\"]+)\)$")
_CALL = re.compile(r"^\w+range\s*\(\s*\"?(\w+)\"?\s*,\s*\"?(\w+)\"?\s*(?:,\s*'\[\)'(?:::text)?\s*)?\)$", re.IGNORECASE)


def exclusions(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows beside rows, for every exclusion constraint that can be judged here."""
    found = [_read(bench, each) for each in bench.constraints if isinstance(each.subject, Exclusion)]
    for each in found:
        if each.proposed is not None:
            each.proposed.propose()
    adjacent = {each.constraint.name: _propose_adjacent(bench, each) for each in found if each.proposed is not None}

    def wishes() -> Iterator[Wish]:
        for each in found:
            if each.proposed is None:
                yield Wish(
                    constraint=each.constraint, suffix="collision", way="two rows that collide", breaks=True, places=(),
                    judge=enforcement.judge(each.constraint), reason="only the database knows its operators",
                )  # fmt: skip
                continue
            bench.keys[each.constraint.name] = _keys(bench, each)
            yield from _of(bench, each, enforcement, adjacent[each.constraint.name])

    return wishes


@dataclass(frozen=True, slots=True)
class _Read:
    """An exclusion, and the unique that it is like; None where nobody but the database knows."""

    constraint: Constraint
    exclusion: Exclusion
    proposed: Proposed | None


def _read(bench: Bench, constraint: Constraint) -> _Read:
    exclusion = constraint.subject
    assert isinstance(exclusion, Exclusion)
    same: list[str] = []
    unequal: list[str] = []
    for text, operator in zip(exclusion.expressions, exclusion.operators, strict=True):
        names = _columns(bench, text)
        if names is None or (operator not in _REFLEXIVE and operator not in {"<>", "!="}):
            return _Read(constraint, exclusion, None)
        (same if operator in _REFLEXIVE else unequal).extend(names)
    key = Unique(
        columns=tuple(dict.fromkeys(same)), name=exclusion.name, predicate=exclusion.predicate, dialect="postgresql"
    )
    return _Read(constraint, exclusion, Proposed(bench, constraint, key, tuple(unequal)))


def _columns(bench: Bench, text: str) -> list[str] | None:
    plain = text.strip('"')
    if plain in bench.columns:
        return [plain]
    try:
        names = mentioned(parsed(text, "postgresql"))
    except SchemaError:
        return None
    return [name for name in names if name in bench.columns] if all(name in bench.columns for name in names) else None


def _keys(bench: Bench, read: _Read) -> list[Key | None]:
    """The values that collide, of the rows that the constraint binds."""
    assert read.proposed is not None
    names = read.proposed.unique.columns
    rows = [each.row for each in bench.candidates]
    keys = [None if any(row[name] is None for name in names) else tuple(row[name] for name in names) for row in rows]
    if read.exclusion.predicate is None:
        return list(keys)
    try:
        frame, holds = truth_of(bench.data, bench.table.name, read.exclusion.predicate, "postgresql")
        bound = set(frame.filter(holds).select(pl.col(ROW)).collect()[ROW].to_list())
    except (Unverifiable, *UNEVALUATED):
        return [None] * len(keys)
    return [key if at in bound else None for at, key in enumerate(keys)]


def _of(bench: Bench, read: _Read, enforcement: Enforcement, adjacent: dict[int, list[int]]) -> Iterator[Wish]:
    assert read.proposed is not None
    compared = {
        text.strip('"')
        for text, operator in zip(read.exclusion.expressions, read.exclusion.operators, strict=True)
        if operator == "="
    }
    for wish in read.proposed.wishes(enforcement):
        other = wish.suffix.startswith("other ")
        if not other or wish.suffix.removeprefix("other ") in compared:
            yield wish
    for anchor, places in adjacent.items():
        yield Wish(
            constraint=read.constraint, suffix="adjacent", way="a range that begins where the other ends", breaks=False,
            places=places, beside=anchor, silent=True, judge=enforcement.judge(read.constraint),
        )  # fmt: skip
    del bench


def _propose_adjacent(bench: Bench, read: _Read) -> dict[int, list[int]]:
    """Add rows whose range begins where an anchor's ends."""
    assert read.proposed is not None
    found: dict[int, list[int]] = {}
    for anchor in read.proposed.anchors:
        for place in anchor.same:
            row = bench.candidates[anchor.place].row
            for text, operator in zip(read.exclusion.expressions, read.exclusion.operators, strict=True):
                changes = _next(row, text) if operator == "&&" else None
                if changes is not None:
                    found.setdefault(anchor.place, []).append(bench.mutant(place, changes))
    return found


def _next(row: Row, text: str) -> Row | None:
    """Return the columns of the range after a row's; None where it cannot be told."""
    plain = text.strip('"')
    if plain in row:
        value = row[plain]
        found = _RANGE.match(value) if isinstance(value, str) else None
        after = None if found is None else _after(found.group(1), found.group(2))
        return None if found is None or after is None else {plain: f"[{found.group(2)},{after})"}
    call = _CALL.match(text)
    if call is None or not {call.group(1), call.group(2)} <= row.keys():
        return None
    low, high = row[call.group(1)], row[call.group(2)]
    if low is None or high is None:
        return None
    return {call.group(1): high, call.group(2): high + (high - low)}  # type: ignore[operator] # bounds of a range


def _after(low: str, high: str) -> str | None:
    """Return the end of a range as long as another that begins at its end.

    >>> _after("10", "20"), _after("2024-01-01", "2024-01-04")
    ('30', '2024-01-07')
    """
    for read in (date.fromisoformat, datetime.fromisoformat, Decimal):
        try:
            first, last = read(low.strip()), read(high.strip())
            return str(last + (last - first))  # type: ignore[operator] # of one class both
        except (ValueError, ArithmeticError):
            continue
    return None
