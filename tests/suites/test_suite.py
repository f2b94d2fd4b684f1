"""Suites of real schemas run as anybody would run them: from the text of the file alone, on empty tables of the real engine."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine

sys.path.insert(0, str(Path(__file__).parents[1] / "breaking"))
from court import Court, court

import fixturegen as fg
from fixturegen import cli
from fixturegen.errors import InputError
from fixturegen.schema import Dialect, Schema
from fixturegen.suites import suite_of

ROOT = Path(__file__).parents[2]
SHIPPED = ["shop", "saas", "bank", "forum"]


def shipped(name: str) -> Path:
    return ROOT / "schemas" / f"{name}.yaml"


def corpus(dialect: str) -> list[Path]:
    return sorted((ROOT / "tests" / "corpus" / dialect).glob("*.sql"))


@contextmanager
def made(schema: Schema, dialect: Dialect, url: URL | None = None, ddl: Path | None = None) -> Iterator[Court]:
    held = court(schema, dialect, url, ddl)
    try:
        yield held
    finally:
        held.close()


def mistakes(held: Court, told: list[dict[str, Any]]) -> list[str]:
    return [f"{line['id']}: {what}" for line in told if (what := mistake(held, line))]


def mistake(held: Court, line: dict[str, Any]) -> str:
    """What a line says and the engine does not, in words; nothing where they agree."""
    held.run("BEGIN")
    at = "nothing"
    try:
        for number, statement in enumerate(line["statements"], 1):
            at = "statement" if number == len(line["statements"]) else f"statement {number}"
            held.run(statement)
        at = "commit"
        if held.dialect == "postgresql":
            held.run("SET CONSTRAINTS ALL IMMEDIATE")
        elif held.dialect == "sqlite" and held.driver.execute("PRAGMA foreign_key_check").fetchall():
            return "" if (line["expect"], line["at"]) == ("reject", "commit") else "refused at commit"
    except Exception as error:  # noqa: BLE001 - whatever the driver raises
        return "" if (line["expect"], line["at"]) == ("reject", at) else f"refused at {at}: {error}"
    else:
        return "" if line["expect"] == "accept" else "taken"
    finally:
        held.run("ROLLBACK")


def file_of(source: Path, dialect: Dialect, directory: Path) -> list[dict[str, Any]]:
    target = directory / "suite.ndjson"
    assert cli.run(["suite", str(source), "-o", str(target), "--dialect", dialect, "--quiet"]) == 0
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_schemas_on_sqlite(name: str, tmp_path: Path) -> None:
    told = file_of(shipped(name), "sqlite", tmp_path)
    with made(fg.load(shipped(name)), "sqlite") as held:
        assert not mistakes(held, told)
    assert {line["expect"] for line in told} == {"accept", "reject"}


@pytest.mark.parametrize("path", corpus("sqlite"), ids=lambda path: path.stem)
def test_the_corpus_on_sqlite(path: Path, tmp_path: Path) -> None:
    told = file_of(path, "sqlite", tmp_path)
    with made(fg.load(path), "sqlite", ddl=path) as held:
        assert not mistakes(held, told)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_schemas_on_postgresql(name: str, postgresql_url: URL, tmp_path: Path) -> None:
    told = file_of(shipped(name), "postgresql", tmp_path)
    with made(fg.load(shipped(name)), "postgresql", postgresql_url) as held:
        assert not mistakes(held, told)


@pytest.mark.slow
@pytest.mark.mariadb
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_schemas_on_mariadb(name: str, mariadb_url: URL, tmp_path: Path) -> None:
    told = file_of(shipped(name), "mysql", tmp_path)
    with made(fg.load(shipped(name)), "mysql", mariadb_url) as held:
        assert not mistakes(held, told)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("path", corpus("postgresql"), ids=lambda path: path.stem)
def test_the_corpus_on_postgresql(path: Path, postgresql_url: URL, tmp_path: Path) -> None:
    told = file_of(path, "postgresql", tmp_path)
    with made(fg.load(path), "postgresql", postgresql_url, path) as held:
        assert not mistakes(held, told)


@pytest.mark.slow
@pytest.mark.mariadb
@pytest.mark.parametrize("path", corpus("mariadb"), ids=lambda path: path.stem)
def test_the_corpus_on_mariadb(path: Path, mariadb_url: URL, tmp_path: Path) -> None:
    told = file_of(path, "mysql", tmp_path)
    with made(fg.load(path), "mysql", mariadb_url, path) as held:
        assert not mistakes(held, told)


def test_the_same_schema_and_seed_give_the_same_file(tmp_path: Path) -> None:
    schema = fg.load(shipped("shop"))
    assert [line.ndjson() for line in suite_of(schema)] == [line.ndjson() for line in suite_of(schema)]
    turned = Schema(**{**{name: getattr(schema, name) for name in schema.__slots__}, "tables": dict(schema.tables)})
    assert [line.ndjson() for line in suite_of(turned)] == [line.ndjson() for line in suite_of(schema)]


def test_it_is_smaller_than_its_records() -> None:
    suite = suite_of(fg.load(shipped("shop")), dialect="sqlite")
    assert suite.records > 1.5 * len(suite)
    assert suite.inserts < 3 * len(suite)


def test_only_some_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["suite", str(shipped("shop")), "--only", "orders"]) == 0
    tables = {json.loads(line)["table"] for line in capsys.readouterr().out.splitlines()}
    assert tables == {"orders"}
    assert cli.run(["suite", str(shipped("shop")), "--only", "order"]) == 2
    assert "unknown table 'order'" in capsys.readouterr().err
    with pytest.raises(InputError, match="unknown table"):
        suite_of(fg.load(shipped("shop")), exclude=["nobody"])


def test_figures_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "suite.ndjson"
    assert cli.run(["suite", str(shipped("bank")), "-o", str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["lines"] == len(target.read_text().splitlines())
    assert told["file"] == str(target)
    assert told["records"] >= told["lines"]
    assert all(each["reason"] for each in told["unbreakable"])


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "no" / "suite.ndjson"
    assert cli.run(["suite", str(shipped("bank")), "-o", str(target)]) == 2
    assert str(target) in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_awkward_names_and_values(tmp_path: Path) -> None:
    path = tmp_path / "odd.sql"
    path.write_text(
        """CREATE TABLE "sel ect" ("gr""öße" TEXT NOT NULL CHECK ("gr""öße" IN ('it''s', '%s', ':x', 'ü')), "order" INTEGER PRIMARY KEY);
        CREATE TABLE "two" ("a" INTEGER, "b" TEXT, "group" INTEGER REFERENCES "sel ect" ("order"), PRIMARY KEY ("a", "b")) WITHOUT ROWID;
        CREATE TABLE "empty" ("x" TEXT);
        CREATE TABLE "loop" ("id" INTEGER PRIMARY KEY, "next" INTEGER NOT NULL REFERENCES "loop" ("id") DEFERRABLE INITIALLY DEFERRED);
        """,
        encoding="utf-8",
    )
    told = file_of(path, "sqlite", tmp_path)
    assert {line["table"] for line in told} >= {"sel ect", "two", "loop"}
    assert {line["at"] for line in told if line["constraint"] == "loop.loop_next_fkey"} >= {"commit"}
    with made(fg.load(path), "sqlite", ddl=path) as held:
        assert not mistakes(held, told)


def test_a_schema_without_constraints_has_hardly_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bare.sql"
    path.write_text("CREATE TABLE t (a TEXT)")
    assert cli.run(["suite", str(path)]) == 0
    assert all(json.loads(line)["expect"] == "accept" for line in capsys.readouterr().out.splitlines())
    assert sqlite3.sqlite_version


@pytest.mark.postgresql
def test_a_database_that_is_the_source_judges_what_only_it_can(
    postgresql_url: URL, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION odd(x int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN mod(x, 7) = 3; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TABLE f (id int PRIMARY KEY, x int NOT NULL CONSTRAINT f_odd CHECK (odd(x)))"
        )
    engine.dispose()
    assert cli.run(["suite", postgresql_url.render_as_string(hide_password=False)]) == 0
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {("f.f_odd", "reject"), ("f.f_pkey", "reject")} <= {(line["constraint"], line["expect"]) for line in written}
