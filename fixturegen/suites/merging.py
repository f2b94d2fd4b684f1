"""Rows that are taken, merged: one row tests as many records as no constraint keeps apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import combining, normalize

from fixturegen.breaking.records import Insert, Record, Step
from fixturegen.suites.locality import Locality

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
    """

    table: str
    before: tuple[Step, ...]
    row: dict[str, object]
    touched: frozenset[str]
    records: list[Record]
    fixed: frozenset[str]
    keys: frozenset[Key] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = frozenset(map(step_key, self.before))


def merged(records: Sequence[Record], locality: Locality) -> list[Bin]:
    """Return as few rows as a first fit finds that test all records: single rows of one table that are taken.

    Args:
        records: Records of one table; all are taken by the statement that inserts their one row.
        locality: What reads which of its columns.
    """
    base = usual(records)
    bins: list[Bin] = []
    for record in sorted(records, key=lambda each: -len(each.before)):
        row = dict(single(record.last) or {})
        touched = frozenset(changes(row, base))
        # A row beside one of its own table is about what the two have in common: none of it may change. Nor does a row that the
        # database numbers stand well beside others.
        alone = all(step.table != locality.table.name for step in record.before)
        alone = alone and not any(row.get(name) is None for name in locality.numbered.intersection(row))
        reads = (locality.reads(record.constraint) or touched) if alone else frozenset(row)
        made = Bin(locality.table.name, record.before, row, touched, [record], reads)
        home = next((each for each in bins if _together(each, made, locality)), None)
        if home is None:
            bins.append(made)
            continue
        home.row.update({name: row[name] for name in touched})
        home.touched |= touched
        home.fixed |= reads
        home.records.append(record)
    return bins


def usual(records: Iterable[Record]) -> dict[str, object]:
    """Return the commonest value of every column of records' last rows, the first met among equals."""
    counts: dict[str, Counter[str]] = {}
    values: dict[tuple[str, str], object] = {}
    for record in records:
        for name, value in (single(record.last) or {}).items():
            text = _text(value)
            counts.setdefault(name, Counter())[text] += 1
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


def _together(home: Bin, other: Bin, locality: Locality) -> bool:
    """Whether the one row can do for both; ``home`` has at least as many steps before it."""
    if not other.keys <= home.keys or set(home.row) != set(other.row):
        return False
    if home.touched & other.fixed or other.touched & home.fixed:
        return False
    if not locality.apart(home.touched, other.touched):
        return False
    if other.keys == home.keys:
        return True
    # Rows of the table stand before the one and not before the other: what the other brings must not repeat theirs.
    twins = [row for step in home.before if step.table == home.table for row in rows_of(step)]
    merged_row = {**home.row, **{name: other.row[name] for name in other.touched}}
    return not other.touched & locality.exclusions and all(
        distinct(merged_row, twin, locality, other.touched) for twin in twins
    )


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
            if locality.numbered.intersection(unique.columns):
                return False  # a number in place of NULL, which only the database knows
            continue
        if all(_alike(*pair) for pair in pairs):
            return False
    return True


def rows_of(step: Step) -> Sequence[Row]:
    """Return the rows that a step inserts, or the values it sets."""
    return step.rows if isinstance(step, Insert) else ({**step.key, **step.values},)


def same(value: object, other: object) -> bool:
    """Whether two values are the same, their classes included."""
    return _text(value) == _text(other)


def _text(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


def _alike(value: object, other: object) -> bool:
    """Whether a database may take two values for equal, under any collation and padding."""
    if isinstance(value, str) and isinstance(other, str):
        return bare(value) == bare(other)
    return value == other


def bare(text: str) -> str:
    """Return the letters of a text without case, accents and blanks around them.

    >>> bare(" \u00c9t\u00e9")
    'ete'
    """
    plain = normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not combining(letter)).strip()
