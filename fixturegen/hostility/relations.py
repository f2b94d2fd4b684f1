"""Hostile classes of how rows hang together: parents without children, with one, with most of all; the deepest chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from fixturegen.hostility.tracks import Hostility
from fixturegen.planning.plan import Plan, TablePlan
from fixturegen.schema import Reference, Rows, Schema, Table

SKEW, CHILDLESS = 1.5, 0.25
Label = tuple[str, str | None, str, int | None, str | None]


def skewed(schema: Schema) -> Schema:
    """Return the schema with references, of which nothing is said, that leave parents without children and give one most of all.

    Skew and childless parents only fill: they constrain nothing. References of uniques stay as they are. Numbers of rows give
    way to what the classes need; counts per parent stay.
    """
    return replace(schema, tables={name: _skewed(table) for name, table in schema.tables.items()})


def _skewed(table: Table) -> Table:
    key = [table.primary_key] if table.primary_key else []
    bound = {name for unique in (*key, *table.uniques) for name in unique.columns}
    references = tuple(
        reference
        if reference.skew or reference.childless or bound & set(reference.columns) or reference.table == table.name
        else replace(reference, skew=SKEW, childless=CHILDLESS)
        for reference in table.references
    )
    count = None if isinstance(table.count, Rows) else table.count
    return replace(table, references=references, count=count)


def twisted(plan: Plan, hostility: Hostility) -> Hostility:
    """Return the hostility with references to the same table that lead to the row before, where nothing hangs on them."""
    tables = {
        name: replace(held, chained=frozenset(_chained(plan.tables[name]))) for name, held in hostility.tables.items()
    }
    return Hostility(hostility.spread, tables)


def _chained(table: TablePlan) -> Iterator[str]:
    tied = {name for component in table.components for name in (*component.columns, *component.reads)}
    through = {path.references[0] for path in table.paths.values() if path.references}
    settled = {name for group in table.settled for name in group.references}
    anchors = {link.anchor for link in table.links.values()}
    for name, link in table.links.items():
        if link.kind == "self" and not tied & set(link.reference.columns) and name not in through | settled | anchors:
            yield name


def relational(plan: Plan, data: Mapping[str, pl.DataFrame]) -> list[Label]:
    """Return the labels of how rows hang together."""
    found: list[Label] = []
    for name, table in plan.tables.items():
        for reference in table.table.references:
            if reference.table in data and set(reference.columns) <= set(data[name].columns):
                found += _children(data, name, reference)
                if reference.table == name:
                    found += _chain(data[name], name, reference)
    return found


def _children(data: Mapping[str, pl.DataFrame], child: str, reference: Reference) -> Iterator[Label]:
    parent, about = reference.table, f"{child}.{', '.join(reference.columns)}"
    renamed = dict(zip(reference.columns, reference.target, strict=True))
    referring = data[child].select(pl.col(own).alias(target) for own, target in renamed.items()).drop_nulls()
    keys = data[parent].select(reference.target)
    referring = referring.cast(dict(zip(keys.columns, keys.dtypes, strict=True)))
    counts = referring.group_by(reference.target).len("children")
    joined = keys.join(counts, on=list(reference.target), how="left", maintain_order="left")
    children = joined["children"].fill_null(0).to_numpy()
    most = int(children.max()) if len(children) else 0
    for words, number in ((f"no {about}", 0), (f"one {about}", 1), (f"most {about}", most)):
        rows = np.flatnonzero(children == number)
        if len(rows) == 0 or (words.startswith("most") and most < 2):
            yield parent, None, words, None, "counts, or a unique, leave no such parent"
        else:
            yield parent, None, words, int(rows[0]), None


def _chain(frame: pl.DataFrame, table: str, reference: Reference) -> Iterator[Label]:
    keys = {key: row for row, key in enumerate(frame.select(reference.target).rows())}
    depths: dict[int, int] = {}
    for row, key in enumerate(frame.select(reference.columns).rows()):
        above = keys.get(key)
        depths[row] = 0 if above is None or above >= row else depths[above] + 1
    deepest = max(depths, key=lambda row: depths[row], default=0)
    words = f"deepest chain of {', '.join(reference.columns)}"
    if depths.get(deepest, 0) < 2:
        yield table, None, words, None, "rules, or a unique, leave no chain"
    else:
        yield table, None, words, deepest, None
