"""Rows that are taken, put where other lines need rows anyway: in place of parents, or before the row that is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.breaking.records import Insert, Record, Step, Update
from fixturegen.suites.fresh import freshened, rekeyed
from fixturegen.suites.lines import Case, Cover
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Bin, Row, distinct, rows_of, single, step_key, strays


@dataclass(slots=True)
class Slot:
    """A step of a line, and the records that it tests beside the line's own.

    Attributes:
        step: The step.
        key: What the step was known by at first: rows that refer to its row still can.
        records: The records.
        settled: The row must stay as it is.
    """

    step: Step
    key: str
    records: list[Record] = field(default_factory=list)
    settled: bool = False


class Draft:
    """A line in the making.

    Args:
        record: The record whose verdict is that on the last step.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.slots = [Slot(step, step_key(step)) for step in record.before]
        self.last = Slot(record.last, step_key(record.last))

    @property
    def all_slots(self) -> list[Slot]:
        """The steps of the line, the last one included."""
        return [*self.slots, self.last]

    def case(self) -> Case:
        """Return the line."""
        slots = self.all_slots
        covers = tuple(Cover(record, at) for at, slot in enumerate(slots) for record in slot.records)
        return Case(self.record, tuple(slot.step for slot in slots), covers)

    def ride(self, made: Bin, locality: Locality) -> bool:
        """Put a row in the place of one of its table that the line needs anyway; False where there is none such."""
        at = next((at for at, slot in enumerate(self.slots) if self._exchangeable(at, slot, made, locality)), None)
        if at is None:
            return False
        self._settle(made)
        slot = self.slots[at]
        assert isinstance(slot.step, Insert)
        slot.step = Insert(table=slot.step.table, rows=({name: made.row[name] for name in slot.step.rows[0]},))
        slot.records += made.records
        slot.settled = True
        return True

    def append(self, made: Bin, locality: Locality) -> bool:
        """Put a row before the last step, under other keys; False where they are not to be had, or its parents are missing."""
        keys = {slot.key for slot in self.slots if slot.step.table != made.table or not slot.records}
        if not made.steps.keys() <= keys or self.record.at == "commit":
            return False
        row = freshened(made, self.rows(made.table), locality)
        if row is None or self.meets(made.row, row, locality):
            return False
        self._settle(made)
        step = Insert(table=made.table, rows=(row,))
        self.slots.append(Slot(step, step_key(step), list(made.records), settled=True))
        return True

    def extended(self, slots: Sequence[Slot]) -> Draft:
        """Return the line as it is with more steps before the last one; it stays as it is itself."""
        made = Draft(self.record)
        made.slots, made.last = [*self.slots, *slots], self.last
        return made

    def copied(self, row: Row, locality: Locality) -> Row | None:
        """Return a row that can stand in the line beside another one, alike but for its keys; None where there is none."""
        made = Bin(locality.table.name, (), dict(row), frozenset(), [], frozenset())
        others = self.rows(locality.table.name)
        twin = freshened(made, others, locality) or rekeyed(row, others, locality)
        if twin is None or any(twin.get(name, "") is None for name in locality.numbered - locality.free):
            return None  # what a check says of the next number is not known here
        return None if self.meets(twin, twin, locality) else twin

    def meets(self, before: Row, row: Row, locality: Locality) -> bool:
        """Whether a row under new keys is referred to by rows of the line that should not find it, or no more by itself.

        Args:
            before: The row under its old keys, which nobody else bears.
            row: The row under its new ones.
            locality: What reads which columns of its table.
        """
        name = locality.table.name
        for slot in self.all_slots:
            child = locality.schema.tables[slot.step.table]
            for reference in (each for each in child.references if each.table == name):
                target = [row.get(column) for column in reference.target]
                if any([other.get(column) for column in reference.columns] == target for other in rows_of(slot.step)):
                    return True
        return strays(before, row, locality)

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table in the line, the one that is refused included."""
        return [row for slot in self.all_slots if slot.step.table == table for row in rows_of(slot.step)]

    def _settle(self, made: Bin) -> None:
        """Keep the rows that a row counts on, where they are of its own table, as they are."""
        for slot in self.slots:
            if slot.key in made.steps and slot.step.table == made.table:
                slot.settled = True

    def _exchangeable(self, at: int, slot: Slot, made: Bin, locality: Locality) -> bool:
        row = single(slot.step)
        if row is None or slot.settled or slot.records or slot.step.table != made.table or set(row) != set(made.row):
            return False
        before = {each.key: each for each in self.slots[:at]}
        own = [each for each in self._steps() if each.table == made.table]
        if not made.steps.keys() <= before.keys() or any(isinstance(each, Update) for each in own):
            return False
        if any(before[key].records for key, step in made.steps.items() if step.table == made.table):
            return False
        return self._fits(at, row, made, locality)

    def _fits(self, at: int, row: Row, made: Bin, locality: Locality) -> bool:
        """Whether the other rows of the line do as well beside a row as beside the one in its place."""
        differing = [name for name, value in row.items() if repr(value) != repr(made.row[name])]
        if locality.outward.intersection(differing):
            return False
        steps = [step for index, step in enumerate(self._steps()) if index != at and step.table == made.table]
        others = [each for step in steps for each in rows_of(step)]
        if not others:
            return True
        read = frozenset[str]().union(locality.exclusions, *(reads for _, reads in locality.keys))
        if self.record.table == made.table and read.intersection(differing):
            return False
        return not locality.exclusions.intersection(differing) and all(
            distinct(made.row, each, locality, differing) for each in others
        )

    def _steps(self) -> tuple[Step, ...]:
        return tuple(slot.step for slot in self.all_slots)


def placed(drafts: Sequence[Draft], bins: Sequence[Bin], localities: Mapping[str, Locality]) -> list[Bin]:
    """Put rows into lines, and return those that have no place in any.

    Args:
        drafts: The lines; they are changed.
        bins: Rows that are taken.
        localities: What reads which columns, by table.
    """
    by_table: dict[str, list[Draft]] = {}
    for draft in drafts:
        for table in dict.fromkeys(slot.step.table for slot in draft.slots):
            by_table.setdefault(table, []).append(draft)
    turns: dict[str, int] = {}

    def appended(made: Bin) -> bool:
        lines = [draft for draft in drafts if draft.record.table == made.table]
        # Each line in its turn, so that none grows long while others are short.
        start = turns[made.table] = turns.get(made.table, -1) + 1
        homes = [*lines[start % len(lines) :], *lines[: start % len(lines)]] if lines else []
        return any(draft.append(made, localities[made.table]) for draft in homes)

    # Rows beside rows of their own table come first, while those still are what they were.
    beside = [made for made in bins if any(step.table == made.table for step in made.before)]
    left = [made for made in beside if not appended(made)]
    for made in bins:
        homes = by_table.get(made.table, ())
        if made in beside or any(draft.ride(made, localities[made.table]) for draft in homes):
            continue
        if not appended(made):
            left.append(made)
    return left
