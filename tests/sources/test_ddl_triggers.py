"""Triggers in DDL of PostgreSQL and MariaDB: told as the database itself would tell them."""

from __future__ import annotations

from typing import Any

import pytest

from fixturegen.schema import Dialect, Location
from fixturegen.sources.ddl import from_ddl

POSTGRESQL = """
CREATE TABLE t (id int PRIMARY KEY, n int, slug text);
CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN NEW.slug := coalesce(NEW.slug, 'x'); RAISE NOTICE 'filled'; RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION cap() RETURNS trigger AS 'BEGIN IF NEW.n > 9 THEN RAISE ''too much''; END IF; RETURN NEW; END;' LANGUAGE plpgsql;
CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
MARIADB = "CREATE TABLE t (id int PRIMARY KEY, n int, slug varchar(9));\n"


def triggers(text: str, dialect: Dialect) -> Any:
    return from_ddl(text, dialect=dialect, where=Location("a.sql", 1)).tables["t"].options.get("triggers", {})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            "CREATE TRIGGER g BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION public.fill();",
            {"timing": "BEFORE", "events": ["INSERT", "UPDATE"], "level": "row", "function": "fill", "writes": ["slug"],
             "reads": ["slug"]},
        ),
        (
            "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON public.t DEFERRABLE FOR EACH ROW WHEN (NEW.id > 5) EXECUTE PROCEDURE cap();",
            {"timing": "AFTER", "events": ["INSERT"], "level": "row", "function": "cap", "reads": ["id", "n"], "refuses": True},
        ),
        (
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION moddatetime(n);",
            {"timing": "BEFORE", "events": ["INSERT"], "level": "row", "function": "moddatetime"},
        ),
        (
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION moddatetime('n');",
            {"timing": "BEFORE", "events": ["INSERT"], "level": "row", "function": "moddatetime", "writes": ["n"], "reads": ["n"]},
        ),
        (
            "CREATE TRIGGER g AFTER DELETE ON t EXECUTE FUNCTION cap();",
            {"timing": "AFTER", "events": ["DELETE"], "level": "statement"},
        ),
    ],
)  # fmt: skip
def test_triggers_of_postgresql(made: str, expected: dict[str, object]) -> None:
    assert triggers(POSTGRESQL + made, "postgresql") == {"g": expected}
    assert triggers(made + POSTGRESQL, "postgresql") == {"g": expected}  # whatever stands first


FILLS = {"timing": "BEFORE", "events": ["INSERT"], "level": "row", "writes": ["slug"], "reads": ["n", "slug"]}
CAPS = {"timing": "BEFORE", "events": ["INSERT"], "level": "row", "reads": ["n"], "refuses": True}
FILLING = "BEFORE INSERT ON `t` FOR EACH ROW SET NEW.slug = NEW.n"
CAPPING = "BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.n > 9 THEN SIGNAL SQLSTATE '45000'; END IF; END"


@pytest.mark.parametrize(
    "text",
    [
        f"CREATE TRIGGER f {FILLING}; CREATE OR REPLACE TRIGGER IF NOT EXISTS c {CAPPING};",
        f"CREATE DEFINER=`r`@`%` TRIGGER f {FILLING};\nDELIMITER //\nCREATE TRIGGER c {CAPPING} //\nDELIMITER ;\n",
        (
            f"DELIMITER ;;\nCREATE PROCEDURE p() SELECT 1;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`h`*/ /*!50003 TRIGGER f {FILLING} */;;\n"
            f"CREATE TRIGGER c {CAPPING};;\nDELIMITER ;\n"
        ),
    ],
)
def test_triggers_of_mariadb(text: str) -> None:
    assert triggers(MARIADB + text, "mysql") == {"f": FILLS, "c": CAPS}


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TRIGGER g BEFORE INSERT;", "mysql"),
        ("CREATE TRIGGER;", "postgresql"),
        ("CREATE TRIGGER g INSTEAD OF INSERT ON a_view FOR EACH ROW EXECUTE FUNCTION f();", "postgresql"),
        ("CREATE EVENT TRIGGER g ON ddl_command_start EXECUTE FUNCTION f();", "postgresql"),
        ("DELIMITER //\nCREATE TRIGGER g BEFORE //\n", "mysql"),
    ],
)
def test_what_is_no_trigger_of_a_table_is_passed_over(text: str, dialect: Dialect) -> None:
    assert triggers("CREATE TABLE t (id int);\n" + text, dialect) == {}


def test_triggers_of_sqlite_are_read_and_those_of_views_are_not() -> None:
    text = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
        CREATE VIEW v AS SELECT * FROM t;
        CREATE TRIGGER of_view INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
        CREATE TRIGGER g AFTER INSERT ON T WHEN NEW.n > 5 BEGIN SELECT RAISE(ABORT, 'no'); DELETE FROM v; END;
        ALTER TABLE t RENAME COLUMN id TO no;
    """
    options = from_ddl(text, dialect="sqlite", where=Location("a.sql", 1)).tables["t"].options
    assert options["triggers"] == {
        "g": {"timing": "AFTER", "events": ["INSERT"], "level": "row", "reads": ["n"], "refuses": True}
    }
