"""Plans cut down to what a column allows: lengths, bytes, case, spaces at the ends, barred values, patterns.

Entries of pools are dropped, never shortened. Lengths are met by giving every part of a concatenation its own limit, so that any
combination of what is left fits; some fitting combinations are lost thereby, and no row is ever retried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import polars as pl

from fixturegen.domain import Domain, Pattern
from fixturegen.expressions.searching import searcher
from fixturegen.vocabularies import plans
from fixturegen.vocabularies.matching import matches
from fixturegen.vocabularies.plans import Choice, Joined, Measure, Numeral, Plan, Pool, Sealed
from fixturegen.vocabularies.seals import SEALS

LONGEST_PROBE = 4_096


def narrowed(plan: Plan, domain: Domain) -> Plan | None:
    """Return the part of ``plan`` whose texts the domain allows, or None where nothing is left.

    Bounds on the lattice mean nothing for texts, and ``domain.values`` is the business of whoever asks.
    """
    left: Plan | None = plan
    steps: list[Callable[[Plan], Plan | None]] = []
    if domain.letters is not None:
        folding = str.lower if domain.letters == "lower" else str.upper
        steps.append(lambda each: plans.mapped(each, folding))
    if domain.trimmed:
        steps.append(lambda each: _ends_kept(_ends_kept(each, 0), -1))
    if domain.max_length is not None:
        most = domain.max_length
        steps.append(lambda each: at_most(each, most))
    if domain.max_bytes is not None:
        bytes_ = domain.max_bytes
        steps.append(lambda each: at_most(each, bytes_, _bytes))
    if domain.min_length > 0:
        steps.append(lambda each: at_least(each, domain.min_length))
    if domain.barred:
        barred = sorted(str(value) for value in domain.barred)
        steps.append(lambda each: without(each, barred))
    steps.extend(_pattern_step(pattern) for pattern in domain.patterns)
    for step in steps:
        left = None if left is None else step(left)
    return left


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def at_most(plan: Plan, limit: int, measure: Measure = len) -> Plan | None:
    """Return the part of ``plan`` whose texts are at most ``limit`` long, or None."""
    if plans.longest(plan, measure) <= limit:
        return plan
    match plan:
        case Pool():
            return kept(plan, lambda text: measure(text) <= limit)
        case Numeral():
            high = min(plan.high, plan.base ** max(limit, 0) - 1)
            return replace(plan, high=high) if high >= plan.low and max(plan.width, 1) <= limit else None
        case Choice():
            return _options(plan, lambda option: at_most(option, limit, measure))
        case Sealed():
            inner = at_most(plan.plan, limit - plan.added, measure)
            return None if inner is None else Sealed(inner, plan.seal, plan.added)
        case Joined():
            return _joined_at_most(plan, limit, measure)


def _joined_at_most(plan: Joined, limit: int, measure: Measure) -> Plan | None:
    if plans.shortest(plan, measure) > limit:
        return None
    limits = [plans.longest(part, measure) for part in plan.parts]
    least = [plans.shortest(part, measure) for part in plan.parts]
    # The part with the most room gives way first, so that no part is cut to nothing while another sprawls.
    while sum(limits) > limit:
        widest = max(range(len(limits)), key=lambda at: (limits[at] - least[at], -at))
        limits[widest] -= 1
    return _rejoined(at_most(part, most, measure) for part, most in zip(plan.parts, limits, strict=True))


def at_least(plan: Plan, limit: int) -> Plan | None:
    """Return the part of ``plan`` whose texts have at least ``limit`` characters, or None."""
    if plans.shortest(plan) >= limit:
        return plan
    return None if plans.longest(plan) < limit else _lengthened(plan, limit)


def _lengthened(plan: Plan, limit: int) -> Plan | None:
    match plan:
        case Pool():
            return kept(plan, lambda text: len(text) >= limit)
        case Numeral():
            return replace(plan, low=max(plan.low, plan.base ** (limit - 1)))
        case Choice():
            return _options(plan, lambda option: at_least(option, limit))
        case Sealed():
            inner = at_least(plan.plan, limit - plan.added)
            return None if inner is None else Sealed(inner, plan.seal, plan.added)
        case Joined():
            return _joined_at_least(plan, limit)


def _joined_at_least(plan: Joined, limit: int) -> Plan | None:
    limits = [plans.shortest(part) for part in plan.parts]
    most = [plans.longest(part) for part in plan.parts]
    while sum(limits) < limit:
        widest = max(range(len(limits)), key=lambda at: (most[at] - limits[at], -at))
        limits[widest] += 1
    return _rejoined(at_least(part, least) for part, least in zip(plan.parts, limits, strict=True))


def without(plan: Plan, barred: Iterable[str]) -> Plan | None:
    """Return a part of ``plan`` that makes none of the barred texts, or None."""
    left: Plan | None = plan
    for text in barred:
        left = None if left is None else _without(left, text)
    return left


def _without(plan: Plan, text: str) -> Plan | None:
    match plan:
        case Pool():
            return kept(plan, lambda value: value != text)
        case Choice():
            return _options(plan, lambda option: _without(option, text))
        case Numeral() | Sealed():
            return None if matches(plan, text) else plan
        case Joined() if matches(plan, text):
            return _part_barred(plan, text)
        case _:
            return plan


def _part_barred(plan: Joined, text: str) -> Plan | None:
    """Drop from one pool every entry that occurs in the barred text: the text can then not come about."""
    best: Plan | None = None
    for at, part in enumerate(plan.parts):
        left = kept(part, lambda value: value not in text) if isinstance(part, Pool) else None
        if left is not None and (best is None or plans.combinations(left) > plans.combinations(best)):
            best = plans.joined(*plan.parts[:at], left, *plan.parts[at + 1 :])
    return best


def kept(pool: Pool, condition: Callable[[str], bool]) -> Pool | None:
    """Return the pool of the values that meet the condition, with their weights, or None."""
    left = [(value, share) for value, share in plans.shares_of(pool) if condition(value)]
    return plans.united(left) if left else None


def _options(plan: Choice, change: Callable[[Plan], Plan | None]) -> Plan | None:
    left = [(change(option), share) for option, share in plans.weighted(plan)]
    possible = [(option, share) for option, share in left if option is not None]
    if not possible:
        return None
    return plans.chosen_of((option for option, _ in possible), (share for _, share in possible))


def _rejoined(parts: Iterable[Plan | None]) -> Plan | None:
    left: list[Plan] = []
    for part in parts:
        if part is None:
            return None
        left.append(part)
    return plans.joined(*left)


def _ends_kept(plan: Plan | None, end: int) -> Plan | None:
    """Keep texts that have no space at one end."""
    match plan:
        case Pool():
            return kept(plan, lambda text: not text[:1].isspace() if end == 0 else not text[-1:].isspace())
        case Choice():
            return _options(plan, lambda option: _ends_kept(option, end))
        case Joined():
            return _row_end_kept(list(plan.parts), end)
        case _:
            return plan


def _row_end_kept(parts: list[Plan], end: int) -> Plan | None:
    """Keep rows without a space at one end: beyond a part that may be empty the next one counts too."""
    order = range(len(parts)) if end == 0 else range(len(parts) - 1, -1, -1)
    for at in order:
        left = _ends_kept(parts[at], end)
        if left is None:
            return None
        parts[at] = left
        if plans.shortest(left) > 0:
            break
    return plans.joined(*parts)


def _pattern_step(pattern: Pattern) -> Callable[[Plan], Plan | None]:
    test = pattern_test(pattern)
    return lambda plan: matching_part(plan, test)


def pattern_test(pattern: Pattern) -> Callable[[str], bool]:
    """Return whether a text meets a pattern, as a function."""
    like = pattern.kind == "like"
    source = _like_source(pattern.text) if like else pattern.text
    matches = searcher(source, insensitive=pattern.insensitive, dot_all=like)
    return lambda text: matches(text) != pattern.negated


def _like_source(like: str) -> str:
    parts = []
    characters = iter(like)
    for each in characters:
        if each == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(each) or re.escape(each))
    return rf"\A{''.join(parts)}\Z"


def acceptance(domain: Domain) -> Callable[[str], bool]:
    """Return whether a text is within the domain's limits, as a function."""
    tests = [pattern_test(pattern) for pattern in domain.patterns]
    barred = frozenset(str(value) for value in domain.barred)

    def accepts(text: str) -> bool:
        return (
            domain.min_length <= len(text)
            and (domain.max_length is None or len(text) <= domain.max_length)
            and (domain.max_bytes is None or _bytes(text) <= domain.max_bytes)
            and (domain.letters is None or text == (text.lower() if domain.letters == "lower" else text.upper()))
            and not (domain.trimmed and text != text.strip(" "))
            and text not in barred
            and all(test(text) for test in tests)
        )

    return accepts


def matching_part(plan: Plan, test: Callable[[str], bool]) -> Plan | None:
    """Return the part of ``plan`` whose texts pass a test, or None.

    Exact for a pool. In a concatenation every entry of every pool is tested once among simple others, and with
    others in turn; entries that fail are dropped, and where failures stay the concatenation is given up.
    """
    match plan:
        case Pool():
            return kept(plan, test)
        case Choice():
            return _options(plan, lambda option: matching_part(option, test))
        case Joined():
            return _joined_matching(plan, test)
        case _:
            return plan if all(map(test, _probes(plan))) else None


def _joined_matching(plan: Joined, test: Callable[[str], bool]) -> Plan | None:
    rows = list(_rotations([_probes(part) for part in plan.parts]))
    passing = [row for row in rows if test("".join(row))]
    if len(passing) == len(rows):
        return plan
    return _filtered(plan, passing[0], test) if passing else None


def _filtered(plan: Joined, witness: list[str], test: Callable[[str], bool]) -> Plan | None:
    """Keep the entries that pass in the company of a row that passes, and confirm what is left."""
    parts: list[Plan] = []
    for at, part in enumerate(plan.parts):
        before, after = "".join(witness[:at]), "".join(witness[at + 1 :])
        left = kept(part, _surrounded(test, before, after)) if isinstance(part, Pool) else part
        if left is None:
            return None
        parts.append(left)
    return _confirmed(plans.joined(*parts), test)


def _surrounded(test: Callable[[str], bool], before: str, after: str) -> Callable[[str], bool]:
    return lambda text: test(before + text + after)


def _confirmed(plan: Plan, test: Callable[[str], bool]) -> Plan | None:
    if not isinstance(plan, Joined):
        return matching_part(plan, test)
    return plan if all(test("".join(texts)) for texts in _rotations([_probes(part) for part in plan.parts])) else None


def _rotations(columns: list[list[str]]) -> Iterable[list[str]]:
    """Yield rows in which every entry of every column occurs, each time beside others."""
    height = max(map(len, columns))
    for row in range(height):
        yield [column[(row + row // len(column) * at) % len(column)] for at, column in enumerate(columns)]


def _probes(plan: Plan) -> list[str]:
    """Return texts of the plan: all of a pool's, the ends of a numeral, the first and last ways of the rest."""
    match plan:
        case Pool():
            return list(plan.values[:LONGEST_PROBE])
        case Numeral():
            middle = (plan.low + plan.high) // 2
            return [plans.written(plan, number) for number in (plan.low, middle, plan.high)]
        case Joined():
            return ["".join(texts) for texts in _rotations([_probes(part) for part in plan.parts])]
        case Choice():
            return [text for option in plan.options for text in _probes(option)]
        case Sealed():
            return [str(SEALS[plan.seal].sealed(pl.Series([text]))[0]) for text in _probes(plan.plan)[:64]]
