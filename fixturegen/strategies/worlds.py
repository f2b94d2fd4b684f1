"""The rows of one example while they are made: what Hypothesis drew for each, and what has become of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fixturegen.planning.components import Case

SMALL = 8
"""Digits below it that are beyond the last parent mean the last one, so that parents before it can be taken away."""
UNMOVED: Mapping[int, int] = MappingProxyType({})


class StuckError(Exception):
    """A row has no value for some column, or breaks a constraint; caught by the search for another, never shown.

    Args:
        columns: The columns concerned.
    """

    def __init__(self, *columns: str) -> None:
        super().__init__()
        self.columns = columns


@dataclass(slots=True, eq=False)
class Draft:
    """What was drawn for one row.

    Attributes:
        table: The row's table.
        digits: The numbers drawn.
        owner: The row among whose children it was drawn, in tables that are counted per parent.
        wanted: The drafts that its references chose at first, None for none.
        gone: Whether it was taken away.
    """

    table: str
    digits: list[int]
    owner: Draft | None = None
    wanted: dict[str, Draft | None] = field(default_factory=dict)
    gone: bool = False


class Row:
    """One row. Ordered values are positions on their lattice; all others are as Python has them.

    ``number`` is the row's place in its table from 0 on, ``values`` its columns, ``given`` values before a case makes them
    NULL, ``pooled`` what was picked from the pool of a group by its digit, ``chosen`` the parents by reference, ``away`` the references without one, ``absent`` columns that a case makes NULL,
    ``moves`` how far the search has moved each digit on, ``sizes`` how many values each digit has.
    """

    __slots__ = (
        "absent", "away", "cases", "chosen", "digits", "draft", "given", "moves", "number", "owner", "pooled", "sizes",
        "values", "world",
    )  # fmt: skip

    def __init__(self, world: World, draft: Draft, number: int, owner: Row | None) -> None:
        self.world = world
        self.draft = draft
        self.digits = draft.digits
        self.number = number
        self.owner = owner
        self.values: dict[str, object] = {}
        self.given: dict[str, object] = {}
        self.pooled: dict[int, tuple[object, ...]] = {}
        self.chosen: dict[str, Row | None] = {}
        self.cases: dict[int, Case] = {}
        self.away: set[str] = set()
        self.absent: set[str] = set()
        self.moves: Mapping[int, int] = UNMOVED
        self.sizes: dict[int, int] = {}


class World:
    """All rows of one example.

    Args:
        drafts: What was drawn, by table, parents first.
    """

    def __init__(self, drafts: Mapping[str, list[Draft]]) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.of: dict[int, Row] = {}
        for table, drawn in drafts.items():
            made = [draft for draft in drawn if not draft.gone]
            rows = [Row(self, draft, number, self._owner(draft)) for number, draft in enumerate(made)]
            self.rows[table] = rows
            for row in rows:
                self.of[id(row.draft)] = row
        self.taken: dict[tuple[str, int], set[object]] = {}
        self.counts: dict[tuple[str, str, int], int] = {}
        self.families: dict[tuple[str, str], dict[int, list[Row]]] = {}

    def forget(self) -> None:
        """Let go of the rows: each holds the world, so that only the garbage collector would find that nobody needs them."""
        self.rows, self.of, self.families = {}, {}, {}

    def _owner(self, draft: Draft) -> Row | None:
        return None if draft.owner is None else self.of[id(draft.owner)]


def index_of(digit: int, size: int) -> int:
    """Return the index below ``size`` that a digit stands for: small ones beyond the last stand for the last; 0 where none is.

    Of others the last bits count: Hypothesis tries a byte without its first bits, and so comes to the small ones.

    >>> [index_of(digit, 3) for digit in (0, 2, 3, 7, 8, 9, 11, 253)]
    [0, 2, 2, 2, 0, 1, 2, 1]
    >>> [index_of(digit, 7) for digit in (61, 29, 13, 5)]
    [5, 5, 5, 5]
    """
    if digit < size:
        return digit
    if digit >= SMALL:
        digit &= (1 << (size - 1).bit_length()) - 1 if size > 0 else 0
    return min(digit, max(size - 1, 0))


def pick(row: Row, digit: int, size: int) -> int:
    """Return the index below ``size`` that a digit stands for, moved on by the search."""
    row.sizes[digit] = size
    return (row.digits[digit] + row.moves.get(digit, 0)) % size


def pick_null(row: Row, digit: int) -> bool:
    """Return whether a digit, drawn from 0 to 255, says NULL: a third of them do, the simplest among them."""
    row.sizes[digit] = 2
    return (int(row.digits[digit] >= 85) + row.moves.get(digit, 0)) % 2 == 0
