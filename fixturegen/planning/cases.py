"""Constraints solved before anything is drawn: the columns that checks join, and the cases their rows choose among.

No row is filtered in a loop: a case narrows what its columns may be, so that drawing them in order meets every check. What
cannot be constructed (an expression nobody can solve, a relation between two given values) is named in ``judged``.

What is given may come to lie where a drawn column has no value (a parent's date after the column's last one). That is an
error here only where it always is so; otherwise whoever draws finds the bounds crossed and chooses other given values, or
says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from fixturegen.errors import ImpossibleError, shortened
from fixturegen.expressions.normal import Formula, columns_of
from fixturegen.planning.arranging import arranged, joined_checks
from fixturegen.planning.branching import MOST_STEPS, Search, dives
from fixturegen.planning.combining import Leaf
from fixturegen.planning.components import Case, Component, Narrowing, Reach, Variable
from fixturegen.planning.labels import reason_words
from fixturegen.planning.literals import Problem, Slot, leaves_of, slot_of
from fixturegen.planning.outcomes import case_of
from fixturegen.planning.states import ContradictionError, OverflowingError, Reason, State
from fixturegen.schema import Location

__all__ = ["Case", "Component", "Narrowing", "Reach", "Variable", "components"]


def components(
    variables: Sequence[Variable], checks: Mapping[str, Formula], *, where: Location
) -> tuple[Component, ...]:
    """Solve the checks of a table.

    Columns joined by a check belong to one component; what is given wholly joins nothing. A column without any check belongs
    to none. The result does not depend on the order of variables or checks.

    Args:
        variables: Every column the checks mention (others may be among them).
        checks: The checks in normal form, by name.
        where: The table's place, for errors.

    Returns:
        The components, ordered by their first check's name.

    Raises:
        ImpossibleError: If no row can meet the checks: names a smallest set that contradicts, and the bounds that meet.
        SchemaError: If a check mentions a column that is not among the variables.
    """
    slots = {variable.name: slot_of(variable, where) for variable in sorted(variables, key=lambda each: each.name)}
    return tuple(_component(slots, names, checks, where) for names in joined_checks(slots, checks))


def _component(
    slots: Mapping[str, Slot], names: Sequence[str], checks: Mapping[str, Formula], where: Location
) -> Component:
    formulas = {name: checks[name] for name in names}
    problem = arranged(slots, formulas)
    left_out: list[str] = []
    while True:
        try:
            root, leaves = _solved(problem, left_out)
            break
        except ContradictionError as contradiction:
            raise _impossible(problem, contradiction.reason, left_out, where) from None
        except OverflowingError:
            left_out.append(_heaviest(problem, left_out))
    mentioned = dict.fromkeys(column for formula in formulas.values() for column in columns_of(formula))
    return Component(
        columns=tuple(name for name in problem.order if name in mentioned and slots[name].drawn),
        reads=tuple(name for name in problem.order if name in mentioned and slots[name].given),
        cases=_cases(root, leaves, left_out),
        checks=tuple(sorted(names)),
        formulas={name: formulas[name] for name in sorted(names)},
    )


def _solved(problem: Problem, left_out: Sequence[str]) -> tuple[State, list[Leaf]]:
    root = State(problem)
    for name, node in problem.checks.items():
        if name not in left_out:
            root.assume(node)
    root.settle()
    steps = MOST_STEPS >> min(len(left_out), 3)
    try:
        return root, Search(steps).leaves(root.copy())
    except OverflowingError:
        return root, dives(root, steps)


def _cases(root: State, leaves: Sequence[Leaf], left_out: Sequence[str]) -> tuple[Case, ...]:
    """Make the cases, those alike put together, in an order of their content."""
    found: dict[str, Case] = {}
    weights: dict[str, Fraction] = {}
    for leaf in leaves:
        case = case_of(leaf.state, root, left_out)
        key = _content(case)
        found.setdefault(key, case)
        weights[key] = weights.get(key, Fraction(0)) + leaf.weight
    return tuple(replace(found[key], weight=float(weights[key])) for key in sorted(found))


def _content(case: Case) -> str:
    """A text that is the same for cases that are the same, in any process."""
    columns = [
        (name, narrowing.null, narrowing.nulls, _domain_text(narrowing), narrowing.at_least, narrowing.at_most,
         narrowing.differs, narrowing.solved)
        for name, narrowing in sorted(case.columns.items())
    ]  # fmt: skip
    return repr((case.label, columns, [repr(guard) for guard in case.guards], case.redraw, case.judged))


def _domain_text(narrowing: Narrowing) -> tuple[object, ...]:
    domain = narrowing.domain
    barred = sorted(map(repr, domain.barred))
    return (domain.low, domain.high, sorted(domain.excluded), domain.values, domain.weights, barred, domain.patterns,
            domain.min_length, domain.max_length, domain.max_bytes, domain.letters, domain.trimmed)  # fmt: skip


def _heaviest(problem: Problem, left_out: Sequence[str]) -> str:
    """The check with most atoms that is still in: leaving it out makes most room."""
    weights = {name: sum(1 for _ in leaves_of(node)) for name, node in problem.checks.items() if name not in left_out}
    return max(weights, key=lambda name: (weights[name], name))


def _impossible(problem: Problem, reason: Reason, left_out: Sequence[str], where: Location) -> ImpossibleError:
    core = [name for name in problem.checks if name not in left_out]
    for name in list(core):
        fewer = [other for other in core if other != name]
        known = _contradiction(problem, fewer)
        if known is not None:
            core, reason = fewer, known
    words = reason_words(_contradiction(problem, core) or reason, problem)
    said = f"check {core[0]} cannot be met" if len(core) == 1 else f"checks {shortened(core)} contradict each other"
    return ImpossibleError(f"{said}: {words}", where=where if str(where) else None)


def _contradiction(problem: Problem, names: Sequence[str]) -> Reason | None:
    try:
        _solved(problem, [name for name in problem.checks if name not in names])
    except ContradictionError as contradiction:
        return contradiction.reason
    except OverflowingError:
        return None
    return None
