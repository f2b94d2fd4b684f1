"""What is left of loads that were killed, who drops it, and who does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from loads import POSTGRESQL, Server, until

import fixturegen as fg
from fixturegen.databases.postgresql_connection import session
from fixturegen.databases.postgresql_staging import new_staging

pytestmark = pytest.mark.postgresql

FAMILY = POSTGRESQL.tables
OURS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'fixturegen%'"
TABLES = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

CLIENT = """
import os, signal, sys, time
sys.path.insert(0, {helpers!r})
from loads import POSTGRESQL
from fixturegen.databases import postgresql_building as building, postgresql_parallel as parallel
from fixturegen.databases.postgresql_load import PostgresqlLoad

def stop(*arguments):
    {stop}

def after(function):
    def both(*arguments, **keywords):
        function(*arguments, **keywords)
        stop(*arguments)
    return both

def frames():
    for name, frame in POSTGRESQL.frames():
        for at, block in enumerate(frame.iter_slices(40)):
            if at == 5 and name == "children" and {phase!r} == "copying":
                stop()
            yield name, block

match {phase!r}:
    case "making":
        parallel.Staging.make = after(parallel.Staging.make)
    case "building":
        building._build = after(building._build)
    case "moving":
        parallel.Staging.moved = after(parallel.Staging.moved)
    case "marking":
        PostgresqlLoad.mark = after(PostgresqlLoad.mark)
POSTGRESQL.seed({url!r}, POSTGRESQL.tables, frames(), create=True, workers=2)
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
SAY = "print('here', flush=True); "


def client(path: Path, server: Server, phase: str, stop: str) -> subprocess.Popen[str]:
    """A load in a process of its own that does ``stop`` in a phase."""
    url = server.url.render_as_string(hide_password=False)
    text = CLIENT.format(helpers=str(Path(__file__).parents[1]), phase=phase, stop=stop, url=url)
    script = path / "client.py"
    script.write_text(textwrap.dedent(text))
    return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def seed(server: Server, count: int = 300, **options: object) -> object:
    return POSTGRESQL.seed(server.url, FAMILY, POSTGRESQL.frames(count), create=True, **options)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("phase", ["making", "copying", "building", "moving", "marking"])
@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_killed_load_leaves_is_dropped_by_the_next(
    server: Server, tmp_path: Path, phase: str, workers: int
) -> None:
    killed = client(tmp_path, server, phase, KILL)
    said = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, said
    until(lambda: server.value(OTHERS) == 0, seconds=30)
    assert (server.value(TABLES), server.value(OURS)) == (0, 1)
    seed(server, workers=workers)
    assert (server.value(TABLES), server.value(OURS)) == (2, 0)
    assert POSTGRESQL.seed(server.url, FAMILY, [], create=True, workers=2).already


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("phase", "waits"),
    [
        ("copying", "time.sleep(60)"),
        ("building", "arguments[-1].run('SELECT pg_sleep(60)')"),
        ("moving", "time.sleep(60)"),
    ],
)
def test_an_interrupted_load_leaves_nothing(server: Server, tmp_path: Path, phase: str, waits: str) -> None:
    """What the server is at is cancelled: nobody waits for it."""
    with client(tmp_path, server, phase, SAY + waits) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "here\n"
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    until(lambda: server.value(OTHERS) == 0, seconds=30)
    assert (server.value(TABLES), server.value(OURS)) == (0, 0)


def test_what_a_living_load_makes_is_left_to_it(server: Server) -> None:
    def frames() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from POSTGRESQL.frames()[:1]
        assert server.value(OURS) == 1
        with pytest.raises(fg.FixturegenError, match="has no table"):
            POSTGRESQL.seed(server.url, FAMILY, [])
        assert server.value(OURS) == 1
        with pytest.raises(fg.FixturegenError, match="there is no table in it"):
            fg.load(server.url.render_as_string(hide_password=False))
        yield from POSTGRESQL.frames()[1:]

    POSTGRESQL.seed(server.url, FAMILY, frames(), create=True, workers=2)
    assert (server.value(TABLES), server.value(OURS)) == (2, 0)


def test_only_schemas_of_ours_are_dropped(server: Server) -> None:
    dead, nameless, uncommented = new_staging(), "fixturegen_load_mine", new_staging()
    with session(server.url) as opened:
        dead.make(opened, ["CREATE TABLE t (id int)"])
    comment = f"obj_description('{dead.name}'::regnamespace)"
    server.rows(
        f"CREATE SCHEMA {nameless}",
        f"DO $$BEGIN EXECUTE format('COMMENT ON SCHEMA {nameless} IS %L', {comment}); END$$",
        f"CREATE SCHEMA {uncommented.name}",
    )
    seed(server)
    found = server.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'fixturegen%' ORDER BY 1")
    assert sorted(found) == sorted([(nameless,), (uncommented.name,)])


def test_a_schema_that_still_holds_something_is_not_dropped(server: Server) -> None:
    staging = new_staging()
    with session(server.url) as opened:
        staging.make(
            opened,
            [
                f"CREATE TYPE {staging.name}.mood AS ENUM ('glad')",
                f"CREATE TABLE {staging.name}.t (id {staging.name}.mood)",
            ],
        )
        opened.run(f"CREATE VIEW {staging.name}.v AS SELECT 1")
    with pytest.raises(fg.FixturegenError), session(server.url) as opened:
        staging.moved(opened, "public")
    assert (server.value(TABLES), server.value(OURS)) == (0, 1)
