"""Whether there are parents for rows of some classes: among those placed, or among all that the constraints allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from fixturegen.coverage.factors import Factor
from fixturegen.coverage.matching import Matching
from fixturegen.covering_arrays import Constraint
from fixturegen.covering_arrays.constraints import Rules, UndecidedError, Values
from fixturegen.schema import Reference

MOST_KINDS = 500
"""So many kinds of parents are looked at before one is taken to exist."""
Asked = Mapping[int, int]
"""Some classes of a parent, by factor."""


def availability(
    matching: Matching, test: Callable[[Reference, tuple[int, ...]], Callable[[Values], bool]]
) -> list[Constraint]:
    """Demand a parent for the classes of every row.

    Args:
        matching: Knows the references.
        test: Makes the condition for one of them, and for the factors that it depends on.
    """
    found = []
    factors = matching.here.factors
    for reference in matching.chosen:
        about = {at for at, factor in enumerate(factors) if factor.reference == reference.name}
        read = [tied.members for tied in matching.tied if tied.read_from(reference.name)]
        read += [(at,) for at, factor in enumerate(factors) if factor.child and matching.shared(at, reference)]
        members = tuple(sorted(about.union(*read)))
        if read or any(factors[at].within for at in about):
            found.append(Constraint(members, test(reference, members)))
    return found


def kinds_of_parent(matching: Matching, reference: Reference, row: Mapping[int, int]) -> Iterator[Asked]:
    """Yield the kinds of parents of any number of children under which a row may have these classes.

    Classes are added one factor at a time, and given up as soon as those at hand do not suit: no product of all is looked at.
    """
    factors = matching.placed[reference.table].factors
    options = {at: sorted(held) for at, held in matching.asked(row, reference).items()}
    for at in matching.read(reference):
        options.setdefault(at, list(range(len(factors[at].classes))))
    here = matching.here.table.name, reference.name
    opened = {at for at, factor in enumerate(factors) if factor.child == here} | matching.opened(row, reference)
    left = [(at, values) for at, values in options.items() if at not in opened]

    def kinds(asked: Asked, left: Sequence[tuple[int, Sequence[int]]]) -> Iterator[Asked]:
        if not matching.suits(row, reference, asked):
            return
        if not left:
            yield asked
            return
        (at, values), *rest = left
        for value in values:
            yield from kinds({**asked, at: value}, rest)

    yield from kinds({at: len(factors[at].classes) - 1 for at in opened}, left)


class Possible:
    """Whether the constraints allow a parent of the classes asked for; True as well where that was not found out.

    Args:
        matching: Knows what a row asks of its parent.
        reference: The reference that leads to it.
        members: The factors that it depends on.
        rules: What the classes of the parent must meet.
    """

    def __init__(self, matching: Matching, reference: Reference, members: tuple[int, ...], rules: Rules) -> None:
        self._matching, self._reference, self._members, self._rules = matching, reference, members, rules

    def __call__(self, values: Values) -> bool:
        """Return whether a row may have these classes of ``members``; None for any."""
        row = {at: value for at, value in zip(self._members, values, strict=True) if value is not None}
        if parentless(self._matching, self._reference, row):
            return True
        tried = 0
        for asked in islice(kinds_of_parent(self._matching, self._reference, row), MOST_KINDS):
            tried += 1
            try:
                if self._rules.possible(asked):
                    return True
            except UndecidedError:
                return True
        return tried == MOST_KINDS


def parentless(matching: Matching, reference: Reference, row: Mapping[int, int]) -> bool:
    """Whether some class of a row says that it has no such parent."""
    return any(_absent(matching.here.factors[at], reference, value) for at, value in row.items())


def _absent(factor: Factor, reference: Reference, value: int) -> bool:
    return factor.reference == reference.name and (factor.within[value] is None if factor.within else value == 0)


class Available:
    """Whether some placed parent that takes any number of children has the classes asked for. Sets of them are bits of a number.

    Args:
        matching: Knows the parents.
        reference: The reference that leads to them.
        members: The factors that it depends on.
    """

    def __init__(self, matching: Matching, reference: Reference, members: tuple[int, ...]) -> None:
        self._matching, self._reference, self._members = matching, reference, members
        self._rows = matching.placed[reference.table].rows[:]
        self._open = self._bits(lambda parent: matching.open_ended(reference, parent))
        self._absent: set[tuple[int, int]] = set()
        self._with: dict[tuple[int, int], int] = {}
        self._suiting: dict[tuple[tuple[int, int], ...], int] = {}
        for at in members:
            self._note(at, matching.here.factors[at])

    def _note(self, at: int, factor: Factor) -> None:
        """Note which parents each class of a factor leaves."""
        for value in range(len(factor.classes)):
            if _absent(factor, self._reference, value):
                self._absent.add((at, value))
            elif factor.reference == self._reference.name and factor.within:
                held = factor.within[value] or frozenset()
                values = (row[factor.source] for row in self._rows)
                self._with[at, value] = sum(1 << parent for parent, each in enumerate(values) if each in held)

    def _bits(self, test: Callable[[int], bool]) -> int:
        return sum(1 << parent for parent in range(len(self._rows)) if test(parent))

    def __call__(self, values: Values) -> bool:
        """Return whether a row may have these classes of ``members``; None for any."""
        row = [(at, value) for at, value in zip(self._members, values, strict=True) if value is not None]
        if any(one in self._absent for one in row):
            return True
        left = self._open
        for one in row:
            left &= self._with.get(one, left)
        return bool(left) and bool(left & self._suited(tuple(one for one in row if one not in self._with)))

    def _suited(self, own: tuple[tuple[int, int], ...]) -> int:
        """The parents under which checks leave a row of these classes something."""
        if own not in self._suiting:
            classes = dict(own)
            self._suiting[own] = self._bits(lambda parent: self._matching.compatible(classes, self._reference, parent))
        return self._suiting[own]
