"""Skewed and childless references: parents own tickets, and a row draws a ticket.

Every block of 64 parents owns the same quota of tickets, dealt to its parents by rank, and the ranks are shuffled within the
block. Tickets so grow as parents do, block by block, and the choice among them stays consistent.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np

from fixturegen.draws import Bits, Integers, chosen, mixed, seated

PARENTS = 64
MOST_TICKETS = 65_536
REDRAWN = 64


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


def parents_by_ticket(stream: int, keys: Bits, count: int, skew: float, childless: float) -> Integers:
    """Return a consistent choice of parents by their tickets.

    Args:
        stream: Keys both the choice and the shuffle of ranks.
        keys: One key a row.
        count: Number of parents, at least 1.
        skew: Exponent of the Zipf law over the ranks of a block; 0 for equal tickets.
        childless: Share of parents without a ticket, 0 (inclusive) to 1 (exclusive).

    Returns:
        Ordinals of parents, 0 to count - 1.
    """
    tickets = quota(skew, childless)
    rank_of = np.repeat(np.arange(len(tickets)), tickets)
    blocks = -(-count // PARENTS)
    choice = _owner(stream, chosen(stream, keys, blocks * len(rank_of)), rank_of)
    absent = np.flatnonzero(choice >= count)
    if blocks > 1:
        # Tickets of parents that do not exist yet: choose as if their block did not exist either, which keeps the choice
        # that the row had before the block was begun.
        again = chosen(stream, keys[absent], (blocks - 1) * len(rank_of))
        choice[absent] = _owner(stream, again, rank_of)
        return choice
    if not (_owner(stream, np.arange(len(rank_of)), rank_of) < count).any():
        # So few parents that all of them are childless by their rank: then the first one serves.
        return np.zeros(len(keys), dtype=np.int64)
    redrawn = keys[absent]
    for _ in range(REDRAWN):
        redrawn = mixed(redrawn)
        choice[absent] = _owner(stream, chosen(stream, redrawn, len(rank_of)), rank_of)
        outside = choice[absent] >= count
        absent, redrawn = absent[outside], redrawn[outside]
    # Rows that hit nobody's ticket so often: parents that exist own very few. They draw among those tickets alone.
    owners = np.sort(_owner(stream, np.arange(len(rank_of)), rank_of))
    choice[absent] = owners[chosen(stream, redrawn, int((owners < count).sum()))]
    return choice


def _owner(stream: int, tickets: Integers, rank_of: Integers) -> Integers:
    block, ticket = np.divmod(tickets, len(rank_of))
    return block * PARENTS + seated(stream, block, rank_of[ticket], 6)
