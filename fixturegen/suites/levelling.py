"""Values made the same in rows that are taken side by side anyway, where nothing but the rows themselves holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, islice

from fixturegen.breaking.records import Insert
from fixturegen.suites.fresh import alternatives
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Row, same, single
from fixturegen.suites.placing import Draft, Slot


def levelled(drafts: Sequence[Draft], wanted: Collection[str], base: Row, locality: Locality) -> frozenset[str]:
    """Let two rows of a line hold the same values in columns that no other row, key, check or reference reads.

    Args:
        drafts: All lines; rows in them are changed.
        wanted: The columns in which two rows are to be the same.
        base: A value of every column that has any.
        locality: What reads which columns of the rows' table.

    Returns:
        The columns in which two rows now are the same, and not NULL.
    """
    read = locality.outward.union(locality.leading, locality.exclusions, *(reads for _, reads in locality.keys))
    loose = (locality.free - read).intersection(wanted)
    own = [(draft, _own(draft, locality)) for draft in drafts]
    return frozenset(name for name in sorted(loose) if _level(name, own, base, locality))


def _own(draft: Draft, locality: Locality) -> list[Slot]:
    """Return the steps that insert one row into the table, and are taken."""
    slots = [*draft.slots, *([draft.last] if draft.record.expect == "accept" else [])]
    return [slot for slot in slots if slot.step.table == locality.table.name and single(slot.step) is not None]


def _level(name: str, own: Sequence[tuple[Draft, list[Slot]]], base: Row, locality: Locality) -> bool:
    for draft, slots in own:
        for pair in combinations(slots, 2):
            value = next(_values(name, pair, draft, base, locality), None)
            if value is None or not all(_freed(name, slot, pair, draft, own, locality) for slot in pair):
                continue
            for slot in pair:
                slot.step = Insert(table=slot.step.table, rows=({**(single(slot.step) or {}), name: value},))
            return True
    return False


def _freed(
    name: str,
    slot: Slot,
    pair: Collection[Slot],
    draft: Draft,
    own: Sequence[tuple[Draft, list[Slot]]],
    locality: Locality,
) -> bool:
    """Let another row test what a row tests of a column: that it may be NULL; False where none can, or it tests anything else."""
    if slot is draft.last and name in locality.reads(draft.record.constraint):
        return False
    tests = [record for record in slot.records if name in locality.reads(record.constraint)]
    if not tests:
        return True
    homes = (each for _, slots in own for each in slots if each not in pair and _null(each, name))
    home = next(homes, None)
    if home is None or any(record.kind != "nullable" for record in tests):
        return False
    home.records += tests
    slot.records = [record for record in slot.records if record not in tests]
    return True


def _null(slot: Slot, name: str) -> bool:
    return (single(slot.step) or {}).get(name, "") is None


def _values(name: str, pair: Collection[Slot], draft: Draft, base: Row, locality: Locality) -> Iterator[object]:
    """Yield values that both rows may hold, and the row that the line refuses does not."""
    rows = [single(slot.step) or {} for slot in pair]
    if not all(name in row for row in rows):
        return
    column = next(each for each in locality.table.columns if each.name == name)
    given = [value for value in (*(row[name] for row in rows), base.get(name)) if value is not None]
    other = single(draft.last.step) if draft.record.expect == "reject" else None
    taken = other.get(name) if other is not None and draft.record.table == locality.table.name else None
    for value in (*given, *(each for first in given[:1] for each in islice(alternatives(first, column), 1))):
        if taken is None or not same(value, taken):
            yield value
