"""Rooms: what is left of one column, narrowed by conditions on it alone and cut into classes by them.

A room on a lattice is a sorted tuple of runs (inclusive intervals of positions), so that every set of positions has one form.
A room without a lattice is finite (its values listed) or open (described by what values satisfy).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor
from typing import ClassVar

from fixturegen.domain import ANY, Domain, Pattern
from fixturegen.expressions.normal import Among, Folded, Length, Limit, Match
from fixturegen.lattice import Lattice
from fixturegen.schema import Type

Run = tuple[int, int]
Runs = tuple[Run, ...]
Single = Among | Limit | Match | Length | Folded


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a column where it is not NULL; exactly one of ``runs``, ``values`` and ``open`` tells it.

    Attributes:
        runs: Positions on the column's lattice: disjoint, never adjacent, ascending.
        values: The values left of a finite domain without a lattice.
        open: The conditions on a domain that is neither.
    """

    runs: Runs | None = None
    values: tuple[object, ...] | None = None
    open: Domain = ANY


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A condition on one column alone, prepared: two tests are the same only if they are one object.

    Attributes:
        column: The column.
        atom: The condition.
        check: Name of the check it comes from.
        runs: The positions that satisfy it, on a lattice.
        values: The values it lists, as a set, without a lattice.
    """

    __test__: ClassVar[bool] = False  # pytest takes it for a class of tests otherwise

    column: str
    atom: Single
    check: str
    runs: Runs | None = None
    values: frozenset[object] = frozenset()


_LETTERLESS = Pattern("regex", r"\A[0-9 ._-]*\Z")


def prepared(atom: Single, check: str, lattice: Lattice | None) -> Test | None:
    """Return the prepared test, or None for a condition that has no meaning on such a column."""
    if lattice is None:
        if isinstance(atom, Limit):
            return None
        listed = frozenset(atom.values) if isinstance(atom, Among) else frozenset()
        return Test(atom.column, atom, check, values=listed)
    if isinstance(atom, Limit):
        return Test(atom.column, atom, check, runs=_limited(atom, lattice))
    if isinstance(atom, Among):
        runs = points(position for value in atom.values if (position := standing(value, lattice)) is not None)
        whole = ((lattice.low, lattice.high),)
        return Test(atom.column, atom, check, runs=without(whole, runs) if atom.negated else common(whole, runs))
    return None


def standing(value: object, lattice: Lattice) -> int | None:
    """Return the position of a value, or None for a value that the lattice does not hold."""
    try:
        position = lattice.position(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(position) if position.denominator == 1 else None


def room_of(type_: Type, domain: Domain, lattice: Lattice | None) -> Room | None:
    """Return the room of a column before any check, or None where nothing is left of it."""
    if lattice is not None:
        return _kept(runs=_own_runs(domain, lattice))
    values = type_.labels if type_.kind == "enum" and domain.values is None else domain.values
    if values is None:
        return _open(replace(domain, max_length=_least(domain.max_length, type_.length)))
    return _kept(values=tuple(value for value in dict.fromkeys(values) if _allows(domain, value)))


def narrowed(room: Room, test: Test) -> Room | None:
    """Return what a test leaves of a room (the same object where it leaves all), or None where it leaves nothing."""
    if room.runs is not None:
        left = common(room.runs, test.runs or ())
        return room if left == room.runs else _kept(runs=left)
    if room.values is not None:
        kept = tuple(value for value in room.values if holds(test, value))
        return room if len(kept) == len(room.values) else _kept(values=kept)
    return _opened(room, test)


def classes(room: Room, tests: Sequence[Test]) -> list[Room]:
    """Cut a room into the parts within which each test that can be decided is either always or never met.

    The parts are disjoint and make up the room; their order follows from their content.
    """
    if room.runs is not None:
        return _cut_runs(room.runs, tests)
    if room.values is not None:
        return _cut_values(room.values, tests)
    return _cut_open(room, tests)


def holds(test: Test, value: object) -> bool:
    """Whether a value without a lattice meets a test."""
    match test.atom:
        case Among(negated=negated):
            return (value in test.values) != negated
        case Length(low=low, high=high, unit=unit):
            return low <= _length(value, unit) and (high is None or _length(value, unit) <= high)
        case Match(pattern=pattern):
            return matches(pattern, str(value))
        case Folded(form=form):
            return _FOLDINGS[form](str(value)) == str(value)
        case _:
            return False


def matches(pattern: Pattern, text: str) -> bool:
    """Whether a text satisfies a pattern, its negation included.

    >>> matches(Pattern("like", "a_c%"), "abcd"), matches(Pattern("regex", "^b", negated=True), "abc")
    (True, True)
    """
    return (_compiled(pattern).search(text) is not None) != pattern.negated


def common(left: Runs, right: Runs) -> Runs:
    """Return the positions in both.

    >>> common(((0, 5), (8, 9)), ((4, 8),))
    ((4, 5), (8, 8))
    """
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(left: Runs, right: Runs) -> Runs:
    """Return the positions of ``left`` that are not in ``right``.

    >>> without(((0, 9),), ((3, 3), (8, 12)))
    ((0, 2), (4, 7))
    """
    if not left:
        return ()
    first, last = left[0][0], left[-1][1]
    edges = [first - 1, *(edge for run in right for edge in run), last + 1]
    gaps = [(low + 1, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if low + 1 <= high - 1]
    return common(left, tuple(gaps))


def points(positions: Iterable[int]) -> Runs:
    """Return single positions as runs, neighbours joined.

    >>> points([5, 1, 2])
    ((1, 2), (5, 5))
    """
    return joined((position, position) for position in sorted(set(positions)))


def joined(runs: Iterable[Run]) -> Runs:
    """Return ascending disjoint runs with neighbours joined."""
    found: list[Run] = []
    for low, high in runs:
        if found and found[-1][1] + 1 >= low:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def size(runs: Runs) -> int:
    """Return how many positions there are."""
    return sum(high - low + 1 for low, high in runs)


def united(rooms: Sequence[Room]) -> Room:
    """Return the union of classes of one room, as :func:`classes` cuts them."""
    if len(rooms) == 1:
        return rooms[0]
    if rooms[0].runs is not None:
        return Room(runs=joined(sorted(run for room in rooms for run in room.runs or ())))
    values = tuple(value for room in rooms for value in room.values or ())
    rest = next((room for room in rooms if room.values is None), None)
    return Room(values=values) if rest is None else Room(open=replace(rest.open, barred=rest.open.barred - set(values)))


def merged_open(left: Room, right: Room) -> Room | None:
    """Return what two rooms have in common, one of them at least being open; None for nothing."""
    if left.values is not None or right.values is not None:
        values, other = (left.values, right) if left.values is not None else (right.values, left)
        return _kept(values=tuple(value for value in values or () if _allows(other.open, value)))
    first, second = left.open, right.open
    both = replace(
        first,
        barred=first.barred | second.barred,
        patterns=tuple(dict.fromkeys((*first.patterns, *second.patterns))),
        min_length=max(first.min_length, second.min_length),
        max_length=_least(first.max_length, second.max_length),
        max_bytes=_least(first.max_bytes, second.max_bytes),
        trimmed=first.trimmed or second.trimmed,
        letters=first.letters or second.letters,
    )
    if first.letters and second.letters and first.letters != second.letters:
        both = replace(both, patterns=tuple(dict.fromkeys((*both.patterns, _LETTERLESS))))
    return _open(both)


def ordered(values: Iterable[object]) -> tuple[object, ...]:
    """Return values of one type in an order of their own."""
    return tuple(sorted(values, key=lambda value: (str(type(value)), str(value))))


def _kept(*, runs: Runs | None = None, values: tuple[object, ...] | None = None) -> Room | None:
    return Room(runs=runs, values=values) if runs or values else None


def _least(left: int | None, right: int | None) -> int | None:
    return min((bound for bound in (left, right) if bound is not None), default=None)


def _own_runs(domain: Domain, lattice: Lattice) -> Runs:
    low = lattice.low if domain.low is None else max(lattice.low, domain.low)
    high = lattice.high if domain.high is None else min(lattice.high, domain.high)
    runs: Runs = ((low, high),) if low <= high else ()
    if domain.values is not None:
        held = points(position for value in domain.values if (position := standing(value, lattice)) is not None)
        runs = common(runs, held)
    return without(runs, points(domain.excluded)) if domain.excluded else runs


def _limited(atom: Limit, lattice: Lattice) -> Runs:
    at = atom.measure / lattice.step
    match atom.relation:
        case "<":
            low, high = lattice.low, ceil(at) - 1
        case "<=":
            low, high = lattice.low, floor(at)
        case ">":
            low, high = floor(at) + 1, lattice.high
        case ">=":
            low, high = ceil(at), lattice.high
    return common(((lattice.low, lattice.high),), ((low, high),)) if low <= high else ()


def _allows(domain: Domain, value: object) -> bool:
    """Whether a listed value meets the other conditions of its own domain."""
    if value in domain.barred:
        return False
    if not isinstance(value, str | bytes):
        return True
    return (
        len(value) >= domain.min_length
        and (domain.max_length is None or len(value) <= domain.max_length)
        and (domain.max_bytes is None or _length(value, "bytes") <= domain.max_bytes)
        and (isinstance(value, bytes) or _reads_right(domain, value))
    )


def _reads_right(domain: Domain, text: str) -> bool:
    folded = domain.letters is None or _FOLDINGS[domain.letters](text) == text
    trimmed = not domain.trimmed or text.strip(" ") == text
    return folded and trimmed and all(matches(pattern, text) for pattern in domain.patterns)


def _length(value: object, unit: str) -> int:
    if isinstance(value, bytes):
        return len(value)
    text = str(value)
    return len(text.encode("utf-8", "surrogatepass")) if unit == "bytes" else len(text)


_FOLDINGS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "trim": lambda text: text.strip(" "),
}


@lru_cache(maxsize=1024)
def _compiled(pattern: Pattern) -> re.Pattern[str]:
    flags = re.IGNORECASE if pattern.insensitive else re.NOFLAG
    if pattern.kind == "regex":
        return re.compile(pattern.text, flags)
    wild = {"%": ".*", "_": "."}
    body = "".join(wild.get(character, re.escape(character)) for character in pattern.text)
    return re.compile(rf"\A{body}\Z", flags | re.DOTALL)


def _opened(room: Room, test: Test) -> Room | None:
    """Return what a test leaves of an open room."""
    domain = room.open
    match test.atom:
        case Among(negated=False, values=values):
            return _kept(values=ordered(value for value in dict.fromkeys(values) if _allows(domain, value)))
        case Among():
            narrow = replace(domain, barred=domain.barred | test.values)
        case Match(pattern=pattern):
            narrow = domain if pattern in domain.patterns else replace(domain, patterns=(*domain.patterns, pattern))
        case Length(low=low, high=high, unit="characters"):
            narrow = replace(domain, min_length=max(domain.min_length, low), max_length=_least(domain.max_length, high))
        case Length(low=low, high=high):
            # So many characters have at least so many bytes.
            narrow = replace(domain, min_length=max(domain.min_length, low), max_bytes=_least(domain.max_bytes, high))
        case Folded(form="trim"):
            narrow = replace(domain, trimmed=True)
        case Folded(form="lower" | "upper" as form):
            # A text that equals both its foldings has no letters.
            both = domain.letters not in {None, form}
            patterns = (*domain.patterns, _LETTERLESS) if both else domain.patterns
            narrow = replace(domain, letters=domain.letters or form, patterns=tuple(dict.fromkeys(patterns)))
        case _:
            return None
    return room if narrow == domain else _open(narrow)


def _open(domain: Domain) -> Room | None:
    """Return the open room of a domain, or None where its lengths or patterns contradict."""
    longest = _least(domain.max_length, domain.max_bytes)
    if longest is not None and domain.min_length > longest:
        return None
    if any(replace(pattern, negated=not pattern.negated) in domain.patterns for pattern in domain.patterns):
        return None
    exact = next((pattern.text for pattern in domain.patterns if _is_exact(pattern)), None)
    if exact is not None:
        return _kept(values=(exact,) if _allows(domain, exact) else ())
    return Room(open=domain)


def _is_exact(pattern: Pattern) -> bool:
    plain = pattern.kind == "like" and not pattern.insensitive and not pattern.negated
    return plain and "%" not in pattern.text and "_" not in pattern.text


def _cut_runs(runs: Runs, tests: Sequence[Test]) -> list[Room]:
    parts: dict[tuple[bool, ...], list[Run]] = {(): list(runs)}
    for test in tests:
        meeting = test.runs or ()
        cut: dict[tuple[bool, ...], list[Run]] = {}
        for verdicts, held in parts.items():
            inside, outside = common(tuple(held), meeting), without(tuple(held), meeting)
            if inside:
                cut[*verdicts, True] = list(inside)
            if outside:
                cut[*verdicts, False] = list(outside)
        parts = cut
    return [Room(runs=tuple(held)) for held in sorted(parts.values())]


def _cut_values(values: tuple[object, ...], tests: Sequence[Test]) -> list[Room]:
    parts: dict[tuple[bool, ...], list[object]] = {}
    for value in values:
        parts.setdefault(tuple(holds(test, value) for test in tests), []).append(value)
    return [Room(values=tuple(held)) for held in parts.values()]


def _cut_open(room: Room, tests: Sequence[Test]) -> list[Room]:
    mentioned = frozenset[object]().union(*(test.values for test in tests))
    held = tuple(value for value in ordered(mentioned) if _allows(room.open, value))
    barred = room.open.barred | mentioned
    rest = Room(open=replace(room.open, barred=barred)) if barred != room.open.barred else room
    return [*_cut_values(held, tests), rest]
