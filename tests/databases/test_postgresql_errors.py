"""Rows that PostgreSQL refuses, or that its triggers and policies do: found, named, and all undone."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from loads import POSTGRESQL, TEXT, Frames, Server, by_insert, column, table
from sqlalchemy import text

from fixturegen.databases.base import RejectedError
from fixturegen.errors import RefusedError
from fixturegen.schema import Exclusion, Table, Unique

pytestmark = pytest.mark.postgresql

FAMILY, PARENTS, QUOTED = POSTGRESQL.tables, POSTGRESQL.parents, POSTGRESQL.quoted
seed, broken = POSTGRESQL.seed, POSTGRESQL.broken


def test_a_nul_is_rejected_with_its_row(made: Server) -> None:
    with pytest.raises(RejectedError) as caught:
        seed(made.url, FAMILY, broken(PARENTS.name, 7, select="a\0b"))
    (found,) = caught.value.rejections
    assert (found.kind, found.row) == ("type", 7)


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
        server.rows(f"INSERT INTO {QUOTED} (\"select\") VALUES ('first')")
        assert server.value(f"SELECT id FROM {QUOTED}") == 1  # sequences are undone too


FILMS = table("films", column("id"), column("title", TEXT))
LOG = table("log", column("id", identity="by default"), column("film_id"), column("title", TEXT))
TOTALS = table("totals", column("id"), column("films"))


def test_a_table_that_a_trigger_writes(server: Server) -> None:
    """Before it (by number), after it (by sequence), and under the same keys."""
    server.rows(
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
    server.rows("INSERT INTO films VALUES (99, 'later')")  # the log's sequence follows
    assert seed_again(server, (LOG, TOTALS, FILMS), frames)


def seed_again(server: Server, tables: Sequence[Table], frames: Frames) -> bool:
    """The marker counts what is there, so one row more is noticed."""
    with pytest.raises(RefusedError, match="already holds rows"):
        seed(server.url, tables, frames)
    return True


def test_a_trigger_that_nobody_can_read_numbers_after_our_rows(server: Server) -> None:
    server.rows(
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
    server.rows(
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
    server.rows(
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
    server.rows(
        f"CREATE ROLE {role} LOGIN",
        "CREATE TABLE films (id bigint PRIMARY KEY, title text NOT NULL)",
        f"ALTER TABLE films OWNER TO {role}",
        "ALTER TABLE films ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE films FORCE ROW LEVEL SECURITY",
        "CREATE POLICY small ON films USING (true) WITH CHECK (id < 40)",
    )
    frame = pl.DataFrame({"id": range(1, 51 if wrong else 31), "title": "t"})
    try:
        with by_insert(server.url).connect() as connection:
            connection.execute(text(f"SET SESSION AUTHORIZATION {role}"))
            connection.commit()
            if wrong:
                with pytest.raises(RejectedError, match="row 40 of 'films' breaks the policy constraint"):
                    seed(connection, [FILMS], [("films", frame)])
            else:
                seed(connection, [FILMS], [("films", frame)])
        assert server.value("SELECT count(*) FROM films") == (0 if wrong else 30)
    finally:
        server.rows(f"REASSIGN OWNED BY {role} TO postgres", f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_partitions(server: Server) -> None:
    server.rows(
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
    server.rows("CREATE TABLE films (id bigint, title text)", "CREATE TABLE log (film_id bigint) INHERITS (films)")
    frames = [
        ("films", pl.DataFrame({"id": [1], "title": ["t"]})),
        ("log", pl.DataFrame({"id": [1, 2], "film_id": [1, 2], "title": ["t", "t"]})),
    ]
    seed(server.url, (FILMS, LOG), frames)
    server.rows("DELETE FROM ONLY films")
    with pytest.raises(RefusedError, match="already holds rows in log"):
        seed(server.url, (FILMS, LOG), frames)
    seed(server.url, (FILMS,), frames[:1], existing="replace", marker="0d")
    assert server.value("SELECT count(*) FROM log") == 2


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
