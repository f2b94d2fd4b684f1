"""The verdict of a verification: what does not hold, what could not be judged, and how many constraints were asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fixturegen.constraints.contract import Constraint, Violation
from fixturegen.errors import InputError
from fixturegen.schema import Schema, Table

Outcome = Violation | Constraint | None
"""A violation; a constraint that could not be judged; None for one that holds."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Attributes:
        violations: Every constraint that does not hold, in the order of the schema.
        checked: How many constraints were judged.
        unverified: Constraints that could not be judged, as ``table.constraint``.
    """

    violations: tuple[Violation, ...]
    checked: int
    unverified: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether every constraint that was judged holds."""
        return not self.violations

    def as_json(self) -> dict[str, object]:
        """Return the report as the command line prints it with ``--json``."""
        found = [
            {
                "table": violation.constraint.table,
                "constraint": violation.constraint.name,
                "rows": violation.rows,
                "example": violation.example,
            }
            for violation in self.violations
        ]
        return {"violations": found, "checked": self.checked, "unverified": list(self.unverified)}

    def __str__(self) -> str:
        """Return one line for each violation and unverified constraint, and one for all."""
        lines = [f"violated: {violation}" for violation in self.violations]
        lines += [f"unverified: {name}" for name in self.unverified]
        verdict = f"{len(self.violations)} violated" if self.violations else "all hold"
        return "\n".join([*lines, f"{self.checked:,} constraints checked: {verdict}"])


def collected(outcomes: Iterable[Outcome], lacking: Sequence[Outcome]) -> Report:
    """The report of the tables' columns, then of all other constraints."""
    judged = [*lacking, *outcomes]
    unverified = tuple(str(outcome) for outcome in judged if isinstance(outcome, Constraint))
    violated = tuple(outcome for outcome in judged if isinstance(outcome, Violation))
    return Report(violated, len(judged) - len(unverified), unverified)


def shape(table: Table, missing: Sequence[str], surplus: Sequence[str], rows: int) -> Violation | None:
    """The violation of having other columns than the schema says, which every row commits."""
    if not missing and not surplus:
        return None
    names = tuple(column.name for column in table.columns)
    constraint = Constraint(
        name=f"{table.name}_columns", kind="columns", table=table.name, columns=names, subject=table, where=table.where
    )
    parts = [f"lacks column {name!r}" for name in missing] + [f"has a column {name!r} too many" for name in surplus]
    return Violation(constraint=constraint, rows=rows, example="; ".join(parts))


def wanted_tables(schema: Schema, only: Collection[str]) -> tuple[str, ...]:
    """Return the tables to check, in the schema's order: all unless ``only`` names some.

    Raises:
        InputError: A name that is no table.
    """
    known_tables(schema, only)
    return tuple(name for name in schema.tables if not only or name in only)


def known_tables(schema: Schema, names: Iterable[str]) -> None:
    """Refuse names that are no tables.

    Raises:
        InputError: A name that is no table.
    """
    for name in names:
        if name not in schema.tables:
            message = f"unknown table {name!r}"
            raise InputError(message, given=name, exists=schema.tables)
