"""What a negative record is: the steps that lead to it, the row itself, and the verdict to expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Rows put into a table by one statement.

    Attributes:
        table: The table.
        rows: The rows, at least one, all with the same columns; several make one statement of several rows. Values are Python
            values of the columns' types, None for NULL. Columns that the database computes are absent.
        overriding: Whether values of columns that the database numbers itself are meant to be taken (``OVERRIDING SYSTEM VALUE`` of
            PostgreSQL); False where it is to refuse them.
    """

    table: str
    rows: tuple[Mapping[str, object], ...]
    overriding: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Columns of one row set to other values.

    Attributes:
        table: The table.
        key: Columns and values that find the row.
        values: What it is to hold.
    """

    table: str
    key: Mapping[str, object]
    values: Mapping[str, object]


Step = Insert | Update
Outcome = Literal["given", "numbered", "filled", "passed over", "replacing"]
"""What stands there once a row was taken although it breaks a constraint: the row as it is given, the row with a number or
another value in place of a NULL, nothing new, or the row in place of those that it collides with."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a database takes a row that breaks a constraint.

    Attributes:
        reason: In words.
        outcome: What stands there then.
    """

    reason: str
    outcome: Outcome = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row that breaks one constraint and no other, or that just does not break it, with all that must stand before it.

    Attributes:
        id: Readable, unique in the schema, and the same in every run: ``orders.orders_total_min/below``.
        constraint: The constraint, as ``verify`` names it: ``orders.orders_total_min``.
        kind: Registered name of the constraint's kind: ``min``.
        table: The constraint's table.
        way: In words, what is tried: ``total = -0.01, just below 0``.
        expect: Whether the row is taken.
        at: Whether the row's own statement is decided, or the commit after it.
        before: The steps before it, from empty tables; each of them is taken.
        last: The step that is decided.
        row: The row that the last step makes, whole.
        judge: Who refuses the row: the database, or ``verify`` alone, where no database enforces such a constraint by itself (sums
            over children, ordinals, rules over several tables). With ``verify``, ``expect`` is still the database's
            verdict, so it is always ``accept``; ``breaks`` says whether the rows break the constraint.
        breaks: Whether the rows break the constraint, as ``verify`` sees it.
        outcome: What stands there where the last step is taken although its row breaks the constraint; ``dataset`` holds the
            rows as they are given.

    Example:
        >>> first, again = Insert(table="t", rows=({"id": 1},)), Insert(table="t", rows=({"id": 1},))
        >>> Record(
        ...     id="t.t_pkey/duplicate", constraint="t.t_pkey", kind="primary_key", table="t", way="id twice", expect="reject",
        ...     before=(first,), last=again, row={"id": 1}, breaks=True,
        ... ).dataset
        {'t': [{'id': 1}, {'id': 1}]}
    """

    id: str
    constraint: str
    kind: str
    table: str
    way: str
    expect: Literal["accept", "reject"]
    at: Literal["statement", "commit"] = "statement"
    before: tuple[Step, ...] = ()
    last: Step
    row: Mapping[str, object]
    judge: Literal["database", "verify"] = "database"
    breaks: bool = False
    outcome: Outcome = "given"

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, the last one included."""
        return (*self.before, self.last)

    @property
    def dataset(self) -> dict[str, list[dict[str, object]]]:
        """The rows of every table once all steps were taken, tables in the order of their first rows."""
        held: dict[str, list[dict[str, object]]] = {}
        for step in self.steps:
            rows = held.setdefault(step.table, [])
            if isinstance(step, Insert):
                rows.extend(dict(row) for row in step.rows)
            else:
                for row in rows:
                    if all(row.get(name) == value for name, value in step.key.items()):
                        row.update(step.values)
        return held


@dataclass(frozen=True, slots=True)
class Unbreakable:
    """A way to break a constraint for which there is no record.

    Attributes:
        constraint: The constraint, as ``verify`` names it.
        way: What would break it.
        reason: Why no row does that and nothing else.
        table: The constraint's table.
    """

    constraint: str
    way: str
    reason: str
    table: str = ""

    def __str__(self) -> str:
        """Return ``users.users_email_key: a duplicate: ...``."""
        return f"{self.constraint}: {self.way}: {self.reason}"


class Negatives:
    """The records of a schema, table by table, and what cannot be broken alone.

    Attributes:
        records: The records.
        unbreakable: The ways of breaking a constraint for which there is no record.

    Args:
        records: As above.
        unbreakable: As above.
    """

    def __init__(self, records: Iterable[Record], unbreakable: Iterable[Unbreakable] = ()) -> None:
        self.records = tuple(records)
        self.unbreakable = tuple(unbreakable)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, at: int) -> Record:
        """Return the record at a position, 0-based."""
        return self.records[at]

    def __repr__(self) -> str:
        return f"<{len(self)} records, {len(self.unbreakable)} ways unbreakable>"

    def for_table(self, name: str) -> Negatives:
        """Return the records of one table's constraints, and its unbreakable ways; none where there is no such table."""
        return Negatives(
            (record for record in self if record.table == name),
            (each for each in self.unbreakable if each.table == name),
        )
