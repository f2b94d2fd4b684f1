"""How many rows the tables of an example may have: what is asked for, within what Hypothesis holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from fixturegen.errors import ImpossibleError, InputError, SchemaError
from fixturegen.planning.plan import Plan, TablePlan
from fixturegen.schema import PerParent, Schema
from fixturegen.strategies.layouts import FEW
from fixturegen.strategies.machine import Machine

USUAL = 8
"""Most rows of a table unless asked for; fewer where a schema has so many tables that an example would not be held."""
MOST_DRAWS = 1_500
"""Draws of an example with every table full: Hypothesis holds such examples, and shrinks them in good time."""
MOST_ROWS = MOST_DRAWS // 2
"""Rows of all tables together, at most: each takes two draws at least."""
MOST_BYTES = 6_000
"""Bytes of entropy of such an example, of 8,192 that Hypothesis holds."""

Sizes = int | Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows are asked for.

    Attributes:
        most: Most rows by table.
        least: Fewest rows by table.
        firm: Whether any of the most were asked for.
        named: The tables whose most rows were asked for by name.
        largest: What was asked for where it was greatest, as an error says it.
    """

    most: Mapping[str, int]
    least: Mapping[str, int]
    firm: bool
    named: frozenset[str] = frozenset()
    largest: str = ""


def limits(schema: Schema, max_rows: Sizes, min_rows: Sizes) -> Limits:
    """Return the sizes that are asked for.

    Raises:
        InputError: If a size is no whole number from 0, a table unknown, or the least above the most.
    """
    most = _by_table(schema, "max_rows", max_rows, USUAL)
    least = _by_table(schema, "min_rows", min_rows, 0)
    for name in schema.tables:
        if least[name] > most[name]:
            if max_rows is None or (isinstance(max_rows, Mapping) and name not in max_rows):
                most[name] = least[name]
                continue
            message = f"min_rows of {name} is {least[name]}, above its max_rows of {most[name]}"
            raise InputError(message)
    named = frozenset(max_rows) if isinstance(max_rows, Mapping) else frozenset()
    largest = max(named or most, key=lambda name: most[name], default="")
    said = f"max_rows of {largest} is" if named else "max_rows is"
    greedy = next((name for name, size in least.items() if size > MOST_ROWS), None)
    if greedy is not None:
        message = f"min_rows of {greedy} is {least[greedy]:,}, more than an example holds"
        raise InputError(message, hint=f"All tables together have room for {MOST_ROWS} rows at most.")
    kept = {name: min(size, MOST_ROWS + 1) for name, size in most.items()}
    return Limits(kept, least, max_rows not in (None, {}), named, f"{said} {most.get(largest, 0):,}")


def _by_table(schema: Schema, what: str, sizes: Sizes, default: int) -> dict[str, int]:
    if isinstance(sizes, Mapping):
        for name in sizes:
            if name not in schema.tables:
                message = f"unknown table {name!r} in {what}"
                raise SchemaError(message, given=str(name), exists=schema.tables)
        found = {name: sizes.get(name, default) for name in schema.tables}
    else:
        found = dict.fromkeys(schema.tables, default if sizes is None else sizes)
    for name, size in found.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            message = f"{what} of {name} is {size!r}, which is no whole number from 0"
            raise InputError(message)
    return found


def needed(plan: Plan, least: Mapping[str, int]) -> dict[str, int]:
    """Return the fewest rows with the parents that they, and the children that they must have, cannot do without."""
    found = dict(least)
    for _ in plan.tables:
        present = _present(plan, found)
        for name, table in plan.tables.items():
            size = present[name]
            if not size:
                continue
            for link in table.links.values():
                parent = link.reference.table
                if link.nullable or parent == name or link.kind == "via":
                    continue
                count = table.count
                per = -(-size // count.high) if link.kind == "parent" and isinstance(count, PerParent) else 1
                alone = size if link.kind == "one to one" else per
                found[parent] = max(found[parent], alone)
    return found


def _present(plan: Plan, least: Mapping[str, int]) -> dict[str, int]:
    """Return the fewest rows with the children that they must have."""
    found = dict(least)
    for _ in plan.tables:
        for name, table in plan.tables.items():
            count = table.count
            if isinstance(count, PerParent) and count.low:
                found[name] = max(found[name], count.low * found[table.links[count.reference].reference.table])
    return found


def roomy(plan: Plan, asked: Limits, least: Mapping[str, int]) -> dict[str, int]:
    """Return the most rows, of tables that were not named so many that those of the named ones have what they need.

    Args:
        plan: The plan.
        asked: What was asked for.
        least: Fewest rows by table.

    Raises:
        InputError: If more rows of a table are needed than were asked for.
    """
    sized = asked.named or (asked.most.keys() if asked.firm else frozenset())
    short = next((name for name in plan.tables if name in sized and least[name] > asked.most[name]), None)
    if short is not None:
        message = (
            f"max_rows of {short} is {asked.most[short]}, but what min_rows asks for needs {least[short]} rows of it"
        )
        raise InputError(message, hint=f"The least size that fits is {least[short]}.")
    parents = needed(plan, {name: asked.most[name] if name in asked.named else 0 for name in asked.most})
    wanted = _present(plan, parents)
    most = {name: size if name in asked.named else max(size, wanted[name]) for name, size in asked.most.items()}
    return {name: max(size, least[name]) for name, size in most.items()}


def widened(plan: Plan, most: Mapping[str, int], *, firm: bool) -> dict[str, int]:
    """Return the most rows such that every parent has room for the rows that it must have.

    Raises:
        InputError: If what was asked for has no room for a single parent's rows.
    """
    found = {name: min(most[name], _room(table)) for name, table in plan.tables.items()}
    for _ in plan.tables:
        for name, table in plan.tables.items():
            count = table.count
            if not isinstance(count, PerParent) or not count.low:
                continue
            parent = table.links[count.reference].reference.table
            if found[name] < count.low and found[parent]:
                if firm and most[name]:
                    message = (
                        f"max_rows of {name} is {most[name]}, and each of {parent} has {count.low} rows there at least"
                    )
                    raise InputError(message, hint=f"The least size that fits is {count.low}.")
                found[name] = 0 if firm else count.low
            found[parent] = min(found[parent], found[name] // count.low)
    return found


def _room(table: TablePlan) -> int:
    """Return the most rows that there can be, whatever the parents draw."""
    if not isinstance(table.count, PerParent):
        return table.rows
    return MOST_ROWS + 1 if table.count.most is None else table.count.most


def budgeted(machine: Machine, most: Mapping[str, int], asked: Limits) -> dict[str, int]:
    """Return sizes that Hypothesis holds: those asked for, or smaller ones where nothing was asked for.

    Args:
        machine: The machine.
        most: Most rows by table, as they came out.
        asked: What was asked for.

    Raises:
        InputError: If sizes that were asked for are beyond it; with the largest that fits.
    """
    if _fits(machine, most):
        return dict(most)
    for size, smaller in _smaller(machine, most):
        if asked.firm:
            message = f"{asked.largest}, more than an example holds, which is {MOST_DRAWS:,} draws"
            raise InputError(message, hint=f"The largest size that fits is {_largest(machine, most, size)}.")
        found = widened(machine.plan, smaller, firm=False)
        if _fits(machine, found):
            return found
    message = f"{len(most)} tables are more than an example holds: one row of each makes {_draws(machine, dict.fromkeys(most, 1)):,} draws"
    raise ImpossibleError(
        message, hint="Take a part of the schema, or give max_rows of 0 for tables that may be empty."
    )


def _smaller(machine: Machine, most: Mapping[str, int]) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the sizes that fit where no table has more than a number of rows, the greatest number first."""
    for size in range(max(most.values(), default=0) - 1, 0, -1):
        smaller = {name: min(held, max(size, machine.least[name])) for name, held in most.items()}
        if _fits(machine, smaller):
            yield size, smaller


def _largest(machine: Machine, most: Mapping[str, int], size: int) -> int:
    """Return the largest size that fits, given that of a machine for more rows: one for few takes less room."""
    if size > FEW:
        return size
    few = {name: min(held, FEW) for name, held in most.items()}
    small = Machine(machine.plan, few, machine.least, machine.oracle)
    above = {name: min(held, FEW + 1) for name, held in most.items()}
    return max(size, *(found for found, _ in islice(_smaller(small, above), 1)))


def _fits(machine: Machine, most: Mapping[str, int]) -> bool:
    taken = sum(
        size * (1 + work.layout.width + 8 * len(work.layout.numbers))
        for name, size in most.items()
        for work in [machine.works[name]]
    )
    return _draws(machine, most) <= MOST_DRAWS and taken <= MOST_BYTES


def _draws(machine: Machine, most: Mapping[str, int]) -> int:
    return sum(size * (2 + len(machine.works[name].layout.numbers)) for name, size in most.items())
