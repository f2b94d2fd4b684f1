"""One fixture for each table: its frame. Registered before any module is looked at, so that a fixture of the user's wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fixturegen.errors import FixturegenError
from pytest_fixturegen.failing import one_line
from pytest_fixturegen.plugin import SAID
from pytest_fixturegen.running import Run, run_of

if TYPE_CHECKING:
    import polars as pl


def register(session: pytest.Session) -> None:
    """Register the fixtures; a schema that does not load costs the fixtures, not the run."""
    try:
        run = run_of(session.config)
        names = list(run.configured.schema.tables)
    except (FixturegenError, pytest.UsageError) as error:
        session.config.stash[SAID] = f"fixturegen: no table has its fixture: {error}"
        return
    taken = _taken(session)
    for name, table in _names(names).items():
        if name not in taken:
            pytest.register_fixture(name=name, func=_frame(run, name, table), node=session)


def _names(tables: list[str]) -> dict[str, str]:
    """Return the names of the fixtures: a table's own; without the schema where that is told by no other table's.

    >>> _names(["orders", "audit.log", "audit.orders"])
    {'orders': 'orders', 'log': 'audit.log', 'audit_orders': 'audit.orders'}
    """
    bare = [table.rpartition(".")[2] for table in tables]
    return {
        (last if bare.count(last) == 1 or "." not in table else table.replace(".", "_")): table
        for table, last in zip(tables, bare, strict=True)
    }


def _taken(session: pytest.Session) -> set[str]:
    """Return the names that fixtures of pytest and of plugins have: another meaning of theirs would break others."""
    manager = getattr(session, "_fixturemanager", None)
    return {"request", *getattr(manager, "_arg2fixturedefs", ())}


def _frame(run: Run, name: str, table: str) -> Callable[[], pl.DataFrame]:
    def frame() -> pl.DataFrame:
        with one_line():
            return run.content.frames[table]

    frame.__name__ = frame.__qualname__ = name if name.isidentifier() else "frame"
    frame.__doc__ = f"The seeded rows of {table}, a Polars frame."
    return frame
