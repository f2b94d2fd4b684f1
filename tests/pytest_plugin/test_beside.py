"""What others commit to a test's database is not there for the next test; who only reads costs nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL

Outcome = Callable[..., pytest.RunResult]
SOURCE = """
import time
from sqlalchemy import create_engine

OTHER = {}

@pytest.fixture(scope="session")
def other(fixturegen_engine):  # as an application keeps an engine of its own
    engine = create_engine(fixturegen_engine.url)
    time.sleep(1.1)  # MariaDB tells writes from those that filled the database by the second
    yield engine
    engine.dispose()

def made():
    with open("made") as file:
        return len(file.readlines())

def write(engine, statement="DELETE FROM players"):
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()

@pytest.fixture(scope="session")
def fixturegen_create(fixturegen_create):
    def create(engine):
        with open("made", "a") as file:
            print(file=file)
        fixturegen_create(engine)
    return create

def test_by_the_address(fixturegen):
    write(create_engine(fixturegen.url))

def test_after_the_address(fixturegen_connection):
    assert count(fixturegen_connection) == 8

def test_by_an_engine_of_its_own(other):
    write(other)

def test_after_it(fixturegen_connection):
    assert count(fixturegen_connection) == 8

def test_by_an_update_alone(other, fixturegen_connection):
    time.sleep(1.1)
    write(other, "UPDATE players SET score = CASE WHEN score = 100 THEN 0 ELSE score + 1 END WHERE id = 1")

def test_after_the_update(fixturegen_connection, fixturegen_dataset):
    assert fixturegen_connection.execute(text("SELECT score FROM players WHERE id = 1")).scalar() == fixturegen_dataset["players"]["score"][0]

def test_reads(other):
    OTHER["made"] = made()
    with other.connect() as connection:
        assert count(connection) == 8

def test_is_still_connected(other, fixturegen_connection):
    add(fixturegen_connection)
    fixturegen_connection.commit()

def test_nothing_was_made_anew_for_a_reader(other, fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3
    with other.connect() as connection:
        assert count(connection) == 8
    assert made() == OTHER["made"]
"""


def tried(run: Outcome, *arguments: str) -> None:
    run(SOURCE, *arguments).assert_outcomes(passed=9)


def test_sqlite(run: Outcome) -> None:
    tried(run)


@pytest.mark.slow
@pytest.mark.postgresql
def test_postgresql(run: Outcome, postgresql_url: URL) -> None:
    tried(run, f"--fixturegen-database={postgresql_url.render_as_string(hide_password=False)}")


@pytest.mark.slow
@pytest.mark.mariadb
def test_mariadb(run: Outcome, mariadb_url: URL) -> None:
    tried(run, f"--fixturegen-database={mariadb_url.render_as_string(hide_password=False)}")
