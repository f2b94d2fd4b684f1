"""Wishes about checks: every clause on each side of its boundary, and NULL, where it alone decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.clauses import Clause
from fixturegen.breaking.clocks import far
from fixturegen.breaking.conditions import Condition, Sight, conditions, sights, vary
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish


def checks(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows on all sides of the checks' clauses."""
    found = conditions(bench)
    for condition in found:
        vary(bench, condition)

    def wishes() -> Iterator[Wish]:
        for condition in found:
            yield from _wishes(bench, enforcement, condition)

    return wishes


def _wishes(bench: Bench, enforcement: Enforcement, condition: Condition) -> Iterator[Wish]:
    name, judge = condition.constraint.name, enforcement.judge(condition.constraint)
    if name in bench.unjudged or name not in bench.bad:
        yield Wish(
            constraint=condition.constraint,
            suffix="false",
            way="the condition is false",
            breaks=True,
            places=(),
            judge=judge,
        )
        return
    bad, one = bench.bad[name], len(condition.clauses) == 1
    broken, said = False, set[str]()
    # What the clock decides about, a candidate tells only where it is far from any clock.
    clocked = {name for clause in condition.clauses if clause.clock for name in _own(condition, clause)}
    telling = far(bench, clocked) if clocked else np.ones(len(bench), dtype=np.bool_)
    for number, sight in enumerate(sights(bench, condition)):
        shown = sight.seen & sight.decisive & (telling | (sight.state == "null"))
        sides = [breaks for breaks in (False, True) if (shown & (bad == breaks)).any()]
        for breaks in sides:
            places = np.flatnonzero(shown & (bad == breaks))
            broken = broken or breaks
            suffix = sight.state if one else f"{sight.clause.text}: {sight.state}"
            suffix = f"{suffix} (false)" if breaks and len(sides) > 1 else suffix
            repeated = suffix in said
            said.add(suffix)
            yield Wish(
                constraint=condition.constraint,
                suffix=f"{suffix} ({number})" if repeated else suffix,
                way=partial(_way, condition, sight),
                breaks=breaks,
                places=places.tolist(),
                judge=judge,
                silent=not breaks,
            )
    if not broken:
        yield Wish(
            constraint=condition.constraint,
            suffix="false",
            way="the condition is false",
            breaks=True,
            places=np.flatnonzero(bad & telling).tolist(),
            judge=judge,
        )


def _own(condition: Condition, clause: Clause) -> list[str]:
    """Return the table's own columns among those of a clause."""
    return [condition.paths[name].column for name in clause.columns if not condition.paths[name].references]


def _way(condition: Condition, sight: Sight, row: Row) -> str:
    own = _own(condition, sight.clause)
    values = ", ".join(f"{name} = {_shown(row[name])}" for name in dict.fromkeys(own) if name in row)
    return f"{values}; {sight.clause.text}: {sight.state}" if values else f"{sight.clause.text}: {sight.state}"


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
