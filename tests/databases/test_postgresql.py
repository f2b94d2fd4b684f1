"""Loads into PostgreSQL, judged by the server."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import psycopg
import pytest
from loads import POSTGRESQL, TEXT, Server, column, reference, table

from fixturegen.databases.base import RejectedError
from fixturegen.errors import RefusedError
from fixturegen.schema import Table, Type

pytestmark = pytest.mark.postgresql

FAMILY, PARENTS, QUOTED = POSTGRESQL.tables, POSTGRESQL.parents, POSTGRESQL.quoted
seed, family, broken = POSTGRESQL.seed, POSTGRESQL.frames, POSTGRESQL.broken


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
    server.rows("CREATE TABLE ticks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at date DEFAULT '2020-01-01')")
    seed(server.url, [table("ticks", column("id", identity="always"))], [("ticks", pl.DataFrame(height=3))])
    assert server.rows("SELECT id, at::text FROM ticks") == [(i, "2020-01-01") for i in (1, 2, 3)]


@pytest.mark.parametrize("create", [True, False])
def test_seeding_fills_every_table(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True)
        server.rows(f"COMMENT ON TABLE {QUOTED} IS NULL")
    result = seed(server.url, FAMILY, family(), create=create)
    assert {name: loaded.rows for name, loaded in result.tables.items()} == {PARENTS.name: 300, "children": 300}
    assert server.value("SELECT count(*) FROM children") == 300
    assert server.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == 2
    assert (
        server.value(
            f"SELECT count(*) FROM pg_index WHERE indisprimary AND indrelid::regclass::text IN ('children', $${QUOTED}$$)"
        )
        == 2
    )
    server.rows(f"INSERT INTO {QUOTED} (\"select\") VALUES ('next')")  # the sequence follows
    assert server.value(f"SELECT max(id) FROM {QUOTED}") == 301


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
    made.rows(f"COMMENT ON TABLE {QUOTED} IS 'Who''s who.'")
    for count in (3, 4):
        seed(made.url, FAMILY, family(count), existing="replace", marker=f"{count}c")
    comment = made.value(f"SELECT obj_description('{QUOTED}'::regclass)")
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
    made.rows(f"INSERT INTO {QUOTED} (\"select\") VALUES ('next')")
    assert made.value(f"SELECT max(id) FROM {QUOTED}") == 6


def test_replace_touches_no_other_table(made: Server) -> None:
    seed(made.url, FAMILY, family(5))
    with pytest.raises(RefusedError, match="cannot replace rows that others refer to: children"):
        seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")
    made.rows("DELETE FROM children")
    seed(made.url, [PARENTS], family(3)[:1], existing="replace", marker="0b")  # nobody refers to them any more
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 3


def test_create_refuses_tables_that_exist(made: Server) -> None:
    with pytest.raises(RefusedError, match="cannot make the tables: already there"):
        seed(made.url, FAMILY, family(), create=True, marker="0b")


def test_dry_run_tries_all_and_keeps_nothing(server: Server) -> None:
    result = seed(server.url, FAMILY, family(), create=True, dry_run=True)
    assert result.dry_run
    assert server.value("SELECT count(*) FROM pg_class WHERE relname = 'children'") == 0
    with pytest.raises(RejectedError):
        seed(server.url, FAMILY, broken("children", 7, parent_id=9999), create=True, dry_run=True)


def test_deferred_constraints_come_back_word_for_word(made: Server) -> None:
    made.rows(
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


def test_identity_always_generated_columns_and_sequences(server: Server) -> None:
    server.rows(
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
        server.rows("INSERT INTO items (price) VALUES (1)")


def test_a_sequence_that_is_ahead_stays_there(server: Server) -> None:
    server.rows("CREATE TABLE items (id serial PRIMARY KEY)", "SELECT setval('items_id_seq', 50)")
    items = table("items", column("id", Type(kind="integer", bits=32), identity="by default"))
    seed(server.url, [items], [("items", pl.DataFrame({"id": [1, 2]}, schema={"id": pl.Int32}))])
    assert server.value("SELECT nextval('items_id_seq')") == 51


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


def test_bookkeeping_of_migration_tools_is_left_alone(server: Server) -> None:
    server.rows(
        "CREATE TABLE alembic_version (id text PRIMARY KEY)", "CREATE TABLE schema_migrations (id text PRIMARY KEY)"
    )
    server.rows("INSERT INTO alembic_version VALUES ('abc')")
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
