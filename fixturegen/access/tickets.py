"""Parents chosen by tickets, one row at a time: what :func:`fixturegen.fills.tickets.parents_by_ticket` chooses for many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from fixturegen.draws import few
from fixturegen.fills.tickets import PARENTS, quota

SEAT_BITS = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """Who is chosen by tickets among so many parents that they fill more than one block.

    Attributes:
        stream: Keys the choice and the shuffle of ranks.
        count: Number of parents.
        ranks: The rank that owns each ticket of a block.
    """

    stream: int
    count: int
    ranks: tuple[int, ...]

    def parent(self, key: int) -> int:
        """Return the ordinal of the parent that a key chooses."""
        random = few.keyed(self.stream, key)
        blocks = -(-self.count // PARENTS)
        choice = self._owner(few.chosen(random, blocks * len(self.ranks)))
        # A ticket of a parent that does not exist yet: as if its block did not exist either.
        return choice if choice < self.count else self._owner(few.chosen(random, (blocks - 1) * len(self.ranks)))

    def _owner(self, ticket: int) -> int:
        block, place = divmod(ticket, len(self.ranks))
        random = few.keyed(self.stream, block)
        return block * PARENTS + few.seated(random, self.ranks[place], SEAT_BITS)


@lru_cache(maxsize=256)
def drafted(stream: int, count: int, skew: float, childless: float) -> Draft | None:
    """Return how parents are chosen; None where they fill one block only, which takes more than a ticket.

    >>> drafted(7, 64, 1.0, 0.0) is None
    True
    >>> drafted(7, 6400, 1.0, 0.0).parent(1)
    4794
    """
    if count <= PARENTS:
        return None
    ranks = tuple(rank for rank, tickets in enumerate(quota(skew, childless)) for _ in range(tickets))
    return Draft(stream, count, ranks)
