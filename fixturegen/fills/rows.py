"""Some rows of a table: their keys, their parents and their columns, each computed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, bounded, combined
from fixturegen.dtypes import polars_dtype
from fixturegen.fills import aggregates, casework, links
from fixturegen.fills.keeping import Computed
from fixturegen.fills.lazy import LazyDraws, digits
from fixturegen.fills.nulls import Mask, blanked
from fixturegen.generator import Batch, Builder, Draw, Generator
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Gathered, Numbered, TablePlan
from fixturegen.schema import Path, PerParent

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine

NULL_UNIT = 2**32
RANDOM_ATTEMPTS = 4
_NO_CODES: Mapping[str, pl.Categorical] = MappingProxyType({})
_NO_DRAWS: Mapping[str, Integers] = MappingProxyType({})
_NOBODY: Integers = np.empty(0, dtype=np.int64)


class TableRows:
    """Rows of one table.

    Args:
        engine: The engine that computes parents and children.
        plan: The table's plan.
        ordinals: 0-based numbers of the rows.
        attempts: How often each row was drawn again, by settled unique; None asks the engine.
    """

    def __init__(
        self, engine: Engine, plan: TablePlan, ordinals: Integers, attempts: tuple[Integers, ...] | None = None
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.name = plan.table.name
        self.ordinals = ordinals
        self._given_attempts = attempts
        self.computed = Computed()
        self._cases: dict[int, casework.Held] = {}
        self._shared: dict[tuple[object, tuple[int, ...], tuple[Draw, ...]], LazyDraws] = {}
        dictionaries = engine.dictionaries
        self._coded: Mapping[str, pl.Categorical] = _NO_CODES if dictionaries is None else dictionaries.of(self.name)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ordinals)

    @property
    def keys(self) -> Bits:
        """The row keys."""
        if self.computed.keys is None:
            counted = isinstance(self.plan.count, PerParent) and not self.plan.existing
            keys = self._counted_keys() if counted else self.engine.keys(self.name, self.ordinals)
            self.computed.keys = keys
        return self.computed.keys

    def _counted_keys(self) -> Bits:
        """Return the keys of rows counted per parent, whose parents are found once."""
        count, counts = self.plan.count, self.engine.counts(self.name)
        assert isinstance(count, PerParent)
        found = self.computed.parents
        if count.reference not in found:
            found[count.reference] = counts.parents(self.ordinals)
        return counts.keys(self.ordinals, found[count.reference])

    def part(self, mask_or_places: Integers) -> TableRows:
        """Return the rows at these places, nothing computed yet."""
        attempts = self._given_attempts
        chosen = None if attempts is None else tuple(one[mask_or_places] for one in attempts)
        return TableRows(self.engine, self.plan, self.ordinals[mask_or_places], chosen)

    def column(self, name: str) -> pl.Series:
        """Return a column, named."""
        if name not in self._coded:
            return self.written(name)
        if name not in self.computed.texts:
            self.computed.texts[name] = self.written(name).cast(pl.String)
        return self.computed.texts[name]

    def written(self, name: str) -> pl.Series:
        """Return a column, named, in the dtype in which frames hold it."""
        if name not in self.computed.columns:
            self.computed.columns[name] = self._completed(name).alias(name)
        return self.computed.columns[name]

    def dtype(self, name: str) -> pl.DataType:
        """Return the dtype in which frames hold a column."""
        return self._coded.get(name) or polars_dtype(self.plan.column(name).type)

    def _completed(self, name: str) -> pl.Series:
        """Return a column: of existing rows what the database holds, of new ones what is computed."""
        old = self._old()
        if old is None:
            return self._computed(name)
        held = self.engine.plan.existing[self.name][name].gather(pl.Series(self.ordinals[old]))
        if old.all():
            return held
        parts = pl.concat([held, self.part(np.flatnonzero(~old)).column(name)])
        order = np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)])
        return parts.gather(pl.Series(np.argsort(order)))

    def _old(self) -> Mask | None:
        """Return which rows the database holds already; None where none of them."""
        old = self.ordinals < self.plan.existing if self.plan.existing else None
        return old if old is not None and old.any() else None

    def dotted(self, name: str) -> pl.Series:
        """Return a column of these rows or of related ones, by its dotted name."""
        if name in self.plan.steps:
            return self.column(name)
        return self.at(self.plan.paths[name]).alias(name)

    def raw(self, name: str) -> pl.Series:
        """Return a given column by its dotted name, before a case makes it NULL."""
        path = self.plan.paths.get(name)
        if path is not None and path.references:
            return self.at(path, raw=True).alias(name)
        step = self.plan.steps[name]
        if isinstance(step, Gathered):
            return self._target(name, step)
        if isinstance(step, Drawn):
            return self.plain(name, self._filled(name, step))
        return self.column(name)

    def plain(self, name: str, values: pl.Series) -> pl.Series:
        """Return values of a column, which may be as frames hold them, in its own dtype."""
        return values.cast(pl.String) if name in self._coded else values

    def at(self, path: Path, *, raw: bool = False) -> pl.Series:
        """Return the column at the end of a path of references; null where a row has no parent."""
        if not path.references:
            return self.column(path.column)
        first = path.references[0]
        ordinals = self.chosen(first) if raw else self.parents(first)
        table = self.plan.links[path.references[0]].reference.table
        for reference in path.references[1:]:
            step = self.engine.rows(table, np.maximum(ordinals, 0))
            ordinals = np.where(ordinals < 0, -1, step.parents(reference))
            table = step.plan.links[reference].reference.table
        return self.engine.gathered(table, path.column, ordinals)

    def parents(self, reference: str) -> Integers:
        """Return the ordinal of each row's parent, -1 where a column of the reference is NULL."""
        lacking = np.zeros(len(self), dtype=bool)
        for name in self.plan.links[reference].reference.columns:
            lacking |= self._absent(name)
        choice = self.chosen(reference)
        return np.where(lacking, -1, choice) if lacking.any() else choice

    def chosen(self, reference: str) -> Integers:
        """Return the ordinal of the parent that each row chooses, -1 where there is none; some refer to none after all."""
        if reference not in self.computed.parents:
            choice = links.chosen_parents(self, self.plan.links[reference])
            # Existing rows chose before us: nobody asks whom, for none of our columns depends on it.
            old = self._old()
            self.computed.parents[reference] = choice if old is None else np.where(old, -1, choice)
        return self.computed.parents[reference]

    def _absent(self, name: str) -> Mask:
        """Return in which rows a referring column is NULL although its row chooses a parent."""
        step = self.plan.steps.get(name)
        if not isinstance(step, Gathered):
            return np.zeros(len(self), dtype=bool)
        if step.component is not None:
            return self.case_rows(step.component).absent(name)
        if step.nulls <= 0:
            return np.zeros(len(self), dtype=bool)
        link = self.plan.links[step.reference]
        return self.lacking((*link.nullable, "null"), step.nulls, self.keys_for(reference=step.reference))

    def keys_for(self, *, column: str | None = None, reference: str | None = None) -> Bits:
        """Return the row keys under which a column or reference draws: moved on where the row was drawn again."""
        keys = self.keys
        for attempts in self._moves(column, reference):
            random = np.minimum(attempts, RANDOM_ATTEMPTS) if reference is not None else attempts
            again = np.flatnonzero(random)
            if len(again):
                keys = keys.copy()
                keys[again] = combined(keys[again], random[again])
        return keys

    def probed(self, reference: str, choice: Integers, sizes: int | Integers) -> Integers:
        """Return the choices among ``sizes`` things moved on by one for each attempt after the random ones.

        After a few random choices every other thing is tried in turn, so that the last free place is found too.
        """
        for attempts in self._moves(None, reference):
            choice = (choice + np.maximum(attempts - RANDOM_ATTEMPTS, 0)) % sizes
        return choice

    def attempts_at(self, reference: str) -> Integers:
        """Return how often each row has chosen anew by a reference."""
        return sum(self._moves(None, reference), np.zeros(len(self), dtype=np.int64))

    def _moves(self, column: str | None, reference: str | None) -> list[Integers]:
        """Return how often each row was drawn again, as far as it concerns a column or reference."""
        moves = []
        for number, settled in enumerate(self.plan.settled):
            if column in settled.columns or reference in settled.references:
                slow = settled.period if column is None and reference in settled.steady else 1
                moves.append(self._attempts(number) // slow)
        return moves

    def _attempts(self, number: int) -> Integers:
        if self._given_attempts is not None:
            return self._given_attempts[number]
        return self.engine.attempts(self.name)[number][self.ordinals]

    def case_rows(self, component: int) -> casework.CaseRows:
        """Return which case each row draws in a component."""
        return casework.CaseRows(self, component, self._cases.setdefault(component, casework.Held()))

    def _computed(self, name: str) -> pl.Series:
        match self.plan.steps[name]:
            case Drawn() as step:
                return self._drawn(name, step)
            case Gathered() as step:
                return self._gathered(name, step)
            case Cased() as step:
                return self.case_rows(step.component).column(name)
            case Aggregated() as step:
                return aggregates.aggregated(self, name, step.aggregate)
            case Numbered() as step:
                return self._numbered(name, step)

    def _drawn(self, name: str, step: Drawn) -> pl.Series:
        values = self._filled(name, step)
        if step.component is not None:
            return blanked(values, self.case_rows(step.component).absent(name))
        if step.nulls <= 0:
            return values
        return blanked(values, self.lacking((name, "null"), step.nulls, self.keys_for(column=name)))

    def _filled(self, name: str, step: Drawn) -> pl.Series:
        if step.index is not None:
            return self._permuted(name, step)
        if not step.generator.draws:
            return self._build(name, step.generator, _NO_DRAWS)
        return self.built(name, step.generator, step.names, self.keys_for(column=name))

    def _permuted(self, name: str, step: Drawn) -> pl.Series:
        """Give each row its own draws: the digits, in mixed radix, of its place in a permutation."""
        assert step.index is not None
        keys = self.keys_for(column=name)
        shared = (step.index, step.parts, step.generator.draws)
        if keys is not self.keys or shared not in self._shared:
            place = self._place(step.index, step.whole, keys)
            draws = digits(place, step.generator.draws, prod(step.parts))
            if keys is not self.keys:
                return self._build(name, step.generator, draws)
            self._shared[shared] = draws
        return self._build(name, step.generator, self._shared[shared])

    def _place(self, index: str, whole: int, keys: Bits) -> Integers:
        """Return each row's place in a permutation; of rows that were drawn again, any place."""
        names = (self.name, index, "unique")
        inside = len(self) == 0 or int(self.ordinals.max()) < whole
        place = self.engine.fill.place(names, self.ordinals if inside else self.ordinals % whole, whole)
        again = np.flatnonzero(keys != self.keys) if keys is not self.keys else _NOBODY
        if len(again):
            place[again] = bounded(self.engine.fill.bits((*names, "again"), keys[again]), 0, whole - 1)
        return place

    def built(self, name: str, generator: Generator, names: tuple[str, ...], keys: Bits) -> pl.Series:
        """Return a generator's values for a column, from draws keyed by ``keys``."""
        stream = (self.name, *names)
        single = tuple(draw for draw in generator.draws if draw.count is None)
        shared = (names, (), single)
        draws = self._shared.get(shared) if keys is self.keys else None
        if draws is None:
            fill = self.engine.fill  # and nothing of these rows: they will hold the draws
            draws = LazyDraws(single, lambda draw, rows: fill.draw(stream, draw, keys if rows is None else keys[rows]))
            if keys is self.keys and not (len(names) == 1 and names[0] in self.plan.steps):
                # Columns of one group read the same draws; those of a column alone nobody else reads.
                self._shared[shared] = draws
        return self._build(name, generator, draws, stream, keys)

    def _build(
        self,
        name: str,
        generator: Generator,
        draws: Mapping[str, Integers],
        stream: tuple[str, ...] = (),
        keys: Bits | None = None,
    ) -> pl.Series:
        repeats = {}
        for draw in generator.draws:
            if draw.count is not None:
                assert keys is not None
                repeats[draw.name] = self.engine.fill.repeat(stream, draw, keys, draws[draw.count])
        batch = Batch(
            height=len(self),
            draws=draws,
            repeats=repeats,
            columns={name: self.dotted(name) for name in generator.needs},
            ordinals=self.ordinals,
        )
        if name in self._coded:
            return self._picked(name, generator, batch)
        return generator.build(batch)

    def _picked(self, name: str, generator: Generator, batch: Batch) -> pl.Series:
        """Return the values of a column with a dictionary."""
        build, dictionaries = generator.build, self.engine.dictionaries
        if dictionaries is None or not isinstance(build, Builder) or build.picks is None:
            return build(batch).cast(self.dtype(name))
        return dictionaries.values(build.picks(batch), self._coded[name])

    def _gathered(self, name: str, step: Gathered) -> pl.Series:
        return blanked(self._target(name, step), self._absent(name))

    def _target(self, name: str, step: Gathered) -> pl.Series:
        table = self.plan.links[step.reference].reference.table
        values = self.engine.gathered(table, step.target, self.chosen(step.reference))
        dtype = polars_dtype(self.plan.column(name).type)
        return values if values.dtype == dtype else values.cast(dtype)

    def window_bits(self, names: tuple[str, ...], keys: Bits) -> Bits:
        """Return 64 bits a row that say where a column stands between bounds that differ from row to row."""
        return self.engine.fill.bits((self.name, *names, "window"), keys)

    def lacking(self, names: tuple[str, ...], share: float, keys: Bits) -> Mask:
        """Return which rows draw a NULL of that share, 0 to 1."""
        random = self.engine.fill.bits((self.name, *names), keys) >> np.uint64(32)
        return random < np.uint64(round(share * NULL_UNIT))

    def _numbered(self, name: str, step: Numbered) -> pl.Series:
        dtype = polars_dtype(self.plan.column(name).type)
        count = self.plan.count
        if isinstance(count, PerParent) and count.reference == step.reference:
            counts = self.engine.counts(self.name)
            parents = counts.parents(self.ordinals) if self.plan.existing else self.chosen(step.reference)
            return pl.Series(self.ordinals - counts.starts(parents) + 1).cast(dtype)
        return pl.Series(self.engine.ranks(self.name, step.reference)[self.ordinals] + 1).cast(dtype)
