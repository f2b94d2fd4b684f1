"""Building formulas so that they stay flat and small: constants vanish, equal parts are said once, sets join."""

from __future__ import annotations

from collections.abc import Iterable

from fixturegen.expressions.normal import FALSE, TRUE, AllOf, Among, AnyOf, Formula, Length, NullTest, columns_of


def all_of(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction of formulas.

    >>> all_of([TRUE, NullTest("a", null=True)])
    NullTest(column='a', null=True)
    """
    flat: dict[Formula, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, AllOf) else (part,))
    if FALSE in flat:
        return FALSE
    kept = _narrowed(list(flat))
    if _contradictory(kept):
        return FALSE
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def any_of(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction of formulas; values allowed for one column join into one set.

    >>> any_of([Among("a", (1,)), Among("a", (2,)), FALSE])
    Among(column='a', values=(1, 2), negated=False)
    """
    flat: dict[Formula, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, AnyOf) else (part,))
    if TRUE in flat:
        return TRUE
    kept = _joined(list(flat), negated=False)
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def known(formula: Formula) -> Formula:
    """Return a formula that no NULL meets: each atom, and its columns not NULL."""
    if isinstance(formula, AllOf | AnyOf):
        parts = [known(part) for part in formula.parts]
        return all_of(parts) if isinstance(formula, AllOf) else any_of(parts)
    if isinstance(formula, NullTest):
        return formula
    return all_of([*(NullTest(column, null=False) for column in columns_of(formula)), formula])


def settled(formula: Formula) -> Formula:
    """Return a formula without empty sets: no value allowed means NULL, no value barred means nothing.

    >>> settled(Among("a", ()))
    NullTest(column='a', null=True)
    """
    if isinstance(formula, AllOf | AnyOf):
        parts = [settled(part) for part in formula.parts]
        return all_of(parts) if isinstance(formula, AllOf) else any_of(parts)
    if isinstance(formula, Among) and not formula.values:
        return TRUE if formula.negated else NullTest(formula.column, null=True)
    return formula


def _contradictory(parts: list[Formula]) -> bool:
    tests = [part for part in parts if isinstance(part, NullTest)]
    return len({test.column for test in tests}) < len(tests)


def _joined(parts: list[Formula], *, negated: bool) -> list[Formula]:
    """Join the sets of one column: in a disjunction the allowed values, in a conjunction the barred ones."""
    places: dict[str, int] = {}
    kept: list[Formula] = []
    for part in parts:
        if not isinstance(part, Among) or part.negated != negated:
            kept.append(part)
            continue
        at = places.setdefault(part.column, len(kept))
        if at == len(kept):
            kept.append(part)
        else:
            before = kept[at]
            assert isinstance(before, Among)
            kept[at] = Among(part.column, _distinct((*before.values, *part.values)), negated)
    return kept


def _distinct(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values without repetition; True and 1 are told apart."""
    return tuple({(type(value), value): value for value in values}.values())


def _narrowed(parts: list[Formula]) -> list[Formula]:
    """Join what a conjunction says about one column: barred values, allowed values and lengths that meet."""
    places: dict[tuple[str, str], int] = {}
    kept: list[Formula] = []
    for part in _joined(parts, negated=True):
        at = (
            places.setdefault((part.column, _aspect(part)), len(kept))
            if isinstance(part, Length | Among)
            else len(kept)
        )
        if at == len(kept):
            kept.append(part)
        else:
            kept[at] = _met(kept[at], part)
    return kept


def _aspect(part: Length | Among) -> str:
    """Return about what two parts on one column must be to meet in one."""
    return part.unit if isinstance(part, Length) else f"values {part.negated}"


def _met(first: Formula, second: Formula) -> Formula:
    """Return the lengths, or the values, that two parts on one column have in common."""
    if isinstance(first, Among) and isinstance(second, Among):
        return Among(first.column, tuple(value for value in first.values if value in second.values))
    assert isinstance(first, Length)
    assert isinstance(second, Length)
    highs = [high for high in (first.high, second.high) if high is not None]
    return Length(first.column, max(first.low, second.low), min(highs, default=None), first.unit)
