"""Which keys and references are built at the same time: never two that lock the same table."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.databases.create import Late
from fixturegen.databases.postgresql_building import built

NAMES = "abcd"


def tables(each: Late) -> set[str]:
    return {f'"{each.table}"', each.parent} - {""}


class Log:
    """Stands in for the lanes, and for what they do: notes what runs beside what."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.order: list[Late] = []
        self.beside: list[list[Late]] = []
        self._now: list[Late] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(number)

    def start(self, work: object) -> Future[None]:
        return self._pool.submit(self._note, work.args[0])  # type: ignore[attr-defined]  # a partial of what is built

    def _note(self, each: Late) -> None:
        with self._lock:
            self._now.append(each)
            self.order.append(each)
            self.beside.append([*self._now])
        threading.Event().wait(0.001)
        with self._lock:
            self._now.remove(each)


KEYS = st.sampled_from(NAMES).map(lambda name: Late("key", name, name="k"))
REFERENCES = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).map(
    lambda pair: Late("reference", pair[0], name="r", parent=f'"{pair[1]}"')
)


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(
    keys=st.lists(KEYS, max_size=6),
    references=st.lists(REFERENCES, max_size=6),
    rows=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9)),
    number=st.integers(1, 4),
)
def test_all_is_built_keys_first_and_no_table_twice_at_once(
    keys: list[Late], references: list[Late], rows: dict[str, int], number: int
) -> None:
    log = Log(number)
    built(log, [*keys, *references], rows)  # type: ignore[arg-type]  # stands in for lanes
    assert sorted(map(str, log.order)) == sorted(map(str, [*keys, *references]))
    for running in log.beside:
        assert len(running) <= number
        assert all(not tables(one) & tables(two) for one, two in combinations(running, 2))
    for at, each in enumerate(log.order):
        later = [other for other in log.order[at:] if not other.parent]
        assert not (each.parent and any(tables(other) & tables(each) for other in later))


def test_what_takes_longest_begins_first() -> None:
    log = Log(1)
    late = [Late("key", name) for name in NAMES]
    built(log, late, {"a": 1, "c": 5, "d": 3})  # type: ignore[arg-type]  # as above
    assert [each.table for each in log.order] == ["c", "d", "a", "b"]


def test_a_failure_ends_it() -> None:
    class Failing(Log):
        def _note(self, each: Late) -> None:
            super()._note(each)
            raise ValueError(each.table)

    log = Failing(1)
    with pytest.raises(ValueError, match="a"):
        built(log, [Late("key", name) for name in NAMES], {})  # type: ignore[arg-type]  # as above
    assert len(log.order) == 1
