"""Rows of which some are hostile: computed as ever, then those columns replaced whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.dtypes import polars_dtype
from fixturegen.fills.nulls import Mask, blanked
from fixturegen.fills.replacing import replaced
from fixturegen.fills.rows import TableRows
from fixturegen.hostility.allowed import comparable
from fixturegen.hostility.attempting import Attempt, Edges, VariantRows
from fixturegen.hostility.tracks import ALL_NULL, NOT_HOSTILE, NULL_ROWS, Target, Track, masked
from fixturegen.planning.plan import Cased, Drawn, TablePlan

if TYPE_CHECKING:
    from fixturegen.hostility.engine import HostileEngine

OPTIONAL_ROWS = 16
"""Every so many hostile rows, references that may be NULL are."""


class HostileRows(TableRows):
    """Rows of one table, some of them hostile.

    Args:
        engine: The engine.
        plan: The table's plan.
        ordinals: 0-based numbers of the rows.
        attempts: How often each row was drawn again, by settled unique; None asks the engine.
    """

    engine: HostileEngine

    def __init__(
        self, engine: HostileEngine, plan: TablePlan, ordinals: Integers, attempts: tuple[Integers, ...] | None = None
    ) -> None:
        super().__init__(engine, plan, ordinals, attempts)
        self._plain = TableRows(engine, plan, ordinals, attempts)
        self._hostility = engine.hostility.tables[self.name]
        self.numbers = engine.hostility.spread.numbers(ordinals - plan.existing)
        self._turns: dict[tuple[int, int | None], Integers] = {}
        self._tied: dict[int, tuple[dict[str, pl.Series], Mask]] = {}

    def part(self, mask_or_places: Integers) -> HostileRows:
        """Return the rows at these places, nothing computed yet."""
        attempts = self._given_attempts
        chosen = None if attempts is None else tuple(one[mask_or_places] for one in attempts)
        return HostileRows(self.engine, self.plan, self.ordinals[mask_or_places], chosen)

    def chosen(self, reference: str) -> Integers:
        """Return the ordinal of the parent that each row chooses; the row before where chains are asked for."""
        choice = super().chosen(reference)
        if reference not in self._hostility.chained:
            return choice
        first = (self.ordinals > 0) & (self.ordinals * 2 <= self.plan.total)
        return np.where(first & (choice >= 0), self.ordinals - 1, choice)

    def plain_column(self, name: str) -> pl.Series:
        """Return a column as it is without hostility of these rows themselves."""
        return self._plain.column(name)

    def turns(self, track: Track, component: int | None = None) -> Integers:
        """Return the place of the target that each row really takes, -1 for none, -2 for NULL in all optional columns.

        Args:
            track: The track.
            component: Only targets of this component; None for those that hang together with nothing.
        """
        key = (self._hostility.tracks.index(track), component)
        if key not in self._turns:
            places = self._asked(track, component)
            self._turns[key] = places if component is None else masked(places, self._around(track, component)[1])
        return self._turns[key]

    def _asked(self, track: Track, component: int | None) -> Integers:
        """Return the place of the target that each row is to take, whether or not it can."""
        places = track.turns(self.numbers)
        for number in track.settled:
            places = masked(places, self._attempts(number) == 0)
        ours = np.array([target.component == component for target in track.targets] or [False])
        alone = component is None or track.components == (component,)
        return masked(places, np.where(places == ALL_NULL, alone, ours[np.maximum(places, 0)]))

    def _computed(self, name: str) -> pl.Series:
        if not isinstance(self.plan.steps[name], Drawn | Cased):
            return super()._computed(name)
        values = self._plain.column(name)
        track = self._hostility.track(name)
        if track is None:
            return values
        number = self.engine.hostility_component(self.name, name)
        if number is None:
            places = self.turns(track)
            values = self._free(name, track, places, values)
            return self._swapped(name, track, places, values) if name in track.once else values
        places = self.turns(track, number)
        at = np.flatnonzero(places != NOT_HOSTILE)
        if len(at) == 0:
            return values
        return replaced(values, at, self._around(track, number)[0][name].gather(pl.Series(at)))

    def _free(self, name: str, track: Track, places: Integers, values: pl.Series) -> pl.Series:
        dtype = polars_dtype(self.plan.column(name).type)
        own = np.array([target.column == name for target in track.targets] or [False])
        at = np.flatnonzero((places >= 0) & own[np.maximum(places, 0)])
        if len(at):
            held = pl.Series([target.candidate.value for target in track.targets if target.column == name], dtype=dtype)
            number = np.cumsum(own) - 1
            values = replaced(values, at, held.gather(pl.Series(number[places[at]])))
        if self.plan.column(name).nullable and name not in track.once:
            values = blanked(values, (places == ALL_NULL) & (self.ordinals >= self.plan.existing))
        return values

    def _around(self, track: Track, number: int) -> tuple[dict[str, pl.Series], Mask]:
        """Return the columns of a component drawn around the targets, and in which rows that was possible."""
        if number in self._tied:
            return self._tied[number]
        places = self._asked(track, number)
        steps = self.plan.steps
        names = [name for name in self.plan.components[number].columns if isinstance(steps[name], Cased)]
        names += [target.column for target in track.targets if target.component == number]
        found = np.zeros(len(self), dtype=bool)
        columns = {name: self._plain.column(name) for name in names}
        for place in np.unique(places[places != NOT_HOSTILE]).tolist():
            chosen = np.flatnonzero(places == place)
            made, good = self._made(track, number, place, chosen)
            found[chosen[good]] = True
            for name in columns.keys() & made.keys():
                columns[name] = replaced(columns[name], chosen[good], made[name].gather(pl.Series(good)))
        self._tied[number] = (columns, found)
        return self._tied[number]

    def _made(self, track: Track, number: int, place: int, chosen: Integers) -> tuple[dict[str, pl.Series], Integers]:
        """Return columns for the rows that take one target, and the places among them where that is possible."""
        if place == ALL_NULL:
            if track.nothing is None:
                return {}, np.empty(0, dtype=np.int64)
            attempt = self._attempt(track.nothing, number, chosen)
            return attempt.columns, np.flatnonzero(self._fits(attempt, number, "", chosen))
        target = track.targets[place]
        assert target.plan is not None
        dtype = polars_dtype(self.plan.column(target.column).type)
        exact = {target.column: pl.Series([target.candidate.value] * len(chosen), dtype=dtype)}
        given = {} if isinstance(target.plan.steps[target.column], Cased) else exact
        attempt = self._attempt(target.plan, number, chosen, given, target)
        columns = attempt.columns if target.edge else {**attempt.columns, **exact}
        return columns, np.flatnonzero(self._fits(attempt, number, target.column, chosen))

    def _attempt(
        self,
        plan: TablePlan,
        number: int,
        chosen: Integers,
        given: dict[str, pl.Series] | None = None,
        target: Target | None = None,
    ) -> Attempt:
        attempts = None if self._given_attempts is None else tuple(one[chosen] for one in self._given_attempts)
        edges: Edges = {(target.column,): target.edge} if target is not None and target.edge else {}
        rows = VariantRows(self.engine, plan, self.ordinals[chosen], attempts, given, edges)
        return Attempt(rows, number)

    def _fits(self, attempt: Attempt, number: int, column: str, chosen: Integers) -> Mask:
        """Which rows found values, with the given columns NULL just where they were: others may count on that."""
        fits = attempt.found.copy()
        before = self._plain.part(chosen).case_rows(number) if attempt.absent else None
        for name, absent in attempt.absent.items():
            assert before is not None
            fits &= ~absent if name == column else absent == before.absent(name)
        return fits

    def _swapped(self, name: str, track: Track, places: Integers, values: pl.Series) -> pl.Series:
        """Give rows whose own value a hostile row took the value that this one would have had: all stay distinct."""
        taken = self.engine.taken(self.name, name)
        if not taken:
            return values
        own = np.array([target.column == name for target in track.targets])
        plain = np.flatnonzero(~((places >= 0) & own[np.maximum(places, 0)]) & (self.ordinals >= self.plan.existing))
        if len(plain) == 0:
            return values
        fellows = [self._plain.column(fellow).gather(pl.Series(plain)).to_list() for fellow in track.fellows[name]]
        held = self._plain.column(name).gather(pl.Series(plain)).to_list()
        rows, others = [], []
        for row, *key in zip(plain.tolist(), held, *fellows, strict=True):
            other = taken.get(tuple(map(comparable, key)))
            if other is not None and key[0] is not None:
                rows.append(row)
                others.append(other)
        if not rows:
            return values
        given = TableRows(self.engine, self.plan, np.array(others, dtype=np.int64)).column(name)
        return replaced(values, np.array(rows), given)

    def _absent(self, name: str) -> Mask:
        absent = super()._absent(name)
        step = self.plan.steps[name]
        # Of a reference that is NULL, the columns that may not be keep the values of the parent that it would have.
        optional = getattr(step, "reference", "") in self._hostility.optional
        if optional and self.plan.column(name).nullable:
            every = (self.numbers >= 0) & ((self.numbers % NULL_ROWS == 0) | (self.numbers % OPTIONAL_ROWS == 0))
            absent = absent | (every & (self.ordinals >= self.plan.existing))
        return absent
