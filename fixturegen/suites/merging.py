"""Rows that are taken, merged: one row tests as many records as no constraint keeps apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.breaking.records import Insert, Record, Step
from fixturegen.breaking.values import alike
from fixturegen.schema import Reference
from fixturegen.suites.locality import Locality

KEYS = frozenset({"primary_key", "unique"})
"""Kinds of constraint that compare rows with each other."""
Key = str
"""What a step is known by: equal for equal steps."""
Row = Mapping[str, object]


def step_key(step: Step) -> Key:
    """Return what a step is known by.

    >>> step_key(Insert(table="t", rows=({"a": 1},))) == step_key(Insert(table="t", rows=({"a": True},)))
    False
    """
    return repr(step)


def single(step: Step) -> Row | None:
    """Return the row of a step that inserts one, None for any other step."""
    return step.rows[0] if isinstance(step, Insert) and len(step.rows) == 1 else None


@dataclass(slots=True)
class Bin:
    """A row that is taken, and the records that it tests.

    Attributes:
        table: Its table.
        before: What must stand before it.
        row: The row.
        touched: Its columns that differ from the usual row.
        records: The records.
        fixed: Columns that the records are about: other values there would test something else.
        steps: What stands before it, by what it is known by.
    """

    table: str
    before: tuple[Step, ...]
    row: dict[str, object]
    touched: frozenset[str]
    records: list[Record]
    fixed: frozenset[str]
    steps: dict[Key, Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = {step_key(step): step for step in self.before}

    @property
    def twins(self) -> frozenset[Key]:
        """What the rows of its own table are known by that stand before it."""
        return frozenset(key for key, step in self.steps.items() if step.table == self.table)

    @property
    def twin_rows(self) -> list[Row]:
        """The rows of its own table that stand before it."""
        return [row for step in self.before if step.table == self.table for row in rows_of(step)]

    @property
    def apart(self) -> frozenset[str]:
        """The columns in which it differs from all rows of its own table before it: any other value does as well."""
        twins = self.twin_rows
        return frozenset(name for name, value in self.row.items() if value is not None and twins
                         and not any(row.get(name) is None or alike(value, row[name]) for row in twins))  # fmt: skip

    def lacking(self, other: Bin) -> dict[Key, Step]:
        """Return what stands before another row and not before this one, by what it is known by."""
        return {key: step for key, step in other.steps.items() if key not in self.steps}

    def stand(self, steps: Mapping[Key, Step]) -> None:
        """Let more steps stand before the row: such as it lacks."""
        self.before = (*self.before, *steps.values())
        self.steps |= steps


def merged(records: Sequence[Record], localities: Mapping[str, Locality], table: str) -> list[Bin]:
    """Return as few rows as a first fit finds that test all records: single rows of one table that are taken.

    Args:
        records: Records of the table; all are taken by the statement that inserts their one row.
        localities: What reads which columns, by table.
        table: The table.
    """
    locality = localities[table]
    base = usual(records)
    bins: list[Bin] = []
    for record in sorted(records, key=lambda each: -len(each.before)):
        row = dict(single(record.last) or {})
        touched = frozenset(changes(row, base))
        made = Bin(table, record.before, row, touched, [record], _about(record, row, locality) or touched)
        if record.kind in KEYS:
            made.fixed -= made.apart
        if not any(_merge(each, made, localities) for each in bins):
            bins.append(made)
    return bins


def _about(record: Record, row: Row, locality: Locality) -> frozenset[str]:
    """Return the columns that a record is about: of a row that just holds values, all of these."""
    columns = locality.reads(record.constraint)
    if record.kind in {"nullable", "not_null"} and not any(row.get(name) is None for name in columns):
        return frozenset(name for name, value in row.items() if value is not None)
    return columns


def _merge(home: Bin, other: Bin, localities: Mapping[str, Locality]) -> bool:
    """Let one row do for both; False where none does."""
    if set(home.row) != set(other.row) or not _stand_together(home, other, localities):
        return False
    locality = localities[home.table]
    differing = frozenset(changes(other.row, home.row))
    # Both rows may have a value of their own where only uniques look at it: one is as good as the other.
    free = differing & home.touched & other.touched & locality.free
    spare = free - other.fixed
    moved = differing & other.touched - spare
    if not differing & other.fixed <= moved or moved & home.fixed:
        return False
    if not locality.apart(differing & home.touched - free, moved):
        return False
    row = {**home.row, **{name: other.row[name] for name in moved}}
    if not _is_beside(row, home, other, locality, moved) or any(
        strays(each.row, row, locality) for each in (home, other)
    ):
        return False
    home.stand(home.lacking(other))
    home.row = row
    home.touched |= moved
    home.fixed |= other.fixed
    home.records += other.records
    return True


def _is_beside(row: Row, home: Bin, other: Bin, locality: Locality, moved: frozenset[str]) -> bool:
    """Whether a row stands beside the rows of its table before it as both did."""
    if home.twins != other.twins and (other.twins or not moved <= home.apart):
        return False  # a row that is compared with another one differs from it in nothing else
    if not moved or not home.twins:
        return True
    return not moved & locality.exclusions and all(distinct(row, twin, locality, moved) for twin in home.twin_rows)


def _stand_together(home: Bin, other: Bin, localities: Mapping[str, Locality]) -> bool:
    """Whether what stands before the other row can stand before both."""
    missing = home.lacking(other).values()
    if any(single(step) is None for step in missing):
        return False
    return all(apart(row, step.table, home.before, localities) for step in missing for row in rows_of(step))


def apart(row: Row, table: str, steps: Iterable[Step], localities: Mapping[str, Locality]) -> bool:
    """Return whether a row can stand beside the rows of its table that some steps insert."""
    others = [other for step in steps if step.table == table for other in rows_of(step)]
    locality = localities[table]
    return not others or (not locality.exclusions and all(distinct(row, other, locality) for other in others))


def usual(records: Iterable[Record], *, held: bool = False) -> dict[str, object]:
    """Return the commonest value of every column of records' last rows, the first met among equals.

    Args:
        records: The records.
        held: Return NULL only where no row holds anything else.
    """
    counts: dict[str, Counter[str]] = {}
    values: dict[tuple[str, str], object] = {}
    for record in records:
        for name, value in (single(record.last) or {}).items():
            text = _text(value)
            counts.setdefault(name, Counter())[text] += not held or value is not None
            values.setdefault((name, text), value)
    return {name: values[name, max(found, key=lambda text: found[text])] for name, found in counts.items()}


def donated(records: Sequence[Record], locality: Locality) -> tuple[Row, ...]:
    """Return what rows that are taken hold in columns where they are not like the usual row, and in all that is read with those.

    Args:
        records: Records of one table whose single rows are taken.
        locality: What reads which of its columns.
    """
    base = usual(records)
    found: dict[str, Row] = {}
    # What refers elsewhere would need its parents.
    leading = {name for each in locality.table.references for name in each.columns}
    for record in records:
        row = single(record.last) or {}
        for names in dict.fromkeys(locality.component([name]) for name in changes(row, base)):
            if names <= row.keys() and not any(name in leading and row[name] is not None for name in names):
                given = {name: row[name] for name in sorted(names)}
                found[repr(given)] = given
    return tuple(found.values())


def changes(row: Row, base: Row) -> dict[str, object]:
    """Return the values of a row that are other than those of the usual one."""
    return {name: value for name, value in row.items() if not same(value, base.get(name))}


def distinct(row: Row, other: Row, locality: Locality, changed: Iterable[str] | None = None) -> bool:
    """Whether two rows of a table repeat no unique; in doubt they do.

    Args:
        row: A row.
        other: Another one.
        locality: What reads which columns.
        changed: Only uniques over one of these columns are asked; all unless given.
    """
    asked = None if changed is None else frozenset(changed)
    for unique, reads in locality.keys:
        if asked is not None and not asked & reads:
            continue
        pairs = [(row.get(name), other.get(name)) for name in unique.columns]
        if unique.expressions or not reads <= row.keys() or unique.predicate is not None:
            return False  # what the database makes of them is not known here
        if unique.nulls_distinct and any(None in pair for pair in pairs):
            if locality.numbered.intersection(unique.columns) and pairs != [(None, None)]:
                return False  # a number in place of one NULL, which only the database knows; it gives none twice
            continue
        if all(alike(*pair) for pair in pairs):
            return False
    return True


def strays(before: Row, row: Row, locality: Locality) -> bool:
    """Whether a row that referred to itself does so no more, now that it holds other values.

    Args:
        before: The row as it was.
        row: The row as it is to be.
        locality: What reads which columns of its table.
    """
    return any(
        _finds_itself(before, each) and not _finds_itself(row, each)
        for each in locality.table.references
        if each.table == locality.table.name
    )


def _finds_itself(row: Row, reference: Reference) -> bool:
    own = [row.get(name) for name in reference.columns]
    return None not in own and own == [row.get(name) for name in reference.target]


def rows_of(step: Step) -> Sequence[Row]:
    """Return the rows that a step inserts, or the values it sets."""
    return step.rows if isinstance(step, Insert) else ({**step.key, **step.values},)


def same(value: object, other: object) -> bool:
    """Whether two values are the same, their classes included."""
    return _text(value) == _text(other)


def _text(value: object) -> str:
    return f"{type(value).__name__} {value!r}"
