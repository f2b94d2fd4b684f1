"""Whether a text is one that a plan can make."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed, written
from fixturegen.vocabularies.seals import SEALS

_Ends = Callable[[str, int], Iterable[int]]
"""Where the text of a plan can end within a text if it begins at a position."""


def matches(plan: Plan, text: str) -> bool:
    """Return whether ``plan`` can make exactly ``text``; for many texts of one plan, :func:`matcher` is faster.

    >>> from fixturegen.vocabularies.plans import joined
    >>> plan = joined(Pool(("a", "ab")), Numeral(1, 9))
    >>> matches(plan, "ab7"), matches(plan, "ab0")
    (True, False)
    """
    return matcher(plan)(text)


def matcher(plan: Plan) -> Callable[[str], bool]:
    """Return a function that tells of a text whether ``plan`` can make exactly it."""
    ends = _ends(plan)
    return lambda text: len(text) in ends(text, 0)


def _ends(plan: Plan) -> _Ends:
    match plan:
        case Pool():
            return _pool_ends(plan)
        case Numeral():
            return lambda text, start: _numeral_ends(plan, text, start)
        case Joined():
            return _joined_ends([_ends(part) for part in plan.parts])
        case Choice():
            options = [_ends(option) for option in plan.options]
            return lambda text, start: {end for option in options for end in option(text, start)}
        case Sealed():
            inner = matcher(plan.plan)
            return lambda text, start: {
                end for end in range(start, len(text) + 1) if _is_sealed(plan, inner, text[start:end])
            }


def _pool_ends(pool: Pool) -> _Ends:
    values, lengths = frozenset(pool.values), sorted(set(map(len, pool.values)))
    return lambda text, start: {start + length for length in lengths if text[start : start + length] in values}


def _joined_ends(parts: list[_Ends]) -> _Ends:
    def ends(text: str, start: int) -> set[int]:
        reached = {start}
        for part in parts:
            reached = {end for at in reached for end in part(text, at)}
        return reached

    return ends


def _numeral_ends(plan: Numeral, text: str, start: int) -> set[int]:
    digits = "0123456789abcdef"[: plan.base]
    found, end = set(), start
    while end < len(text) and text[end] in digits:
        end += 1
        piece = text[start:end]
        number = int(piece, plan.base)
        if plan.low <= number <= plan.high and written(plan, number) == piece:
            found.add(end)
    return found


def _is_sealed(plan: Sealed, inner: Callable[[str], bool], text: str) -> bool:
    opened = SEALS[plan.seal].opened(text)
    return opened is not None and inner(opened)
