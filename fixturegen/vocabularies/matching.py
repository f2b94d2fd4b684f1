"""Whether a text is one that a plan can make."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed, written
from fixturegen.vocabularies.seals import SEALS


def matches(plan: Plan, text: str) -> bool:
    """Return whether ``plan`` can make exactly ``text``.

    >>> from fixturegen.vocabularies.plans import joined
    >>> plan = joined(Pool(("a", "ab")), Numeral(1, 9))
    >>> matches(plan, "ab7"), matches(plan, "ab0")
    (True, False)
    """
    return len(text) in set(_ends(plan, text, 0))


def _ends(plan: Plan, text: str, start: int) -> Iterator[int]:
    """Yield where the plan's text can end if it begins at ``start``."""
    match plan:
        case Pool():
            values, lengths = _indexed(plan)
            yield from (start + length for length in lengths if text[start : start + length] in values)
        case Numeral():
            yield from _numeral_ends(plan, text, start)
        case Joined():
            ends = {start}
            for part in plan.parts:
                ends = {end for at in ends for end in _ends(part, text, at)}
            yield from sorted(ends)
        case Choice():
            for option in plan.options:
                yield from _ends(option, text, start)
        case Sealed():
            yield from (end for end in range(start, len(text) + 1) if _unsealed(plan, text[start:end]) is not None)


@lru_cache(maxsize=2048)
def _indexed(pool: Pool) -> tuple[frozenset[str], tuple[int, ...]]:
    return frozenset(pool.values), tuple(sorted({len(value) for value in pool.values}))


def _numeral_ends(plan: Numeral, text: str, start: int) -> Iterator[int]:
    digits = "0123456789abcdef"[: plan.base]
    end = start
    while end < len(text) and text[end] in digits:
        end += 1
        piece = text[start:end]
        number = int(piece, plan.base)
        if plan.low <= number <= plan.high and written(plan, number) == piece:
            yield end


def _unsealed(plan: Sealed, text: str) -> str | None:
    inner = SEALS[plan.seal].opened(text)
    return inner if inner is not None and matches(plan.plan, inner) else None
