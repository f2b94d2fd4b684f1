"""Whole runs: what a failure tells, how runs and workers share what is built."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

Outcome = Callable[..., pytest.RunResult]

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


def test_a_failure_names_the_database_that_the_command_named(run: Outcome) -> None:
    result = run("def test_it(fixturegen_connection): assert False\n", "--fixturegen-database=sqlite:///a b.db")
    result.stdout.fnmatch_lines([
        "the same rows again: pytest test_it.py::test_it --fixturegen-seed=0 '--fixturegen-database=sqlite:///a b.db'"
    ])  # fmt: skip


def test_a_failure_tells_no_password() -> None:
    from types import SimpleNamespace

    from pytest_fixturegen.content import Asked
    from pytest_fixturegen.reporting import section

    config = SimpleNamespace(getoption=lambda name: "postgresql://me:secret@localhost/shop")
    item = SimpleNamespace(nodeid="a.py::b", get_closest_marker=lambda name: None, config=config)
    text = section(item, Asked("shop.yaml", None, 0), {})  # type: ignore[arg-type] # as much of an item as is needed
    assert text.endswith("--fixturegen-seed=0 '--fixturegen-database=postgresql://me:***@localhost/shop'")
    text = section(item, Asked("mariadb://me:secret@localhost/shop", None, 0), {})  # type: ignore[arg-type] # as much of an item as is needed
    assert text.startswith("schema mariadb://me:***@localhost/shop, seed 0")


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
    assert test_id(item) == "a.py::b"  # type: ignore[arg-type] # as much of an item as is needed
    bare = SimpleNamespace(nodeid="a.py::b@one", get_closest_marker=lambda name: None)
    assert test_id(bare) == "a.py::b@one"  # type: ignore[arg-type] # as much of an item as is needed


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
