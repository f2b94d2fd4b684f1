"""Engines on the plugin's own SQLite files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_fixturegen.place_sqlite import engine_on


@pytest.mark.parametrize("shared", [True, False])
def test_statements_that_bear_no_transaction(tmp_path: Path, shared: bool) -> None:
    engine = engine_on(tmp_path / "it.sqlite", shared=shared)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE held (id)")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("INSERT INTO held VALUES (1)")
        connection.exec_driver_sql("VACUUM")
    with engine.connect() as connection:
        with connection.begin_nested() as point:
            connection.exec_driver_sql("INSERT INTO held VALUES (2)")
            point.rollback()
        connection.exec_driver_sql("INSERT INTO held VALUES (3)")
        connection.rollback()
        assert connection.exec_driver_sql("SELECT id FROM held").all() == [(1,)]
    engine.dispose()
