"""Checks in parts that are judged apart: what checks make of a column is often decided by its class alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from fixturegen.coverage.feasible import Tied
from fixturegen.coverage.satisfying import is_decided
from fixturegen.covering_arrays import Constraint
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import AllOf, Formula, columns_of


def constraints(tied: Sequence[Tied]) -> tuple[Constraint, ...]:
    """Return what checks demand of a row's classes: a constraint for those that have to be judged together."""
    return tuple(Constraint(part.members, part.allows) for one in tied for part in parts(one))


def parts(tied: Tied) -> tuple[Tied, ...]:
    """Return the same, in parts whose checks share no columns but those of which the class decides every condition.

    A row meets all checks where it meets those of every part. So few classes are judged at a time, and completions are
    looked for class by class, however many checks hang together.
    """
    decided = _decided(tied)
    whole = {f"{name} {at}": part for name, check in tied.checks.items() for at, part in enumerate(_conjuncts(check))}
    found = [_part(tied, {name: whole[name] for name in names}) for names in _joined(whole, decided)]
    left = set(tied.members).difference(*(part.members for part in found))
    return (*found, *(Tied(tied.table, tied.factors, (at,), tied.component) for at in sorted(left)))


def _part(tied: Tied, checks: Mapping[str, Formula]) -> Tied:
    columns = {column for check in checks.values() for column in columns_of(check)}
    members = tuple(at for at in tied.members if columns.intersection(tied.named(at)))
    return Tied(tied.table, tied.factors, members, tied.component, checks)


def _decided(tied: Tied) -> set[str]:
    """Return the columns whose class says of every condition whether it holds."""
    own = [tied.factors[at] for at in tied.members if not tied.factors[at].within]
    types = {name: tied.table.column(name).type for factor in own for name in factor.columns}
    try:
        slots = tied.slots()
    except ImpossibleError:
        return set()
    return {
        name
        for factor in own
        for name in factor.columns
        if is_decided(slots, tied.checks, name, [kind.formula(name, types[name]) for kind in factor.kinds])
    }


def _conjuncts(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, AllOf):
        for part in formula.parts:
            yield from _conjuncts(part)
    else:
        yield formula


def _joined(checks: Mapping[str, Formula], apart: Collection[str]) -> list[list[str]]:
    """Group checks that share a column, directly or through others; columns ``apart`` join none."""
    groups: list[tuple[set[str], list[str]]] = []
    for name, check in checks.items():
        columns = set(columns_of(check)).difference(apart)
        near = [group for group in groups if not group[0].isdisjoint(columns)]
        groups = [group for group in groups if group not in near]
        groups.append((columns.union(*(one for one, _ in near)), [*(each for _, more in near for each in more), name]))
    return [names for _, names in groups]
