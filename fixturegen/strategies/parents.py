"""How the rows of an example find their parents: a digit is an index into the parents made before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fixturegen.lattice import Lattice
from fixturegen.planning.plan import Link
from fixturegen.strategies.worlds import Row, StuckError, index_of

Convert = Callable[[object], object]


@dataclass(slots=True)
class Choice:
    """Chooses the parent of one reference for a row.

    Attributes:
        link: How the plan finds it.
        table: The table of the rows.
        digit: The digit that decides; -1 where nothing is left to decide.
        optional: Whether the digit may say NULL.
        shared: For ``agreeing``: own columns and the parents' columns that must be equal, with the way between them.
        anchored: For ``via`` and ``agreeing``: gives the parent that decides first.
        read: Reads an own column of a row.
        name: The reference's name.
    """

    link: Link
    table: str
    digit: int = -1
    optional: bool = False
    shared: Sequence[tuple[str, str, Convert]] = ()
    anchored: Callable[[Row], Row | None] | None = None
    read: Callable[[Row, str], object] = field(default=lambda row, name: row.values[name])
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.link.reference.name

    def __call__(self, row: Row) -> Row | None:
        """Return the parent that a row chooses; a row without one is marked as away from it.

        Raises:
            StuckError: If there is none, and there must be one.
        """
        if self.name in row.chosen:
            return row.chosen[self.name]
        row.chosen[self.name] = found = self._found(row)
        return found

    def _found(self, row: Row) -> Row | None:
        kind = self.link.kind
        if kind == "parent":
            return row.owner
        if kind == "via":
            assert self.anchored is not None
            assert self.link.through is not None
            anchor = self.anchored(row)
            return self._none(row) if anchor is None else parent_of(anchor, self.link.through)
        parents: Sequence[Row] = row.world.rows[self.link.reference.table]
        if self.link.reference.table == self.table:
            parents = parents[: row.number + (not self.link.nullable)]
        if kind == "agreeing":
            parents = self._agreeing(row, parents)
        return self._picked(row, parents)

    def _none(self, row: Row) -> Row | None:
        if not self.link.nullable:
            raise StuckError(*self.link.reference.columns)
        row.away.add(self.name)
        return None

    def _agreeing(self, row: Row, parents: Sequence[Row]) -> Sequence[Row]:
        wanted = [(target, self.read(row, own), convert) for own, target, convert in self.shared]
        if any(value is None for _, value, _ in wanted):
            # It refers to nothing then, but its other columns may have to hold a value: any parent's.
            row.away.add(self.name)
            return parents
        return [one for one in parents if all(self._held(row, one, at, how) == value for at, value, how in wanted)]

    def _held(self, row: Row, parent: Row, column: str, convert: Convert) -> object:
        return convert(self.read(row, column) if parent is row else parent.values[column])

    def _picked(self, row: Row, parents: Sequence[Row]) -> Row | None:
        if not parents:
            return self._none(row)
        size = len(parents) + self.optional
        at = self._wanted(row, parents, size)
        moved = row.moves.get(self.digit, 0)
        row.sizes[self.digit] = size
        at = (at + moved) % size
        if self.optional and at == 0:
            row.away.add(self.name)
            if not moved:
                row.draft.wanted[self.name] = None
            return parents[0]
        parent = parents[at - self.optional]
        if not moved:
            row.draft.wanted[self.name] = parent.draft
        return parent

    def _wanted(self, row: Row, parents: Sequence[Row], size: int) -> int:
        """Return the index of the parent chosen when the example was first made, where it is still there; else the digit's."""
        if self.name in row.draft.wanted:
            wanted = row.draft.wanted[self.name]
            if wanted is None and self.optional:
                return 0
            before = row.world.of.get(id(wanted))
            if before is not None and before in parents:
                return parents.index(before) + self.optional
        return index_of(row.digits[self.digit], size)


def parent_of(row: Row, reference: str) -> Row | None:
    """Return the parent that a finished row has by a reference, None where one of its columns is NULL."""
    return None if reference in row.away else row.chosen.get(reference)


def converter(own: Lattice | None, theirs: Lattice | None) -> Convert:
    """Return the way from what a parent's row holds to what a row with a column of another type does.

    >>> from fixturegen.lattice import lattice_of
    >>> from fixturegen.schema import Type
    >>> whole, cents = lattice_of(Type(kind="integer")), lattice_of(Type(kind="decimal", precision=9, scale=2))
    >>> converter(cents, whole)(7)
    700
    """
    if own is None or theirs is None or own.step == theirs.step:
        return lambda value: value
    ratio = theirs.step / own.step

    def converted(value: object) -> object:
        if value is None:
            return None
        at = value * ratio  # type: ignore[operator] # a position
        if at.denominator != 1:
            raise StuckError
        return int(at)

    return converted
