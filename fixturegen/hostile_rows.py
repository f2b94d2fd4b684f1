"""The verb that makes a dataset in which every class of hostile values occurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.base import database_of
from fixturegen.databases.oracles import asking
from fixturegen.hostility.dataset import HostileDataset, hostile_dataset
from fixturegen.hostility.relations import skewed
from fixturegen.hostility.storable import Keeper
from fixturegen.options import options_from
from fixturegen.verbs import Rows, Source, database_behind, dated, load, plan_of
from fixturegen.verification import verified_frames

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


def hostile(
    schema: Source,
    engine: Target | None = None,
    *,
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> HostileDataset:
    """Return a dataset in which every class of hostile values occurs that types and constraints allow; every row is valid.

    Args:
        schema: As for :func:`plan`, and so are the other keywords.
        engine: A database (engine, connection or URL) that is to keep every value unaltered; without one, all that a frame holds,
            except U+0000.
        rows: Rows of every table without a count of its own, or rows by table; unless given, as many as the classes need (some
            200).
        scale: See :func:`plan`.
        seed: See there.
        as_of: See there.
        only: See there.
        exclude: See there.
        accept_unverified: See there.

    Returns:
        Frames by table, parents first. ``labels`` says which row holds which class of which column, and why a class is left out;
        ``bound`` gives, by table, the number of rows within which every class occurs.

    Example:
        >>> from fixturegen.schema import Column, Schema, Table, Type
        >>> made = hostile(Schema(tables={"t": Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),))}))
        >>> made.labels.filter(pl.col("class") == "greatest integer")["row"].len() > 0
        True
    """
    options = options_from(
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        only=tuple(only),
        exclude=tuple(exclude),
        accept_unverified=accept_unverified,
    )
    loaded = load(schema)
    twisted = skewed(loaded)
    database = engine if engine is not None else database_behind(schema)
    keeper = None if engine is None else Keeper(database_of(engine).dialect)

    def judged(data: Mapping[str, pl.DataFrame]) -> list[tuple[str, tuple[str, ...]]]:
        report = verified_frames(dated(loaded, as_of), data, tuple(data))
        return [(one.constraint.table, one.constraint.columns) for one in report.violations]

    with asking(database) as oracles:
        return hostile_dataset(
            lambda wish: plan_of(twisted, replace(options, rows=wish), database), keeper, judged, oracles, options.rows
        )
