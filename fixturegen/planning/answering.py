"""Values that children ask of their parents: a row whose CHECK allows few values of a reference needs a parent that holds one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from fixturegen.domain import Domain
from fixturegen.expressions.normal import Among
from fixturegen.generator import Batch, Generator, Request
from fixturegen.generators.membership import belongs
from fixturegen.generators.weighted import pool_of
from fixturegen.lattice import lattice_of
from fixturegen.planning.domains import conditions, conjuncts
from fixturegen.schema import Check, Reference, Schema, Table

Chooses = Callable[[Domain], Generator]
Asked = Mapping[tuple[str, str], tuple[object, ...]]
"""By table and column: values of which each has to occur there."""


def asked_of_parents(schema: Schema) -> Asked:
    """Return the values to which checks of children keep the columns that refer to a column, by that column.

    A child that may be NULL there asks for nothing, nor does one whose check leaves more than a list.
    """
    found: dict[tuple[str, str], dict[object, None]] = {}
    for table in schema.tables.values():
        for reference, name, target in _concerned(table):
            for check in table.checks:
                for value in _listed(schema, table, check, name):
                    found.setdefault((reference.table, target), {})[value] = None
    return {place: tuple(values) for place, values in found.items()}


def _concerned(table: Table) -> Sequence[tuple[Reference, str, str]]:
    """References of a table with each column of theirs that is never NULL and that a check mentions, and its target."""
    filled = {column.name for column in table.columns if not column.nullable}
    return [
        (reference, name, target)
        for reference in table.references
        if reference.table != table.name
        for name, target in zip(reference.columns, reference.target, strict=True)
        if name in filled and any(name in check.sql for check in table.checks)
    ]


def _listed(schema: Schema, table: Table, check: Check, name: str) -> tuple[object, ...]:
    if name not in check.sql:
        return ()
    alone = Table(name=table.name, columns=table.columns, references=table.references, checks=(check,))
    found, _ = conditions(schema, alone, schema.as_of)
    lists = [
        part.values
        for condition in found
        if condition.check == check
        for part in conjuncts(condition.formula)
        if isinstance(part, Among) and part.column == name and not part.negated
    ]
    return min(lists, key=len, default=())


def answering(
    generator: Generator,
    request: Callable[[Domain], Request],
    domain: Domain,
    values: Sequence[object],
    choose: Chooses,
) -> Generator:
    """Return a generator of a column in which the values that its children ask for are sure to occur.

    The first rows hold what is asked for. The others hold anything that was left without it; where the values of the column must
    differ, anything else, or all of a list in turn.

    Args:
        generator: What would fill the column otherwise.
        request: What a generator is asked for, with a domain.
        domain: What is left of the column.
        values: What is asked for; values that the domain does not hold are passed over.
        choose: Chooses a generator for a domain.

    Raises:
        ImpossibleError: If nothing is left beside them.
    """
    asked = request(domain)
    held = [value for value in values if belongs(asked)(value)]
    if not held:
        return generator
    if not asked.distinct:
        return _leading(generator, pool_of(asked, held))
    if domain.values is not None or asked.column.type.kind in {"boolean", "enum"}:
        every = domain.values or (asked.column.type.labels if asked.column.type.kind == "enum" else (False, True))
        return _in_turn(generator, pool_of(asked, list(dict.fromkeys((*held, *every)))))
    if generator.capacity is not None and generator.capacity <= asked.distinct:
        return generator  # every value there is occurs
    return _leading(choose(_without(asked, domain, held)), pool_of(asked, held))


def _in_turn(generator: Generator, pool: pl.Series) -> Generator:
    def build(batch: Batch) -> pl.Series:
        return pool.gather(batch.ordinals % len(pool))

    return replace(generator, build=build, draws=(), distinct=False)


def _leading(generator: Generator, pool: pl.Series) -> Generator:
    def build(batch: Batch) -> pl.Series:
        made = generator.build(batch)
        first = pl.Series(batch.ordinals < len(pool))
        if not first.any():
            return made
        return pl.select(
            pl.when(first).then(pool.gather(np.minimum(batch.ordinals, len(pool) - 1))).otherwise(made)
        ).to_series()

    return replace(generator, build=build)


def _without(request: Request, domain: Domain, values: Sequence[object]) -> Domain:
    lattice = lattice_of(request.column.type)
    if lattice is None:
        return replace(domain, barred=domain.barred | set(values))
    return replace(domain, excluded=domain.excluded | {int(lattice.position(value)) for value in values})
