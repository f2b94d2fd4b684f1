"""Rows that differ as much, and as little, as they may: what tells a key from one that has a column more or less.

A repeated key is refused though all else differs, or the key has a column too many. Rows that are alike in all but their
keys are taken, or there is a key too many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from fixturegen.breaking.records import Insert, Record
from fixturegen.schema import Column
from fixturegen.suites.fresh import alternatives
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import KEYS, Row, changes, distinct, rows_of, same, single, usual
from fixturegen.suites.placing import Draft
from fixturegen.suites.twins import led_elsewhere


def contrasted(
    drafts: Sequence[Draft], records: Sequence[Record], localities: Mapping[str, Locality], table: str
) -> None:
    """Let each row that repeats a key of a table differ from the one it repeats in as many other columns as possible.

    Args:
        drafts: The table's lines; their last rows are changed.
        records: Records of the table whose single rows are taken: they show which values may stand.
        localities: What reads which columns, by table.
        table: The table.
    """
    locality, base = localities[table], usual(records)
    known = [
        (each, names)
        for each in records
        for names in dict.fromkeys(locality.component([name]) for name in changes(single(each.last) or {}, base))
    ]
    for draft in drafts:
        if draft.record.kind in KEYS and draft.record.expect == "reject":
            _contrast(draft, known, locality)
            _reparent(draft, localities, locality)


def _contrast(draft: Draft, known: Sequence[tuple[Record, frozenset[str]]], locality: Locality) -> None:
    last = single(draft.last.step)
    twins = [row for slot in draft.slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]
    if last is None or not twins:
        return
    repeated = locality.reads(draft.record.constraint)
    twin = max(twins, key=lambda row: sum(same(row.get(name), last.get(name)) for name in repeated))
    kept = _kept(draft, locality)
    row, done = dict(last), set(kept)
    for record, names in known:
        moved = _moved(record, names, row)
        if moved is None or any(name in done and not same(value, row[name]) for name, value in moved.items()):
            continue
        farther = _equal(moved, twin) < _equal({name: row[name] for name in moved}, twin)
        if farther and _known(record, draft, moved, locality) and _apart({**row, **moved}, twins, moved, locality):
            row.update(moved)
            done |= moved.keys()
    draft.last.step = Insert(table=locality.table.name, rows=(row,))


def set_apart(draft: Draft, locality: Locality) -> None:
    """Let the row of a line that repeats a key hold values of its own wherever nothing but the rows themselves reads them.

    Args:
        draft: The line; all its other rows stand in it already.
        locality: What reads which columns of its table.
    """
    last = single(draft.last.step)
    if last is None or draft.record.kind not in KEYS or draft.record.expect != "reject":
        return
    twins = [row for slot in draft.slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]
    changed = _freed(last, twins, _kept(draft, locality), locality)
    draft.last.step = Insert(table=locality.table.name, rows=({**last, **changed},)) if changed else draft.last.step


def _kept(draft: Draft, locality: Locality) -> frozenset[str]:
    """Return the columns of the key that is repeated; a row may find itself, or another row of the line, by what references lead to."""
    return locality.reads(draft.record.constraint) | (locality.outward if _leads_here(locality) else frozenset())


def _reparent(draft: Draft, localities: Mapping[str, Locality], locality: Locality) -> None:
    """Let the row that repeats a key refer to other parents, where nothing else reads the columns by which it does."""
    last = single(draft.last.step)
    repeated = locality.reads(draft.record.constraint)
    for reference in locality.table.references:
        columns = frozenset(reference.columns)
        alone = locality.component(columns) == columns and not columns & repeated
        twins = [row for slot in draft.slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]
        if last is None or not alone or any(last.get(name) is None for name in columns):
            continue
        if not any(all(same(last.get(name), twin.get(name)) for name in columns) for twin in twins):
            continue
        found = led_elsewhere(draft, last, reference, localities, locality.table.name)
        if found is not None and all(distinct(found[1], twin, locality, columns) for twin in twins):
            draft.slots += found[0]
            last = found[1]
            draft.last.step = Insert(table=locality.table.name, rows=(last,))


def _moved(record: Record, names: frozenset[str], row: Row) -> dict[str, object] | None:
    """Return what a record's row holds in columns that no constraint reads with any other."""
    seen = single(record.last) or {}
    # What is generated follows: rows do not hold it.
    given = sorted(names & seen.keys())
    return {name: seen[name] for name in given} if given and set(seen) == set(row) else None


def _equal(values: Row, twin: Row) -> int:
    return sum(same(value, twin.get(name)) for name, value in values.items())


def _freed(row: Row, twins: Sequence[Row], kept: frozenset[str], locality: Locality) -> dict[str, object]:
    """Return other values for columns that nothing reads and in which some other row is the same."""
    found: dict[str, object] = {}
    read = kept.union(*(reads for _, reads in locality.keys))
    for column in locality.table.columns:
        name = column.name
        if name not in locality.free - read or name not in row:
            continue
        held = [twin.get(name) for twin in twins]
        if any(same(row[name], value) for value in held):
            tried = _others(row[name], column, len(held) + 1)
            fresh = [value for value in tried if not any(same(value, other) for other in held)]
            found |= {name: fresh[0]} if fresh else {}
    return found


def _leads_here(locality: Locality) -> bool:
    return any(each.table == locality.table.name for each in locality.table.references)


def _known(record: Record, draft: Draft, moved: Row, locality: Locality) -> bool:
    """Whether what the values refer to, if anything, stands in the line too."""
    if not any(moved.get(name) is not None for each in locality.table.references for name in each.columns):
        return True
    keys = {slot.key for slot in draft.slots}
    return all(repr(step) in keys for step in record.before if step.table != record.table)


def _apart(row: Row, twins: Sequence[Row], changed: Mapping[str, object], locality: Locality) -> bool:
    return not locality.exclusions.intersection(changed) and all(
        distinct(row, twin, locality, changed) for twin in twins
    )


def _others(value: object, column: Column, most: int) -> Sequence[object]:
    if isinstance(value, bool):
        return [not value]
    if column.type.kind == "enum" and not column.choices:
        return [label for label in column.type.labels if label != value][:most]
    return [] if value is None else list(islice(alternatives(value, column), most))
