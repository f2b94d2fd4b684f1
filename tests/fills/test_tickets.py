"""Tickets: quotas follow their law, choices follow the tickets, and growth moves no more than it must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.draws import seated, stream
from fixturegen.fills.tickets import MOST_TICKETS, PARENTS, parents_by_ticket, quota

KEYS = np.arange(10_000, dtype=np.uint64)
LAWS = [(1.0, 0.0), (0.0, 0.3), (0.8, 0.15), (1.5, 0.0)]


def owned(number: int, count: int, skew: float, childless: float) -> np.ndarray:
    """Tickets of each parent, dealt out by hand."""
    tickets = np.array(quota(skew, childless))
    held = np.zeros(-(-count // PARENTS) * PARENTS, dtype=np.int64)
    for block in range(len(held) // PARENTS):
        seats = seated(number, np.full(len(tickets), block), np.arange(len(tickets)), 6)
        held[block * PARENTS + seats] = tickets
    return held[:count]


@settings(deadline=None)
@given(st.floats(0, 20), st.floats(0, 0.999))
def test_quotas_fall_with_rank_and_fit(skew: float, childless: float) -> None:
    tickets = quota(skew, childless)
    assert 1 <= len(tickets) <= PARENTS
    assert len(tickets) == max(1, round(PARENTS * (1 - childless)))
    assert list(tickets) == sorted(tickets, reverse=True)
    assert min(tickets) >= 1
    assert sum(tickets) <= MOST_TICKETS + PARENTS


@pytest.mark.parametrize("skew", [0.3, 0.8, 1.0, 1.5, 2.0])
def test_quotas_follow_zipf(skew: float) -> None:
    tickets = quota(skew, 0.0)
    for rank in (2, 5, 20, 64):
        # Tickets are whole: the least of them is 10 unless the sum is limited.
        assert tickets[0] / tickets[rank - 1] == pytest.approx(rank**skew, rel=0.11)


@pytest.mark.parametrize(("skew", "childless"), LAWS)
@pytest.mark.parametrize("count", [1, 2, 30, 64, 65, 100, 128, 1_000])
def test_parents_are_chosen_by_their_tickets(skew: float, childless: float, count: int) -> None:
    number = stream(1, "children", "parent")
    tickets = owned(number, count, skew, childless)
    counts = np.bincount(parents_by_ticket(number, KEYS, count, skew, childless), minlength=count)
    if tickets.sum() == 0:
        assert counts[0] == len(KEYS)
        return
    if count <= PARENTS or count % PARENTS == 0:
        expected = len(KEYS) * tickets / tickets.sum()
        assert (np.abs(counts - expected) < 6 * np.sqrt(expected + 1)).all()
    assert (counts[tickets == 0] == 0).all()


GROWTH = [(1, 2), (7, 8), (63, 64), (63, 65), (64, 65), (64, 128), (100, 110), (100, 200), (127, 129), (1_000, 1_100), (1_023, 1_025),
          (1_024, 2_048), (200, 1_000)]  # fmt: skip


@pytest.mark.parametrize(("skew", "childless"), LAWS)
@pytest.mark.parametrize(("count", "more"), GROWTH)
def test_growth_moves_no_more_than_the_tickets_of_newcomers(
    skew: float, childless: float, count: int, more: int
) -> None:
    """A newcomer takes its own share, whatever that is: nothing can keep more than that."""
    for seed in range(3):
        number = stream(seed, "children", "parent")
        before, after = (parents_by_ticket(number, KEYS, parents, skew, childless) for parents in (count, more))
        tickets = owned(number, more, skew, childless)
        if tickets[:count].sum() == 0:
            continue
        assert (before == after).mean() >= tickets[:count].sum() / tickets.sum() - 0.02


@pytest.mark.parametrize(("count", "more"), [(1, 2), (7, 8), (64, 65), (100, 110), (1_000, 1_100)])
def test_growth_keeps_the_share_of_old_parents_on_average(count: int, more: int) -> None:
    for skew, childless in LAWS[:3]:
        kept = []
        for seed in range(20):
            number = stream(seed, "x")
            before, after = (
                parents_by_ticket(number, KEYS[:500], parents, skew, childless) for parents in (count, more)
            )
            kept.append((before == after).mean())
        assert np.mean(kept) >= count / more - 0.02 - 3 * np.std(kept) / len(kept) ** 0.5, (skew, childless)


@given(st.integers(0, 2**64 - 1), st.integers(1, 5_000), st.floats(0, 1.2), st.floats(0, 0.99))
@settings(max_examples=30, deadline=None)
def test_chosen_parents_exist_and_chunks_agree(number: int, count: int, skew: float, childless: float) -> None:
    whole = parents_by_ticket(number, KEYS[:100], count, skew, childless)
    assert ((whole >= 0) & (whole < count)).all()
    alone = [int(parents_by_ticket(number, KEYS[at : at + 1], count, skew, childless)[0]) for at in (0, 41, 99)]
    assert alone == whole[[0, 41, 99]].tolist()
