"""Isolation, judged by each database: what commits, rollbacks and errors leave behind, and what the end of a test undoes."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    NullPool,
    StaticPool,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from pytest_fixturegen.isolation import Isolation
from pytest_fixturegen.numbering import Numbering

METADATA = MetaData()
ROWS = Table("rows_of_mine", METADATA, Column("id", Integer, primary_key=True), Column("a", Integer, unique=True))
LATE = Table(
    "late", METADATA, Column("of", ForeignKey(ROWS.c.id, deferrable=True, initially="DEFERRED"), primary_key=True)
)


def count(connection: Connection | Session) -> int:
    return connection.execute(select(func.count()).select_from(ROWS)).scalar_one()


def filled(engine: Engine) -> Engine:
    METADATA.create_all(engine, [ROWS] if engine.dialect.name in {"mysql", "mariadb"} else None)
    with engine.begin() as connection:
        connection.execute(insert(ROWS), [{"a": 1}, {"a": 2}])
    return engine


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Two rows in a new database."""
    url = (
        f"sqlite:///{tmp_path / 'it.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue(f"{request.param}_url")
    )
    made = filled(create_engine(url))
    yield made
    made.dispose()


@pytest.fixture
def isolation(engine: Engine) -> Iterator[Isolation]:
    """An isolation that undoes all: held at the end of each test."""
    made = Isolation(engine)
    yield made
    made.release()
    with engine.connect() as connection:
        assert count(connection) == 2


def test_commits_are_kept_until_the_end(isolation: Isolation) -> None:
    with isolation.engine.connect() as connection:
        connection.execute(insert(ROWS), {"a": 3})
        connection.commit()
        connection.execute(insert(ROWS), {"a": 4})
        connection.rollback()
        assert count(connection) == 3
    with isolation.engine.begin() as connection:
        connection.execute(insert(ROWS), {"a": 4})
    with isolation.engine.connect() as connection:
        assert count(connection) == 4
    assert isolation.end()
    with isolation.engine.connect() as connection:
        assert count(connection) == 2


def test_an_error_is_undone_as_far_as_its_own_transaction(isolation: Isolation) -> None:
    with Session(isolation.engine) as session:
        session.execute(insert(ROWS), {"a": 5})
        session.commit()
        session.execute(insert(ROWS), {"a": 6})
        with pytest.raises(IntegrityError):
            session.execute(insert(ROWS), {"a": 5})
        session.rollback()
        assert count(session) == 3
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(ROWS), {"a": 5})
        assert count(session) == 3


def test_what_others_commit_outlives_the_roll_back_of_a_reader(isolation: Isolation) -> None:
    with isolation.engine.connect() as reader:
        assert count(reader) == 2
        with isolation.engine.begin() as application:
            application.execute(insert(ROWS), {"a": 7})
        reader.rollback()
        assert count(reader) == 3


def test_two_that_write_one_within_the_other(isolation: Isolation) -> None:
    with isolation.engine.connect() as one, isolation.engine.connect() as other:
        one.execute(insert(ROWS), {"a": 8})
        other.execute(insert(ROWS), {"a": 9})
        one.commit()
        other.rollback()
        assert count(one) == 3
        other.execute(insert(ROWS), {"a": 9})
        other.commit()
        one.rollback()
        assert count(other) == 4


def test_autocommit_is_kept_at_once(isolation: Isolation) -> None:
    with isolation.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(insert(ROWS), {"a": 10})
    with isolation.engine.connect() as connection:
        assert count(connection) == 3
        connection.execute(insert(ROWS), {"a": 11})
        connection.rollback()
        assert count(connection) == 3


def test_transactions_in_words(isolation: Isolation) -> None:
    with isolation.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(insert(ROWS), {"a": 12})
        connection.exec_driver_sql("/* app */ COMMIT")
        connection.execute(insert(ROWS), {"a": 13})
        connection.execute(text("ROLLBACK"))
        assert count(connection) == 3


def test_examples_nest(isolation: Isolation) -> None:
    with isolation.nested():
        with isolation.engine.begin() as connection:
            connection.execute(delete(ROWS))
        with isolation.nested(), isolation.engine.begin() as connection:
            connection.execute(insert(ROWS), {"a": 1})
            assert count(connection) == 1
        with isolation.engine.connect() as connection:
            assert count(connection) == 0
    with isolation.engine.connect() as connection:
        assert count(connection) == 2


def test_a_connection_that_is_kept_cannot_reach_the_next_test(isolation: Isolation) -> None:
    kept = isolation.engine.connect()
    kept.execute(insert(ROWS), {"a": 14})
    assert isolation.open_connections == 1
    assert isolation.end()
    assert isolation.open_connections == 0
    with isolation.engine.connect() as connection:
        assert count(connection) == 2
        kept.close()
        assert count(connection) == 2


def test_disposing_of_the_engine_changes_nothing(isolation: Isolation) -> None:
    with isolation.engine.begin() as connection:
        connection.execute(insert(ROWS), {"a": 15})
    isolation.engine.dispose()
    with isolation.engine.connect() as connection:
        assert count(connection) == 3


def test_options_of_an_engine_share_its_isolation(isolation: Isolation) -> None:
    with isolation.engine.execution_options(logging_token="x").begin() as connection:
        connection.execute(insert(ROWS), {"a": 16})
    with isolation.engine.connect() as connection:
        assert count(connection) == 3


def test_numbers_start_over(engine: Engine) -> None:
    isolation = Isolation(engine)
    with isolation.driver() as driver:
        numbering = Numbering(engine.dialect.name, driver)
    keys = []
    for _ in range(2):
        with engine.begin() as connection:
            keys.append(connection.execute(insert(ROWS), {"a": 17}).inserted_primary_key)
        isolation.end()
        with isolation.driver() as driver:
            numbering.restore(driver)
    assert keys == [(3,), (3,)]
    isolation.release()


@pytest.fixture
def no_late_rows(isolation: Isolation) -> Isolation:
    if isolation.engine.dialect.name in {"mysql", "mariadb"}:
        pytest.skip("knows no deferred constraints")
    if isolation.engine.dialect.name == "sqlite":
        isolation.begin()
        isolation._driver.rollback()
        isolation.end()
        isolation._driver.execute("PRAGMA foreign_keys = ON")
    return isolation


def test_a_commit_judges_deferred_constraints(no_late_rows: Isolation) -> None:
    with no_late_rows.engine.connect() as connection:
        connection.execute(insert(LATE), {"of": 99})
        with pytest.raises(IntegrityError):
            connection.commit()
        connection.rollback()
        connection.execute(insert(LATE), {"of": 99})
        connection.execute(insert(ROWS), {"id": 99, "a": 99})
        connection.commit()


def test_ended_by_the_driver_itself_is_noticed(engine: Engine) -> None:
    isolation = Isolation(engine)
    with engine.connect() as connection:
        connection.execute(insert(ROWS), {"a": 20})
        connection.connection.driver_connection.commit()  # type: ignore[union-attr] # it is open
    assert not isolation.end()
    with engine.connect() as connection:
        assert count(connection) == 3
    assert isolation.end()
    isolation.release()


@pytest.mark.mariadb
def test_ended_by_a_statement_that_commits(mariadb_url: URL) -> None:
    engine = filled(create_engine(mariadb_url))
    isolation = Isolation(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE another (a INT)"))
    assert not isolation.end()
    isolation.release()
    engine.dispose()


@pytest.mark.postgresql
def test_the_commit_of_what_failed_is_a_roll_back(postgresql_url: URL) -> None:
    engine = filled(create_engine(postgresql_url))
    isolation = Isolation(engine)
    with engine.connect() as connection:
        connection.execute(insert(ROWS), {"a": 21})
        with pytest.raises(IntegrityError):
            connection.execute(insert(ROWS), {"a": 21})
        connection.commit()
        assert count(connection) == 2
    isolation.release()
    engine.dispose()


@pytest.mark.postgresql
def test_what_failed_on_one_connection_keeps_no_other_from_its_work(postgresql_url: URL) -> None:
    engine = filled(create_engine(postgresql_url))
    isolation = Isolation(engine)
    with engine.connect() as connection:
        connection.execute(insert(ROWS), {"a": 21})
        with pytest.raises(IntegrityError):
            connection.execute(insert(ROWS), {"a": 21})
        with engine.begin() as another:
            assert count(another) == 2
            another.execute(insert(ROWS), {"a": 22})
        connection.rollback()
        assert count(connection) == 3
    isolation.release()
    engine.dispose()


@pytest.mark.postgresql
def test_a_connection_that_the_server_closed_is_opened_again(postgresql_url: URL) -> None:
    engine = filled(create_engine(postgresql_url))
    isolation = Isolation(engine)
    with engine.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    assert isolation.end()
    other = create_engine(postgresql_url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
    with engine.connect() as connection:
        assert count(connection) == 2
    isolation.release()
    engine.dispose()


# SQLite's own ways


def test_sqlite_rolls_back_by_itself(tmp_path: Path) -> None:
    engine = filled(create_engine(f"sqlite:///{tmp_path / 'it.db'}"))
    isolation = Isolation(engine)
    with engine.connect() as connection:
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT OR ROLLBACK INTO rows_of_mine (a) VALUES (1)"))
        connection.rollback()
        connection.execute(insert(ROWS), {"a": 30})
        connection.commit()
    assert not isolation.end()  # it cannot be told from a commit
    with engine.connect() as connection:
        assert count(connection) == 2
    isolation.release()
    engine.dispose()


def recipe(engine: Engine) -> Engine:
    """SQLAlchemy's own recipe for transactions on SQLite."""

    @event.listens_for(engine, "connect")
    def connected(driver: sqlite3.Connection, _record: object) -> None:
        driver.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


ENGINES: dict[str, Callable[[str], Engine]] = {
    "default": create_engine,
    "recipe": lambda url: recipe(create_engine(url)),
    "one connection": lambda url: create_engine("sqlite://", poolclass=StaticPool),
    "no pool": lambda url: create_engine(url, poolclass=NullPool),
}
if sys.version_info >= (3, 12):
    ENGINES["always within"] = lambda url: create_engine(url, connect_args={"autocommit": False})


@pytest.mark.parametrize("kind", ENGINES)
def test_sqlite_engines_of_every_making(kind: str, tmp_path: Path) -> None:
    engine = filled(ENGINES[kind](f"sqlite:///{tmp_path / 'it.db'}"))
    isolation = Isolation(engine)
    for _ in range(2):
        with engine.begin() as connection:
            connection.execute(insert(ROWS), {"a": 40})
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE more (a INTEGER)"))
            connection.commit()
            assert count(connection) == 3
        assert isolation.end()
    isolation.release()
    with engine.connect() as connection:
        assert count(connection) == 2
        with pytest.raises(OperationalError, match="no such table"):
            connection.execute(text("SELECT * FROM more"))
    engine.dispose()
