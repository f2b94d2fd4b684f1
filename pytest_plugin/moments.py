"""Moments in SQLite, which compares them as texts: what an application binds is written as the seeded rows are.

SQLAlchemy writes a fraction of six digits always, Python's own driver and Django only where there is one. Rows that are seeded have
the latter form, so that a schema's bounds hold for them; the engines of the plugin's own databases write it too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import types
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Engine

_NONE = ".000000"


class _DateTime(sqlite.DATETIME):
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _shortened(super().bind_processor(dialect))


class _Time(sqlite.TIME):
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _shortened(super().bind_processor(dialect))  # type: ignore[no-untyped-call]  # SQLAlchemy has none here


def _shortened(process: Any) -> Callable[[Any], str | None]:
    def shortened(value: Any) -> str | None:
        text: str | None = process(value)
        return text if text is None else text.removesuffix(_NONE)

    return shortened


def written_as_seeded(engine: Engine) -> None:
    """Let an engine on SQLite write moments without a fraction where they have none.

    Args:
        engine: The engine, which has not been used yet. Types of the user's that say their own format keep it.
    """
    known: dict[Any, Any] = {types.DateTime: _DateTime, types.TIMESTAMP: _DateTime, types.Time: _Time}
    told: dict[Any, Any] = {sqlite.DATETIME: sqlite.DATETIME, sqlite.TIME: sqlite.TIME}
    engine.dialect.colspecs = {**engine.dialect.colspecs, **known, **told}
