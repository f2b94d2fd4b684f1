"""Who reads whose values: columns whose hostile values rows of other tables, or totals, must be able to live with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.planning.plan import Aggregated, Gathered, Plan
from fixturegen.schema import Aggregate

Place = tuple[str, str]
"""A table and a column of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A component of a table that reads a column.

    Attributes:
        table: The reading table.
        component: The component's number.
        name: The column's dotted name there.
        place: Where its values are made.
    """

    table: str
    component: int
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Total:
    """A column that is a function of its children.

    Attributes:
        table: Its table.
        column: The column.
        aggregate: The function.
        name: A column that the function reads, by its dotted name in the child table.
        place: Where its values are made.
    """

    table: str
    column: str
    aggregate: Aggregate
    name: str
    place: Place


def origin(plan: Plan, table: str, name: str) -> Place:
    """Return where the values of a column, given by its dotted name, are made: references are followed to their targets."""
    seen: set[Place] = set()
    while (table, name) not in seen:
        seen.add((table, name))
        held = plan.tables[table]
        step = held.steps.get(name)
        if isinstance(step, Gathered):
            table, name = held.links[step.reference].reference.table, step.target
        elif step is None and name in held.paths:
            for reference in held.paths[name].references:
                table = plan.tables[table].links[reference].reference.table
            name = held.paths[name].column
    return table, name


def readings(plan: Plan) -> Iterator[Reading]:
    """Yield every column that a component reads and does not draw."""
    for table, held in plan.tables.items():
        for number, component in enumerate(held.components):
            drawn_elsewhere = [name for name in component.columns if isinstance(held.steps.get(name), Gathered)]
            for name in dict.fromkeys((*component.reads, *drawn_elsewhere)):
                yield Reading(table, number, name, origin(plan, table, name))


def totals(plan: Plan) -> Iterator[Total]:
    """Yield every column that a total reads."""
    for table, held in plan.tables.items():
        for column, step in held.steps.items():
            if isinstance(step, Aggregated) and step.aggregate.expression:
                expression = parsed(step.aggregate.expression, plan.schema.dialect)
                for name in mentioned(expression):
                    place = origin(plan, step.aggregate.table, name)
                    yield Total(table, column, step.aggregate, name, place)


class Groups:
    """Places of which at most one is hostile in a row: joined by whoever reads them together."""

    def __init__(self) -> None:
        self._owner: dict[Place, Place] = {}

    def root(self, place: Place) -> Place:
        """Return the place that stands for a group."""
        while self._owner.setdefault(place, place) != place:
            place = self._owner[place]
        return place

    def join(self, places: list[Place]) -> None:
        """Join the places of each table."""
        first: dict[str, Place] = {}
        for place in places:
            one, other = sorted((self.root(first.setdefault(place[0], place)), self.root(place)))
            self._owner[other] = one


def grouped(plan: Plan) -> Groups:
    """Return the groups of a plan: columns of one component, read by one component, or summed up by one total."""
    groups = Groups()
    together: dict[object, list[Place]] = {}
    for table, held in plan.tables.items():
        for number, component in enumerate(held.components):
            own = [(table, name) for name in component.columns if not isinstance(held.steps.get(name), Gathered)]
            together[table, number] = own
    for reading in readings(plan):
        if (
            reading.place[0] != reading.table
            or reading.place[1] in plan.tables[reading.table].components[reading.component].reads
        ):
            together[reading.table, reading.component].append(reading.place)
    for total in totals(plan):
        together.setdefault((total.table, total.column), []).append(total.place)
    for places in together.values():
        groups.join(places)
    return groups
