"""CHECKs and rules: SQL that is not false for any row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.conditions import sql_of, truth_of
from fixturegen.constraints.contract import Constraint, Flagged
from fixturegen.constraints.data import Data
from fixturegen.schema import Check, Dialect, Schema, Table


@kind
class CheckOrRule(Kind):
    """A CHECK of the database or a rule of the YAML, over the row and the rows it refers to."""

    name = "check"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every check of the table that is enforced."""
        del schema
        for number, check in enumerate(table.checks, 1):
            if check.enforced:
                name = check.name or f"{table.name}_check_{number}"
                yield Constraint(
                    name=name, kind=self.name, table=table.name, columns=(), subject=check, where=check.where
                )

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows for which it is false; unknown (NULL) passes, as in SQL."""
        check = _check(constraint)
        frame, holds = truth_of(data, constraint.table, check.sql, check.dialect)
        return frame.filter(~holds)

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return its negation, which is true exactly where the check is false."""
        check = _check(constraint)
        return Flagged(f"NOT ({sql_of(schema, constraint.table, check.sql, check.dialect, dialect)})")


def _check(constraint: Constraint) -> Check:
    assert isinstance(constraint.subject, Check)
    return constraint.subject
