"""What becomes hostile in the tables of a plan: values that are allowed, variants that hold them, and what is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from fixturegen.domain import ANY
from fixturegen.draws import stream
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.fills.judging import Oracle
from fixturegen.hostility.allowed import Candidate, LeftOut, candidates
from fixturegen.hostility.catalogue import AGAIN, NULL
from fixturegen.hostility.distinct import distinct_forms, numbered, once, settled_groups, untaken
from fixturegen.hostility.reading import Groups, Place, grouped, readings, totals
from fixturegen.hostility.storable import Keeper
from fixturegen.hostility.tracks import Hostility, Spread, TableHostility, Target, Track
from fixturegen.hostility.trying import affordable, bearable, roomy
from fixturegen.hostility.variants import BEYOND, Variants, beyond
from fixturegen.planning.plan import Cased, Drawn, Gathered, Plan, TablePlan
from fixturegen.schema import Column

LOWEST, HIGHEST = "least in its row", "greatest in its row"
"""A column that stands on the bound that other columns, or its parent's, set in that very row."""
_READ = "rows that read it would find no values of their own"
_SUMMED = "a total over it would not fit"


def prepared(
    plan: Plan, share: float, keeper: Keeper | None = None, oracle: Oracle | None = None, spared: Collection[Place] = ()
) -> Hostility:
    """Return what becomes hostile in the tables of a plan.

    Args:
        plan: The plan.
        share: Share of hostile rows, 0 to 1.
        keeper: Who has to keep the values unaltered.
        oracle: The database that judges what only it can judge.
        spared: Columns that are not to be hostile.
    """
    engine = Engine(plan, Bulk(plan.options.seed), oracle)
    return Preparation(plan, engine, keeper, spared).hostility(Spread.of(share))


class Preparation:
    """The work on one plan.

    Args:
        plan: The plan.
        engine: Computes its rows as they are without hostility.
        keeper: Who has to keep the values unaltered.
        spared: Columns that are not to be hostile.
    """

    def __init__(self, plan: Plan, engine: Engine, keeper: Keeper | None, spared: Collection[Place]) -> None:
        self._plan = plan
        self._engine = engine
        self._spared = frozenset(spared)
        self._keeper = keeper
        self._groups: Groups = grouped(plan)
        self._out: dict[Place, list[LeftOut]] = {}
        self._allowed: dict[Place, list[Candidate]] = {}
        for table, held in plan.tables.items():
            for name, step in held.steps.items():
                if isinstance(step, Drawn | Cased):
                    self._allowed[table, name] = self._own(held, name, keeper)
        self._narrow()

    def hostility(self, spread: Spread) -> Hostility:
        """Return what becomes hostile, in such a spread."""
        return Hostility(spread, {name: self._table(table) for name, table in self._plan.tables.items()})

    def _own(self, table: TablePlan, name: str, keeper: Keeper | None) -> list[Candidate]:
        """What the column's own constraints allow, and uniques where they hold it alone."""
        place, column = (table.table.name, name), table.column(name)
        found, out = candidates(column, table.domains.get(name, ANY), keeper)
        self._out[place] = list(out)
        if place in self._spared:
            return self._none(place, found, "other rows, or other rules, could not be kept with it")
        kept = list(found)
        if numbered(table.table, column):
            kept = self._kept(
                place, kept, lambda held: not _ends(column, held), "would end the database's own numbering"
            )
        if name in _unique_columns(table):
            kept = self._kept(
                place,
                kept,
                distinct_forms(kept).__contains__,
                "the same as another class, or equal to it under some collation",
            )
        if once(table, name):
            kept = [candidate for candidate in kept if candidate.value is not None]
            free = untaken(self._engine, table, name, kept)
            kept = self._kept(place, kept, free.__contains__, "another row has it, and rules read it")
        return kept

    def _none(self, place: Place, found: Sequence[Candidate], reason: str) -> list[Candidate]:
        self._out[place] += [LeftOut(candidate.name, reason) for candidate in found if candidate.name != NULL]
        return []

    def _kept(self, place: Place, found: Sequence[Candidate], test: object, reason: str) -> list[Candidate]:
        kept = [candidate for candidate in found if test(candidate)]  # type: ignore[operator] # a predicate
        self._out[place] += [LeftOut(candidate.name, reason) for candidate in found if candidate not in kept]
        return kept

    def _narrow(self) -> None:
        """Leave out what rows of other tables, or totals, could not live with."""
        for reading in readings(self._plan):
            place = reading.place
            # What a component of the same row reads is tried with the rest of the row, later.
            if place in self._allowed and (place[0] != reading.table or "." in reading.name):
                kept = bearable(self._engine, reading, self._allowed[place])
                self._allowed[place] = self._kept(place, self._allowed[place], kept.__contains__, _READ)
        for total in totals(self._plan):
            if total.place in self._allowed:
                kept = affordable(self._engine, total, self._allowed[total.place], self._keeper)
                self._allowed[total.place] = self._kept(
                    total.place, self._allowed[total.place], kept.__contains__, _SUMMED
                )

    def _table(self, table: TablePlan) -> TableHostility:
        name = table.table.name
        tracks: dict[Place, list[str]] = {}
        for column in table.table.columns:
            if (name, column.name) in self._allowed:
                tracks.setdefault(self._groups.root((name, column.name)), []).append(column.name)
        made = tuple(self._track(table, columns) for columns in tracks.values()) if table.rows else ()
        out = {column: tuple(found) for (owner, column), found in self._out.items() if owner == name}
        return TableHostility(
            tracks=tuple(track for track in made if track.targets or track.nothing),
            left_out=out,
            optional=frozenset(_optional(table)),
        )

    def _track(self, table: TablePlan, columns: Sequence[str]) -> Track:
        variants = {number: Variants(self._plan, table, number) for number in range(len(table.components))}
        targets = [target for column in columns for target in self._targets(table, column, variants)]
        kept = roomy(self._engine, table, targets)
        for target in targets:
            if target not in kept:
                left = LeftOut(
                    target.candidate.name, f"no row of {len(targets) and 64} has room for it beside its other columns"
                )
                self._out[table.table.name, target.column].append(left)
        numbers = tuple(sorted({target.component for target in kept if target.component is not None}))
        lone = frozenset(column for column in columns if once(table, column))
        return Track(
            columns=tuple(columns),
            targets=tuple(kept),
            parity=stream(0, table.table.name, columns[0]) & 1,
            components=numbers,
            nothing=_nothing(table, [variants[number] for number in numbers]),
            once=frozenset(lone),
            fellows={column: _fellows(table, column) for column in lone},
            settled=settled_groups(table, columns, numbers),
        )

    def _targets(self, table: TablePlan, column: str, variants: Mapping[int, Variants]) -> Iterator[Target]:
        place, step = (table.table.name, column), table.steps[column]
        found = self._allowed[place]
        if isinstance(step, Cased):
            yield from self._tied(table, column, step.component, variants[step.component])
            return
        readers = _readers(table, column)
        if len(readers) > 1 or (readers and not _self_contained(table, readers[0])):
            self._none(place, found, "rules read it together with other rows")
            return
        if readers:
            given = [candidate for candidate in found if candidate.value is not None]
            if _bounds_others(table, readers[0], column):
                given = self._kept(place, given, lambda each: not beyond(table.column(column), each.value), BEYOND)
            yield from (Target(column, candidate, component=readers[0], plan=table) for candidate in given)
            return
        yield from (Target(column, candidate) for candidate in found)
        values = [candidate for candidate in found if candidate.value is not None]
        if values and not once(table, column):
            yield Target(column, Candidate(AGAIN, values[0].value))

    def _tied(self, table: TablePlan, column: str, number: int, variants: Variants) -> Iterator[Target]:
        place = (table.table.name, column)
        for candidate in self._allowed[place]:
            value = candidate.value
            made = variants.absent([column]) if value is None else variants.valued(column, value)
            if isinstance(made, str):
                self._out[place].append(LeftOut(candidate.name, made))
            else:
                yield Target(column, candidate, component=number, plan=made)
        for edge, name in (("low", LOWEST), ("high", HIGHEST)):
            edged = variants.edged(column, edge)
            if not isinstance(edged, str):
                yield Target(column, Candidate(name, None), edge=edge, component=number, plan=edged)  # type: ignore[arg-type] # one of two


def _unique_columns(table: TablePlan) -> set[str]:
    key = [table.table.primary_key] if table.table.primary_key else []
    return {name for unique in (*key, *table.table.uniques) for name in unique.columns}


def _ends(column: Column, candidate: Candidate) -> bool:
    return isinstance(candidate.value, int) and candidate.value >= 1 << (column.type.bits - 2)


def _readers(table: TablePlan, column: str) -> list[int]:
    """Numbers of the components that read a column which they do not draw, or decide its nullness."""
    return [
        number
        for number, component in enumerate(table.components)
        if column in component.reads or column in component.columns
    ]


def _self_contained(table: TablePlan, number: int) -> bool:
    """Whether a component reads nothing but columns of its own row that are drawn there."""
    component = table.components[number]
    return all(isinstance(table.steps.get(name), Drawn | Cased) for name in (*component.reads, *component.columns))


def _bounds_others(table: TablePlan, number: int, column: str) -> bool:
    """Whether the bounds of a component's columns are computed from a column."""
    return any(
        reach.column == column
        for case in table.components[number].cases
        for narrowing in case.columns.values()
        for reach in (*narrowing.at_least, *narrowing.at_most)
    )


def _nothing(table: TablePlan, variants: Sequence[Variants]) -> TablePlan | None:
    """The plan under which every optional column that the components draw is NULL."""
    if len(variants) != 1:
        return None
    optional = [name for name in variants[0].drawn() if table.column(name).nullable]
    plan = variants[0].absent(optional) if optional else table
    return None if isinstance(plan, str) else plan


def _fellows(table: TablePlan, column: str) -> tuple[str, ...]:
    """Columns that share the permutation of a column without being of its group."""
    own = table.steps[column]
    assert isinstance(own, Drawn)
    return tuple(
        name
        for name, step in table.steps.items()
        if isinstance(step, Drawn) and name != column and own.index is not None
        and step.index == own.index and step.names != own.names
    )  # fmt: skip


def _optional(table: TablePlan) -> Iterator[str]:
    """References that nothing else hangs on, so that they may be NULL in any row."""
    tied = {name for component in table.components for name in (*component.columns, *component.reads)}
    settled = {name for group in table.settled for name in group.references}
    shared: dict[str, int] = {}
    for link in table.links.values():
        for name in link.reference.columns:
            shared[name] = shared.get(name, 0) + 1
    anchors = {link.anchor for link in table.links.values()}
    for name, link in table.links.items():
        columns = set(link.reference.columns)
        steps = [table.steps.get(column) for column in link.nullable]
        free = columns & tied == set() and all(shared[column] == 1 for column in columns)
        own = all(isinstance(step, Gathered) and step.component is None for step in steps)
        if link.nullable and free and own and name not in settled | anchors and link.kind not in {"parent", "pinned"}:
            yield name
