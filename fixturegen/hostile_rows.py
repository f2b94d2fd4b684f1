"""The verb that makes a dataset in which every class of hostile values occurs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import polars as pl

from fixturegen.databases.base import database_of
from fixturegen.databases.oracles import asking
from fixturegen.hostility.dataset import HostileDataset, hostile_dataset
from fixturegen.hostility.relations import skewed
from fixturegen.hostility.storable import Keeper
from fixturegen.keywords import takes
from fixturegen.options import Options, PlainKeywords, options_from
from fixturegen.runs import Source, database_behind, plan_of
from fixturegen.schema import Schema
from fixturegen.variants import dated
from fixturegen.verbs import load
from fixturegen.verification import verified_frames

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


@takes(PlainKeywords)
def hostile(schema: Source, engine: Target | None = None, **keywords: Unpack[PlainKeywords]) -> HostileDataset:
    """Return a dataset in which every class of hostile values occurs that types and constraints allow; every row is valid.

    Args:
        schema: The schema, or a source of one.
        engine: A database (engine, connection or URL) that is to keep every value unaltered; without one, all that a frame holds,
            except U+0000.
        rows: Rows of every table without a count of its own, or rows by table; unless given, as many as the classes need (some
            200).
        **keywords: As for :func:`fixturegen.plan`.

    Returns:
        Frames by table, parents first. ``labels`` says which row holds which class of which column, and why a class is left out;
        ``bound`` gives, by table, the number of rows within which every class occurs.

    Example:
        >>> from fixturegen.schema import Column, Schema, Table, Type
        >>> made = hostile(Schema(tables={"t": Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),))}))
        >>> made.labels.filter(pl.col("class") == "greatest integer")["row"].len() > 0
        True
    """
    return hostile_of(load(schema), options_from(**keywords), engine, database_behind(schema))


def hostile_of(
    schema: Schema, options: Options, engine: Target | None = None, database: Target | None = None
) -> HostileDataset:
    """Return such a dataset for options.

    Args:
        schema: The schema.
        options: What is asked.
        engine: A database that is to keep every value unaltered, and is asked for what only it can judge.
        database: One that is asked where there is no ``engine``.
    """
    twisted = skewed(schema)
    database = engine if engine is not None else database
    keeper = None if engine is None else Keeper(database_of(engine).dialect)

    def judged(data: Mapping[str, pl.DataFrame]) -> list[tuple[str, tuple[str, ...]]]:
        report = verified_frames(dated(schema, options.as_of), data, tuple(data))
        return [(one.constraint.table, one.constraint.columns) for one in report.violations]

    with asking(database) as oracles:
        return hostile_dataset(
            lambda wish: plan_of(twisted, replace(options, rows=wish, hostile=0.0), database),
            keeper,
            judged,
            oracles,
            options.rows,
        )
