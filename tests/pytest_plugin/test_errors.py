"""What is said when something is wrong: one line, and other tests go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("", "fixturegen: no schema is configured. Say fixturegen_schema = *"),
        ("fixturegen_schema = nothing.yaml", "fixturegen: */nothing.yaml: there is no such file*"),
        ("fixturegen_schema = broken.yaml", "fixturegen: *broken.yaml:* unknown *'interger'*Did you mean 'integer'?*"),
        ("fixturegen_schema = no_such_module:Base", "fixturegen: *no_such_module*"),
        (
            "fixturegen_schema = postgresql://me:secret@127.0.0.1:1/shop",
            "fixturegen: postgresql*://me:[*][*][*]@127.0.0.1:1/shop: the database cannot be read*",
        ),
        (
            "fixturegen_schema = league.yaml\nfixturegen_database = postgres://me:secret@127.0.0.1:1/shop",
            "fixturegen: postgresql*://me:[*][*][*]@127.0.0.1:1/shop: tests get no database*",
        ),
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

def test_twice(fixturegen):
    fixturegen.make("teams", values={"name": "A"}, name="B")

def test_no_mapping(fixturegen):
    fixturegen.make("teams", values=["name"])
""")
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "E * fixturegen.errors.ImpossibleError: what is asked is held by another row of teams under teams_name_key*",
            "E * sqlalchemy.exc.IntegrityError: *NOT NULL constraint failed: players.team_id",
            "E * fixturegen.errors.InputError: `on` is a Connection, not an asynchronous connection or session*",
            "E * fixturegen.errors.InputError: 'name' is given twice: by itself and in values. Give it once.",
            "E * fixturegen.errors.InputError: values is a mapping of overrides, not list*",
        ]
    )
    assert "pytest_plugin/objects.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        ("5", "fixturegen: the marker fixturegen does not take 5;*"),
        ("row=5", "fixturegen: the marker fixturegen does not take row; it takes rows, seed, schema, isolation*"),
        ("isolation='copy'", "fixturegen: isolation is 'copy'; it can be 'rollback' or 'clone'"),
        ("rows={'player': 3}", "fixturegen: *: rows names an unknown table 'player'*"),
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


def test_an_engine_within_a_transaction_is_refused(run: Outcome) -> None:
    result = run("""
from sqlalchemy import create_engine

@pytest.fixture(scope="session")
def fixturegen_engine():
    engine = create_engine("sqlite://")  # each thread has one connection
    connection = engine.connect()
    connection.execute(text("CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT)"))
    connection.execute(text("INSERT INTO teams VALUES (1, 'open')"))
    yield engine
    connection.close()
    engine.dispose()

def test_it(fixturegen_connection):
    pass

def test_elsewhere():
    pass
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["fixturegen: your fixture fixturegen_engine gives an engine whose connection is within*"]
    )


def test_a_cache_that_cannot_be_written_is_one_line(run: Outcome, project: pytest.Pytester) -> None:
    (project.path / "cache").write_text("a file where a directory should be")
    result = run(TWO, "--fixturegen-reuse", "-o", "cache_dir=cache", "-W", "ignore::pytest.PytestCacheWarning")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["fixturegen: --fixturegen-reuse needs pytest's cache, which cannot be written: *"])


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_test_alone(run: Outcome) -> None:
    source = """
import os

@pytest.mark.parametrize("number", range(8))
def test_it(fixturegen, fixturegen_connection, number):
    fixturegen.make("players")
    assert count(fixturegen_connection) == 9
    if number == 3:
        os._exit(1)
"""
    run(source, "-n", "2", apart=True).assert_outcomes(passed=7, failed=1)


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


def test_tables_that_a_users_own_database_lacks_are_named(run: Outcome) -> None:
    source = """
from sqlalchemy import create_engine

@pytest.fixture(scope="session")
def fixturegen_engine():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE Teams (ID INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()

def test_make(fixturegen):
    fixturegen.make("players")

def test_example(fixturegen):
    with fixturegen.example({}):
        pass

def test_without_rows(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 0
"""
    result = run(source)
    result.assert_outcomes(passed=1, failed=2)
    said = "*InputError: *the database of your fixture fixturegen_engine lacks column teams.name, table players, *"
    result.stdout.fnmatch_lines([f"E {said}", f"E {said}fixturegen_create(engine) makes those of the schema."])
    assert "pytest_plugin/" not in result.stdout.str()


def test_tables_that_an_override_of_create_does_not_make_are_named(run: Outcome) -> None:
    result = run(f"""
@pytest.fixture(scope="session")
def fixturegen_create():
    return lambda engine: None
{TWO}""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["fixturegen: *: what your fixture fixturegen_create has made lacks table teams, table players, *"]
    )
