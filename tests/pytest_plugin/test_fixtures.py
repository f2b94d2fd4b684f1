"""The fixtures, each tried by pytest on a project of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL

Outcome = Callable[..., pytest.RunResult]


def test_every_test_sees_the_seeded_rows(run: Outcome) -> None:
    result = run("""
def test_writes(fixturegen_connection, fixturegen_dataset):
    assert count(fixturegen_connection) == fixturegen_dataset["players"].height == 8
    add(fixturegen_connection)
    fixturegen_connection.commit()
    fixturegen_connection.execute(text("DELETE FROM players"))
    fixturegen_connection.commit()
    assert count(fixturegen_connection) == 0

def test_through_the_engine(fixturegen_engine):
    with fixturegen_engine.begin() as connection:
        assert count(connection) == 8
        add(connection)
    with fixturegen_engine.connect() as connection:
        assert count(connection, "teams") == 4

def test_through_a_session(fixturegen_session):
    assert count(fixturegen_session) == 8
    add(fixturegen_session)
    fixturegen_session.commit()
    fixturegen_session.rollback()
    assert count(fixturegen_session, "teams") == 4

def test_sees_nothing_of_them(fixturegen_connection, fixturegen_session, fixturegen_engine):
    assert (count(fixturegen_connection), count(fixturegen_session, "teams")) == (8, 3)
""")
    result.assert_outcomes(passed=4)


def test_make_inserts_what_all_connections_see(run: Outcome) -> None:
    result = run("""
def test_it(fixturegen, fixturegen_connection, fixturegen_session):
    made = fixturegen.make("players", name="Ada", team={"name": "Engine"})
    assert made.row["name"] == "Ada"
    assert {name: len(rows) for name, rows in made.rows.items()} == {"teams": 1, "players": 1}
    assert made.row["team_id"] == made.rows["teams"][0]["id"] == 4
    fixturegen_session.rollback()
    for connection in (fixturegen_connection, fixturegen_session):
        row = connection.execute(text("SELECT t.name FROM players p JOIN teams t ON t.id = p.team_id WHERE p.name = 'Ada'"))
        assert row.scalar() == "Engine"
    assert [row["team_id"] for row in fixturegen.make("players", rows=3).wanted] == [5, 5, 5]

def test_it_is_undone(fixturegen, fixturegen_connection):
    assert (count(fixturegen_connection), count(fixturegen_connection, "teams")) == (8, 3)
    assert fixturegen.make("players").rows["teams"][0]["id"] == 4

def test_overrides_that_are_keywords(fixturegen):
    assert fixturegen.make("players", values={"score": 7}).row["score"] == 7

def test_an_impossible_wish(fixturegen):
    with pytest.raises(Exception, match="score|no such|unknown"):
        fixturegen.make("players", scor=3)
""")
    result.assert_outcomes(passed=4)


def test_an_error_stands_where_the_test_called(run: Outcome) -> None:
    result = run("""
def test_make(fixturegen):
    fixturegen.make("player")

def test_example(fixturegen):
    with fixturegen.example({"player": []}):
        pass
""")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E *Error: *player*", "test_it.py:*Error"])
    assert [line for line in result.outlines if "pytest_plugin/" in line or "/fixturegen/making" in line] == []


def test_numbers_of_the_database_do_not_collide_with_made_ones(run: Outcome) -> None:
    result = run("""
def test_it(fixturegen, fixturegen_connection):
    first = fixturegen.make("teams").row["id"]
    fixturegen_connection.execute(text("INSERT INTO teams (name) VALUES ('by the application')"))
    own = fixturegen_connection.execute(text("SELECT max(id) FROM teams")).scalar()
    assert own == first + 1
    fixturegen_connection.commit()
    assert fixturegen.make("teams").row["id"] == own + 1
""")
    result.assert_outcomes(passed=1)


def test_the_marker_gives_other_content(run: Outcome, project: pytest.Pytester) -> None:
    result = run("""
@pytest.mark.fixturegen(rows={"players": 2}, seed=5)
def test_other(fixturegen, fixturegen_connection, fixturegen_dataset, fixturegen_engine):
    assert count(fixturegen_connection) == fixturegen_dataset["players"].height == 2
    assert fixturegen.schema.tables["teams"].count.number == 3
    with fixturegen_engine.connect() as connection:
        assert count(connection) == 8
    fixturegen.make("players")
    assert count(fixturegen_connection) == 3

@pytest.mark.fixturegen(rows={"players": 2})
class TestNearest:
    @pytest.mark.fixturegen(rows={"players": 1})
    def test_it(self, fixturegen_connection):
        assert count(fixturegen_connection) == 1

    def test_the_class(self, fixturegen_connection):
        assert count(fixturegen_connection) == 2

def test_as_configured(fixturegen_connection):
    assert count(fixturegen_connection) == 8
""")
    result.assert_outcomes(passed=4)


def test_the_dataset_can_be_asked_for_more(run: Outcome) -> None:
    result = run("""
def test_it(fixturegen, fixturegen_dataset):
    assert set(fixturegen_dataset) == {"teams", "players"} and len(fixturegen_dataset) == 2
    assert fixturegen.dataset()["teams"].equals(fixturegen_dataset["teams"])
    assert fixturegen.dataset(rows={"players": 20})["players"].height == 20
    assert not fixturegen.dataset(seed=1)["players"].equals(fixturegen_dataset["players"])
    assert "teams, players" in repr(fixturegen_dataset)
""")
    result.assert_outcomes(passed=1)


def test_a_clone_is_a_database_of_its_own(run: Outcome) -> None:
    result = run("""
import threading

@pytest.mark.fixturegen(isolation="clone")
def test_threads(fixturegen, fixturegen_connection, fixturegen_engine):
    def work(number):
        with fixturegen.engine.begin() as connection:
            add(connection, number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(100, 105)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    fixturegen.make("players")
    assert count(fixturegen_connection, "teams") == 9
    assert fixturegen_connection.engine is fixturegen.engine is not fixturegen_engine
    with fixturegen_engine.connect() as connection:
        assert count(connection, "teams") == 3

@pytest.mark.fixturegen(isolation="clone")
def test_each_has_its_own(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3
""")
    result.assert_outcomes(passed=2)


def test_tables_have_fixtures_where_asked_for(run: Outcome, project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nstrict = true\nfixturegen_schema = league.yaml\nfixturegen_table_fixtures = true\n")
    result = run("""
def test_frames(teams, players):
    assert set(players["team_id"]) <= set(teams["id"])

@pytest.mark.fixturegen(rows={"players": 2})
def test_other_content(players):
    assert players.height == 2

class TestOwn:
    @pytest.fixture
    def teams(self):
        return "mine"

    def test_wins(self, teams):
        assert teams == "mine"
""")
    result.assert_outcomes(passed=3)
    listed = project.runpytest_inprocess("-p", "no:asyncio", "-p", "no:randomly", "--fixtures", "test_it.py")
    listed.stdout.fnmatch_lines(["*players*", "*The seeded rows of players, a Polars frame.*"])


def test_own_tables_own_engine(run: Outcome) -> None:
    """The hooks for an application's own migrations."""
    result = run("""
@pytest.fixture(scope="session")
def fixturegen_create():
    def create(engine):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE teams (id INTEGER PRIMARY KEY, name VARCHAR(40) UNIQUE)"))
            connection.execute(text(
                "CREATE TABLE players (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES teams, name TEXT, score INTEGER,"
                " born DATE, extra TEXT DEFAULT 'migrated')"
            ))
    return create

def test_it(fixturegen_connection):
    assert fixturegen_connection.execute(text("SELECT DISTINCT extra FROM players")).scalars().all() == ["migrated"]
""")
    result.assert_outcomes(passed=1)


def test_an_engine_of_the_users_own_is_isolated_too(run: Outcome) -> None:
    result = run("""
from sqlalchemy import create_engine, event
import fixturegen as fg

@pytest.fixture(scope="session")
def application_engine(tmp_path_factory):
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('db') / 'app.db'}")

    @event.listens_for(engine, "connect")
    def connected(driver, record):
        driver.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(connection):
        connection.exec_driver_sql("BEGIN")

    fg.seed("league.yaml", engine.url.render_as_string(), create=True)
    yield engine
    with engine.connect() as connection:
        assert count(connection, "teams") == 3
    engine.dispose()

@pytest.fixture(scope="session")
def fixturegen_engine(application_engine):
    return application_engine

@pytest.mark.parametrize("number", [1, 2])
def test_it(fixturegen, fixturegen_connection, application_engine, number):
    with application_engine.begin() as connection:
        add(connection, 900)
    fixturegen.make("players")
    assert count(fixturegen_connection, "teams") == 5

def test_examples_replace_its_rows(fixturegen, application_engine):
    with fixturegen.example({"teams": [{"id": 1, "name": "only"}]}) as connection:
        assert count(connection, "teams") == 1
    with application_engine.connect() as connection:
        assert count(connection, "teams") == 3
""")
    result.assert_outcomes(passed=3)


def test_an_engine_of_the_users_own_is_isolated_where_no_other_fixture_is_used(run: Outcome) -> None:
    result = run("""
from sqlalchemy import create_engine
import fixturegen as fg

@pytest.fixture(scope="session")
def fixturegen_engine(tmp_path_factory):
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('db') / 'app.db'}")
    fg.seed("league.yaml", engine, create=True)
    yield engine
    engine.dispose()

@pytest.mark.parametrize("number", [1, 2])
def test_it(fixturegen_engine, number):
    with fixturegen_engine.begin() as connection:
        assert count(connection, "teams") == 3
        add(connection, 900)
""")
    result.assert_outcomes(passed=2)


def test_what_is_no_engine_is_told_at_the_fixture(run: Outcome) -> None:
    result = run("""
@pytest.fixture(scope="session")
def fixturegen_engine():
    return "sqlite://"

def test_it(fixturegen_engine):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixturegen: your fixture fixturegen_engine gives a str, not an SQLAlchemy Engine*"])
    result.stdout.no_fnmatch_line("*running.py*")


@pytest.mark.postgresql
def test_an_engine_of_the_users_own_may_take_its_database_along(run: Outcome, postgresql_url: URL) -> None:
    address = postgresql_url.render_as_string(hide_password=False)
    result = run(f"""
from sqlalchemy import create_engine
import fixturegen as fg

@pytest.fixture(scope="session")
def fixturegen_engine():
    engine = create_engine("{address}")
    fg.seed("league.yaml", engine, create=True)
    yield engine
    with engine.connect() as connection:
        assert count(connection, "teams") == 3
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(text(ending)).all() == []
    engine.dispose()

@pytest.mark.parametrize("number", [1, 2])
def test_it(fixturegen_engine, fixturegen_session, number):
    with fixturegen_engine.begin() as connection:
        add(connection, 900)
    assert count(fixturegen_session, "teams") == 4

def test_left_open(fixturegen_engine):
    fixturegen_engine.connect().execute(text("SELECT 1"))
""")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*the test left a connection open*"])


def test_errors_of_other_fixtures_do_not_show_ours(run: Outcome) -> None:
    result = run("""
@pytest.fixture
def broken():
    raise ValueError("of the user's own")

def test_it(broken):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ValueError: of the user's own*"])
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_the_default_of_create_makes_the_tables_wherever_it_is_told(run: Outcome) -> None:
    result = run("""
from sqlalchemy import create_engine, inspect

@pytest.fixture(scope="session")
def fixturegen_create(fixturegen_create):
    def create(engine):
        fixturegen_create(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE VIEW names AS SELECT name FROM players"))
    return create

def test_an_override_adds_to_it(fixturegen_connection):
    assert count(fixturegen_connection, "names") == 8

@pytest.mark.fixturegen(rows={"players": 2})
def test_other_content(fixturegen_connection):
    assert count(fixturegen_connection, "names") == 2

@pytest.mark.fixturegen(isolation="clone")
def test_a_database_of_its_own(fixturegen_connection):
    assert count(fixturegen_connection, "names") == 8

def test_no_rows(fixturegen):
    with fixturegen.example({}) as connection:
        assert count(connection, "names") == 0

def test_elsewhere(fixturegen_create):
    engine = create_engine("sqlite://")
    fixturegen_create(engine)
    assert inspect(engine).get_table_names() == ["players", "teams"]
    engine.dispose()
""")
    result.assert_outcomes(passed=5)


def test_an_override_of_create_that_is_no_function_is_one_line(run: Outcome) -> None:
    result = run("""
@pytest.fixture(scope="session")
def fixturegen_create():
    return 5

def test_it(fixturegen_connection):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["fixturegen: your fixture fixturegen_create gives 'int', not a function*"])


def test_made_rows_are_frames_by_table(run: Outcome) -> None:
    result = run("""
def test_it(fixturegen):
    made = fixturegen.make("players", rows=2)
    assert made["players"].height == 2
    assert made["players"].to_dicts() == made.rows["players"]
    with pytest.raises(KeyError):
        made["referees"]
""")
    result.assert_outcomes(passed=1)
