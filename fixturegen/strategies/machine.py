"""A plan compiled into a machine that makes an example from what Hypothesis drew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fixturegen.expressions.normal import columns_of
from fixturegen.fills.judging import Oracle
from fixturegen.planning.order import Node
from fixturegen.planning.plan import Numbered, Plan
from fixturegen.schema import PerParent
from fixturegen.strategies.blocks import blocks
from fixturegen.strategies.compiling import TableWork
from fixturegen.strategies.parents import parent_of
from fixturegen.strategies.stages import DroppedError, Stage
from fixturegen.strategies.uniques import kept_uniques
from fixturegen.strategies.weighing import Weight, weights
from fixturegen.strategies.worlds import Draft, Row, World

MOST_ROUNDS = 2_000


@dataclass(slots=True, eq=False)
class Machine:
    """Makes examples of a plan.

    Attributes:
        plan: The plan.
        most: Most rows by table.
        least: Fewest rows by table.
        oracle: Judges what only a database can judge.
    """

    plan: Plan
    most: Mapping[str, int]
    least: Mapping[str, int]
    oracle: Oracle | None = None
    weights: Mapping[Node, Weight] = field(init=False)
    works: dict[str, TableWork] = field(init=False)
    stages: list[Stage] = field(init=False)
    nested: dict[str, list[str]] = field(init=False)
    mandatory: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.works = {}
        self.weights = weights(self.plan)
        for name, table in self.plan.tables.items():
            weighed = {column: weight.most for (one, column), weight in self.weights.items() if one == name}
            self.works[name] = TableWork(self.plan, table, max(self.most[name], 1), self.oracle, self.works, weighed)
        self.stages = self._stages()
        self.mandatory = {
            name: {link.reference.table for link in table.links.values() if not link.nullable} - {name}
            for name, table in self.plan.tables.items()
        }
        self.nested = {name: [] for name in self.works}
        for name in self.works:
            if self.counted(name) is not None:
                self.nested[self.parent(name)].append(name)

    def counted(self, name: str) -> PerParent | None:
        """Return the count per parent of a table, None for one that is counted by itself."""
        count = self.plan.tables[name].count
        return count if isinstance(count, PerParent) else None

    def parent(self, name: str) -> str:
        """Return the table per whose rows a table is counted."""
        count = self.counted(name)
        assert count is not None
        return self.plan.tables[name].links[count.reference].reference.table

    def generations(self) -> list[str]:
        """Return the tables that are counted per parent, each after the one that it is counted per."""
        found: list[str] = []
        waiting = [name for name in self.works if self.counted(name) is None]
        while waiting:
            name = waiting.pop(0)
            found += self.nested[name]
            waiting += self.nested[name]
        return found

    def _stages(self) -> list[Stage]:
        found: list[Stage] = []
        uniques = {name: kept_uniques(work) for name, work in self.works.items()}
        made: dict[str, set[str]] = {name: set() for name in self.works}
        chosen: dict[str, set[str]] = {name: set() for name in self.works}
        drawn: dict[str, set[int]] = {name: set() for name in self.works}
        judged: dict[str, set[int]] = {name: set() for name in self.works}
        for name, columns in blocks(self.plan):
            work, steps = self.works[name], self.plan.tables[name].steps
            before = set(made[name])
            made[name] |= set(columns)
            references = {one for one, link in work.plan.links.items() if not set(link.reference.columns) & before}
            references = {one for one in references if one not in chosen[name]}
            components = {getattr(steps[one], "component", None) for one in columns} - {None} - drawn[name]
            conditions = self._conditions(work, made[name], judged[name])
            found.append(
                Stage(
                    work=work,
                    columns=[(one, work.makers[one]) for one in columns],
                    conditions=conditions,
                    uniques=[one for one in uniques[name] if one.columns <= made[name] and not one.columns <= before],
                    numbered=[step.reference for one in columns if isinstance(step := steps[one], Numbered)],
                    references=frozenset(references),
                    components=frozenset(components),  # type: ignore[arg-type] # None was taken out
                )
            )
            chosen[name] |= {one for one in references if set(work.plan.links[one].reference.columns) & set(columns)}
            drawn[name] |= components  # type: ignore[arg-type] # the same
        return found

    def _conditions(
        self, work: TableWork, made: set[str], judged: set[int]
    ) -> list[tuple[Callable[[Row], bool], tuple[str, ...]]]:
        """Return the conditions between given columns that can be judged now, and were not before."""
        found = []
        formulas = [formula for settled in work.plan.settled for formula in settled.conditions]
        formulas += [formula for link in work.plan.links.values() for formula in link.only]
        for number, formula in enumerate(formulas):
            names = columns_of(formula)
            own = {name for name in names if name in work.plan.steps}
            if number not in judged and own <= made:
                judged.add(number)
                through = {
                    column
                    for name in names
                    if name not in own and work.plan.paths[name].references
                    for column in work.plan.links[work.plan.paths[name].references[0]].reference.columns
                }
                found.append((work.court.holds(formula), (*own, *through)))
        return found

    # Making ----------------------------------------------------------------------------------------------------------

    def make(self, drafts: Mapping[str, list[Draft]]) -> World:
        """Return the rows of an example: of what was drawn, all that has a place, without parents that nothing needs.

        A table that lacks rows to its least number gets further ones where there is place for them.
        """
        spared = 0
        for _ in range(MOST_ROUNDS):
            self._prune(drafts)
            world = World(drafts)
            try:
                for stage in self.stages:
                    for row in world.rows[stage.work.name]:
                        stage.place(row)
            except DroppedError as dropped:
                self._drop(dropped.row.draft, drafts)
                continue
            unneeded = self._unneeded(world)
            if unneeded:
                for row in unneeded:
                    row.draft.gone = True
                continue
            lacking = [name for name, rows in world.rows.items() if len(rows) < self.least[name]]
            if not lacking or spared > sum(self.least.values()) + len(self.works):
                return world
            spared += 1
            self._spare(lacking[0], drafts)
        message = "an example is not finished"
        raise AssertionError(message)

    def _prune(self, drafts: Mapping[str, list[Draft]]) -> None:
        """Take away rows that must refer to a table without any: all at once, before anything is made."""
        while True:
            empty = {name for name, drawn in drafts.items() if all(draft.gone for draft in drawn)}
            orphans = [name for name in drafts if name not in empty and not empty.isdisjoint(self.mandatory[name])]
            if not orphans:
                return
            for name in orphans:
                for draft in drafts[name]:
                    if not draft.gone:
                        self._drop(draft, drafts)

    def _drop(self, draft: Draft, drafts: Mapping[str, list[Draft]]) -> None:
        """Take a row away, with the rows that were drawn for it; and its owner, where that must have so many rows."""
        draft.gone = True
        count = self.counted(draft.table)
        if count is not None and draft.owner is not None and not draft.owner.gone:
            left = sum(one.owner is draft.owner and not one.gone for one in drafts[draft.table])
            if left < count.low:
                self._drop(draft.owner, drafts)
        for child in self.nested[draft.table]:
            for one in drafts[child]:
                if one.owner is draft and not one.gone:
                    self._drop(one, drafts)

    def _unneeded(self, world: World) -> list[Row]:
        """Return the rows that no row refers to and that were not drawn to stay: some at a time, parents of theirs later.

        Only where some row of the table is referred to: then those before it cannot be taken away without changing which row
        an index means. Where none is, Hypothesis takes rows away by itself.
        """
        loose = {name: self._loose(name, rows) for name, rows in world.rows.items()}
        if not any(loose.values()):
            return []
        needed = self._referred(world)
        found = []
        for name, rows in world.rows.items():
            if loose[name] and any(id(row) in needed for row in rows):
                free = [row for row in loose[name] if id(row) not in needed and not self._is_boss(row)]
                found += free[: max(0, len(rows) - self.least[name])]
        return found

    def _loose(self, name: str, rows: list[Row]) -> list[Row]:
        """Return the rows of a table that were not drawn to stay."""
        keep = self.works[name].keep
        return [] if keep < 0 else [row for row in rows if not row.digits[keep]]

    def _referred(self, world: World) -> set[int]:
        """Return the rows that rows of other tables refer to."""
        needed: set[int] = set()
        for name, rows in world.rows.items():
            references = [one for one, link in self.plan.tables[name].links.items() if link.reference.table != name]
            for row in rows:
                for reference in references:
                    parent = parent_of(row, reference)
                    if parent is not None:
                        needed.add(id(parent))
        return needed

    def _is_boss(self, row: Row) -> bool:
        """Whether another row of the same table refers to a row."""
        table = row.draft.table
        own = [one for one, link in self.plan.tables[table].links.items() if link.reference.table == table]
        return any(parent_of(other, one) is row for one in own for other in row.world.rows[table] if other is not row)

    def _spare(self, name: str, drafts: Mapping[str, list[Draft]]) -> None:
        """Add a row of the simplest digits to a table; of one counted per parent, to the first parent that has room."""
        count = self.counted(name)
        owner = None
        if count is not None:
            parent = self.parent(name)
            room = [
                one
                for one in drafts[parent]
                if not one.gone and sum(child.owner is one and not child.gone for child in drafts[name]) < count.high
            ]
            if not room:
                self._spare(parent, drafts)
                return
            owner = room[0]
        drafts[name].append(self.simple(name, owner))
        self.complete(drafts[name][-1], drafts)
        if owner is not None:
            place = {id(one): at for at, one in enumerate(drafts[self.parent(name)])}
            drafts[name].sort(key=lambda one: place[id(one.owner)])

    def simple(self, name: str, owner: Draft | None) -> Draft:
        """Return a draft whose digits are all at their simplest, but that stays."""
        work = self.works[name]
        digits = [0 if bounds is None else min(max(0, bounds[0]), bounds[1]) for bounds in work.layout.bounds]
        if work.keep >= 0:
            digits[work.keep] = 1
        return Draft(name, digits, owner)

    def complete(self, draft: Draft, drafts: Mapping[str, list[Draft]]) -> None:
        """Give a draft as many rows as it must have in tables that are counted by its own."""
        for child in self.nested[draft.table]:
            count = self.counted(child)
            assert count is not None
            for _ in range(count.low):
                one = self.simple(child, draft)
                drafts[child].append(one)
                self.complete(one, drafts)

    def smallest(self) -> World:
        """Return the example of the fewest rows that are asked for."""
        drafts: dict[str, list[Draft]] = {name: [] for name in self.works}
        for name in self.works:
            if self.counted(name) is None:
                for _ in range(self.least[name]):
                    drafts[name].append(self.simple(name, None))
                    self.complete(drafts[name][-1], drafts)
        return self.make(drafts)
