"""Columns that are distinct: hostile values among them occur once each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fixturegen.fills.engine import HELD_ROWS, Engine
from fixturegen.hostility.allowed import Candidate, comparable
from fixturegen.planning.plan import Drawn, TablePlan
from fixturegen.schema import Column, Table


def once(table: TablePlan, column: str) -> bool:
    """Whether a column of a unique is distinct by its permutation or its numbering, alone or with others of the permutation."""
    step = table.steps.get(column)
    if not isinstance(step, Drawn) or not (step.index is not None or step.generator.sequential):
        return False
    key = [table.table.primary_key] if table.table.primary_key else []
    held = {name for unique in (*key, *table.table.uniques) for name in unique.columns}
    held |= {name for exclusion in table.table.exclusions for name in exclusion.columns}
    return column in held or step.parts != () or step.generator.sequential


def numbered(table: Table, column: Column) -> bool:
    """Whether the database numbers a column by itself, so that a great number would leave it none for later rows."""
    if column.type.kind != "integer":
        return False
    alone = table.primary_key is not None and table.primary_key.columns == (column.name,)
    return alone or column.identity is not None or "nextval" in (column.default or "")


def distinct_forms(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the values, of those that some database may take for equal only the first."""
    first: dict[object, Candidate] = {}
    for candidate in found:
        form = comparable(candidate.value)
        first.setdefault(tuple(form) if isinstance(form, list) else form, candidate)
    return list(first.values())


def untaken(engine: Engine, table: TablePlan, column: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Return the values of a distinct column, each once; where rules read it, only those that no other row has."""
    kept: list[Candidate] = []
    seen: set[object] = set()
    if any(column in component.reads or column in component.columns for component in table.components):
        if table.total > HELD_ROWS:
            return []
        seen = {comparable(value) for value in engine.whole(table.table.name, column).to_list()}
    for candidate in found:
        form = comparable(candidate.value)
        if form not in seen:
            seen.add(form)
            kept.append(candidate)
    return kept


def settled_groups(table: TablePlan, columns: Iterable[str], components: Iterable[int]) -> tuple[int, ...]:
    """Return the settled groups that draw one of these columns, or one of their components, again."""
    names = set(columns)
    for number in components:
        names |= set(table.components[number].columns)
    held = []
    for number, group in enumerate(table.settled):
        read = {name for unique in group.uniques for name in unique.columns} | set(group.columns)
        # What other rows of the table choose among is drawn once, or nobody could choose.
        own = [table.links[name].reference for name in group.references]
        chosen = {
            name for one in own if one.table == table.table.name for name in one.target if name not in one.columns
        }
        if names & (read - (chosen - set(group.columns))):
            held.append(number)
    return tuple(held)
