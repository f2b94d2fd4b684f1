"""Whole runs: what is said when something is wrong, what a failure tells, how runs and workers share what is built."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine, text

Outcome = Callable[..., pytest.RunResult]
TWO = """
def test_it(fixturegen, fixturegen_connection):
    fixturegen.make("players")
    assert count(fixturegen_connection) == 9

def test_elsewhere():
    pass
"""


def errors(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith(("E ", "fixturegen:"))]


# Errors: one line, and other tests go on


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("", "fixturegen: no schema is configured. Say fixturegen_schema = *"),
        ("fixturegen_schema = nothing.yaml", "fixturegen: */nothing.yaml: there is no such file*"),
        ("fixturegen_schema = broken.yaml", "fixturegen: *broken.yaml:* unknown *'interger'*Did you mean 'integer'?*"),
        ("fixturegen_schema = no_such_module:Base", "fixturegen: *no_such_module*"),
        ("fixturegen_schema = league.yaml\nfixturegen_database = oracle://localhost/x", "fixturegen: *'oracle'*"),
        (
            "fixturegen_schema = league.yaml\nfixturegen_database = nonsense",
            "fixturegen: *this is no database address*",
        ),
        (
            "fixturegen_schema = league.yaml\nfixturegen_database = postgresql://me:secret@db.example.com/shop",
            "fixturegen: postgresql://me:[*][*][*]@db.example.com/shop: does not look like a development database*fixturegen_allow*",
        ),
        (
            "fixturegen_schema = league.yaml\nfixturegen_database = postgresql://me:secret@127.0.0.1:1/shop",
            "fixturegen: postgresql*://me:[*][*][*]@127.0.0.1:1/shop: tests get no database*",
        ),
    ],
)
def test_what_is_wrong_is_one_line_at_the_fixture(
    run: Outcome, project: pytest.Pytester, setting: str, line: str
) -> None:
    broken = "version: 1\ntables:\n  a:\n    columns:\n      id: {type: interger, primary_key: true}\n"
    (project.path / "broken.yaml").write_text(broken)
    project.makeini(f"[pytest]\nstrict = true\n{setting}\n")
    result = run(TWO)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([line])
    assert "Traceback" not in result.stdout.str()
    assert "secret" not in result.stdout.str()
    assert len([each for each in result.outlines if "pytest_plugin/" in each]) == 0


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("fixturegen_seed = x", "fixturegen: */tox.ini: fixturegen_seed cannot be read: *'x'"),
        ("fixturegen_rows = many", "fixturegen: fixturegen_rows is 'many', which is no whole number"),
        ("fixturegen_rows = players=5 7", "fixturegen: fixturegen_rows says '7' beside others: say one number *"),
    ],
)
def test_a_setting_of_another_type_is_one_line_at_the_fixture(
    run: Outcome, project: pytest.Pytester, setting: str, line: str
) -> None:
    project.makeini(f"[pytest]\nfixturegen_schema = league.yaml\nfixturegen_table_fixtures = true\n{setting}\n")
    result = run(TWO)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([line.replace("tox.ini", "*.ini")])
    assert "Traceback" not in result.stdout.str()
    assert len(errors(result)) == 2  # at the fixture, and where the tables' fixtures would be


def test_a_setting_that_collection_needs_is_named(run: Outcome, project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nfixturegen_schema = league.yaml\nfixturegen_table_fixtures = maybe\n")
    result = run(TWO)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *.ini: fixturegen_table_fixtures cannot be read: *'maybe'*"])


def test_errors_within_the_test_show_no_way_through_our_code(run: Outcome) -> None:
    result = run("""
import asyncio

def test_taken(fixturegen):
    fixturegen.make("teams", name="A")
    fixturegen.make("teams", name="A")

def test_refused(fixturegen):
    with fixturegen.example({"players": [{"id": 1}]}):
        pass

def test_not_asynchronous(fixturegen, fixturegen_connection):
    asyncio.run(fixturegen.make_async("teams", on=fixturegen_connection))
""")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "E * fixturegen.errors.ImpossibleError: what is asked is held by another row of teams under teams_name_key*",
            "E * sqlalchemy.exc.IntegrityError: *NOT NULL constraint failed: players.team_id",
            "E * fixturegen.errors.InputError: `on` is a Connection, not an asynchronous connection or session*",
        ]
    )
    assert "pytest_plugin/objects.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        ("5", "fixturegen: the marker fixturegen does not take 5;*"),
        ("row=5", "fixturegen: the marker fixturegen does not take row; it takes rows, seed, schema, isolation*"),
        ("isolation='copy'", "fixturegen: isolation is 'copy'; it can be 'rollback' or 'clone'"),
        ("rows={'player': 3}", "fixturegen: *'player'*"),
        ("rows=-1", "fixturegen: rows is -1*"),
        ("rows=[1]", "fixturegen: rows is [[]1] and seed is 0, which are not numbers*"),
        ("rows={'players': [1]}", "fixturegen: rows is *, which are not numbers, nor numbers by table"),
        ("rows={1: 2, 'a': 3}", "fixturegen: *unknown table*"),
        ("seed='x'", "fixturegen: seed is 'x'*"),
        ("schema='other.yaml'", "fixturegen: */other.yaml: there is no such file*"),
    ],
)
def test_markers_that_mean_nothing(run: Outcome, marker: str, line: str) -> None:
    result = run(f"@pytest.mark.fixturegen({marker})\n{TWO.lstrip()}")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([line])


def test_a_connection_left_open_is_said_and_taken_back(run: Outcome) -> None:
    result = run("""
kept = []

def test_leaks(fixturegen_engine):
    kept.append(fixturegen_engine.connect())
    add(kept[0])

def test_goes_on(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3

def test_fails_and_leaks(fixturegen_engine):
    kept.append(fixturegen_engine.connect())
    assert False
""")
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_leaks*", "fixturegen: the test left a connection open.*"])


def test_rows_are_made_only_for_a_test(run: Outcome) -> None:
    result = run("""
def test_it(fixturegen):
    from pytest_fixturegen.plugin import ITEM
    config = fixturegen._run.config
    del config.stash[ITEM]
    with pytest.raises(BaseException, match="no test is running"):
        fixturegen.make("teams")
""")
    result.assert_outcomes(passed=1)


def test_a_schema_that_does_not_load_costs_only_the_tables_fixtures(run: Outcome, project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nstrict = true\nfixturegen_schema = none.yaml\nfixturegen_table_fixtures = true\n")
    result = run("def test_it(): pass\n\ndef test_frame(teams): pass\n")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["fixturegen: no table has its fixture: */none.yaml: there is no such file*"])


def test_settings_that_mean_nothing(run: Outcome, project: pytest.Pytester) -> None:
    assert run(TWO, "--fixturegen-seed=x").ret != 0
    project.makeini("[pytest]\nstrict = true\nfixturegen_schema = league.yaml\nfixturegen_rows = players=many\n")
    result = run(TWO)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixturegen_rows is 'many', which is no whole number*"])


# Failures and seeds


def test_a_failure_says_how_to_see_the_same_rows(run: Outcome) -> None:
    source = """
@pytest.mark.parametrize("word", ["a b"])
def test_it(fixturegen, word):
    assert fixturegen.make("players").row["name"] == "nobody"

@pytest.mark.fixturegen(seed=3)
def test_seeded(fixturegen_connection):
    assert count(fixturegen_connection) == 0

def test_without_rows():
    assert False
"""
    result = run(source, "--fixturegen-seed=11")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines([
        "*- fixturegen -*",
        "schema league.yaml, seed 11",
        "the same rows again: pytest 'test_it.py::test_it[[]a b]' --fixturegen-seed=11",
        "schema league.yaml, seed 3",
        "the same rows again: pytest test_it.py::test_seeded",
    ])  # fmt: skip
    assert result.stdout.str().count("the same rows again") == 2
    said = re.findall(r"assert '(.*)' == 'nobody'", result.stdout.str())
    again = run(source, "test_it.py::test_it[a b]", "--fixturegen-seed=11")
    assert re.findall(r"assert '(.*)' == 'nobody'", again.stdout.str()) == said


def test_a_drawn_seed_is_printed(run: Outcome) -> None:
    source = """
def test_it(fixturegen_dataset):
    assert fixturegen_dataset["players"]["name"][0] == "nobody"
"""
    result = run(source, "--fixturegen-seed=random")
    seed = re.search(r"fixturegen: drew --fixturegen-seed=(\d+)", result.stdout.str())
    assert seed is not None
    result.stdout.fnmatch_lines([f"the same rows again: pytest test_it.py::test_it --fixturegen-seed={seed[1]}"])
    names = {
        re.findall(r"assert '(.*)' == 'nobody'", each.stdout.str())[0]
        for each in (result, run(source, f"--fixturegen-seed={seed[1]}"))
    }
    assert len(names) == 1


def test_a_seed_of_the_configuration(run: Outcome, project: pytest.Pytester) -> None:
    (project.path / "tox.ini").unlink()
    settings = '[tool.pytest]\nstrict = true\nfixturegen_schema = "league.yaml"\nfixturegen_seed = 7\nfixturegen_rows = ["players=2"]\n'
    project.makepyprojecttoml(settings)
    result = run("def test_it(fixturegen_connection):\n    assert count(fixturegen_connection) == 3")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 2 == 3*", "schema league.yaml, seed 7"])


# The same, whatever the order and the worker

SAME = """
import json

@pytest.mark.parametrize("number", range(6))
def test_it(fixturegen, fixturegen_connection, number):
    first, second = fixturegen.make("players"), fixturegen.make("players", team={"name": "x"})
    rows = fixturegen_connection.execute(text("SELECT * FROM players ORDER BY id")).all()
    with open(f"seen-{number}", "w") as file:
        json.dump([[list(map(str, row)) for row in rows], first.row["name"], second.row["score"]], file)
"""


def seen(path: Path) -> list[str]:
    texts = [(path / f"seen-{number}").read_text() for number in range(6)]
    for number in range(6):
        (path / f"seen-{number}").unlink()
    return texts


@pytest.mark.slow
def test_neither_order_nor_worker_matters(run: Outcome, project: pytest.Pytester) -> None:
    off = ("-p", "no:asyncio", "-p", "no:django")
    run(SAME).assert_outcomes(passed=6)
    plain = seen(project.path)
    assert len(set(plain)) > 3
    run(SAME, "-p", "randomly", "-p", "xdist", "-n", "2", apart=True, quiet=off).assert_outcomes(passed=6)
    assert seen(project.path) == plain
    run(SAME, "-p", "randomly", "-p", "no:cacheprovider", apart=True, quiet=off).assert_outcomes(passed=6)
    assert seen(project.path) == plain


def test_groups_of_workers_change_no_row() -> None:
    from types import SimpleNamespace

    from pytest_fixturegen.reporting import test_id

    marker = pytest.mark.xdist_group("one").mark
    item = SimpleNamespace(nodeid="a.py::b@one", get_closest_marker=lambda name: marker)
    assert test_id(item) == "a.py::b"  # type: ignore[arg-type]
    bare = SimpleNamespace(nodeid="a.py::b@one", get_closest_marker=lambda name: None)
    assert test_id(bare) == "a.py::b@one"  # type: ignore[arg-type]


@pytest.mark.slow
def test_workers_share_what_one_builds(run: Outcome, project: pytest.Pytester) -> None:
    result = run(
        """
@pytest.fixture(scope="session")
def fixturegen_create():
    def create(engine):
        import os
        from fixturegen import load
        from fixturegen.databases.create import create_statements
        with open("built", "a") as file:
            print(os.getpid(), file=file)
        with engine.begin() as connection:
            for statement in create_statements(load("league.yaml"), "sqlite"):
                connection.exec_driver_sql(statement)
    return create

@pytest.mark.parametrize("number", range(8))
def test_it(fixturegen_connection, number):
    add(fixturegen_connection)
    fixturegen_connection.commit()
    assert count(fixturegen_connection, "teams") == 4
""",
        "-n",
        "2",
        apart=True,
    )
    result.assert_outcomes(passed=8)
    assert len((project.path / "built").read_text().splitlines()) == 1


def test_what_is_kept_serves_the_next_run(run: Outcome, project: pytest.Pytester) -> None:
    source = """
@pytest.fixture(scope="session")
def fixturegen_create():
    def create(engine):
        with open("built", "a") as file:
            print("once", file=file)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT)"))
            connection.execute(text("CREATE TABLE players (id INTEGER PRIMARY KEY, team_id, name, score, born)"))
    return create

def test_it(fixturegen_connection):
    assert count(fixturegen_connection) == 8
    fixturegen_connection.execute(text("DELETE FROM players"))
    fixturegen_connection.commit()
"""
    for _ in range(2):
        run(source, "--fixturegen-reuse").assert_outcomes(passed=1)
    assert (project.path / "built").read_text() == "once\n"
    run(source, "--fixturegen-reuse", "--fixturegen-seed=4").assert_outcomes(passed=1)
    run(source).assert_outcomes(passed=1)
    assert (project.path / "built").read_text() == "once\n" * 3
    run(source.replace("team_id, name", "team_id, name, more"), "--fixturegen-reuse").assert_outcomes(passed=1)
    assert (project.path / "built").read_text() == "once\n" * 4


def test_the_configured_database_is_not_written(run: Outcome, project: pytest.Pytester) -> None:
    path = project.path / "app.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE teams (id)")
    connection.close()
    before = path.read_bytes()
    result = run(
        """
def test_it(fixturegen, fixturegen_engine):
    assert "app_fixturegen_" in fixturegen_engine.url.database
    assert fixturegen_engine.url.database.endswith("_main.sqlite")
    fixturegen.make("players")
""",
        f"--fixturegen-database=sqlite:///{path}",
    )
    result.assert_outcomes(passed=1)
    assert path.read_bytes() == before


# Servers


def databases(url: URL, pattern: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    query = "SELECT datname FROM pg_database" if url.get_backend_name() == "postgresql" else "SHOW DATABASES"
    with engine.connect() as connection:
        return sorted(name for name in connection.execute(text(query)).scalars() if pattern in name)


NUMBERED = {"postgresql": "INTEGER GENERATED BY DEFAULT AS IDENTITY", "mariadb": "INTEGER AUTO_INCREMENT"}
LEAGUE = """
CREATE TABLE teams (id NUMBERED PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE);
CREATE TABLE players (
  id NUMBERED PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams (id), name VARCHAR(40) NOT NULL,
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100), born DATE
);
"""
SERVER = """
import threading

def test_make(fixturegen, fixturegen_connection, fixturegen_engine):
    assert fixturegen_engine.url.database.startswith(PREFIX)
    fixturegen.make("players", rows=3, team={"name": "x"})
    fixturegen_connection.execute(text("INSERT INTO teams (name) VALUES ('own')"))
    fixturegen_connection.commit()
    assert (count(fixturegen_connection), count(fixturegen_connection, "teams")) == (11, 5)
    assert fixturegen_connection.execute(text("SELECT max(id) FROM teams")).scalar() == 5

def test_undone(fixturegen, fixturegen_connection):
    fixturegen_connection.execute(text("INSERT INTO teams (name) VALUES ('own')"))
    assert fixturegen_connection.execute(text("SELECT max(id) FROM teams")).scalar() == 4
    with fixturegen.example({"teams": [{"id": 1, "name": "only"}]}) as connection:
        connection.execute(text("INSERT INTO teams (name) VALUES ('own')"))
        assert connection.execute(text("SELECT id FROM teams ORDER BY id")).scalars().all() == [1, 2]
        fixturegen.make("players")
    assert count(fixturegen_connection) == 8

@pytest.mark.fixturegen(isolation="clone")
def test_threads(fixturegen, fixturegen_connection):
    def work(number):
        with fixturegen.engine.begin() as connection:
            add(connection, number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(100, 104)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    fixturegen.make("players")
    assert count(fixturegen_connection, "teams") == 8

def test_after_it(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3

def test_behind_our_back(fixturegen_engine):
    with fixturegen_engine.connect() as connection:
        add(connection)
        connection.connection.driver_connection.commit()

def test_made_anew(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3
"""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow]),
        pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
    ],
)
def test_servers(run: Outcome, project: pytest.Pytester, request: pytest.FixtureRequest, kind: str) -> None:
    url: URL = request.getfixturevalue(f"{kind}_url")
    name = f"{url.database}"[:24].rstrip("_")
    (project.path / "league.sql").write_text(LEAGUE.replace("NUMBERED", NUMBERED[kind]))
    project.makeini(
        "[pytest]\nstrict = true\nfilterwarnings = error\nfixturegen_schema = league.sql\nfixturegen_rows = teams=3 players=8\n"
    )
    source = f"PREFIX = {name!r} + '_fixturegen_'\n{SERVER}"
    option = f"--fixturegen-database={url.render_as_string(hide_password=False)}"
    run(source, option).assert_outcomes(passed=6)
    assert databases(url, name) == [url.database]
    run(source, option, "--fixturegen-reuse").assert_outcomes(passed=6)
    kept = databases(url, name)
    assert (
        len(kept) == {"postgresql": 3, "mariadb": 5}[kind]
    )  # content and empty tables; MariaDB says of each that it is untouched
    run(source, option, "--fixturegen-reuse").assert_outcomes(passed=6)
    assert databases(url, name) == kept
    run(source, option, "-n", "2", apart=True).assert_outcomes(passed=6)
    assert databases(url, name) == kept
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        for each in kept:
            if each != url.database:
                connection.execute(text(f"DROP DATABASE {quote(each)}"))


@pytest.mark.slow
@pytest.mark.postgresql
def test_what_dead_runs_have_left_is_dropped(run: Outcome, postgresql_url: URL) -> None:
    name = f"{postgresql_url.database}"[:24].rstrip("_")
    ours = [
        f"{name}_fixturegen_{'a' * 12}{rest}"
        for rest in ("", "_main", "_gw1_2", "_gw3_clone4", "_deadbeef", "_77_new", "_gw9")
    ]
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for each in ours:
            connection.execute(text(f'CREATE DATABASE "{each}"'))
        number = (0x66697874 << 32) | zlib.crc32(ours[-1].encode())
        connection.execute(text(f"SELECT pg_advisory_lock({number})"))
        option = f"--fixturegen-database={postgresql_url.render_as_string(hide_password=False)}"
        run(TWO, option).assert_outcomes(passed=2)
        assert databases(postgresql_url, name) == sorted([str(postgresql_url.database), ours[0], ours[-1]])
        for each in (ours[0], ours[-1]):
            connection.execute(text(f'DROP DATABASE "{each}"'))


def test_none_in_the_marker_is_what_is_configured(run: Outcome) -> None:
    result = run("""
@pytest.mark.fixturegen(rows=None, seed=None, schema=None, isolation=None)
def test_it(fixturegen, fixturegen_connection):
    assert count(fixturegen_connection) == 8
""")
    result.assert_outcomes(passed=1)


def test_words_that_a_marker_of_cases_does_not_take(run: Outcome) -> None:
    result = run("""
@pytest.mark.fixturegen_negatives(tabel="players")
def test_it(negative):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["fixturegen: the marker fixturegen_negatives does not take 'tabel'; it takes tables*"])
