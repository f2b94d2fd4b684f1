"""What is undone between two tests beside their rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, StaticPool, create_engine, event

from pytest_fixturegen.served import Served

SETTINGS = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only"),
    "postgresql": (
        "SET statement_timeout = 77777",
        "SELECT setting = '77777' FROM pg_settings WHERE name = 'statement_timeout'",
    ),
    "mariadb": ("SET foreign_key_checks = 0", "SELECT @@foreign_key_checks = 0"),
}


@pytest.mark.parametrize(
    "kind",
    [
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_what_a_test_sets_is_not_set_for_the_next_one(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'it.db'}" if kind == "sqlite" else request.getfixturevalue(f"{kind}_url")
    engine = create_engine(url)
    served = Served(engine)
    setting, asking = SETTINGS[kind]
    with engine.connect() as connection:
        connection.exec_driver_sql(setting)
        connection.commit()
    with engine.connect() as connection:
        assert connection.exec_driver_sql(asking).scalar()
    served.finish()
    with engine.connect() as connection:
        assert not connection.exec_driver_sql(asking).scalar()
    served.finish()
    served.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "lasts"),
    [
        ("PRAGMA query_only(1)", True),
        ("pragma main.query_only (1)", True),
        ('PRAGMA "main".query_only=1', True),
        ("/* app */ PRAGMA query_only = 1", True),
        ("-- app\n/* one *//* two */\n PRAGMA query_only = 1", True),
        ("PRAGMA cell_size_check = 1", True),
        ("PRAGMA query_only", False),
        ("PRAGMA table_info(held)", False),
        ("PRAGMA main.table_xinfo('held')", False),
        ("PRAGMA foreign_key_check (held)", False),
        ("PRAGMA defer_foreign_keys = 1", False),
        ("/* PRAGMA query_only = 1 */ SELECT 1", False),
    ],
)
def test_only_what_may_last_costs_a_connection(statement: str, *, lasts: bool, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'it.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE held (id)")
    opened: list[object] = []
    event.listen(engine, "connect", lambda driver, _record: opened.append(driver))
    served = Served(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    before = len(opened)
    served.finish()
    with engine.connect() as connection:
        assert not connection.exec_driver_sql("PRAGMA query_only").scalar()
    assert len(opened) == before + lasts
    served.close()
    engine.dispose()


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "statement",
    [
        "-- app\nSET foreign_key_checks = 0",
        "# app\nSET foreign_key_checks = 0",
        "/* app */ SET foreign_key_checks = 0",
        "/*!40101 SET foreign_key_checks = 0 */",
    ],
)
def test_comments_hide_no_setting(statement: str, mariadb_url: URL) -> None:
    engine = create_engine(mariadb_url)
    served = Served(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
        assert connection.exec_driver_sql("SELECT @@foreign_key_checks").scalar() == 0
    served.finish()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT @@foreign_key_checks").scalar() == 1
    served.close()
    engine.dispose()


@pytest.mark.parametrize("options", ["", "/file:held?mode=memory&cache=shared&uri=true"])
def test_a_database_in_memory_outlives_what_a_test_sets(options: str) -> None:
    engine = create_engine(f"sqlite://{options}", poolclass=StaticPool if options else None)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE held (id)")
    served = Served(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    served.finish()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM held").scalar() == 0
    served.close()
    engine.dispose()
