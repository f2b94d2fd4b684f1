"""A line of a suite: statements, of which all but the last are taken, and the verdict on the last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from fixturegen.breaking.records import Record, Step


@dataclass(frozen=True, slots=True)
class Cover:
    """A record that a line tests beside its own.

    Attributes:
        record: The record; a row like its row is taken by the step.
        step: Position of that step in the line, 0-based.
    """

    record: Record
    step: int


@dataclass(frozen=True, slots=True)
class Case:
    """A line before it is written as SQL.

    Attributes:
        record: The record whose verdict is that on the last step.
        steps: All steps, from empty tables.
        covers: Records of rows that are taken, tested on the way.
    """

    record: Record
    steps: tuple[Step, ...]
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    r"""A line of ``suite.ndjson``. Run on empty tables: every statement but the last is taken, the last one as expected.

    Attributes:
        id: Readable, unique in the suite, and the same in every run.
        constraint: The constraint, as ``verify`` names it: ``orders.orders_total_min``.
        kind: Registered name of its kind: ``min``.
        table: Its table.
        expect: The verdict on the last statement.
        at: Whether that statement is decided itself, or the commit after it.
        statements: SQL without semicolons, one statement each.
        case: What the statements were written from.

    Example:
        >>> from fixturegen.breaking.records import Insert
        >>> step = Insert(table="t", rows=({"a": None},))
        >>> record = Record(id="t.t_a/null", constraint="t.t_a", kind="not_null", table="t", way="NULL in a", expect="reject",
        ...                 last=step, row={"a": None})
        >>> print(line_of(Case(record, (step,)), ('INSERT INTO "t" ("a") VALUES (NULL)',)).ndjson())
        {"id": "t.t_a/null", "constraint": "t.t_a", ..., "statements": ["INSERT INTO \"t\" (\"a\") VALUES (NULL)"]}
    """

    id: str
    constraint: str
    kind: str
    table: str
    expect: Literal["accept", "reject"]
    at: Literal["statement", "commit"]
    statements: tuple[str, ...]
    case: Case

    def as_json(self) -> dict[str, object]:
        """Return the line as a file holds it."""
        return {
            "id": self.id,
            "constraint": self.constraint,
            "kind": self.kind,
            "table": self.table,
            "expect": self.expect,
            "at": self.at,
            "statements": list(self.statements),
        }

    def ndjson(self) -> str:
        """Return the line as one line of text, without its end."""
        return json.dumps(self.as_json(), ensure_ascii=False)


def line_of(case: Case, statements: tuple[str, ...]) -> Line:
    """Return the line of a case, once its steps are written."""
    record = case.record
    return Line(
        id=record.id,
        constraint=record.constraint,
        kind=record.kind,
        table=record.table,
        expect=record.expect,
        at=record.at,
        statements=statements,
        case=case,
    )
