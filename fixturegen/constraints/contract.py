"""The words that all kinds of constraint share."""

from __future__ import annotations

from dataclasses import dataclass

from fixturegen.schema import NOWHERE, Column, Location, Table

ROW = "\0row"
"""Column of row numbers, 0-based: a name that no column of a schema can bear."""


class Unverifiable(Exception):  # noqa: N818 - no failure: the constraint is reported as unverified
    """This constraint cannot be judged with what is at hand; ``verify`` names it as unverified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One constraint of one table.

    Attributes:
        name: The source's name, or one made from table, columns and kind.
        kind: Registered name of its kind.
        table: The table.
        columns: The columns of the table that it speaks of; empty where that is the whole row.
        subject: What declared it in the schema (a ``Column``, ``Unique``, ``Reference``, ``Check``, ...).
        where: Where that was declared.
    """

    name: str
    kind: str
    table: str
    columns: tuple[str, ...]
    subject: object = None
    where: Location = NOWHERE

    def __str__(self) -> str:
        """Return ``orders.orders_total_min``."""
        return f"{self.table}.{self.name}"


def of_column(kind: str, table: Table, column: Column, what: str | None = None) -> Constraint:
    """Return a constraint of one column, named ``table_column_what`` (``what`` is the kind unless given)."""
    return Constraint(
        name=f"{table.name}_{column.name}_{what or kind}",
        kind=kind,
        table=table.name,
        columns=(column.name,),
        subject=column,
        where=column.where,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A constraint that does not hold.

    Attributes:
        constraint: The constraint.
        rows: How many rows break it; for uniques those that repeat an earlier one.
        example: Where the first of them is, such as ``row 17``: 0-based, in the order of the data, or in the order of the
            primary key where the data is a database. Never a value.
    """

    constraint: Constraint
    rows: int
    example: str

    def __str__(self) -> str:
        """Return ``orders.orders_total_min: 3 rows, first row 17``."""
        noun = "row" if self.rows == 1 else "rows"
        return f"{self.constraint}: {self.rows:,} {noun}, first: {self.example}"


@dataclass(frozen=True, slots=True)
class Flagged:
    """SQL that picks the violating rows of a table.

    Attributes:
        condition: True for a violating row. The table goes by its own quoted name; may hold window functions.
        joins: ``LEFT JOIN`` clauses that it needs, none of which multiplies rows.
        count: A faster way to count the violating rows: a whole SELECT of one number.
    """

    condition: str
    joins: str = ""
    count: str | None = None
