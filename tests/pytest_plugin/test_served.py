"""What is undone between two tests beside their rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

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


def test_a_database_in_memory_outlives_what_a_test_sets() -> None:
    engine = create_engine("sqlite://")
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
