"""Rows that differ as much, and as little, as they may: what tells a key from one that has a column more or less.

A repeated key is refused though all else differs, or the key has a column too many. Rows that are alike in all but their
keys are taken, or there is a key too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from fixturegen.breaking.records import Insert, Record, Step
from fixturegen.schema import Column
from fixturegen.suites.fresh import alternatives
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import KEYS, Row, changes, distinct, rows_of, same, single, usual
from fixturegen.suites.placing import Draft, Slot


def contrasted(
    drafts: Sequence[Draft], records: Mapping[str, Sequence[Record]], localities: Mapping[str, Locality], table: str
) -> None:
    """Let each row that repeats a key of a table differ from the one it repeats in as many other columns as possible.

    Args:
        drafts: The table's lines; their last rows are changed.
        records: Records whose single rows are taken, by table: they show which values may stand, and give other parents.
        localities: What reads which columns, by table.
        table: The table.
    """
    own, locality = records.get(table, ()), localities[table]
    base = usual(own)
    known = [
        (each, names)
        for each in own
        for names in dict.fromkeys(locality.component([name]) for name in changes(single(each.last) or {}, base))
    ]
    for draft in drafts:
        if draft.record.kind in KEYS and draft.record.expect == "reject":
            _contrast(draft, known, locality)
            _reparent(draft, records, localities, locality)


def _contrast(draft: Draft, known: Sequence[tuple[Record, frozenset[str]]], locality: Locality) -> None:
    last = single(draft.last.step)
    twins = [row for slot in draft.slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]
    if last is None or not twins:
        return
    repeated = locality.reads(draft.record.constraint)
    twin = max(twins, key=lambda row: sum(same(row.get(name), last.get(name)) for name in repeated))
    # A row may find itself, or another row of the line, by what references lead to.
    kept = repeated | (locality.outward if _leads_here(locality) else frozenset())
    row, done = dict(last), set(kept)
    for record, names in known:
        moved = _moved(record, names, row)
        if moved is None or any(name in done and not same(value, row[name]) for name, value in moved.items()):
            continue
        farther = _equal(moved, twin) < _equal({name: row[name] for name in moved}, twin)
        if farther and _known(record, draft, moved, locality) and _apart({**row, **moved}, twins, moved, locality):
            row.update(moved)
            done |= moved.keys()
    row.update(_freed(row, twin, kept, locality))
    draft.last.step = Insert(table=locality.table.name, rows=(row,))


def _reparent(
    draft: Draft, records: Mapping[str, Sequence[Record]], localities: Mapping[str, Locality], locality: Locality
) -> None:
    """Let the row that repeats a key refer to other parents, where nothing else reads the columns by which it does."""
    last = single(draft.last.step)
    repeated = locality.reads(draft.record.constraint)
    for reference in locality.table.references:
        columns = frozenset(reference.columns)
        alone = locality.component(columns) == columns and not columns & repeated
        twins = [row for slot in draft.slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]
        if last is None or not alone or reference.table == locality.table.name or reference.table not in localities:
            continue
        referring = not any(last.get(name) is None for name in columns)
        if not referring or not any(all(same(last.get(name), twin.get(name)) for name in columns) for twin in twins):
            continue
        parents = localities[reference.table]
        found = min(_parents(draft, records.get(reference.table, ()), parents), key=len, default=())
        row = single(found[-1]) if found else None
        if row is None:
            continue
        pairs = zip(reference.columns, reference.target, strict=True)
        tried = {**last, **{own: row.get(target) for own, target in pairs}}
        if all(distinct(tried, twin, locality, columns) for twin in twins):
            draft.slots += [Slot(step, repr(step), settled=True) for step in found]
            draft.last.step, last = Insert(table=locality.table.name, rows=(tried,)), tried


def _parents(draft: Draft, records: Sequence[Record], parents: Locality) -> Iterator[tuple[Step, ...]]:
    """Yield steps that put another row into the table of the parents; the last of them does."""
    keys = {slot.key for slot in draft.slots}
    for record in records:
        steps = tuple(step for step in record.before if repr(step) not in keys)
        row = single(record.last)
        inserted = [
            each for slot in draft.slots if slot.step.table == parents.table.name for each in rows_of(slot.step)
        ]
        if row is not None and not steps and all(distinct(row, each, parents) for each in inserted):
            yield (*steps, record.last)


def _moved(record: Record, names: frozenset[str], row: Row) -> dict[str, object] | None:
    """Return what a record's row holds in columns that no constraint reads with any other."""
    seen = single(record.last) or {}
    # What is generated follows: rows do not hold it.
    given = sorted(names & seen.keys())
    return {name: seen[name] for name in given} if given and set(seen) == set(row) else None


def _equal(values: Row, twin: Row) -> int:
    return sum(same(value, twin.get(name)) for name, value in values.items())


def _freed(row: Row, twin: Row, kept: frozenset[str], locality: Locality) -> dict[str, object]:
    """Return other values for columns that nothing reads and in which the twin is the same."""
    found: dict[str, object] = {}
    read = kept.union(*(reads for _, reads in locality.keys))
    for column in locality.table.columns:
        name = column.name
        if name in locality.free - read and name in row and same(row[name], twin.get(name)):
            for value in _others(row[name], column):
                found[name] = value
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


def _others(value: object, column: Column) -> Sequence[object]:
    if isinstance(value, bool):
        return [not value]
    if column.type.kind == "enum" and not column.choices:
        return [label for label in column.type.labels if label != value][:1]
    return [] if value is None else list(islice(alternatives(value, column), 1))


def paired(drafts: Sequence[Draft], locality: Locality) -> None:
    """For every column that may repeat a value, let two rows that do so be taken in one line.

    Args:
        drafts: The table's lines; some get a row more.
        locality: What reads which of its columns.
    """
    alone = {names[0] for unique, _ in locality.keys if len(names := unique.columns) == 1 and not unique.predicate}
    wanted = {column.name for column in locality.table.columns if column.generated is None} - alone
    for draft in drafts:
        wanted -= _repeated(draft, locality)
    drafts = [draft for draft in drafts if draft.record.at == "statement"]
    while wanted:
        gain, home, step = _best(drafts, wanted, locality)
        if home is None or step is None:
            return
        home.slots.append(Slot(step, repr(step), settled=True))
        wanted -= gain


def _repeated(draft: Draft, locality: Locality) -> set[str]:
    """Return the columns in which two rows of the table that are taken hold the same value, no NULL."""
    held = _taken(draft, locality)
    pairs = ((row, other) for at, row in enumerate(held) for other in held[:at])
    return {name for row, other in pairs for name in _shared(row, other)}


def _shared(row: Row, other: Row) -> set[str]:
    return {name for name, value in row.items() if value is not None and same(value, other.get(name))}


def _taken(draft: Draft, locality: Locality) -> list[Row]:
    slots = [*draft.slots, *([draft.last] if draft.record.expect == "accept" else [])]
    return [row for slot in slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]


def _best(
    drafts: Sequence[Draft], wanted: set[str], locality: Locality
) -> tuple[set[str], Draft | None, Insert | None]:
    """Return the row that repeats most of the wanted columns of one that stands in some line, and that line."""
    best: tuple[set[str], Draft | None, Insert | None] = (set(), None, None)
    tried: set[str] = set()
    for draft in sorted(drafts, key=lambda each: len(each.slots)):
        for row in _taken(draft, locality):
            promising = {name for name in wanted if row.get(name) is not None}
            if len(promising) <= len(best[0]) or repr(row) in tried:
                continue
            tried.add(repr(row))
            twin = draft.copied(row, locality)
            gain = wanted & _shared(row, twin) if twin is not None else set()
            if twin is not None and len(gain) > len(best[0]):
                best = (gain, draft, Insert(table=locality.table.name, rows=(twin,)))
    return best
