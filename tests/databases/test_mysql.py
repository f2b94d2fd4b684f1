"""Loads into MariaDB, judged by the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pymysql
import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

import fixturegen as fg
from fixturegen.databases.base import RejectedError
from fixturegen.databases.literals import literals
from fixturegen.errors import InputError, RefusedError
from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import Check, Column, Reference, Schema, Table, Type, Unique

pytestmark = pytest.mark.mariadb

INTEGER = Type(kind="integer")
TEXT = Type(kind="text")
Frames = Sequence[tuple[str, pl.DataFrame]]


def column(name: str, type_: Type = INTEGER, **more: Any) -> Column:
    return Column(name=name, type=type_, **more)


def table(name: str, *columns: Column, **more: Any) -> Table:
    return Table(name=name, columns=columns, primary_key=Unique(columns=(columns[0].name,)), **more)


def reference(name: str, to: str) -> Reference:
    return Reference(columns=(name,), table=to, target=("id",), name=f"{name}_fkey")


def seed(target: object, tables: Sequence[Table], frames: Frames, **options: Any) -> LoadResult:
    schema = Schema(tables={each.name: each for each in tables}, dialect="mysql")
    return seed_frames(target, schema, tables, frames, **{"marker": "0a", **options})  # type: ignore[arg-type]  # any target


class Server:
    """A database of the test's own, and questions to it."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def rows(self, *statements: str) -> tuple[tuple[Any, ...], ...]:
        connection = pymysql.connect(
            host=self.url.host, port=self.url.port or 3306, user=self.url.username, password=self.url.password or "",
            database=self.url.database, autocommit=True, init_command="SET sql_mode = 'STRICT_ALL_TABLES'",
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


@pytest.fixture
def server(mariadb_url: URL) -> Server:
    return Server(mariadb_url)


PARENTS = table(
    "par`ents; DROP TABLE x; --",
    column("id", identity="autoincrement"),
    column("select", Type(kind="text", length=40)),
    uniques=(Unique(columns=("select",), name="code"),),
    checks=(Check(sql="length(`select`) < 9", name="short", dialect="mysql"),),
)
CHILDREN = table(
    "children", column("id"), column("parent_id"), column("next_id", nullable=True),
    references=(reference("parent_id", PARENTS.name), reference("next_id", "children")),
)  # fmt: skip
FAMILY = (PARENTS, CHILDREN)
QUOTED = "`par``ents; DROP TABLE x; --`"


def family(count: int = 300, *, start: int = 0) -> list[tuple[str, pl.DataFrame]]:
    ids = list(range(start + 1, start + count + 1))
    return [
        (PARENTS.name, pl.DataFrame({"id": ids, "select": [f"p{i}" for i in ids]})),
        ("children", pl.DataFrame({"id": ids, "parent_id": ids, "next_id": [*ids[1:], ids[0]]})),
    ]


def broken(name: str, number: int, **values: object) -> list[tuple[str, pl.DataFrame]]:
    """The family with one row, by 1-based number, changed."""
    frames = []
    for table_name, frame in family():
        held = frame.to_dicts()
        if table_name == name:
            held[number - 1] |= values
        frames.append((table_name, pl.DataFrame(held, schema=frame.schema)))
    return frames


@pytest.fixture
def made(server: Server) -> Server:
    """A server with the family's tables, keys and references in place."""
    seed(server.url, FAMILY, [], create=True, marker="00")
    return server


def by_insert(url: URL) -> Any:
    """An engine whose connections may not send files."""
    return create_engine(url, poolclass=NullPool)


@pytest.mark.parametrize("way", ["LOAD DATA", "INSERT"])
def test_every_kind_comes_back_as_it_was(server: Server, every_kind: tuple[Table, pl.DataFrame], way: str) -> None:
    """Loaded rows equal those that plain INSERTs of literals make."""
    kinds, frame = every_kind
    seed(server.url if way == "LOAD DATA" else by_insert(server.url), [kinds], [(kinds.name, frame)], create=True)
    columns = {each.name: literals(frame[each.name], each.type, "mysql").to_list() for each in kinds.columns}
    rows = [f"({', '.join(row)})" for row in zip(*columns.values(), strict=True)]
    server.rows(
        "SET time_zone = '+00:00'",
        "CREATE TABLE expected LIKE `every kind`",
        f"INSERT INTO expected ({', '.join(f'`{name}`' for name in columns)}) VALUES {', '.join(rows)}",
    )
    for name in columns:
        same = f"SELECT count(*) FROM expected e JOIN `every kind` k ON k.id = e.id AND k.`{name}` <=> e.`{name}`"
        assert server.value(same) == 3, name


@pytest.mark.parametrize("way", ["LOAD DATA", "INSERT"])
def test_texts_that_look_like_the_formats_own_words(server: Server, way: str) -> None:
    words = [
        "",
        "\\N",
        "NULL",
        "\\.",
        '"',
        ",",
        "\n",
        "\r\n",
        "\\",
        "'",
        "\t",
        "a\\nb",
        "\x00",
        "\x1a",
        "é",
        "😀",
        '","',
        '""',
    ]
    frame = pl.DataFrame({"id": range(len(words)), "word": words, "maybe": [None, *words[1:]]})
    words_table = table("words", column("id"), column("word", TEXT), column("maybe", TEXT, nullable=True))
    if way == "INSERT":
        frame = frame.filter(~pl.col("word").str.contains("\0", literal=True))
        seed(by_insert(server.url), [words_table], [("words", frame)], create=True)
    else:
        seed(server.url, [words_table], [("words", frame)], create=True)
    assert server.rows("SELECT word, maybe FROM words ORDER BY id") == tuple(frame.select("word", "maybe").rows())


@pytest.mark.parametrize("way", ["LOAD DATA", "INSERT"])
def test_types_that_need_a_word_of_sql(server: Server, way: str) -> None:
    server.rows(
        "CREATE TABLE odd (id int PRIMARY KEY, flags bit(12), at point, raw binary(4), uid binary(16), year year, took time(6),"
        " kinds set('a','b'), doc json, total int GENERATED ALWAYS AS (id * 2) STORED, zero int AS (id * 3) VIRTUAL)"
    )
    odd = table(
        "odd", column("id"), column("flags"), column("at", TEXT), column("raw", Type(kind="bytes")),
        column("uid", Type(kind="uuid")), column("year"), column("took", Type(kind="interval")), column("kinds", TEXT),
        column("doc", Type(kind="json")), column("total", generated="id * 2"), column("zero", generated="id * 3"),
    )  # fmt: skip
    from datetime import timedelta

    frame = pl.DataFrame(
        {
            "id": [0, 2], "flags": [4095, None], "at": ["POINT(1 2)", None], "raw": [b'\x00\xff\n"', None],
            "uid": ["00000000-0000-4000-8000-00000000000a", None], "year": [1999, None],
            "took": [timedelta(hours=-30, microseconds=-5), None], "kinds": ["a,b", None], "doc": ['{"a": "\\""}', None],
        }
    )  # fmt: skip
    seed(server.url if way == "LOAD DATA" else by_insert(server.url), [odd], [("odd", frame)])
    query = (
        "SELECT id, flags + 0, ST_AsText(at), raw, hex(uid), year, CAST(took AS char), kinds, doc, total, zero FROM odd"
    )
    assert server.rows(f"{query} ORDER BY id") == (
        (0, 4095, "POINT(1 2)", b'\x00\xff\n"', "0000000000004000800000000000000A", 1999, "-30:00:00.000005", "a,b", '{"a": "\\""}', 0, 0),
        (2, None, None, None, None, None, None, None, None, 4, 6),
    )  # fmt: skip


def test_what_cannot_be_stored_is_named(server: Server) -> None:
    numbers = table("numbers", column("id"), column("ratio", Type(kind="float")))
    frame = pl.DataFrame({"id": [1], "ratio": [float("inf")]})
    with pytest.raises(InputError, match=r"numbers\.ratio: holds NaN or an infinity"):
        seed(server.url, [numbers], [("numbers", frame)], create=True)
    assert server.rows("SHOW TABLES") == ()


@pytest.mark.parametrize("create", [True, False])
def test_seeding_fills_every_table(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True, marker="00")
    result = seed(server.url, FAMILY, family(), create=create)
    assert {name: loaded.rows for name, loaded in result.tables.items()} == {PARENTS.name: 300, "children": 300}
    assert server.value("SELECT count(*) FROM children") == 300
    assert (
        server.value(
            "SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()"
        )
        == 2
    )
    server.rows(f"INSERT INTO {QUOTED} (`select`) VALUES ('next')")
    assert server.value(f"SELECT max(id) FROM {QUOTED}") == 301
    with pytest.raises(pymysql.IntegrityError):
        server.rows("INSERT INTO children VALUES (999, 999, NULL)")


def test_the_same_again_changes_nothing(server: Server) -> None:
    seed(server.url, FAMILY, family(), create=True)

    def untouched() -> Iterator[tuple[str, pl.DataFrame]]:
        pytest.fail("rows were made although they are there")
        yield from family()

    again = seed(server.url, FAMILY, untouched(), create=True)  # type: ignore[arg-type]  # an iterator
    assert again.already
    assert {name: held.rows for name, held in again.tables.items()} == {PARENTS.name: 300, "children": 300}
    server.rows("UPDATE children SET next_id = NULL WHERE next_id = 5", "DELETE FROM children WHERE id = 5")
    with pytest.raises(RefusedError, match="already holds rows"):
        seed(server.url, FAMILY, family())


def test_the_marker_keeps_a_comment_that_is_there(made: Server) -> None:
    made.rows(f"ALTER TABLE {QUOTED} COMMENT 'Who''s \\\\ who.'")
    for count in (3, 4):
        seed(made.url, FAMILY, family(count), existing="replace", marker=f"{count}c")
    comment = made.value(
        "SELECT table_comment FROM information_schema.tables WHERE table_name LIKE 'par%' AND table_schema = DATABASE()"
    )
    assert comment.startswith("Who's \\ who.\n[seeded by fixturegen: 4c ")
    assert comment.count("seeded") == 1


def test_append_and_replace(made: Server) -> None:
    seed(made.url, FAMILY, family(10))
    with pytest.raises(RefusedError, match=r"already holds rows in .*--existing append"):
        seed(made.url, FAMILY, family(10), marker="0b")
    seed(made.url, FAMILY, family(10, start=100), existing="append")
    assert made.value("SELECT count(*) FROM children") == 20
    seed(made.url, FAMILY, family(5), existing="replace")
    assert made.rows("SELECT id FROM children ORDER BY 1") == ((1,), (2,), (3,), (4,), (5,))
    made.rows(f"INSERT INTO {QUOTED} (`select`) VALUES ('next')")
    assert made.value(f"SELECT max(id) FROM {QUOTED}") == 6


def test_replace_touches_no_other_table(made: Server) -> None:
    seed(made.url, FAMILY, family(5))
    with pytest.raises(RefusedError, match="cannot replace rows that others refer to: children"):
        seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")
    made.rows("UPDATE children SET next_id = NULL", "DELETE FROM children")
    seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 3


def test_create_refuses_tables_that_exist(made: Server) -> None:
    with pytest.raises(RefusedError, match="cannot make the tables: already there"):
        seed(made.url, FAMILY, family(), create=True, marker="0b")
    assert len(made.rows("SHOW TABLES")) == 2


REJECTED = [
    ((PARENTS.name, 77, {"select": "p5"}), "unique", "code", 77),
    ((PARENTS.name, 300, {"id": 1}), "primary key", "PRIMARY", 300),
    ((PARENTS.name, 1, {"select": "secret-value"}), "check", "short", 1),
    ((PARENTS.name, 201, {"select": None}), "not null", f"{PARENTS.name}.select", 201),
    ((PARENTS.name, 44, {"select": "x" * 50}), "type", f"{PARENTS.name}.select", 44),
    (("children", 250, {"parent_id": 4242}), "reference", "parent_id_fkey", None),
    (("children", 9, {"next_id": 4242}), "reference", "next_id_fkey", None),
]


@pytest.mark.parametrize("way", ["create", "in place", "deferred", "in chunks", "by INSERT"])
@pytest.mark.parametrize(("change", "kind", "constraint", "row"), REJECTED)
def test_a_rejected_row_is_found_and_all_is_undone(
    server: Server, way: str, change: tuple[str, int, dict[str, object]], kind: str, constraint: str, row: int | None
) -> None:
    frames = broken(change[0], change[1], **change[2])
    if way == "in chunks":
        frames = [(name, frame.slice(at, 100)) for name, frame in frames for at in range(0, 300, 100)]
    if way != "create":
        seed(server.url, FAMILY, [], create=True, marker="00")
    target = by_insert(server.url) if way == "by INSERT" else server.url
    with pytest.raises(RejectedError) as caught:
        seed(target, FAMILY, frames, create=way == "create", defer_constraints=way == "deferred", marker="0b")
    (found,) = caught.value.rejections
    assert (found.table, found.kind, found.constraint, found.row) == (change[0], kind, constraint, row)
    assert "secret-value" not in str(caught.value)
    assert "4242" not in str(caught.value)
    if way == "create":
        assert server.rows("SHOW TABLES") == ()
    else:
        assert server.value("SELECT count(*) FROM children") == server.value(f"SELECT count(*) FROM {QUOTED}") == 0


def test_a_row_whose_parent_is_absent_is_found(server: Server) -> None:
    server.rows(
        "CREATE TABLE a (id bigint PRIMARY KEY)",
        "CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, CONSTRAINT a_id_fkey FOREIGN KEY (a_id) REFERENCES a (id))",
    )
    tables = (table("a", column("id")), table("b", column("id"), column("a_id"), references=(reference("a_id", "a"),)))
    frames = [("a", pl.DataFrame({"id": [1]})), ("b", pl.DataFrame({"id": range(50), "a_id": [1] * 31 + [7] * 19}))]
    with pytest.raises(RejectedError, match="row 32 of 'b' breaks the reference constraint a_id_fkey"):
        seed(server.url, tables, frames)


def test_values_that_would_be_changed_are_rejected(server: Server) -> None:
    server.rows("CREATE TABLE words (id int PRIMARY KEY, word varchar(3) CHARACTER SET latin1, digits decimal(4,1))")
    words = table(
        "words", column("id"), column("word", TEXT), column("digits", Type(kind="decimal", precision=6, scale=3))
    )
    for word, digits in (("日本", "1.0"), ("ab  ", "1.0"), ("abcd", "1.0"), ("a", "1.25"), ("a", "99999.0")):
        frame = pl.DataFrame({"id": [1, 2], "word": ["ok", word], "digits": ["1.5", digits]}).with_columns(
            pl.col("digits").cast(pl.Decimal(8, 3))
        )
        with pytest.raises(RejectedError) as caught:
            seed(server.url, [words], [("words", frame)])
        assert (caught.value.rejections[0].kind, caught.value.rejections[0].row) == ("type", 2), (word, digits)
    assert server.value("SELECT count(*) FROM words") == 0


def test_dry_run_tries_all_and_keeps_nothing(server: Server) -> None:
    result = seed(server.url, FAMILY, family(), create=True, dry_run=True)
    assert result.dry_run
    assert server.rows("SHOW TABLES") == ()
    seed(server.url, FAMILY, [], create=True, marker="00")
    seed(server.url, FAMILY, family(), dry_run=True, marker="0b")
    assert server.value("SELECT count(*) FROM children") == 0
    assert not seed(server.url, FAMILY, family(), marker="0b").already


LEFT = table("left", column("id"), column("right_id"), references=(reference("right_id", "right"),))
RIGHT = table("right", column("id"), column("left_id"), references=(reference("left_id", "left"),))
CIRCLE_DDL = [
    "CREATE TABLE `left` (id bigint PRIMARY KEY, right_id bigint NOT NULL)",
    "CREATE TABLE `right` (id bigint PRIMARY KEY, left_id bigint NOT NULL, FOREIGN KEY (left_id) REFERENCES `left` (id))",
    "ALTER TABLE `left` ADD CONSTRAINT right_id_fkey FOREIGN KEY (right_id) REFERENCES `right` (id)",
]


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("chunk", [1000, 30])
def test_a_circle_that_is_never_null(server: Server, chunk: int, wrong: bool) -> None:
    server.rows(*CIRCLE_DDL)
    ids = list(range(1, 201))
    frames = [
        ("left", pl.DataFrame({"id": ids, "right_id": [*ids[:0:-1], 999 if wrong else 1]})),
        ("right", pl.DataFrame({"id": ids, "left_id": ids})),
    ]
    chunks = [(name, frame.slice(at, chunk)) for name, frame in frames for at in range(0, 200, chunk)]
    if wrong:
        with pytest.raises(RejectedError, match="references of 'left' lead nowhere in 1 of its rows: right_id_fkey"):
            seed(server.url, (LEFT, RIGHT), chunks)
    else:
        seed(server.url, (LEFT, RIGHT), chunks)
    assert server.value("SELECT count(*) FROM `left`") == (0 if wrong else 200)


def test_what_dangled_before_is_not_held_against_the_rows(server: Server) -> None:
    server.rows(*CIRCLE_DDL, "SET foreign_key_checks = 0", "INSERT INTO `left` VALUES (500, 999)")
    frames = [
        ("left", pl.DataFrame({"id": [1], "right_id": [1]})),
        ("right", pl.DataFrame({"id": [1], "left_id": [1]})),
    ]
    seed(server.url, (LEFT, RIGHT), frames, existing="append")
    assert server.value("SELECT count(*) FROM `left`") == 2


def test_zero_is_a_number_like_any_other(server: Server) -> None:
    server.rows("CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, word text)")
    items = table("items", column("id", identity="autoincrement"), column("word", TEXT))
    seed(server.url, [items], [("items", pl.DataFrame({"id": [0, 5], "word": ["a", "b"]}))])
    server.rows("INSERT INTO items (word) VALUES ('c')")
    assert server.rows("SELECT id FROM items ORDER BY 1") == ((0,), (5,), (6,))


def test_a_unique_over_the_first_bytes_of_a_column_holds(server: Server) -> None:
    server.rows(
        "CREATE TABLE digests (id int PRIMARY KEY, digest varbinary(64) NOT NULL, UNIQUE KEY start (digest(3)))"
    )
    url = server.url.render_as_string(hide_password=False)
    assert fg.seed(url, url, rows=50).tables["digests"].rows == 50
    assert server.value("SELECT count(DISTINCT left(digest, 3)) FROM digests") == 50


FILMS = table("films", column("id"), column("title", TEXT))
LOG = table("log", column("id", identity="autoincrement"), column("film_id"))
TOTALS = table("totals", column("id"), column("films"))


@pytest.mark.parametrize("way", ["LOAD DATA", "INSERT"])
def test_a_table_that_a_trigger_writes(server: Server, way: str) -> None:
    server.rows(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        "CREATE TABLE log (id bigint AUTO_INCREMENT PRIMARY KEY, film_id bigint NOT NULL)",
        "CREATE TABLE totals (id bigint PRIMARY KEY, films bigint NOT NULL)",
        """CREATE TRIGGER noted AFTER INSERT ON films FOR EACH ROW BEGIN
             INSERT INTO log (film_id) VALUES (new.id); insert into `totals` values (new.id, 1); END""",
    )
    ids = list(range(1, 51))
    frames = [
        ("log", pl.DataFrame({"id": ids, "film_id": ids})),
        ("totals", pl.DataFrame({"id": [*ids[:40], *range(1001, 1011)], "films": [7] * 50})),
        ("films", pl.DataFrame({"id": ids, "title": ["t"] * 50})),
    ]
    seed(server.url if way == "LOAD DATA" else by_insert(server.url), (LOG, TOTALS, FILMS), frames)
    assert server.rows("SELECT films, count(*) FROM totals GROUP BY 1 ORDER BY 1") == ((1, 50), (7, 10))
    assert server.value("SELECT count(*) FROM log") == 50


def test_a_trigger_that_raises_is_named_with_its_row_and_never_its_words(server: Server) -> None:
    server.rows(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        """CREATE TRIGGER odd BEFORE INSERT ON films FOR EACH ROW BEGIN
             IF new.id = 33 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'; END IF; END""",
    )
    frame = pl.DataFrame({"id": range(1, 51), "title": ["t"] * 50})
    with pytest.raises(RejectedError, match="row 33 of 'films' breaks the trigger constraint") as caught:
        seed(server.url, [FILMS], [("films", frame)])
    assert "secret" not in str(caught.value)


def test_a_users_transaction_is_joined_and_left_to_them(made: Server) -> None:
    engine = by_insert(made.url)
    with engine.connect() as connection:
        connection.execute(text("SET SESSION time_zone = '+09:00'"))
        before = connection.execute(text("SELECT @@sql_mode, @@time_zone, @@foreign_key_checks")).one()
        seed(connection, FAMILY, family(3), marker="0b")
        assert connection.execute(text("SELECT @@sql_mode, @@time_zone, @@foreign_key_checks")).one() == before
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        with pytest.raises(RejectedError):
            seed(connection, FAMILY, family(3), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert made.value("SELECT count(*) FROM children") == 0
        with pytest.raises(InputError, match="cannot make tables within a transaction"):
            seed(connection, [FILMS], [], create=True)
        connection.rollback()
    assert made.value("SELECT count(*) FROM children") == 0
    with engine.begin() as connection:
        seed(connection, FAMILY, family(4), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 4


def test_an_address_without_a_database_is_named(server: Server) -> None:
    with pytest.raises(InputError, match="the address names no database"):
        seed(server.url._replace(database=None), FAMILY, [])
    with pytest.raises(RefusedError, match="cannot be reached") as caught:
        seed("mysql+pymysql://me:hunter2@127.0.0.1:1/none", FAMILY, [])
    assert "hunter2" not in str(caught.value)


def test_statements_keep_within_the_servers_packet(server: Server) -> None:
    words = table("words", column("id"), column("word", TEXT))
    frame = pl.DataFrame({"id": range(40), "word": ["é" * 500_000] * 40})
    seed(by_insert(server.url), [words], [("words", frame)], create=True)
    assert server.rows("SELECT count(*), sum(char_length(word)) FROM words") == ((40, 20_000_000),)


@pytest.mark.parametrize("create", [False, True])
def test_a_killed_connection_leaves_nothing(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True, marker="00")

    def killed() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from family()[:1]
        others = f"SELECT id FROM information_schema.processlist WHERE db = '{server.url.database}' AND id <> connection_id()"
        for (number,) in server.rows(others):
            server.rows(f"KILL {number}")
        yield from family()[1:]

    with pytest.raises(RefusedError, match="the connection to the database was lost"):
        seed(server.url, FAMILY, killed(), marker="0b", create=create)  # type: ignore[arg-type]  # an iterator
    if create:
        assert server.rows("SHOW TABLES") == ()
    else:
        assert server.value(f"SELECT count(*) FROM {QUOTED}") == 0


@pytest.mark.parametrize("create", [False, True])
def test_an_interrupt_leaves_nothing(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True, marker="00")

    def interrupted() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from family()[:1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(server.url, FAMILY, interrupted(), marker="0b", create=create)  # type: ignore[arg-type]  # an iterator
    if create:
        assert server.rows("SHOW TABLES") == ()
    else:
        assert server.value(f"SELECT count(*) FROM {QUOTED}") == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_client_stopped_in_mid_load_leaves_nothing(made: Server, tmp_path: Path, number: signal.Signals) -> None:
    """The client waits for a lock in the middle of its load, where it is stopped.

    Some systems hand a signal to any thread, so that Python's main thread hears of it only when the server answers: soon.
    """
    client_url = made.url.update_query_dict({"init_command": "SET SESSION innodb_lock_wait_timeout = 3"})
    script = tmp_path / "client.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_mysql import FAMILY, family, seed
        seed({client_url.render_as_string(hide_password=False)!r}, FAMILY, family(), marker="0b")
        """)
    )
    running = f"SELECT count(*) FROM information_schema.processlist WHERE db = '{made.url.database}' AND info LIKE 'LOAD DATA%'"
    blocker = pymysql.connect(
        host=made.url.host, port=made.url.port or 3306, user=made.url.username, password=made.url.password or "",
        database=made.url.database,
    )  # fmt: skip
    with blocker, blocker.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("INSERT INTO children VALUES (7, 7, NULL)")  # a lock on a key that the client wants
        client = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while not made.value(running) and client.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert client.poll() is None, client.stderr and client.stderr.read()
        client.send_signal(number)
        client.communicate(timeout=20)
        blocker.rollback()
    assert client.returncode != 0
    deadline = time.monotonic() + 10
    while made.value(running) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 0
    assert made.value("SELECT count(*) FROM children") == 0
