"""Loads into MariaDB, judged by the server."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pymysql
import pytest
from loads import MARIADB, TEXT, Server, by_insert, column, reference, table

import fixturegen as fg
from fixturegen.databases.base import RejectedError
from fixturegen.databases.literals import literals
from fixturegen.errors import RefusedError
from fixturegen.schema import Table, Type

pytestmark = pytest.mark.mariadb

FAMILY, PARENTS, QUOTED = MARIADB.tables, MARIADB.parents, MARIADB.quoted
seed, family = MARIADB.seed, MARIADB.frames


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
    assert server.rows("SELECT word, maybe FROM words ORDER BY id") == frame.select("word", "maybe").rows()


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
    assert server.rows(f"{query} ORDER BY id") == [
        (0, 4095, "POINT(1 2)", b'\x00\xff\n"', "0000000000004000800000000000000A", 1999, "-30:00:00.000005", "a,b", '{"a": "\\""}', 0, 0),
        (2, None, None, None, None, None, None, None, None, 4, 6),
    ]  # fmt: skip


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

    again = seed(server.url, FAMILY, untouched(), create=True)
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
    assert made.rows("SELECT id FROM children ORDER BY 1") == [(1,), (2,), (3,), (4,), (5,)]
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


def test_dry_run_tries_all_and_keeps_nothing(server: Server) -> None:
    result = seed(server.url, FAMILY, family(), create=True, dry_run=True)
    assert result.dry_run
    assert server.rows("SHOW TABLES") == []
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
    assert server.rows("SELECT id FROM items ORDER BY 1") == [(0,), (5,), (6,)]


def test_a_unique_over_the_first_bytes_of_a_column_holds(server: Server) -> None:
    server.rows(
        "CREATE TABLE digests (id int PRIMARY KEY, digest varbinary(64) NOT NULL, UNIQUE KEY start (digest(3)))"
    )
    url = server.url.render_as_string(hide_password=False)
    assert fg.seed(url, url, rows=50).tables["digests"].rows == 50
    assert server.value("SELECT count(DISTINCT left(digest, 3)) FROM digests") == 50
