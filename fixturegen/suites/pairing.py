"""Rows that repeat a value of another row and are taken: what tells a column that may repeat from one with a unique too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fixturegen.breaking.records import Record
from fixturegen.suites.gathering import beside
from fixturegen.suites.levelling import levelled
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Bin, Row, rows_of, same, single, usual
from fixturegen.suites.placing import Draft, Slot
from fixturegen.suites.twins import twin_of

_TRIED = 8
"""A row that repeats nothing in so many lines, where least is missing, does so in none."""


@dataclass(frozen=True, slots=True)
class _Addition:
    """Steps that a line gets: their last row repeats values of another one.

    Attributes:
        home: The line.
        slots: The steps.
        gain: The columns whose values are repeated.
    """

    home: Draft
    slots: tuple[Slot, ...]
    gain: frozenset[str]

    @property
    def worth(self) -> tuple[float, int]:
        """The more columns by a step, the better; then the shorter the line."""
        return len(self.gain) / len(self.slots), -len(self.home.slots)


def paired(
    drafts: Sequence[Draft], records: Mapping[str, Sequence[Record]], localities: Mapping[str, Locality], table: str
) -> None:
    """For every column that may repeat a value, let two rows that do so be taken in one line.

    Args:
        drafts: All lines; some get rows more.
        records: Records whose single rows are taken, by table: they show which values may stand.
        localities: What reads which columns, by table.
        table: The table whose columns are meant.
    """
    locality = localities[table]
    alone = {names[0] for unique, _ in locality.keys if len(names := unique.columns) == 1 and not unique.predicate}
    wanted = frozenset(column.name for column in locality.table.columns if column.generated is None) - alone
    for draft in drafts:
        wanted -= _repeated(draft, locality)
    if wanted:
        base = usual(records.get(table, ()), held=True)
        wanted -= levelled(drafts, wanted, base, locality)
    homes = [draft for draft in drafts if draft.record.at == "statement"]
    whole = _whole(records.get(table, ()), locality) if wanted else []
    while wanted:
        found = [*_twins(homes, wanted, localities, table), *_pairs(homes, whole, wanted, localities)]
        if not found:
            return
        best = max(found, key=lambda each: each.worth)
        best.home.slots += best.slots
        wanted -= best.gain


def _repeated(draft: Draft, locality: Locality) -> frozenset[str]:
    """Return the columns in which two rows of the table that are taken hold the same value, no NULL."""
    held = _taken(draft, locality)
    pairs = ((row, other) for at, row in enumerate(held) for other in held[:at])
    return frozenset(name for row, other in pairs for name in _shared(row, other))


def _shared(row: Row, other: Row) -> frozenset[str]:
    return frozenset(name for name, value in row.items() if value is not None and same(value, other.get(name)))


def _taken(draft: Draft, locality: Locality) -> list[Row]:
    slots = [*draft.slots, *([draft.last] if draft.record.expect == "accept" else [])]
    return [row for slot in slots if slot.step.table == locality.table.name for row in rows_of(slot.step)]


def _twins(
    drafts: Sequence[Draft], wanted: frozenset[str], localities: Mapping[str, Locality], table: str
) -> Iterator[_Addition]:
    """Yield rows that repeat wanted columns of one that stands in some line, each better than those before."""
    most = 0.0
    tried: set[str] = set()
    for draft in sorted(drafts, key=lambda each: len(each.slots)):
        for row in _taken(draft, localities[table]):
            promising = len([name for name in wanted if row.get(name) is not None])
            if promising <= most or repr(row) in tried:
                continue
            tried.add(repr(row))
            found = _repeating(draft, (), row, wanted, localities, table)
            if found is not None and found.worth[0] > most:
                most = found.worth[0]
                yield found


def _pairs(
    drafts: Sequence[Draft], whole: Sequence[Bin], wanted: frozenset[str], localities: Mapping[str, Locality]
) -> Iterator[_Addition]:
    """Yield rows that hold wanted columns, each with one that repeats it, and with what must stand before both."""
    most = 0.0
    standing = [
        (draft, {slot.key for slot in draft.all_slots}) for draft in sorted(drafts, key=lambda each: len(each.slots))
    ]
    for made in whole:
        promising = len([name for name in wanted if made.row[name] is not None])
        near = sorted(((len(made.steps.keys() - keys), at) for at, (_, keys) in enumerate(standing)))
        for missing, at in near[:_TRIED]:
            if promising / (missing + 2) <= most:
                break
            draft = standing[at][0]
            slots = beside(draft, made, localities)
            row = single(slots[-1].step) if slots else None
            if slots is None or row is None:
                continue
            found = _repeating(draft, slots, row, wanted, localities, made.table)
            if found is not None and found.worth[0] > most:
                most = found.worth[0]
                yield found


def _repeating(
    draft: Draft,
    slots: Sequence[Slot],
    row: Row,
    wanted: frozenset[str],
    localities: Mapping[str, Locality],
    table: str,
) -> _Addition | None:
    """Return steps, and after them a row that repeats wanted columns of another one; None where there is none."""
    more = twin_of(draft.extended(slots), row, localities, table)
    twin = single(more[-1].step) if more else None
    gain = wanted & _shared(row, twin) if twin is not None else frozenset()
    return _Addition(draft, (*slots, *more), gain) if more and gain else None


def _whole(records: Sequence[Record], locality: Locality) -> list[Bin]:
    """Return one row for all records with the same steps before them, values in place of its NULLs where it may have some."""
    base = usual(records, held=True)
    least: dict[str, tuple[int, Record]] = {}
    for record in records:
        nulls = sum(value is None for value in (single(record.last) or {}).values())
        key = repr(record.before)
        if key not in least or nulls < least[key][0]:
            least[key] = nulls, record
    found = []
    for _, record in least.values():
        row = dict(single(record.last) or {})
        for name in (name for name, value in row.items() if value is None and name not in locality.leading):
            given = {**row, name: base.get(name)}
            row = given if name in locality.free or locality.says_the_same(row, given) else row
        found.append(Bin(record.table, record.before, row, frozenset(), [], frozenset()))
    return found
