"""Circles of references that are never NULL, and rows that refer to later rows."""

from __future__ import annotations

import polars as pl
import pytest
from loads import POSTGRESQL, Server, by_insert, changed, column, reference, table
from sqlalchemy import text

from fixturegen.databases.base import RejectedError

pytestmark = pytest.mark.postgresql

FAMILY = POSTGRESQL.tables
seed, family = POSTGRESQL.seed, POSTGRESQL.frames


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
    server.rows(*(statement.format(tail) for statement in CIRCLE_DDL))
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
    server.rows(*(statement.format("") for statement in CIRCLE_DDL))
    role = server.url.database
    server.rows(
        f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
        f'GRANT SELECT, INSERT ON "left", "right", below TO {role}',
    )
    try:
        engine = by_insert(server.url)
        with engine.connect() as connection:
            connection.execute(text(f"SET SESSION AUTHORIZATION {role}"))
            connection.commit()
            seed(connection, (LEFT, RIGHT, BELOW), circle())
        assert server.value('SELECT count(*) FROM "left"') == 200
    finally:
        server.rows(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


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
    server.rows(*(statement.format("") for statement in CIRCLE_DDL))
    with pytest.raises(RejectedError) as caught:
        seed(server.url, (LEFT, RIGHT, BELOW), changed(circle(), name, row, values))
    (found,) = caught.value.rejections
    assert (found.table, found.kind, found.row) == (name, kind, row)
    assert server.value('SELECT count(*) FROM "left"') == 0


def test_deferred_references_are_judged_before_the_end(server: Server) -> None:
    server.rows(*(statement.format("DEFERRABLE INITIALLY DEFERRED") for statement in CIRCLE_DDL))
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
    server.rows(
        *(statement.format("") for statement in CIRCLE_DDL),
        "CREATE TABLE elsewhere (id bigint, right_id bigint)",
        "CREATE RULE away AS ON INSERT TO below WHERE new.id > 5 DO INSTEAD INSERT INTO elsewhere VALUES (new.id, new.right_id)",
    )
    order = (LEFT, BELOW, RIGHT)  # a source may give any order
    frames = circle()
    seed(server.url, order, [frames[0], frames[2], frames[1]])
    assert server.value("SELECT count(*) FROM below") == 200
