"""Loads as a whole, into SQLite: all or nothing, once, and what stands there already."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from loads import INTEGER, SQLITE, Frames, changed
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from fixturegen.databases.base import RejectedError
from fixturegen.errors import ExitCode, InputError, RefusedError
from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import MARKER_TABLE, Column, Schema, Table, Type

PARENTS = SQLITE.parents.name
SCHEMA = Schema(tables={each.name: each for each in SQLITE.tables})


def rows(count: int = 1200, *, start: int = 0) -> list[tuple[str, pl.DataFrame]]:
    return SQLITE.frames(count, start=start)


def seed(target: object, frames: Frames | None = None, **options: object) -> LoadResult:
    return SQLITE.seed(target, SQLITE.tables, rows() if frames is None else frames, **{"marker": "m1", **options})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_seeding_fills_every_table(url: str, path: Path) -> None:
    result = seed(url, create=True)
    assert {name: loaded.rows for name, loaded in result.tables.items()} == {PARENTS: 1200, "children": 1200}
    assert (result.already, result.dry_run, result.rejected) == (False, False, ())
    assert query(path, "SELECT count(*), min(next_id), max(next_id) FROM children") == [(1200, 1, 1200)]
    assert query(path, "PRAGMA foreign_key_check") == []
    assert query(path, "SELECT seq FROM sqlite_sequence") == [(1200,)]


def test_the_same_again_changes_nothing(url: str, path: Path) -> None:
    seed(url, create=True)
    before = path.read_bytes()

    def untouched() -> Iterator[tuple[str, pl.DataFrame]]:
        pytest.fail("rows were made although they are there")
        yield from rows()

    again = seed(url, untouched(), create=True)
    assert again.already
    assert {name: loaded.rows for name, loaded in again.tables.items()} == {PARENTS: 1200, "children": 1200}
    assert path.read_bytes() == before


def test_rows_that_were_deleted_are_noticed(url: str, path: Path) -> None:
    seed(url, create=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM children WHERE id = 3")
    with pytest.raises(RefusedError, match="already holds rows in"):
        seed(url)


def test_rows_are_refused_unless_said_otherwise(url: str, path: Path) -> None:
    seed(url, create=True)
    with pytest.raises(RefusedError, match=r"shop\.db: already holds rows in .*children.*--existing append") as caught:
        seed(url, marker="other")
    assert caught.value.exit_code == ExitCode.REFUSED_BY_DATA
    assert query(path, "SELECT count(*) FROM children") == [(1200,)]


def test_append_adds_whatever_the_marker_says(url: str, path: Path) -> None:
    seed(url, create=True)
    seed(url, rows(10, start=5000), existing="append")
    assert query(path, "SELECT count(*) FROM children") == [(1210,)]
    assert seed(url).already  # the marker counts what is there now


def test_replace_starts_over(url: str, path: Path) -> None:
    seed(url, create=True)
    result = seed(url, rows(5), existing="replace", marker="m2")
    assert result.tables["children"].rows == 5
    assert query(path, "SELECT id FROM children") == [(1,), (2,), (3,), (4,), (5,)]
    assert query(path, "SELECT seq FROM sqlite_sequence") == [(5,)]


def test_replace_touches_no_other_table(url: str, path: Path) -> None:
    seed(url, create=True)
    only = [SQLITE.parents]
    with pytest.raises(RefusedError, match="others refer to: children"):
        seed_frames(url, SCHEMA, only, rows()[:1], marker="m2", existing="replace")
    assert query(path, "SELECT count(*) FROM children") == [(1200,)]


def test_other_tables_may_hold_rows(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE other (a)")
        connection.execute("INSERT INTO other VALUES (1)")
    seed(url, create=True)
    assert query(path, "SELECT * FROM other") == [(1,)]


def test_create_refuses_tables_that_exist(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE CHILDREN (a)")
    before = path.read_bytes()
    with pytest.raises(RefusedError, match="cannot make the tables: already there: children"):
        seed(url, create=True)
    assert path.read_bytes() == before


def test_dry_run_tries_all_and_keeps_nothing(url: str, path: Path) -> None:
    result = seed(url, create=True, dry_run=True)
    assert result.dry_run
    assert result.tables["children"].rows == 1200
    assert not path.exists()
    with pytest.raises(RejectedError):
        seed(url, broken(("children", 7, {"parent_id": 9999})), create=True, dry_run=True)
    assert not path.exists()


def broken(*changes: tuple[str, int, dict[str, object]]) -> list[tuple[str, pl.DataFrame]]:
    """The rows, with values of single rows (by 1-based number) changed."""
    frames = rows()
    for name, number, values in changes:
        frames = changed(frames, name, number, values)
    return frames


@pytest.mark.parametrize(
    ("change", "kind", "constraint", "row"),
    [
        ((PARENTS, 777, {"select": "p5"}), "unique", f"{PARENTS}.select", 777),
        ((PARENTS, 1200, {"id": 1}), "primary key", f"{PARENTS}.id", 1200),
        ((PARENTS, 1, {"select": "secret-value"}), "check", "short", 1),
        ((PARENTS, 501, {"select": None}), "not null", f"{PARENTS}.select", 501),
        (("children", 600, {"parent_id": 4242}), "reference", f"(parent_id) to {PARENTS!r}", None),
    ],
)
def test_a_rejected_row_is_found_and_all_is_undone(
    url: str, path: Path, change: tuple[str, int, dict[str, object]], kind: str, constraint: str, row: int | None
) -> None:
    with pytest.raises(RejectedError) as caught:
        seed(url, broken(change), create=True)
    (found,) = caught.value.rejections
    assert (found.table, found.kind, found.constraint, found.row) == (change[0], kind, constraint, row)
    assert "secret-value" not in str(caught.value)
    assert "4242" not in str(caught.value)
    assert not path.exists()


def test_a_rejection_in_a_later_chunk_counts_all_rows(url: str) -> None:
    frames = broken((PARENTS, 777, {"select": "p5"}))
    chunks = [(name, frame.slice(at, 100)) for name, frame in frames for at in range(0, 1200, 100)]
    with pytest.raises(RejectedError, match="row 777 of"):
        seed(url, chunks, create=True)


def test_an_interrupt_leaves_the_file_as_it_was(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    before = path.read_bytes()

    def interrupted() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from rows(50, start=100)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(url, interrupted(), existing="append")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_values_that_vanish_without_a_word_are_noticed(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f'CREATE TABLE "{PARENTS.replace(chr(34), chr(34) * 2)}" (id INTEGER PRIMARY KEY, "select" UNIQUE ON CONFLICT IGNORE)'
        )
    frame = pl.DataFrame({"id": [1, 2, 3], "select": ["a", "a", "b"]})
    with pytest.raises(RefusedError, match="dropped 1 of 3 rows"):
        seed_frames(url, SCHEMA, [SQLITE.parents], [(PARENTS, frame)], marker="m")
    assert query(path, f"SELECT count(*) FROM sqlite_master WHERE name = '{MARKER_TABLE}'") == [(0,)]


def test_missing_tables_and_columns_are_named(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f'CREATE TABLE "{PARENTS.replace(chr(34), chr(34) * 2)}" (id INTEGER PRIMARY KEY, "selekt" TEXT)'
        )
    with pytest.raises(InputError, match=r"has no column 'select'.*Did you mean 'selekt'"):
        seed(url)
    with pytest.raises(InputError, match=r"has no table 'children'"):
        seed_frames(url, SCHEMA, [SQLITE.tables[1]], [], marker="m")


def test_no_file_no_directory_no_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no such database file.*--create"):
        seed(f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(InputError, match=r"the directory '.*deep' does not exist"):
        seed(f"sqlite:///{tmp_path}/deep/none.db", create=True)
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at by SQLite" * 50)
    with pytest.raises(RefusedError, match="is not an SQLite database"):
        seed(f"sqlite:///{tmp_path}/text.db")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(RefusedError, match="cannot be opened"):
        seed(f"sqlite:///{tmp_path}/folder.db")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder.db", "text.db"]


def test_urls_that_cannot_be_read_show_no_password() -> None:
    with pytest.raises(InputError) as caught:
        seed("postgresql://user:hunter2@host:port/x")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(InputError, match="databases of 'oracle' cannot be seeded") as caught:
        seed("oracle://user:hunter2@host/x")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(InputError, match="int is no database"):
        seed(3)


def test_a_locked_database_says_so(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    engine = create_engine(url, connect_args={"timeout": 0.1}, poolclass=NullPool)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RefusedError, match="is locked by another connection"):
            seed(engine, rows(3, start=10), existing="append")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_says_so(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    path.chmod(stat.S_IRUSR)
    with pytest.raises(RefusedError, match="is read-only"):
        seed(url, rows(3, start=10), existing="append")


def test_a_read_only_database_says_so(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    with pytest.raises(RefusedError, match="is read-only"):
        seed(f"sqlite:///file:{path}?mode=ro&uri=true", rows(3, start=10), existing="append")


def test_the_markers_name_is_kept(url: str) -> None:
    table = Table(name="_FixtureGen", columns=(Column(name="a", type=INTEGER),))
    with pytest.raises(InputError, match="is kept for what a database was seeded with"):
        seed_frames(url, Schema(tables={table.name: table}), [table], [], marker="m", create=True)


def test_a_foreign_table_of_the_markers_name_is_left_alone(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {MARKER_TABLE} (mine TEXT)")
    with pytest.raises(RefusedError, match="that is not fixturegen's"):
        seed(url, create=True)
    assert query(path, "SELECT name FROM sqlite_master") == [(MARKER_TABLE,)]


def test_unknown_ways_to_treat_rows_are_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"existing is 'apend'.*Did you mean 'append'"):
        seed(url, existing="apend")


def test_rows_of_unknown_tables_are_refused(url: str, path: Path) -> None:
    with pytest.raises(InputError, match=r"'childrn'.*Did you mean 'children'"):
        seed(url, [("childrn", pl.DataFrame({"a": [1]}))], create=True)
    assert not path.exists()


def test_progress_is_told(url: str) -> None:
    told: list[tuple[str, int]] = []
    chunks = [(name, frame.slice(at, 600)) for name, frame in rows() for at in (0, 600)]
    seed(url, chunks, create=True, progress=lambda name, done: told.append((name, done)))
    assert told == [(PARENTS, 600), (PARENTS, 1200), ("children", 600), ("children", 1200)]


def test_an_engine_in_memory_is_seeded_for_its_user() -> None:
    engine = create_engine("sqlite://")
    seed(engine, create=True)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 1200
        assert connection.connection.driver_connection is not None
        assert connection.connection.driver_connection.isolation_level == ""
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    engine.dispose()


def test_a_connection_outside_a_transaction_is_committed(url: str, path: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        seed(connection, create=True)
    assert query(path, "SELECT count(*) FROM children") == [(1200,)]


@pytest.mark.parametrize("own_begin", [False, True])
def test_a_users_transaction_is_joined_and_left_to_them(url: str, path: Path, own_begin: bool) -> None:
    seed(url, rows(3), create=True)
    engine = create_engine(url, poolclass=NullPool)
    if own_begin:
        event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        outer = connection.begin()
        connection.execute(text("INSERT INTO children VALUES (100, 1, NULL)"))
        seed(connection, rows(50, start=1000), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 54
        with pytest.raises(RejectedError):
            seed(connection, rows(1), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 54
        assert query(path, "SELECT count(*) FROM children") == [(3,)]
        outer.rollback()
    assert query(path, "SELECT count(*) FROM children") == [(3,)]
    with engine.begin() as connection:
        seed(connection, rows(50, start=1000), existing="append")
    assert query(path, "SELECT count(*) FROM children") == [(53,)]


def test_a_joined_transaction_judges_references_too(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    engine = create_engine(url, poolclass=NullPool)
    frame = pl.DataFrame(
        {"id": [50], "parent_id": [999], "next_id": [None]},
        schema={"id": pl.Int64, "parent_id": pl.Int64, "next_id": pl.Int64},
    )
    with (
        engine.begin() as connection,
        pytest.raises(RejectedError, match=r"references of 'children' lead nowhere in 1 of its rows"),
    ):
        seed_frames(connection, SCHEMA, [SQLITE.tables[1]], [("children", frame)], marker="x", existing="append")
    assert query(path, "SELECT count(*) FROM children") == [(3,)]


def test_what_dangled_before_is_not_held_against_the_rows(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO children VALUES (100, 4711, NULL)")
    seed(url, rows(2, start=10), existing="append")
    assert query(path, "SELECT count(*) FROM children") == [(6,)]


def test_an_asynchronous_url_names_the_same_file(path: Path) -> None:
    seed(f"sqlite+aiosqlite:///{path}", rows(3), create=True)
    assert query(path, "SELECT count(*) FROM children") == [(3,)]


def test_a_trigger_is_blamed_without_its_words(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE INSERT ON children WHEN NEW.id = 12 BEGIN SELECT RAISE(ABORT, 'secret words'); END"
        )
    with pytest.raises(RejectedError) as caught:
        seed(url, rows(5, start=10), existing="append")
    assert caught.value.rejections[0].kind == "trigger"
    assert caught.value.rejections[0].row == 2
    assert "secret" not in str(caught.value)


def test_a_trigger_that_rolls_all_back_is_survived(url: str, path: Path) -> None:
    seed(url, rows(3), create=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE INSERT ON children WHEN NEW.id = 12 BEGIN SELECT RAISE(ROLLBACK, 'x'); END"
        )
    with pytest.raises(RejectedError, match="trigger"):
        seed(url, rows(5, start=10), existing="append")
    assert query(path, "SELECT count(*) FROM children") == [(3,)]


def test_integers_beyond_64_bits_are_a_rejection(url: str) -> None:
    column = Column(name="a", type=Type(kind="integer", signed=False))
    table = Table(name="t", columns=(column,))
    frame = pl.DataFrame({"a": [1, 2**64 - 1]}, schema={"a": pl.UInt64})
    with pytest.raises(RejectedError, match="row 2 of 't' breaks the type constraint"):
        seed_frames(url, Schema(tables={"t": table}), [table], [("t", frame)], marker="m", create=True)
