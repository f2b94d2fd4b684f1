"""Tables whose triggers refuse rows are filled with rows that these take."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine

import fixturegen as fg

ROWS = 40
STATEMENTS = """
CREATE TABLE rooms (room_id varchar(60) NOT NULL PRIMARY KEY);
CREATE TABLE events (event_id varchar(60) NOT NULL PRIMARY KEY, room_id varchar(60) NOT NULL, FOREIGN KEY (room_id) REFERENCES rooms (room_id));
CREATE TABLE agreeing (event_id varchar(60) NOT NULL UNIQUE, room_id varchar(60) NOT NULL,
  FOREIGN KEY (event_id) REFERENCES events (event_id), FOREIGN KEY (room_id) REFERENCES rooms (room_id));
CREATE TABLE amounts (id integer NOT NULL PRIMARY KEY, low integer NOT NULL, high integer NOT NULL, code varchar(40) NOT NULL UNIQUE);
CREATE TABLE few (id integer NOT NULL PRIMARY KEY, room_id varchar(60) NOT NULL, FOREIGN KEY (room_id) REFERENCES rooms (room_id));
CREATE TABLE single (id integer NOT NULL PRIMARY KEY);
CREATE TABLE never (id integer NOT NULL PRIMARY KEY);
"""
CONDITIONS = {
    "agreeing": "EXISTS (SELECT 1 FROM events e WHERE e.event_id = NEW.event_id AND e.room_id <> NEW.room_id)",
    "amounts": "NEW.low > NEW.high OR length(NEW.code) IN (1, 3, 5, 7, 9, 11, 13, 15)",
    "few": "(SELECT count(*) FROM few WHERE room_id = NEW.room_id) >= 2",
    "single": "(SELECT count(*) FROM single) >= 1",
    "never": "1 = 1",
}
"""Which rows each table refuses."""
BROKEN = {
    "agreeing": "SELECT count(*) FROM agreeing a JOIN events e ON e.event_id = a.event_id WHERE e.room_id <> a.room_id",
    "amounts": "SELECT count(*) FROM amounts WHERE low > high OR length(code) IN (1, 3, 5, 7, 9, 11, 13, 15)",
    "few": "SELECT count(*) FROM (SELECT room_id FROM few GROUP BY room_id HAVING count(*) > 2) crowded",
}
IGNORED, ABORTED = "IGNORE", "ABORT, 'no'"
TABLES = ("rooms", "events", *CONDITIONS)


def postgresql_triggers() -> list[str]:
    made = []
    for table, condition in CONDITIONS.items():
        refusal = "RETURN NULL" if table == "single" else "RAISE EXCEPTION 'no' USING ERRCODE = '23514'"
        made += [
            f"CREATE FUNCTION {table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN {refusal}; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}()",
        ]
    return made


def mariadb_triggers() -> list[str]:
    return [
        f"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} FOR EACH ROW IF {condition} THEN SIGNAL SQLSTATE '45000'; END IF"
        for table, condition in CONDITIONS.items()
    ]


def sqlite_triggers() -> list[str]:
    return [
        f"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE({IGNORED if table == 'single' else ABORTED}); END"
        for table, condition in CONDITIONS.items()
    ]


def judged(connection: Connection, result: fg.LoadResult) -> None:
    counts = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in TABLES}
    assert counts == dict.fromkeys(TABLES, ROWS) | {"single": 1, "never": 0}
    for table, query in BROKEN.items():
        assert connection.exec_driver_sql(query).scalar_one() == 0, table
    told(result.fewer)
    assert [(one.table, one.kind) for one in result.rejected] == [("never", "trigger")]


def told(fewer: Mapping[str, tuple[int, str]]) -> None:
    assert {name: rows for name, (rows, _) in fewer.items()} == {"single": 1}
    assert "triggers" in fewer["single"][1]


def filled(url: URL | str, triggers: list[str]) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in [*STATEMENTS.strip().strip(";").split(";"), *triggers]:
            connection.exec_driver_sql(statement)
    result = fg.seed(engine, engine, rows=ROWS)
    with engine.connect() as connection:
        judged(connection, result)
    assert fg.seed(engine, engine, rows=ROWS).already
    engine.dispose()


def test_sqlite(tmp_path: Path) -> None:
    filled(f"sqlite:///{tmp_path / 'a.db'}", sqlite_triggers())


@pytest.mark.mariadb
def test_mariadb(mariadb_url: URL) -> None:
    filled(mariadb_url, mariadb_triggers())


@pytest.mark.postgresql
def test_postgresql(postgresql_url: URL) -> None:
    filled(postgresql_url, postgresql_triggers())


@pytest.mark.postgresql
def test_postgresql_triggers_that_wait_for_the_end(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("""
        CREATE TABLE rooms (id integer PRIMARY KEY);
        CREATE TABLE few (id integer PRIMARY KEY, room_id integer NOT NULL REFERENCES rooms);
        CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF (SELECT count(*) FROM few WHERE room_id = NEW.room_id) > 2 THEN RAISE EXCEPTION 'no'; END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER few AFTER INSERT ON few DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION few();
        """)
    result = fg.seed(engine, engine, rows=60)
    assert result.tables["few"].rows == 60
    with engine.connect() as connection:
        crowded = "SELECT max(n) FROM (SELECT count(*) AS n FROM few GROUP BY room_id) c"
        assert connection.exec_driver_sql(crowded).scalar_one() == 2
    engine.dispose()


@pytest.mark.postgresql
def test_postgresql_triggers_that_make_of_a_row_what_its_table_refuses(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("""
        CREATE TABLE fine (id integer PRIMARY KEY);
        CREATE TABLE places (id integer PRIMARY KEY, parent_id integer REFERENCES places DEFERRABLE INITIALLY DEFERRED,
          code varchar(40) NOT NULL, path text NOT NULL);
        CREATE FUNCTION place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          NEW.path := NEW.id::text;
          IF NEW.parent_id IS NOT NULL THEN SELECT path || '/' || NEW.id INTO NEW.path FROM places WHERE id = NEW.parent_id; END IF;
          IF mod(length(NEW.code), 2) = 1 THEN NEW.path := NULL; END IF;
          RETURN NEW; END $$;
        CREATE TRIGGER place BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION place();
        CREATE TABLE never (id integer PRIMARY KEY, x integer NOT NULL);
        CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := NULL; RETURN NEW; END $$;
        CREATE TRIGGER never BEFORE INSERT ON never FOR EACH ROW EXECUTE FUNCTION never();
        """)
    result = fg.seed(engine, engine, rows=ROWS)
    assert result.tables["fine"].rows == ROWS
    assert result.tables["places"].rows == ROWS
    assert [one.table for one in result.rejected] == ["never"]
    engine.dispose()


def test_a_trigger_that_rolls_all_back_leaves_its_table_empty(tmp_path: Path) -> None:
    path = tmp_path / "back.db"
    connection = sqlite3.connect(path)
    connection.executescript("""
    CREATE TABLE fine (id INTEGER PRIMARY KEY);
    CREATE TABLE back (id INTEGER PRIMARY KEY, x INTEGER NOT NULL);
    CREATE TRIGGER back BEFORE INSERT ON back WHEN NEW.id > 3 BEGIN SELECT RAISE(ROLLBACK, 'no'); END;
    """)
    connection.close()
    result = fg.seed(f"sqlite:///{path}", f"sqlite:///{path}", rows=10)
    assert {name: held.rows for name, held in result.tables.items()} == {"fine": 10}
    assert [one.table for one in result.rejected] == ["back"]


UNDECLARED = """
CREATE TABLE rooms (room_id TEXT PRIMARY KEY);
CREATE TABLE events (event_id TEXT PRIMARY KEY, room_id TEXT NOT NULL);
CREATE TABLE partial_rooms (room_id TEXT NOT NULL PRIMARY KEY REFERENCES rooms (room_id));
CREATE TABLE partial_events (room_id TEXT NOT NULL REFERENCES partial_rooms (room_id),
                             event_id TEXT NOT NULL UNIQUE REFERENCES events (event_id));
CREATE TRIGGER agree BEFORE INSERT ON partial_events BEGIN
  SELECT RAISE(ABORT, 'no') WHERE EXISTS (SELECT 1 FROM events e WHERE e.event_id = NEW.event_id AND e.room_id != NEW.room_id);
END;
"""


def test_columns_of_one_name_agree_where_triggers_refuse_all_that_do_not(tmp_path: Path) -> None:
    path = tmp_path / "agree.db"
    connection = sqlite3.connect(path)
    connection.executescript(UNDECLARED)
    connection.close()
    url = f"sqlite:///{path}"
    result = fg.seed(url, url, rows=30)
    assert (result.tables["partial_events"].rows, result.rejected) == (30, ())
    assert fg.verify(url, url)
