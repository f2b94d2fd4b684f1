"""The uniques and conditions under which rows of a table are drawn again, gathered as one group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fixturegen.expressions.normal import Formula, columns_of
from fixturegen.planning.components import Component
from fixturegen.planning.dotted import concerned
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Link, Numbered, Settled, Step
from fixturegen.planning.uniques import Kept
from fixturegen.schema import Schema, Table, Unique

_GROUPS = 20
"""Hardly any group of agreeing parents has so many times as many members as they have on average."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What decides it.

    Attributes:
        schema: The schema.
        table: The table.
        rows: Rows by table, existing ones counted.
        existing: Rows that the database holds already in this table.
        refusing: Whether its triggers refuse rows.
        redrawn: Conditions between given columns that only other references can meet.
        kept: How each unique is kept.
        found: The components of its checks.
        steps: How each column comes about.
    """

    schema: Schema
    table: Table
    rows: Mapping[str, int]
    existing: int
    refusing: bool
    redrawn: Sequence[Formula]
    kept: Kept
    found: Sequence[Component]
    steps: Mapping[str, Step]

    def groups(self) -> tuple[Settled, ...]:
        """Return the group; none where no row is ever drawn again."""
        kept, steps = self.kept, self.steps
        # Existing rows followed no permutation of ours: new ones give way to them under every unique.
        uniques = self._all() if self.existing else list(kept.open)
        tried = self.refusing and not any(isinstance(step, Aggregated | Numbered) for step in steps.values())
        if not uniques and not self.redrawn and not tried:
            return ()
        mention = {name for unique in uniques for name in concerned(self.schema, self.table, unique)}
        mention |= set(steps) if tried else set()
        mention |= {name for condition in self.redrawn for name in columns_of(condition)}
        references = [
            link.reference.name
            for link in kept.links.values()
            if set(link.reference.columns) & mention
            and link.kind in {"uniform", "tickets", "agreeing", "one to one", "self"}
        ]
        columns = {name for name in mention if isinstance(steps.get(name), Drawn | Cased)}
        columns -= {name for name in self._led_to(references) if not uniques or not _counts_up(steps[name])}
        if tried:  # where nothing but counted numbers is left, drawing again changes nothing
            columns = {name for name in columns if not _counts_up(steps[name])}
        for component in self.found:
            if columns & set(component.columns):
                columns |= set(component.columns)
        uniques += self._loosened(columns, uniques)
        steady = tuple(references[:1]) if len(references) + len(columns) > 1 and len(uniques) == 1 else ()
        if tried:
            single = tuple(name for name in references if kept.links[name].kind == "one to one")
            steady = single if len(single) < len(references) else ()
        return (
            Settled(
                uniques=tuple(uniques), columns=tuple(sorted(columns)), references=tuple(references), steady=steady,
                period=self._period([one for one in references if one not in steady], set() if tried else columns),
                conditions=tuple(self.redrawn), tried=tried,
            ),
        )  # fmt: skip

    def _led_to(self, references: Sequence[str]) -> set[str]:
        """Columns that rows of the same table take over: none can be drawn again while others choose among its values."""
        links = [self.kept.links[name] for name in references]
        own = [link for link in links if link.reference.table == self.table.name]
        pairs = (pair for link in own for pair in zip(link.reference.columns, link.reference.target, strict=True))
        return {target for column, target in pairs if column != target}

    def _all(self) -> list[Unique]:
        return [*([self.table.primary_key] if self.table.primary_key else []), *self.table.uniques]

    def _loosened(self, columns: set[str], uniques: Sequence[Unique]) -> list[Unique]:
        """Further uniques, which a permutation keeps only as long as none of its columns is drawn again."""
        carriers = self.kept.carriers
        moved = {name for name in columns if name in carriers and not carriers[name].choice.generator.sequential}
        return [unique for unique in self._all() if unique not in uniques and moved & set(unique.columns)]

    def _period(self, quick: Sequence[str], columns: set[str]) -> int:
        """Attempts after which the steady reference moves on: enough to have tried what the others can be."""
        sizes = [self._choices(self.kept.links[name]) for name in quick]
        for name in columns:
            step = self.steps[name]
            capacity = step.generator.capacity if isinstance(step, Drawn) else 8
            sizes.append(8 * min(capacity or 1_000, 1_000))
        return 4 + max([min(size, 10_000) for size in sizes], default=4)

    def _choices(self, link: Link) -> int:
        """Return among about how many parents a row chooses: of agreeing ones, several times as many as a group has on average."""
        table = link.reference.table
        parents = self.rows.get(table, 0)
        if link.kind != "agreeing":
            return parents
        shared = {
            to for own, to in zip(link.reference.columns, link.reference.target, strict=True) if own in link.shared
        }
        above = [one.table for one in self.schema.tables[table].references if set(one.columns) <= shared]
        groups = max((self.rows.get(name, 0) for name in above), default=0)
        return min(parents, _GROUPS * -(-parents // groups)) if groups else parents


def _counts_up(step: Step) -> bool:
    return isinstance(step, Drawn) and step.generator.sequential and step.component is None
