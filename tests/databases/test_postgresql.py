"""Loads into PostgreSQL, judged by the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from fixturegen.databases.base import RejectedError
from fixturegen.errors import InputError, RefusedError
from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import Check, Column, Exclusion, Reference, Schema, Table, Type, Unique

pytestmark = pytest.mark.postgresql

INTEGER = Type(kind="integer")
TEXT = Type(kind="text")
Frames = Sequence[tuple[str, pl.DataFrame]]


def column(name: str, type_: Type = INTEGER, **more: Any) -> Column:
    return Column(name=name, type=type_, **more)


def table(name: str, *columns: Column, key: str | None = "id", **more: Any) -> Table:
    primary = Unique(columns=(key,), name=f"{name}_pkey") if key else None
    return Table(name=name, columns=columns, primary_key=primary, **more)


def reference(name: str, to: str, **more: Any) -> Reference:
    return Reference(columns=(name,), table=to, target=("id",), name=f"{name}_fkey", **more)


def seed(target: object, tables: Sequence[Table], frames: Frames, **options: Any) -> LoadResult:
    schema = Schema(tables={each.name: each for each in tables}, dialect="postgresql")
    return seed_frames(target, schema, tables, frames, **{"marker": "0a", **options})  # type: ignore[arg-type]  # any target


class Server:
    """A database of the test's own, and questions to it."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            self.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )


@pytest.fixture
def server(postgresql_url: URL) -> Server:
    return Server(postgresql_url)


PARENTS = table(
    'par"ents; DROP TABLE x; --',
    column("id", identity="by default"),
    column("select", TEXT),
    uniques=(Unique(columns=("select",), name="code"),),
    checks=(Check(sql='length("select") < 9', name="short", dialect="postgresql"),),
)
CHILDREN = table(
    "children", column("id"), column("parent_id"), column("next_id", nullable=True),
    references=(reference("parent_id", PARENTS.name), reference("next_id", "children")),
)  # fmt: skip
FAMILY = (PARENTS, CHILDREN)


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


def test_every_kind_comes_back_as_it_was(server: Server, every_kind: tuple[Table, pl.DataFrame]) -> None:
    """Each value as the database writes it equals the value as a literal, cast to the column's type."""
    from fixturegen.databases.literals import literals

    kinds, frame = every_kind
    seed(server.url, [kinds], [(kinds.name, frame)], create=True)
    for each in kinds.columns:
        expected = literals(frame[each.name], each.type, "postgresql").to_list()
        name = each.name
        cast = server.value(
            f"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '\"every kind\"'::regclass AND attname = '{name}'"
        )
        for key, literal in zip(frame["id"], expected, strict=True):
            bare = each.type.kind == "float" and literal != "NULL"
            value = f"'{literal}'" if bare else literal  # a bare -0.0 is a numeric, without its sign
            same = f'SELECT "{name}"::text IS NOT DISTINCT FROM (({value})::{cast})::text FROM "every kind" WHERE id = {key}'
            assert server.value(same), (name, literal)


def test_texts_that_look_like_the_formats_own_words(server: Server) -> None:
    words = ["", "\\N", "NULL", "\\.", '"', ",", "\n", "\r\n", "\\", "'", "\t", "a\\nb", "\x01", "é", "😀", "\u2028"]
    frame = pl.DataFrame({"id": range(len(words)), "word": words, "maybe": [None, *words[1:]]})
    words_table = table("words", column("id"), column("word", TEXT), column("maybe", TEXT, nullable=True))
    seed(server.url, [words_table], [("words", frame)], create=True)
    assert server.rows("SELECT word, maybe FROM words ORDER BY id") == list(zip(words, [None, *words[1:]], strict=True))


def test_one_column_of_nulls_and_empty_texts(server: Server) -> None:
    alone = Table(name="alone", columns=(column("word", TEXT, nullable=True),))
    frame = pl.DataFrame({"word": [None, "", "\\.", None]})
    seed(server.url, [alone], [("alone", frame)], create=True)
    assert server.rows("SELECT word FROM alone ORDER BY ctid") == [(None,), ("",), ("\\.",), (None,)]


def test_a_table_of_nothing_but_defaults(server: Server) -> None:
    server.run("CREATE TABLE ticks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at date DEFAULT '2020-01-01')")
    seed(server.url, [table("ticks", column("id", identity="always"))], [("ticks", pl.DataFrame(height=3))])
    assert server.rows("SELECT id, at::text FROM ticks") == [(i, "2020-01-01") for i in (1, 2, 3)]


def test_a_nul_is_rejected_with_its_row(made: Server) -> None:
    with pytest.raises(RejectedError) as caught:
        seed(made.url, FAMILY, broken(PARENTS.name, 7, select="a\0b"))
    (found,) = caught.value.rejections
    assert (found.kind, found.row) == ("type", 7)


@pytest.mark.parametrize("create", [True, False])
def test_seeding_fills_every_table(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True)
        server.run(f"COMMENT ON TABLE {quoted(PARENTS)} IS NULL")
    result = seed(server.url, FAMILY, family(), create=create)
    assert {name: loaded.rows for name, loaded in result.tables.items()} == {PARENTS.name: 300, "children": 300}
    assert server.value("SELECT count(*) FROM children") == 300
    assert server.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == 2
    assert (
        server.value(
            f"SELECT count(*) FROM pg_index WHERE indisprimary AND indrelid::regclass::text IN ('children', $${quoted(PARENTS)}$$)"
        )
        == 2
    )
    server.run(f"INSERT INTO {quoted(PARENTS)} (\"select\") VALUES ('next')")  # the sequence follows
    assert server.value(f"SELECT max(id) FROM {quoted(PARENTS)}") == 301


def quoted(of: Table) -> str:
    return '"' + of.name.replace('"', '""') + '"'


def test_the_same_again_changes_nothing(server: Server) -> None:
    seed(server.url, FAMILY, family(), create=True)

    def untouched() -> Iterator[tuple[str, pl.DataFrame]]:
        pytest.fail("rows were made although they are there")
        yield from family()

    again = seed(server.url, FAMILY, untouched(), create=True)  # type: ignore[arg-type]  # an iterator
    assert again.already
    assert {name: held.rows for name, held in again.tables.items()} == {PARENTS.name: 300, "children": 300}
    server.run("UPDATE children SET next_id = NULL WHERE next_id = 5", "DELETE FROM children WHERE id = 5")
    with pytest.raises(RefusedError, match="already holds rows"):
        seed(server.url, FAMILY, family())


def test_the_marker_keeps_a_comment_that_is_there(made: Server) -> None:
    made.run(f"COMMENT ON TABLE {quoted(PARENTS)} IS 'Who''s who.'")
    for count in (3, 4):
        seed(made.url, FAMILY, family(count), existing="replace", marker=f"{count}c")
    comment = made.value(f"SELECT obj_description('{quoted(PARENTS)}'::regclass)")
    assert comment.startswith("Who's who.\n[seeded by fixturegen: 4c ")
    assert comment.count("seeded") == 1


def test_append_and_replace(made: Server) -> None:
    seed(made.url, FAMILY, family(10))
    with pytest.raises(RefusedError, match=r"already holds rows in .*--existing append"):
        seed(made.url, FAMILY, family(10), marker="0b")
    seed(made.url, FAMILY, family(10, start=100), existing="append")
    assert made.value("SELECT count(*) FROM children") == 20
    seed(made.url, FAMILY, family(5), existing="replace")
    assert made.rows("SELECT id FROM children ORDER BY 1") == [(1,), (2,), (3,), (4,), (5,)]
    made.run(f"INSERT INTO {quoted(PARENTS)} (\"select\") VALUES ('next')")
    assert made.value(f"SELECT max(id) FROM {quoted(PARENTS)}") == 6


def test_replace_touches_no_other_table(made: Server) -> None:
    seed(made.url, FAMILY, family(5))
    with pytest.raises(RefusedError, match="cannot replace rows that others refer to: children"):
        seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")
    made.run("DELETE FROM children")
    seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")  # nobody refers to them any more
    assert made.value(f"SELECT count(*) FROM {quoted(PARENTS)}") == 3


def test_create_refuses_tables_that_exist(made: Server) -> None:
    with pytest.raises(RefusedError, match="cannot make the tables: already there"):
        seed(made.url, FAMILY, family(), create=True, marker="0b")


REJECTED = [
    ((PARENTS.name, 77, {"select": "p5"}), "unique", "code", 77),
    ((PARENTS.name, 300, {"id": 1}), "primary key", f"{PARENTS.name}_pkey", 300),
    ((PARENTS.name, 1, {"select": "secret-value"}), "check", "short", 1),
    ((PARENTS.name, 201, {"select": None}), "not null", f"{PARENTS.name}.select", 201),
    (("children", 250, {"parent_id": 4242}), "reference", "parent_id_fkey", 250),
    (("children", 9, {"next_id": 4242}), "reference", "next_id_fkey", 9),
]


@pytest.mark.parametrize("way", ["create", "in place", "deferred", "in chunks"])
@pytest.mark.parametrize(("change", "kind", "constraint", "row"), REJECTED)
def test_a_rejected_row_is_found_and_all_is_undone(
    server: Server, way: str, change: tuple[str, int, dict[str, object]], kind: str, constraint: str, row: int
) -> None:
    frames = broken(change[0], change[1], **change[2])
    if way == "in chunks":
        frames = [(name, frame.slice(at, 100)) for name, frame in frames for at in range(0, 300, 100)]
    if way != "create":
        seed(server.url, FAMILY, [], create=True)
    with pytest.raises(RejectedError) as caught:
        seed(server.url, FAMILY, frames, create=way == "create", defer_constraints=way == "deferred", marker="0b")
    (found,) = caught.value.rejections
    assert (found.table, found.kind) == (change[0], kind)
    assert found.constraint in (constraint, f"{PARENTS.name}_pkey")
    assert found.row == row
    assert "secret-value" not in str(caught.value)
    assert "4242" not in str(caught.value)
    if way == "create":
        assert (
            server.rows(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace"
            )
            == []
        )
    else:
        assert server.value("SELECT count(*) FROM children") == 0
        assert server.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 2
        server.run(f"INSERT INTO {quoted(PARENTS)} (\"select\") VALUES ('first')")
        assert server.value(f"SELECT id FROM {quoted(PARENTS)}") == 1  # sequences are undone too


def test_dry_run_tries_all_and_keeps_nothing(server: Server) -> None:
    result = seed(server.url, FAMILY, family(), create=True, dry_run=True)
    assert result.dry_run
    assert server.value("SELECT count(*) FROM pg_class WHERE relname = 'children'") == 0
    with pytest.raises(RejectedError):
        seed(server.url, FAMILY, broken("children", 7, parent_id=9999), create=True, dry_run=True)


def test_deferred_constraints_come_back_word_for_word(made: Server) -> None:
    made.run(
        "ALTER TABLE children DROP CONSTRAINT next_id_fkey",
        'ALTER TABLE children ADD CONSTRAINT "odd; name" FOREIGN KEY (next_id) REFERENCES children ON DELETE SET NULL DEFERRABLE',
        "COMMENT ON CONSTRAINT \"odd; name\" ON children IS 'kept; too'",
        'CREATE INDEX "by parent" ON children (parent_id DESC) WHERE next_id > 3',
        "COMMENT ON INDEX \"by parent\" IS 'it''s mine'",
        "CREATE INDEX clustered ON children (next_id)",
        "ALTER TABLE children CLUSTER ON clustered",
    )
    query = """SELECT conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint
               WHERE conrelid = 'children'::regclass UNION ALL
               SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) || indisclustered, obj_description(indexrelid)
               FROM pg_index WHERE indrelid = 'children'::regclass ORDER BY 1, 2"""
    before = made.rows(query)
    seed(made.url, FAMILY, family(), defer_constraints=True, marker="0b")
    assert made.rows(query) == before
    assert made.value("SELECT count(*) FROM children") == 300


LEFT = table("left", column("id"), column("right_id"), references=(reference("right_id", "right"),))
RIGHT = table("right", column("id"), column("left_id"), references=(reference("left_id", "left"),))
BELOW = table("below", column("id"), column("right_id", nullable=True), references=(reference("right_id", "right"),))


def circle(count: int = 200) -> list[tuple[str, pl.DataFrame]]:
    ids = list(range(1, count + 1))
    return [
        ("left", pl.DataFrame({"id": ids, "right_id": ids[::-1]})),
        ("right", pl.DataFrame({"id": ids, "left_id": ids})),
        ("below", pl.DataFrame({"id": ids, "right_id": ids})),
    ]


CIRCLE_DDL = [
    'CREATE TABLE "left" (id bigint PRIMARY KEY, right_id bigint NOT NULL)',
    'CREATE TABLE "right" (id bigint PRIMARY KEY, left_id bigint NOT NULL REFERENCES "left")',
    'ALTER TABLE "left" ADD CONSTRAINT right_id_fkey FOREIGN KEY (right_id) REFERENCES "right" {}',
    'CREATE TABLE below (id bigint PRIMARY KEY, right_id bigint REFERENCES "right")',
]


@pytest.mark.parametrize("tail", ["", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
@pytest.mark.parametrize("chunk", [1000, 30])
def test_a_circle_that_is_never_null(server: Server, tail: str, chunk: int) -> None:
    server.run(*(statement.format(tail) for statement in CIRCLE_DDL))
    frames = [(name, frame.slice(at, chunk)) for name, frame in circle() for at in range(0, 200, chunk)]
    seed(server.url, (LEFT, RIGHT, BELOW), frames)
    assert (
        server.value(
            'SELECT count(*) FROM "left" l JOIN "right" r ON r.id = l.right_id JOIN below b ON b.right_id = r.id'
        )
        == 200
    )
    assert server.rows("SELECT relname FROM pg_class WHERE relname LIKE 'fixturegen%'") == []


def test_no_right_but_to_insert_is_needed_for_a_circle(server: Server) -> None:
    server.run(*(statement.format("") for statement in CIRCLE_DDL))
    role = server.url.database
    server.run(
        f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
        f'GRANT SELECT, INSERT ON "left", "right", below TO {role}',
    )
    try:
        engine = create_engine(server.url, poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"SET SESSION AUTHORIZATION {role}"))
            connection.commit()
            seed(connection, (LEFT, RIGHT, BELOW), circle())
        assert server.value('SELECT count(*) FROM "left"') == 200
    finally:
        server.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("name", "values", "kind", "row"),
    [
        ("left", {"right_id": 999}, "reference", 120),
        ("right", {"left_id": 999}, "reference", 120),
        ("left", {"id": 5}, "primary key", 120),
        ("right", {"left_id": None}, "not null", 120),
    ],
)
def test_a_row_that_breaks_a_circle_is_found(
    server: Server, name: str, values: dict[str, object], kind: str, row: int
) -> None:
    server.run(*(statement.format("") for statement in CIRCLE_DDL))
    frames = []
    for table_name, frame in circle():
        held = frame.to_dicts()
        if table_name == name:
            held[row - 1] |= values
        frames.append((table_name, pl.DataFrame(held, schema=frame.schema)))
    with pytest.raises(RejectedError) as caught:
        seed(server.url, (LEFT, RIGHT, BELOW), frames)
    (found,) = caught.value.rejections
    assert (found.table, found.kind, found.row) == (name, kind, row)
    assert server.value('SELECT count(*) FROM "left"') == 0


def test_deferred_references_are_judged_before_the_end(server: Server) -> None:
    server.run(*(statement.format("DEFERRABLE INITIALLY DEFERRED") for statement in CIRCLE_DDL))
    frames = circle()
    frames[0] = ("left", frames[0][1].with_columns(pl.lit(999).alias("right_id")))
    for dry_run in (True, False):
        with pytest.raises(RejectedError, match="as do 199 more") as caught:
            seed(server.url, (LEFT, RIGHT, BELOW), frames, dry_run=dry_run)
        assert caught.value.rejections[0].constraint == "right_id_fkey"


def test_a_reference_to_a_later_row_of_the_same_table(made: Server) -> None:
    frames = [(name, frame.slice(at, 50)) for name, frame in family() for at in range(0, 300, 50)]
    seed(made.url, FAMILY, frames, marker="0b")  # each child refers to the next one, the last to the first
    assert made.value("SELECT count(*) FROM children c JOIN children n ON n.id = c.next_id") == 300


def test_a_rule_does_not_rewrite_rows_that_wait(server: Server) -> None:
    server.run(
        *(statement.format("") for statement in CIRCLE_DDL),
        "CREATE TABLE elsewhere (id bigint, right_id bigint)",
        "CREATE RULE away AS ON INSERT TO below WHERE new.id > 5 DO INSTEAD INSERT INTO elsewhere VALUES (new.id, new.right_id)",
    )
    order = (LEFT, BELOW, RIGHT)  # a source may give any order
    frames = circle()
    seed(server.url, order, [frames[0], frames[2], frames[1]])
    assert server.value("SELECT count(*) FROM below") == 200


def test_identity_always_generated_columns_and_sequences(server: Server) -> None:
    server.run(
        "CREATE TABLE items (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price int NOT NULL,"
        " double int GENERATED ALWAYS AS (price * 2) STORED, code serial, down bigint)",
        "CREATE SEQUENCE falling INCREMENT -1 MAXVALUE -1 MINVALUE -99",
        "ALTER TABLE items ALTER down SET DEFAULT nextval('falling')",
    )
    items = table(
        "items", column("id", Type(kind="integer", bits=16), identity="always"), column("price"),
        column("double", generated="price * 2"), column("code", identity="by default"), column("down", nullable=True),
    )  # fmt: skip
    frame = pl.DataFrame(
        {"id": [3, 32767], "price": [5, 6], "code": [10, 2], "down": [-4, -7]}, schema_overrides={"id": pl.Int16}
    )
    seed(server.url, [items], [("items", frame)])
    assert server.rows("SELECT id, double, code FROM items ORDER BY 1") == [(3, 10, 10), (32767, 12, 2)]
    assert server.rows("SELECT nextval('items_code_seq'), nextval('falling')") == [(11, -8)]
    with pytest.raises(psycopg.errors.SequenceGeneratorLimitExceeded):
        server.run("INSERT INTO items (price) VALUES (1)")


def test_a_sequence_that_is_ahead_stays_there(server: Server) -> None:
    server.run("CREATE TABLE items (id serial PRIMARY KEY)", "SELECT setval('items_id_seq', 50)")
    items = table("items", column("id", Type(kind="integer", bits=32), identity="by default"))
    seed(server.url, [items], [("items", pl.DataFrame({"id": [1, 2]}, schema={"id": pl.Int32}))])
    assert server.value("SELECT nextval('items_id_seq')") == 51


FILMS = table("films", column("id"), column("title", TEXT))
LOG = table("log", column("id", identity="by default"), column("film_id"), column("title", TEXT))
TOTALS = table("totals", column("id"), column("films"))


def test_a_table_that_a_trigger_writes(server: Server) -> None:
    """Before it (by number), after it (by sequence), and under the same keys."""
    server.run(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        "CREATE TABLE log (id bigserial PRIMARY KEY, film_id bigint NOT NULL, title text NOT NULL)",
        "CREATE TABLE totals (id bigint PRIMARY KEY, films bigint NOT NULL)",
        """CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO log (film_id, title) VALUES (new.id, 'trigger');
             insert into  public."totals" values (new.id, 1);
             RETURN new; END $$""",
        "CREATE TRIGGER noted AFTER INSERT ON films FOR EACH ROW EXECUTE FUNCTION noted()",
    )
    ids = list(range(1, 51))
    frames = [
        ("log", pl.DataFrame({"id": ids, "film_id": ids, "title": ["ours"] * 50})),
        ("totals", pl.DataFrame({"id": [*ids[:40], *range(1001, 1011)], "films": [7] * 50})),
        ("films", pl.DataFrame({"id": ids, "title": ["t"] * 50})),
    ]
    seed(server.url, (LOG, TOTALS, FILMS), frames)
    assert server.value("SELECT count(*) FROM films") == 50
    assert server.rows("SELECT films, count(*) FROM totals GROUP BY 1 ORDER BY 1") == [(1, 50), (7, 10)]
    assert server.value("SELECT count(*) FROM log") == 50
    server.run("INSERT INTO films VALUES (99, 'later')")  # the log's sequence follows
    assert seed_again(server, (LOG, TOTALS, FILMS), frames)


def seed_again(server: Server, tables: Sequence[Table], frames: Frames) -> bool:
    """The marker counts what is there, so one row more is noticed."""
    with pytest.raises(RefusedError, match="already holds rows"):
        seed(server.url, tables, frames)
    return True


def test_a_trigger_that_nobody_can_read_numbers_after_our_rows(server: Server) -> None:
    server.run(
        "CREATE TABLE log (id bigserial PRIMARY KEY, film_id bigint NOT NULL, title text NOT NULL)",
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        """CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             EXECUTE format('INSERT ' || 'INTO %I (film_id, title) VALUES ($1, $2)', 'log') USING new.id, 'trigger';
             RETURN new; END $$""",
        "CREATE TRIGGER noted AFTER INSERT ON films FOR EACH ROW EXECUTE FUNCTION noted()",
    )
    ids = list(range(1, 51))
    frames = [
        ("log", pl.DataFrame({"id": ids, "film_id": ids, "title": ["ours"] * 50})),
        ("films", pl.DataFrame({"id": ids, "title": ["t"] * 50})),
    ]
    seed(server.url, (LOG, FILMS), frames)
    assert server.rows("SELECT title, count(*), max(id) FROM log GROUP BY 1 ORDER BY 1") == [
        ("ours", 50, 50),
        ("trigger", 50, 100),
    ]


def test_a_trigger_that_raises_is_named_with_its_row_and_never_its_words(server: Server) -> None:
    server.run(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        """CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF new.id = 33 THEN RAISE EXCEPTION 'never %', new.title; END IF; RETURN new; END $$""",
        "CREATE TRIGGER odd BEFORE INSERT ON films FOR EACH ROW EXECUTE FUNCTION odd()",
    )
    frame = pl.DataFrame({"id": range(1, 51), "title": ["secret"] * 50})
    with pytest.raises(RejectedError, match="row 33 of 'films' breaks the trigger constraint") as caught:
        seed(server.url, [FILMS], [("films", frame)])
    assert "secret" not in str(caught.value)


def test_rows_that_vanish_are_noticed(server: Server) -> None:
    server.run(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER gone BEFORE INSERT ON films FOR EACH ROW WHEN (new.id = 2) EXECUTE FUNCTION gone()",
    )
    frame = pl.DataFrame({"id": [1, 2, 3], "title": ["a", "b", "c"]})
    with pytest.raises(RefusedError, match="dropped 1 of 3 rows of 'films' without a word"):
        seed(server.url, [FILMS], [("films", frame)])


@pytest.mark.parametrize("wrong", [False, True])
def test_row_level_security_that_binds_the_owner_too(server: Server, wrong: bool) -> None:
    role = str(server.url.database)
    server.run(
        f"CREATE ROLE {role} LOGIN",
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        f"ALTER TABLE films OWNER TO {role}",
        "ALTER TABLE films ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE films FORCE ROW LEVEL SECURITY",
        "CREATE POLICY small ON films USING (true) WITH CHECK (id < 40)",
    )
    frame = pl.DataFrame({"id": range(1, 51 if wrong else 31), "title": "t"})
    try:
        with create_engine(server.url, poolclass=NullPool).connect() as connection:
            connection.execute(text(f"SET SESSION AUTHORIZATION {role}"))
            connection.commit()
            if wrong:
                with pytest.raises(RejectedError, match="row 40 of 'films' breaks the policy constraint"):
                    seed(connection, [FILMS], [("films", frame)])
            else:
                seed(connection, [FILMS], [("films", frame)])
        assert server.value("SELECT count(*) FROM films") == (0 if wrong else 30)
    finally:
        server.run(f"REASSIGN OWNED BY {role} TO postgres", f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_partitions(server: Server) -> None:
    server.run(
        "CREATE TABLE films (id bigint, title text NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
        "CREATE TABLE films_1 PARTITION OF films FOR VALUES FROM (0) TO (50)",
        "CREATE TABLE films_2 PARTITION OF films FOR VALUES FROM (50) TO (100)",
        "CREATE TABLE log (id bigint PRIMARY KEY, film_id bigint NOT NULL REFERENCES films, title text NOT NULL)",
    )
    frames = [
        ("films", pl.DataFrame({"id": range(100), "title": "t"})),
        ("log", pl.DataFrame({"id": range(100), "film_id": range(100), "title": "t"})),
    ]
    for options in ({}, {"existing": "replace"}, {"existing": "replace", "defer_constraints": True}):
        seed(server.url, (FILMS, LOG), frames, **options, marker="0b" if options else "0a")
        assert server.value("SELECT count(*) FROM films_2") == 50
    frames[0] = ("films", pl.DataFrame({"id": range(120), "title": "t"}))
    with pytest.raises(RejectedError, match="row 101 of 'films' breaks the check constraint"):
        seed(server.url, (FILMS, LOG), frames, existing="replace", marker="0c")
    assert server.value("SELECT count(*) FROM films") == 100


def test_inherited_rows_are_not_the_parents_own(server: Server) -> None:
    server.run("CREATE TABLE films (id bigint, title text)", "CREATE TABLE log (film_id bigint) INHERITS (films)")
    frames = [
        ("films", pl.DataFrame({"id": [1], "title": ["t"]})),
        ("log", pl.DataFrame({"id": [1, 2], "film_id": [1, 2], "title": ["t", "t"]})),
    ]
    seed(server.url, (FILMS, LOG), frames)
    server.run("DELETE FROM ONLY films")
    with pytest.raises(RefusedError, match="already holds rows in log"):
        seed(server.url, (FILMS, LOG), frames)
    seed(server.url, (FILMS,), frames[:1], existing="replace", marker="0d")
    assert server.value("SELECT count(*) FROM log") == 2


def test_several_schemas_and_names_that_need_quoting(server: Server) -> None:
    films = table("Audit Space.Films", column("id"), column("Title", TEXT))
    log = table("log", column("id"), column("film_id"), references=(reference("film_id", "Audit Space.Films"),))
    frames = [
        (films.name, pl.DataFrame({"id": [1, 2], "Title": ["a", "b"]})),
        ("log", pl.DataFrame({"id": [1], "film_id": [2]})),
    ]
    seed(server.url, (films, log), frames, create=True)
    assert server.value('SELECT "Title" FROM "Audit Space"."Films" f JOIN log ON film_id = f.id') == "b"
    with pytest.raises(RejectedError, match="breaks the primary key constraint"):
        seed(server.url, (films, log), frames, existing="append", marker="0b")


def test_an_exclusion_and_nulls_not_distinct(server: Server) -> None:
    rooms = Table(
        name="rooms",
        columns=(column("room"), column("code", nullable=True)),
        uniques=(Unique(columns=("code",), name="rooms_code", nulls_distinct=False, dialect="postgresql"),),
        exclusions=(Exclusion(expressions=("room",), operators=("=",), columns=("room",), name="one_room"),),
    )
    for codes, kind, name in (([1, 2], "exclusion", "one_room"), ([None, None], "unique", "rooms_code")):
        frame = pl.DataFrame(
            {"room": [7, 7 if kind == "exclusion" else 8], "code": codes}, schema_overrides={"code": pl.Int64}
        )
        with pytest.raises(RejectedError) as caught:
            seed(server.url, [rooms], [("rooms", frame)], create=True)
        (found,) = caught.value.rejections
        assert (found.kind, found.constraint) == (kind, name)


def test_bookkeeping_of_migration_tools_is_left_alone(server: Server) -> None:
    server.run(
        "CREATE TABLE alembic_version (id text PRIMARY KEY)", "CREATE TABLE schema_migrations (id text PRIMARY KEY)"
    )
    server.run("INSERT INTO alembic_version VALUES ('abc')")
    tables = (table("alembic_version", column("id", TEXT)), table("schema_migrations", column("id", TEXT)))
    frames = [(each.name, pl.DataFrame({"id": ["x", "y"]})) for each in tables]
    for existing in ("refuse", "append", "replace"):
        result = seed(
            server.url,
            tables,
            [frames[0], ("schema_migrations", pl.DataFrame({"id": [existing]}))],
            existing=existing,
        )
        assert result.left_alone[0] == "alembic_version"
        assert server.rows("SELECT id FROM alembic_version") == [("abc",)]
        if existing == "refuse":
            assert server.rows("SELECT id FROM schema_migrations") == [("refuse",)]


def test_a_users_transaction_is_joined_and_left_to_them(made: Server) -> None:
    engine = create_engine(made.url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL timezone = 'Asia/Tokyo'"))
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        seed(connection, FAMILY, family(3), marker="0b")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert connection.execute(text("SHOW timezone")).scalar() == "Asia/Tokyo"
        with pytest.raises(RejectedError):
            seed(connection, FAMILY, family(3), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert made.value("SELECT count(*) FROM children") == 0
        connection.rollback()
    assert made.value("SELECT count(*) FROM children") == 0
    with engine.begin() as connection:
        seed(connection, FAMILY, family(4), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 4


def test_begun_but_unused_transactions_are_joined_too(made: Server) -> None:
    engine = create_engine(made.url, poolclass=NullPool)
    with engine.connect() as connection:
        outer = connection.begin()
        seed(connection, FAMILY, family(3), marker="0b")
        outer.rollback()
    assert made.value("SELECT count(*) FROM children") == 0


def test_engines_of_every_isolation_level(made: Server) -> None:
    for at, level in enumerate(("AUTOCOMMIT", "SERIALIZABLE")):
        engine = create_engine(made.url, isolation_level=level)
        seed(engine, FAMILY, family(3), existing="replace", marker=f"{at}c")
        with pytest.raises(RejectedError):
            seed(engine, FAMILY, family(3), existing="append")
        assert made.value("SELECT count(*) FROM children") == 3
        engine.dispose()


def test_a_driver_that_cannot_copy_is_named() -> None:
    with pytest.raises((InputError, RefusedError)) as caught:
        seed("postgresql+psycopg://me:hunter2@127.0.0.1:1/none", FAMILY, [])
    assert "hunter2" not in str(caught.value)
    assert "cannot be reached" in str(caught.value)


def test_settings_of_a_role_do_not_change_values(made: Server) -> None:
    made.run(*(
        f"ALTER DATABASE {made.url.database} SET {setting}"
        for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Tokyo'", "intervalstyle = 'sql_standard'", "client_encoding = 'LATIN1'")
    ))  # fmt: skip
    day = table(
        "days",
        column("id"),
        column("at", Type(kind="datetime", zone=True)),
        column("span", Type(kind="interval")),
        column("word", TEXT),
    )
    from datetime import UTC, datetime, timedelta

    frame = pl.DataFrame(
        {"id": [1], "at": [datetime(2024, 3, 4, tzinfo=UTC)], "span": [timedelta(days=-1, hours=2)], "word": ["😀"]}
    )
    seed(made.url, [day], [("days", frame)], create=True)
    query = "SELECT extract(epoch FROM at)::bigint, extract(epoch FROM span)::bigint, ascii(word) FROM days"
    assert made.rows(query) == [(1709510400, -79200, ord("😀"))]


def test_a_locked_table_says_so(made: Server) -> None:
    made.run(f"ALTER DATABASE {made.url.database} SET lock_timeout = '50ms'")
    with made.connect() as other, other.transaction():
        other.execute("LOCK TABLE children IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(RefusedError, match="is locked by another connection"):
            seed(made.url, FAMILY, family(), marker="0b")


def test_a_read_only_database_says_so(made: Server) -> None:
    made.run(f"ALTER DATABASE {made.url.database} SET default_transaction_read_only = on")
    with pytest.raises(RefusedError, match="is read-only"):
        seed(made.url, FAMILY, family(), marker="0b")


def test_a_killed_connection_leaves_nothing(made: Server) -> None:
    def killed() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from family()[:1]
        made.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{made.url.database}' AND pid <> pg_backend_pid()"
        )
        yield from family()[1:]

    with pytest.raises(RefusedError, match=r"the connection to the database was lost|ended the connection"):
        seed(made.url, FAMILY, killed(), marker="0b")  # type: ignore[arg-type]  # an iterator
    assert made.value(f"SELECT count(*) FROM {quoted(PARENTS)}") == 0


def test_an_interrupt_leaves_nothing(made: Server) -> None:
    def interrupted() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from family()[:1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(made.url, FAMILY, interrupted(), marker="0b")  # type: ignore[arg-type]  # an iterator
    assert made.value(f"SELECT count(*) FROM {quoted(PARENTS)}") == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_client_stopped_in_mid_copy_leaves_nothing(made: Server, tmp_path: Path, number: signal.Signals) -> None:
    """The client waits for a lock in the middle of its load, where it is stopped."""
    script = tmp_path / "client.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        import polars as pl
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_postgresql import FAMILY, family, seed
        seed({made.url.render_as_string(hide_password=False)!r}, FAMILY, family(), marker="0b")
        """)
    )
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'"
    with made.connect() as other:
        with other.transaction():
            other.execute("LOCK TABLE children IN SHARE MODE")
            client = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE)
            ended = threading.Event()
            for _ in range(300):
                if made.value(waiting) or client.poll() is not None:
                    break
                ended.wait(0.1)
            assert client.poll() is None, client.stderr and client.stderr.read()
            client.send_signal(number)
            client.communicate(timeout=20)
        assert client.returncode != 0
        for _ in range(100):
            alive = (
                f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{made.url.database}' AND query LIKE 'COPY%'"
            )
            if not made.value(alive):
                break
            ended.wait(0.1)
    assert made.value(f"SELECT count(*) FROM {quoted(PARENTS)}") == 0
    assert made.value("SELECT count(*) FROM children") == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_addresses_for_other_drivers_name_the_same_database(made: Server, scheme: str) -> None:
    rest = made.url.render_as_string(hide_password=False).partition("://")[2]
    seed(f"{scheme}://{rest}", FAMILY, family(3), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 3
