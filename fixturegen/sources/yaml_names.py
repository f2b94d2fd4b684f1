"""Names that the YAML format leaves out: the loader gives them, and the writer leaves out those that it would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fixturegen.expressions.names import matching
from fixturegen.schema import Check, Exclusion, Reference, Table, Unique
from fixturegen.sources.naming import ConstraintKind, constraint_name, with_roles
from fixturegen.sources.yaml_sql import mentioned_in


def with_names(table: Table) -> Table:
    """Return the table in which every constraint has a name and every reference a role; given ones stay."""
    parts: tuple[Unique | Reference | Check | Exclusion, ...] = (
        *table.uniques,
        *table.references,
        *table.checks,
        *table.exclusions,
    )
    taken = {part.name for part in parts} | {table.primary_key.name if table.primary_key else ""}

    def name(given: str, columns: Sequence[str], kind: ConstraintKind) -> str:
        if given:
            return given
        made = constraint_name(table.name, columns, kind, taken)
        taken.add(made)
        return made

    key = table.primary_key
    return replace(
        table,
        primary_key=key and replace(key, name=name(key.name, key.columns, "pkey")),
        uniques=tuple(replace(part, name=name(part.name, part.columns, "key")) for part in table.uniques),
        references=with_roles([
            replace(part, name=name(part.name, part.columns, "fkey")) for part in table.references
        ]),
        checks=tuple(replace(part, name=name(part.name, _mentioned(part, table), "check")) for part in table.checks),
        exclusions=tuple(replace(part, name=name(part.name, part.columns, "excl")) for part in table.exclusions),
    )  # fmt: skip


def _mentioned(check: Check, table: Table) -> list[str]:
    columns = [column.name for column in table.columns]
    names = mentioned_in(check.sql, check.dialect, check.where, lenient=True)
    return list(dict.fromkeys(found for name in names if (found := matching(name, columns)) is not None))
