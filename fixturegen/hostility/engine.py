"""The engine of datasets with hostile rows."""

from __future__ import annotations

import numpy as np

from fixturegen.draws import Integers
from fixturegen.fills.engine import Engine, Fill
from fixturegen.fills.judging import Oracle
from fixturegen.fills.rows import TableRows
from fixturegen.fills.settling import Attempts
from fixturegen.hostility.allowed import comparable
from fixturegen.hostility.rows import HostileRows
from fixturegen.hostility.tracks import Hostility
from fixturegen.planning.plan import Cased, Plan, TablePlan


class HostileEngine(Engine):
    """Computes rows of a plan, some of them hostile.

    Args:
        plan: The plan.
        fill: Who fills the draws.
        hostility: Which rows are hostile, and how.
        oracle: The database that judges what only it can judge, if one is at hand.
    """

    def __init__(self, plan: Plan, fill: Fill, hostility: Hostility, oracle: Oracle | None = None) -> None:
        super().__init__(plan, fill, oracle)
        self.hostility = hostility
        self._taken: dict[tuple[str, str], dict[tuple[object, ...], int]] = {}

    def rows(self, table: str, ordinals: Integers) -> HostileRows:
        """Return the rows of a table at these ordinals, nothing computed yet."""
        return HostileRows(self, self.plan.tables[table], ordinals)

    def attempted(self, plan: TablePlan, ordinals: Integers, attempts: Attempts) -> TableRows:
        """Return the rows as they are after so many attempts: those that were drawn again are hostile no more."""
        return HostileRows(self, plan, ordinals, attempts)

    def hostility_component(self, table: str, column: str) -> int | None:
        """Return the number of the component around whose columns a hostile value of a column is drawn, if there is one."""
        track = self.hostility.tables[table].track(column)
        assert track is not None
        step = self.plan.tables[table].steps[column]
        if isinstance(step, Cased):
            return step.component if step.component in track.components else None
        return next((target.component for target in track.targets if target.column == column), None)

    def taken(self, table: str, column: str) -> dict[tuple[object, ...], int]:
        """Return which row took each hostile value of a column that is distinct, beside the fellows of its permutation."""
        key = (table, column)
        if key not in self._taken:
            plan = self.plan.tables[table]
            track = self.hostility.tables[table].track(column)
            assert track is not None
            self._taken[key] = {}
            places = [at for at, target in enumerate(track.targets) if target.column == column]
            spread = self.hostility.spread
            numbers = [plan.existing + spread.row(track.number_of(place)) for place in places]
            inside = [at for at, number in enumerate(numbers) if number < plan.total]
            rows = self.rows(table, np.array([numbers[at] for at in inside], dtype=np.int64))
            took = rows.turns(track) >= 0
            fellows = [rows.plain_column(name) for name in track.fellows[column]]
            for row, at in enumerate(inside):
                value = track.targets[places[at]].candidate.value
                if took[row] and value is not None:
                    others = (comparable(values[row]) for values in fellows)
                    self._taken[key][comparable(value), *others] = int(rows.ordinals[row])
        return self._taken[key]
