"""What the words of triggers say of the rows that come."""

from __future__ import annotations

import pytest

from fixturegen.schema import Dialect
from fixturegen.sources.triggers import effects, effects_of_function, trigger_of_sqlite

COLUMNS = ["id", "a b", "c", "d"]


@pytest.mark.parametrize(
    ("dialect", "body", "writes", "passes"),
    [
        ("postgresql", 'BEGIN NEW.c := 1; new."a b" = lower(NEW.d); RETURN NEW; END', ["a b", "c"], False),
        ("postgresql", "BEGIN IF NEW.c = 1 AND NEW.d=2 THEN NEW.D = 3; ELSE NEW.id=4; END IF; RETURN NEW; END", ["id", "d"], False),
        ("postgresql", "BEGIN SELECT x INTO NEW.c FROM u; RETURN NEW; END", ["c"], False),
        ("postgresql", "BEGIN /* NEW.c := 1; */ -- NEW.d := 2;\nPERFORM 'NEW.id := 1'; RETURN NEW; END", None, False),
        ("postgresql", "BEGIN NEW := made(NEW); RETURN NEW; END", ["*"], False),
        ("postgresql", "DECLARE r t; BEGIN r := NEW; RETURN r; END", ["*"], False),
        ("postgresql", "BEGIN IF NEW.c < 0 THEN RETURN NULL; END IF; RETURN NEW; END", None, True),
        ("mysql", "SET NEW.c = IF(NEW.d = 1, 2, 3), NEW.`a b` = NOW()", ["a b", "c"], False),
        ("mysql", "BEGIN IF NEW.c = 1 THEN SET @x = NEW.d; END IF; END", None, False),
        ("sqlite", "BEGIN SELECT RAISE(IGNORE); END", None, True),
        ("sqlite", "BEGIN SELECT RAISE(ABORT, 'ignore') WHERE NEW.c = 1; END", None, False),
    ],
)  # fmt: skip
def test_columns_that_are_written_and_rows_that_are_left_out(
    dialect: Dialect, body: str, writes: list[str] | None, passes: bool
) -> None:
    found = effects(body, dialect, COLUMNS)
    assert found.get("writes") == writes
    assert found.get("passes_over", False) is passes


def test_columns_that_are_read_in_the_table_s_own_spelling() -> None:
    assert effects("BEGIN IF NEW.C > NEW.\"a b\" THEN RAISE 'x'; END IF; RETURN NEW; END", "postgresql", COLUMNS) == {
        "reads": ["a b", "c"]
    }
    assert effects("BEGIN PERFORM to_jsonb(NEW); RETURN NEW; END", "postgresql", COLUMNS) == {"reads": ["*"]}
    assert effects("BEGIN RETURN NEW; END", "postgresql", COLUMNS) == {}


def test_functions_of_postgresql_by_language() -> None:
    made = 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN ((new."a b" > 1)) EXECUTE FUNCTION {}'
    search = made.format("tsvector_update_trigger('c', 'pg_catalog.english', 'd')")
    assert effects_of_function("internal", "tsvector_update_trigger", search, COLUMNS)["writes"] == ["c", "d"]
    assert effects_of_function("c", "f", made.format("f()"), COLUMNS) == {}
    assert effects_of_function("plpython3u", "return 'MODIFY'", made.format("f()"), COLUMNS)["writes"] == ["*"]
    body = "BEGIN RAISE 'no'; END"
    assert effects_of_function("plpgsql", body, made.format("f()"), COLUMNS) == {"reads": ["a b"]}


@pytest.mark.parametrize(
    ("head", "timing", "event"),
    [
        ("CREATE TRIGGER g BEFORE INSERT ON t", "BEFORE", "INSERT"),
        ("CREATE TRIGGER IF NOT EXISTS main.g AFTER UPDATE OF c ON t", "AFTER", "UPDATE"),
        ('CREATE TRIGGER "before" INSTEAD OF DELETE ON t', "INSTEAD OF", "DELETE"),
        ("CREATE TRIGGER g INSERT ON t", "BEFORE", "INSERT"),
    ],
)  # fmt: skip
def test_heads_of_sqlite_s_triggers(head: str, timing: str, event: str) -> None:
    told = trigger_of_sqlite(f"{head} BEGIN DELETE FROM u; END", COLUMNS)
    assert told == {"timing": timing, "events": [event], "level": "row"}


def test_of_words_that_cannot_be_read_anything_is_to_be_expected() -> None:
    assert effects("BEGIN NEW.c := 'never ends; END", "postgresql", COLUMNS) == {"writes": ["*"], "reads": ["*"]}
