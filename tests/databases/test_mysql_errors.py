"""Rows that MariaDB refuses or would change, or that its triggers refuse: found, named, and all undone."""

from __future__ import annotations

import polars as pl
import pytest
from loads import MARIADB, TEXT, Server, by_insert, column, reference, table
from pymysql.err import MySQLError

from fixturegen.databases import mysql_errors
from fixturegen.databases.base import RejectedError
from fixturegen.errors import InputError
from fixturegen.schema import Type

pytestmark = pytest.mark.mariadb

FAMILY, PARENTS, QUOTED = MARIADB.tables, MARIADB.parents, MARIADB.quoted
seed, broken = MARIADB.seed, MARIADB.broken


def test_what_cannot_be_stored_is_named(server: Server) -> None:
    numbers = table("numbers", column("id"), column("ratio", Type(kind="float")))
    frame = pl.DataFrame({"id": [1], "ratio": [float("inf")]})
    with pytest.raises(InputError, match=r"numbers\.ratio: holds NaN or an infinity"):
        seed(server.url, [numbers], [("numbers", frame)], create=True)
    assert server.rows("SHOW TABLES") == []


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
        assert server.rows("SHOW TABLES") == []
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
    assert server.rows("SELECT films, count(*) FROM totals GROUP BY 1 ORDER BY 1") == [(1, 50), (7, 10)]
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


def test_names_are_read_whatever_signs_they_hold_and_values_are_not(server: Server) -> None:
    server.rows(
        """CREATE TABLE `t``'b.x` (id int PRIMARY KEY, `a``' b.c` tinyint unsigned NOT NULL, d date, v varchar(2),
             UNIQUE KEY `q``'x.y` (`a``' b.c`), CONSTRAINT `c``'.k` CHECK (id < 9))""",
        "INSERT INTO `t``'b.x` VALUES (1, 1, NULL, NULL)",
        "CREATE TABLE kid (id int PRIMARY KEY, CONSTRAINT `f``'k` FOREIGN KEY (id) REFERENCES `t``'b.x` (id))",
    )
    table, name = "t`'b.x", "a`' b.c"
    lie = "1' for column `x`.`y`.`z` at row 1"
    said = {
        "INTO `t``'b.x` VALUES (2, NULL, NULL, NULL)": ("not null", f"{table}.{name}"),
        "INTO `t``'b.x` (id) VALUES (2)": ("not null", f"{table}.{name}"),
        "INTO `t``'b.x` VALUES (2, 1, NULL, NULL)": ("unique", "q`'x.y"),
        "INTO `t``'b.x` VALUES (1, 2, NULL, NULL)": ("primary key", "PRIMARY"),
        "INTO `t``'b.x` VALUES (2, 300, NULL, NULL)": ("type", f"{table}.{name}"),
        f'INTO `t``\'b.x` VALUES (2, "{lie}", NULL, NULL)': ("type", f"{table}.{name}"),
        f'INTO `t``\'b.x` VALUES (2, 2, "{lie}", NULL)': ("type", f"{table}.d"),
        "INTO `t``'b.x` VALUES (2, 2, NULL, 'long')": ("type", f"{table}.v"),
        "INTO `t``'b.x` VALUES (9, 2, NULL, NULL)": ("check", "c`'.k"),
        "INTO kid VALUES (7)": ("reference", "f`'k"),
    }
    for statement, expected in said.items():
        with pytest.raises(MySQLError) as caught:
            server.rows(f"INSERT {statement}")
        found = mysql_errors.rejection(caught.value, table, None)
        assert found is not None
        assert (found.kind, found.constraint) == expected, statement
