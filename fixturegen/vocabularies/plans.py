"""Plans of texts: trees of pools, numerals, concatenations and weighted choices, from which columns are gathered.

A plan is data. It is made by tracing a provider method or written by hand, narrowed to what a column allows, and compiled
into draws and a vectorised build. Weights are shares, kept as floats that only compile time adds and multiplies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal

WIDEST_POOL = 20_000
"""Pools are merged into one up to this many entries; beyond, gathering two is cheaper than building one."""
WIDEST_PRODUCT = 4_096


@dataclass(frozen=True, slots=True)
class Pool:
    """One of ``values``, simplest first.

    Attributes:
        values: At least one text; repeated texts are as good as weights.
        weights: Share of each; empty for equal ones.
    """

    values: tuple[str, ...]
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Numeral:
    """An integer written out.

    Attributes:
        low: Least, inclusive, at least 0.
        high: Greatest, inclusive.
        width: Fewest digits, filled with zeros.
        base: 10, or 16 in lower case (at most eight digits).
    """

    low: int
    high: int
    width: int = 0
    base: Literal[10, 16] = 10


@dataclass(frozen=True, slots=True)
class Joined:
    """Its parts, one after the other."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of its options, with ``weights`` (empty for equal ones)."""

    options: tuple[Plan, ...]
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A plan whose text is completed by check digits.

    Attributes:
        plan: What the digits are computed over.
        seal: Name of the seal in :data:`fixturegen.vocabularies.seals.SEALS`; it keeps distinct texts distinct.
        added: How many characters it adds.
    """

    plan: Plan
    seal: str
    added: int


Plan = Pool | Numeral | Joined | Choice | Sealed
Measure = Callable[[str], int]


def literal(text: str) -> Pool:
    """Return the plan of one text."""
    return Pool((text,))


def joined(*parts: Plan | str) -> Plan:
    """Return the plan of the parts in a row; strings stand for themselves.

    >>> joined("a", "b")
    Pool(values=('ab',), weights=())
    """
    flat: list[Plan] = []
    for part in parts:
        flat.extend(_flattened(literal(part) if isinstance(part, str) else part))
    merged: list[Plan] = []
    for each in flat:
        last = merged[-1] if merged else None
        if is_literal(each) and last is not None and is_literal(last):
            merged[-1] = literal(text_of(last) + text_of(each))
        elif not is_literal(each) or text_of(each):
            merged.append(each)
    if not merged:
        return literal("")
    return merged[0] if len(merged) == 1 else Joined(tuple(merged))


def chosen_of(options: Iterable[Plan], weights: Iterable[float] = ()) -> Plan:
    """Return the plan that takes one of the options, flattened, with equal shapes merged.

    >>> chosen_of([joined("a", Numeral(0, 9)), joined("b", Numeral(0, 9))])
    Joined(parts=(Pool(values=('a', 'b'), weights=()), Numeral(low=0, high=9, width=0, base=10)))
    """
    plans = list(options)
    shares = normalised(tuple(weights) or (1.0,) * len(plans))
    flat: list[tuple[Plan, float]] = []
    for plan, share in zip(plans, shares, strict=True):
        if isinstance(plan, Choice):
            flat.extend((option, share * part) for option, part in weighted(plan))
        else:
            flat.append((plan, share))
    flat = _merged_ends(_merged_ends(_merged_pools(flat), 0), -1)
    if len(flat) == 1:
        return flat[0][0]
    return Choice(tuple(plan for plan, _ in flat), tuple(share for _, share in flat))


def is_literal(plan: Plan) -> bool:
    """Whether the plan has one text only."""
    return isinstance(plan, Pool) and len(plan.values) == 1


def text_of(plan: Plan) -> str:
    """Return the text of a literal."""
    assert isinstance(plan, Pool)
    return plan.values[0]


def normalised(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return the weights as shares of 1."""
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def weighted(plan: Pool | Choice) -> Iterator[tuple[Plan, float]]:
    """Yield every option (or value, as a literal) with its share."""
    options: tuple[Plan, ...] = (
        plan.options if isinstance(plan, Choice) else tuple(literal(value) for value in plan.values)
    )
    shares = normalised(plan.weights) if plan.weights else (1.0 / len(options),) * len(options)
    yield from zip(options, shares, strict=True)


def mapped(plan: Plan, change: Callable[[str], str]) -> Plan:
    """Return the plan with every pooled text changed, character by character in effect (folding, slugging)."""
    match plan:
        case Pool():
            return united([(change(value), share) for value, share in shares_of(plan)])
        case Joined():
            return joined(*(mapped(part, change) for part in plan.parts))
        case Choice():
            return chosen_of((mapped(option, change) for option in plan.options), plan.weights)
        case Sealed():
            return Sealed(mapped(plan.plan, change), plan.seal, plan.added)
        case Numeral():
            return plan


def shares_of(pool: Pool) -> list[tuple[str, float]]:
    """Return the values with their shares."""
    shares = normalised(pool.weights) if pool.weights else (1.0 / len(pool.values),) * len(pool.values)
    return list(zip(pool.values, shares, strict=True))


def united(values: Iterable[tuple[str, float]]) -> Pool:
    """Return a pool of the values, each once, with the sum of its weights; no weights where they are equal."""
    total: dict[str, float] = {}
    for value, share in values:
        total[value] = total.get(value, 0.0) + share
    positive = {value: share for value, share in total.items() if share > 0}
    shares = tuple(positive.values())
    equal = len(shares) == 0 or max(shares) - min(shares) < max(shares) * 1e-9
    return Pool(tuple(positive), () if equal else shares)


def longest(plan: Plan, measure: Measure = len) -> int:
    """Return the length of the longest text."""
    match plan:
        case Pool():
            return max(map(measure, plan.values))
        case Numeral():
            return max(plan.width, len(written(plan, plan.high)))
        case Joined():
            return sum(longest(part, measure) for part in plan.parts)
        case Choice():
            return max(longest(option, measure) for option in plan.options)
        case Sealed():
            return longest(plan.plan, measure) + plan.added


def shortest(plan: Plan, measure: Measure = len) -> int:
    """Return the length of the shortest text."""
    match plan:
        case Pool():
            return min(map(measure, plan.values))
        case Numeral():
            return max(plan.width, len(written(plan, plan.low)))
        case Joined():
            return sum(shortest(part, measure) for part in plan.parts)
        case Choice():
            return min(shortest(option, measure) for option in plan.options)
        case Sealed():
            return shortest(plan.plan, measure) + plan.added


def written(numeral: Numeral, number: int) -> str:
    """Return ``number`` as the numeral writes it.

    >>> written(Numeral(0, 255, width=2, base=16), 10)
    '0a'
    """
    return f"{number:0{numeral.width}d}" if numeral.base == 10 else f"{number:0{numeral.width}x}"


def combinations(plan: Plan) -> int:
    """Return how many ways there are to take every choice: an upper bound of the number of texts."""
    match plan:
        case Pool():
            return len(plan.values)
        case Numeral():
            return plan.high - plan.low + 1
        case Joined():
            return prod(combinations(part) for part in plan.parts)
        case Choice():
            return sum(combinations(option) for option in plan.options)
        case Sealed():
            return combinations(plan.plan)


def condensed(plan: Plan) -> Plan:
    """Return an equal plan that gathers less: literals are taken into their neighbours, small pools multiplied.

    What occurs several times in the plan, the same words at every place of a sentence say, is condensed and held once.
    """
    return _condensed(plan, {}, {})


_Products = dict[tuple[Pool, Pool], Pool]


def _condensed(plan: Plan, known: dict[int, Plan], products: _Products) -> Plan:
    """Return a plan condensed; ``known`` has what was condensed already, by the identity of the parts of the whole plan."""
    if id(plan) not in known:
        known[id(plan)] = _condensed_anew(plan, known, products)
    return known[id(plan)]


def _condensed_anew(plan: Plan, known: dict[int, Plan], products: _Products) -> Plan:
    match plan:
        case Joined():
            return _condensed_row([_condensed(part, known, products) for part in plan.parts], products)
        case Choice():
            return chosen_of((_condensed(option, known, products) for option in plan.options), plan.weights)
        case Sealed():
            return Sealed(_condensed(plan.plan, known, products), plan.seal, plan.added)
        case Numeral() if plan.high - plan.low < WIDEST_PRODUCT:
            return Pool(tuple(written(plan, number) for number in range(plan.low, plan.high + 1)))
        case _:
            return plan


def _condensed_row(parts: list[Plan], products: _Products) -> Plan:
    row: list[Plan] = []
    for part in parts:
        last = row[-1] if row else None
        if isinstance(last, Pool) and isinstance(part, Pool) and _multiplies(last, part):
            known = products.get((last, part))
            row[-1] = products[last, part] = _product(last, part) if known is None else known
        else:
            row.append(part)
    return joined(*row)


def _multiplies(left: Pool, right: Pool) -> bool:
    if len(left.values) == 1 or len(right.values) == 1:
        return True
    return not left.weights and not right.weights and len(left.values) * len(right.values) <= WIDEST_PRODUCT


def _product(left: Pool, right: Pool) -> Pool:
    values = tuple(first + second for first in left.values for second in right.values)
    # One value, or no weights at all: what is certain has no say.
    return Pool(values, left.weights if len(left.values) > 1 else right.weights)


def _flattened(plan: Plan) -> Iterator[Plan]:
    if isinstance(plan, Joined):
        yield from plan.parts
    else:
        yield plan


def _merged_pools(options: list[tuple[Plan, float]]) -> list[tuple[Plan, float]]:
    pools = [(plan, share) for plan, share in options if isinstance(plan, Pool)]
    if len(pools) < 2 or sum(len(pool.values) for pool, _ in pools) > WIDEST_POOL:
        return options
    values = [(value, share * part) for pool, share in pools for value, part in shares_of(pool)]
    merged: tuple[Plan, float] = (united(values), sum(share for _, share in pools))
    at = next(place for place, (plan, _) in enumerate(options) if isinstance(plan, Pool))
    rest = [option for option in options if not isinstance(option[0], Pool)]
    return [*rest[:at], merged, *rest[at:]]


def _merged_ends(options: list[tuple[Plan, float]], end: Literal[0, -1]) -> list[tuple[Plan, float]]:
    """Merge concatenations that differ only in the pool at one end."""
    groups: dict[object, list[tuple[Plan, float]]] = {}
    for number, (plan, share) in enumerate(options):
        mergeable = isinstance(plan, Joined) and isinstance(plan.parts[end], Pool)
        key: object = ("rest", _without(plan, end)) if mergeable else number
        groups.setdefault(key, []).append((plan, share))
    return [group[0] if len(group) == 1 else _merged_group(group, end) for group in groups.values()]


def _without(plan: Plan, end: Literal[0, -1]) -> tuple[Plan, ...]:
    assert isinstance(plan, Joined)
    return plan.parts[1:] if end == 0 else plan.parts[:-1]


def _merged_group(group: list[tuple[Plan, float]], end: Literal[0, -1]) -> tuple[Plan, float]:
    ends = [(plan.parts[end], share) for plan, share in group if isinstance(plan, Joined)]
    pool = _merged_pools(ends)[0][0]
    rest = _without(group[0][0], end)
    if sum(len(part.values) for part, _ in ends if isinstance(part, Pool)) > WIDEST_POOL:
        pool = Choice(tuple(part for part, _ in ends), tuple(share for _, share in ends))
    whole = joined(pool, *rest) if end == 0 else joined(*rest, pool)
    return whole, sum(share for _, share in group)
