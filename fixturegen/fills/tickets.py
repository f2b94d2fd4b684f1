"""Skewed and childless references: parents own tickets, and a row draws a ticket.

Every block of 64 parents owns the same quota of tickets, dealt to its parents by rank, and the ranks are shuffled within the
block. Tickets so grow as parents do, block by block, and the choice among them stays consistent.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from fixturegen.draws import Bits, Integers, all_seated, chosen, mixed, seated

PARENTS = 64
MOST_TICKETS = 65_536
REDRAWN = 64
MOST_SEATED = 2**20
"""Owners are listed for so many ranks, or tickets, of all blocks, four bytes each; beyond, they are computed row by row."""
WORTH = 32
"""Owners are listed where no more than so many are listed for each key at hand."""


@lru_cache(maxsize=256)
def quota(skew: float, childless: float) -> tuple[int, ...]:
    """Return the tickets of the 64 ranks, most first: Zipf weights 1 / rank**skew, and 0 for the childless share.

    >>> quota(1.0, 0.9)
    (60, 30, 20, 15, 12, 10)
    """
    ranks = max(1, round(PARENTS * (1 - childless)))
    with localcontext() as exact:
        exact.prec = 30
        power = Decimal(repr(float(skew)))
        weights = [1 / Decimal(rank) ** power for rank in range(1, ranks + 1)]
        least = weights[-1]
        shares = [weight / least * 10 if skew else Decimal(1) for weight in weights]
        scale = min(Decimal(1), MOST_TICKETS / sum(shares, Decimal(0)))
        return tuple(max(1, round(share * scale)) for share in shares)


def parents_by_ticket(stream: int, keys: Bits, count: int, skew: float, childless: float, rows: int = 0) -> Integers:
    """Return a consistent choice of parents by their tickets.

    Args:
        stream: Keys both the choice and the shuffle of ranks.
        keys: One key a row.
        count: Number of parents, at least 1.
        skew: Exponent of the Zipf law over the ranks of a block; 0 for equal tickets.
        childless: Share of parents without a ticket, 0 (inclusive) to 1 (exclusive).
        rows: For so many rows the choice will be made in all, these included: where they are many, the owners of tickets are
            listed once. It changes no choice.

    Returns:
        Ordinals of parents, 0 to count - 1.
    """
    tickets = quota(skew, childless)
    blocks = -(-count // PARENTS)
    owner = Owners(stream, tickets, blocks, min(rows, WORTH * len(keys)))
    choice = owner(chosen(stream, keys, blocks * owner.tickets))
    absent = np.flatnonzero(choice >= count)
    if blocks > 1:
        # Tickets of parents that do not exist yet: choose as if their block did not exist either, which keeps the choice
        # that the row had before the block was begun.
        choice[absent] = owner(chosen(stream, keys[absent], (blocks - 1) * owner.tickets))
        return choice
    if not (owner(np.arange(owner.tickets)) < count).any():
        # So few parents that all of them are childless by their rank: then the first one serves.
        return np.zeros(len(keys), dtype=np.int64)
    redrawn = keys[absent]
    for _ in range(REDRAWN):
        redrawn = mixed(redrawn)
        choice[absent] = owner(chosen(stream, redrawn, owner.tickets))
        outside = choice[absent] >= count
        absent, redrawn = absent[outside], redrawn[outside]
    # Rows that hit nobody's ticket so often: parents that exist own very few. They draw among those tickets alone.
    owners = np.sort(owner(np.arange(owner.tickets)))
    choice[absent] = owners[chosen(stream, redrawn, int((owners < count).sum()))]
    return choice


class Owners:
    """Who owns which ticket.

    ``tickets`` is the number of tickets of a block.

    Args:
        stream: Keys the shuffle of ranks.
        quota: Tickets of each rank.
        blocks: Number of blocks.
        worth: Owners may be listed for so many ranks or tickets.
    """

    def __init__(self, stream: int, quota: tuple[int, ...], blocks: int, worth: int) -> None:
        self.tickets = sum(quota)
        self._stream = stream
        self._ranks = len(quota)
        self._rank_of = np.repeat(np.arange(len(quota)), quota)
        most = min(worth, MOST_SEATED)
        self._owners = _owners(stream, quota, blocks) if blocks * self.tickets <= most else None
        self._seats = _seats(stream, len(quota), blocks) if blocks * self._ranks <= most else None

    def __call__(self, tickets: Integers) -> Integers:
        """Return the ordinals of the parents that own these tickets of all blocks."""
        if self._owners is not None:
            return np.asarray(self._owners[tickets], dtype=np.int64)
        # Divided without a sign, which is faster; places with one, which NumPy takes as they are.
        block = (tickets.view(np.uint64) // np.uint64(self.tickets)).view(np.int64)
        rank = self._rank_of[tickets - block * self.tickets]
        if self._seats is not None:
            return np.asarray(self._seats[block * self._ranks + rank], dtype=np.int64)
        return block * PARENTS + seated(self._stream, block, rank, 6)


@lru_cache(maxsize=4)
def _seats(stream: int, ranks: int, blocks: int) -> npt.NDArray[np.uint32]:
    """Return the parent of each rank of each block."""
    first = np.arange(0, blocks * PARENTS, PARENTS, dtype=np.uint32)
    return (first[:, None] + all_seated(stream, blocks, ranks, 6)).ravel()


@lru_cache(maxsize=4)
def _owners(stream: int, quota: tuple[int, ...], blocks: int) -> npt.NDArray[np.uint32]:
    """Return the parent of each ticket of each block."""
    return np.repeat(_seats(stream, len(quota), blocks), np.tile(np.array(quota), blocks))
