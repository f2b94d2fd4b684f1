"""The part of a plan in which different draws give different texts.

Concatenation keeps texts apart where it can be read back: where at most one part varies in length, or where each part but the
last ends at a character that does not occur in it. Entries that stand in the way are dropped, as are weights and
repetitions, so the number of texts is exact and known beforehand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.narrowing import kept
from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed

TIERS = (100_000, 10_000_000, 10_000_000_000, 2**62)
"""Demands are rounded up to these, so that a growing table changes its plan, and thereby its old rows, only here."""


def distinct_part(plan: Plan, demand: int) -> Plan:
    """Return a plan without weights or repetitions, each of whose ways gives another text.

    Of several options the likeliest with at least ``demand`` texts (rounded up to a tier) is taken, or else the
    one with the most. :func:`fixturegen.vocabularies.plans.combinations` of the result is the exact number of texts.

    Example:
        >>> names = plans.joined(Pool(("Ann", "Bo", "Ann")), " ", Pool(("Lee", "Ray")))
        >>> plans.combinations(distinct_part(names, 4))
        4
    """
    tier = next((each for each in TIERS if each >= demand), demand)
    return _distinct(plan, tier)


def _distinct(plan: Plan, tier: int) -> Plan:
    match plan:
        case Pool():
            return Pool(tuple(dict.fromkeys(plan.values)))
        case Numeral():
            return plan
        case Sealed():
            return Sealed(_distinct(plan.plan, tier), plan.seal, plan.added)
        case Choice():
            return _best([_distinct(option, tier) for option, _ in _likeliest(plan)], tier)
        case Joined():
            flat = plans.joined(*(_distinct(part, tier) for part in plan.parts))
            return _readable(flat) if isinstance(flat, Joined) else flat


def _likeliest(plan: Choice) -> list[tuple[Plan, float]]:
    return sorted(plans.weighted(plan), key=lambda option: -option[1])


def _best(options: list[Plan], tier: int) -> Plan:
    sizes = [plans.combinations(option) for option in options]
    for option, size in zip(options, sizes, strict=True):
        if size >= tier:
            return option
    return options[sizes.index(max(sizes))]


def _readable(plan: Joined) -> Plan:
    """Cut a concatenation of distinct parts so that it can be read back."""
    parts = list(plan.parts)
    varying = [at for at, part in enumerate(parts) if plans.shortest(part) != plans.longest(part)]
    for at in varying[:-1]:
        parts[at] = _cut(parts, at)
    return plans.joined(*parts)


def _cut(parts: list[Plan], at: int) -> Plan:
    part = parts[at]
    evened = _of_one_length(part)
    following = parts[at + 1]
    if not plans.is_literal(following):
        return evened
    mark = plans.text_of(following)[0]
    ended = _without_character(part, mark)
    if ended is None or plans.combinations(evened) > plans.combinations(ended):
        return evened
    return ended


def _without_character(part: Plan, mark: str) -> Plan | None:
    match part:
        case Pool():
            return kept(part, lambda text: mark not in text)
        case Numeral():
            return None if mark in "0123456789abcdef" else part
        case _:
            return None


def _of_one_length(part: Plan) -> Plan:
    match part:
        case Pool():
            commonest = Counter(map(len, part.values)).most_common(1)[0][0]
            left = kept(part, lambda text: len(text) == commonest)
            return part if left is None else left
        case Numeral():
            digits = len(plans.written(part, part.high))
            return replace(part, low=max(part.low, part.base ** (digits - 1)), width=digits)
        case Sealed():
            return Sealed(_of_one_length(part.plan), part.seal, part.added)
        case Joined():
            return plans.joined(*(_of_one_length(each) for each in part.parts))
        case Choice():
            return max((_of_one_length(option) for option in part.options), key=plans.combinations)
