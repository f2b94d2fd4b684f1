"""Probes of real databases: what they enforce, what they do not, and that they are left as they were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, event

sys.path.insert(0, str(Path(__file__).parents[1] / "suites"))
from shop_records import RECORDS, SCHEMA

from fixturegen.breaking.records import Negatives
from fixturegen.databases.create import create_statements
from fixturegen.errors import InputError, RefusedError
from fixturegen.probing import asking
from fixturegen.probing.asking import probed
from fixturegen.probing.bench import Bench
from fixturegen.probing.findings import ProbeReport
from fixturegen.schema import Schema

KEYS_ON = "PRAGMA foreign_keys = ON"
ROWS = (
    "INSERT INTO customers (id, email) VALUES (1, 'A@example.com'), (2, 'b@example.com'), (7, 'aaaaaaaa@example.com')",
    "INSERT INTO orders (id, customer_id, total, status) VALUES (1, 1, 5, 'new'), (2, 7, 6, 'paid')",
)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that are known, in place of those that would be made."""
    records = [each for each in RECORDS if each.constraint != "customers.customers_id_not_null"]
    monkeypatch.setattr(asking, "negatives_for", lambda *given, **more: Negatives(records))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    yield made(engine)
    engine.dispose()


@pytest.fixture
def postgresql(postgresql_url: URL) -> Iterator[Engine]:
    engine = create_engine(postgresql_url)
    yield made(engine)
    engine.dispose()


@pytest.fixture
def mariadb(mariadb_url: URL) -> Iterator[Engine]:
    engine = create_engine(mariadb_url)
    yield made(engine)
    engine.dispose()


def made(engine: Engine, schema: Schema = SCHEMA) -> Engine:
    run(engine, *create_statements(schema, engine.dialect.name.replace("mariadb", "mysql")))  # type: ignore[arg-type]
    return engine


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def dump(engine: Engine) -> list[object]:
    held: list[object] = [rows(engine, f"SELECT * FROM {name} ORDER BY 1") for name in SCHEMA.tables]
    if engine.dialect.name == "postgresql":
        held.append(rows(engine, "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"))
    if engine.dialect.name == "mysql":
        query = "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = database() ORDER BY 1"
        held.append(rows(engine, query))
    return held


def told(report: ProbeReport) -> dict[str, str]:
    return {finding.constraint: finding.status for finding in report.findings}


def bad(report: ProbeReport) -> dict[str, str]:
    return {finding.constraint: finding.status for finding in report.findings if not finding}


def test_all_is_enforced_where_references_are_switched_on(sqlite: Engine) -> None:
    before = dump(sqlite)
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert report, str(report)
    assert told(report)["orders.orders_customer_id_fkey"] == "enforced"
    assert told(report)["customers.customers_email_key"] == "enforced"
    assert not report.notes
    assert dump(sqlite) == before


def test_references_are_not_enforced_by_sqlite_as_it_is(sqlite: Engine) -> None:
    report = probed(SCHEMA, sqlite.url)
    assert bad(report) == {"orders.orders_customer_id_fkey": "not enforced"}
    assert "PRAGMA foreign_keys is off" in report.notes[0]


def test_an_engine_gives_the_connections_that_its_application_gets(sqlite: Engine) -> None:
    event.listen(sqlite, "connect", lambda connection, record: connection.execute(KEYS_ON))
    sqlite.dispose()
    assert probed(SCHEMA, sqlite)


def test_rows_that_are_there_are_in_nobodys_way(sqlite: Engine) -> None:
    run(sqlite, *ROWS)
    before = dump(sqlite)
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert report, str(report)
    assert told(report)["customers.customers_email_key"] == "enforced"
    assert dump(sqlite) == before


def test_a_row_that_there_is_no_room_for_is_told_of(sqlite: Engine) -> None:
    run(sqlite, "CREATE UNIQUE INDEX one ON orders (status)", *ROWS)
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON], only=["orders"])
    assert told(report)["orders.orders_pkey"] == "no room"
    assert "rows of orders that are there already" in next(
        each.reason for each in report.findings if each.constraint == "orders.orders_pkey"
    )


def test_a_trigger_that_nobody_declared_refuses_valid_rows(sqlite: Engine) -> None:
    run(
        sqlite,
        "CREATE TRIGGER no BEFORE INSERT ON orders WHEN new.status = 'paid' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert bad(report) == {"orders.orders_status": "refuses valid rows"}
    assert "trigger" in next(each.by for each in report.findings if not each)


def test_a_trigger_that_answers_instead_is_told(sqlite: Engine) -> None:
    broken = tuple(each for each in SCHEMA.tables["orders"].checks if each.name != "orders_total")
    run(
        sqlite,
        "DROP TABLE orders",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, total DECIMAL NOT NULL, "
        f"status TEXT NOT NULL CHECK ({broken[0].sql}))",
        "CREATE TRIGGER guard BEFORE INSERT ON orders WHEN new.total < 1 BEGIN SELECT RAISE(ABORT, 'too little'); END",
    )
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert report
    assert told(report)["orders.orders_total"] == "enforced otherwise"
    assert "trigger" in next(each.by for each in report.findings if each.constraint == "orders.orders_total")
    assert "too little" not in str(report)


def test_what_a_database_lacks_is_found(sqlite: Engine) -> None:
    run(
        sqlite,
        "DROP TABLE orders",
        "DROP TABLE customers",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, note TEXT)",
    )
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    found = bad(report)
    assert found["customers.customers_email_key"] == "not enforced"
    assert found["customers.customers_email_not_null"] == "not enforced"
    assert found["orders.orders_total"] == "untestable"
    assert "no such table" in next(each.reason for each in report.findings if each.constraint == "orders.orders_total")


def test_a_column_that_is_not_there_is_no_accident(sqlite: Engine) -> None:
    run(sqlite, "DROP TABLE orders", "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER)")
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert bad(report)["orders.orders_total"] == "untestable"
    assert told(report)["customers.customers_email_key"] == "enforced"


def test_a_refusal_that_ends_the_transaction_does_not_end_the_probe(sqlite: Engine) -> None:
    run(
        sqlite,
        "DROP TABLE orders",
        "DROP TABLE customers",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE ON CONFLICT ROLLBACK, note TEXT)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK, customer_id INTEGER NOT NULL REFERENCES customers, "
        "total NUMERIC NOT NULL CHECK (total >= 1), status TEXT NOT NULL CHECK (status IN ('new', 'paid')))",
        *ROWS,
    )
    before = dump(sqlite)
    report = probed(SCHEMA, sqlite.url, on_connect=[KEYS_ON])
    assert told(report)["customers.customers_email_key"] == "enforced"
    assert told(report)["orders.orders_pkey"] == "enforced"
    assert dump(sqlite) == before


def test_only_some_tables_are_asked(sqlite: Engine) -> None:
    report = probed(SCHEMA, sqlite.url, only=["customers"])
    assert {finding.table for finding in report.findings} == {"customers"}
    assert report == probed(SCHEMA, sqlite.url, exclude=["orders"])
    with pytest.raises(InputError, match="unknown table 'order'"):
        probed(SCHEMA, sqlite.url, only=["order"])


def test_what_looks_like_production_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop_production.db"
    made(create_engine(f"sqlite:///{path}")).dispose()
    before = path.read_bytes()
    with pytest.raises(RefusedError, match="production"):
        probed(SCHEMA, f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert probed(SCHEMA, f"sqlite:///{path}", allow=[path.name], on_connect=[KEYS_ON])


def test_a_locked_database_is_told_of(sqlite: Engine) -> None:
    with sqlite.connect() as other:
        other.exec_driver_sql("BEGIN EXCLUSIVE")
        with pytest.raises(RefusedError, match="locked"):
            probed(SCHEMA, sqlite.url, on_connect=["PRAGMA busy_timeout = 50"])


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)])  # fmt: skip
def test_an_interruption_leaves_nothing(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: Engine = request.getfixturevalue(kind)
    run(engine, *ROWS)
    before = dump(engine)
    interrupt(monkeypatch, after=9)
    with pytest.raises(KeyboardInterrupt):
        probed(SCHEMA, engine.url)
    monkeypatch.undo()
    assert dump(engine) == before


def interrupt(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Have Ctrl-C come in the middle of a line."""
    count = 0

    def counting(run: Callable[[Bench, str], None]) -> Callable[[Bench, str], None]:
        def counted(bench: Bench, statement: str) -> None:
            nonlocal count
            run(bench, statement)
            count += statement.startswith("INSERT")
            if count == after:
                count += 1
                raise KeyboardInterrupt

        return counted

    monkeypatch.setattr(Bench, "run", counting(Bench.run))


@pytest.mark.postgresql
def test_postgresql_enforces_all_and_keeps_its_rows(postgresql: Engine) -> None:
    run(postgresql, *ROWS)
    before = dump(postgresql)
    report = probed(SCHEMA, postgresql.url)
    assert report, str(report)
    assert dump(postgresql) == before


@pytest.mark.postgresql
def test_postgresql_with_its_triggers_disabled(postgresql: Engine) -> None:
    run(postgresql, "ALTER TABLE orders DISABLE TRIGGER ALL")
    assert bad(probed(SCHEMA, postgresql.url)) == {"orders.orders_customer_id_fkey": "not enforced"}


@pytest.mark.postgresql
def test_postgresql_with_a_constraint_under_another_name(postgresql: Engine) -> None:
    run(postgresql, "ALTER TABLE orders RENAME CONSTRAINT orders_total TO something_else")
    report = probed(SCHEMA, postgresql.url)
    (finding,) = report.of("enforced otherwise")
    assert (finding.constraint, finding.by) == ("orders.orders_total", "check something_else")
    assert report


@pytest.mark.postgresql
def test_a_check_that_is_not_valid_is_not_enforced_until_it_is_validated(postgresql: Engine) -> None:
    run(
        postgresql,
        "ALTER TABLE orders DROP CONSTRAINT orders_total",
        "INSERT INTO customers VALUES (1, 'a', NULL)",
        "INSERT INTO orders VALUES (1, 1, 0, 'new')",
        "ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 1) NOT VALID",
    )
    report = probed(SCHEMA, postgresql.url)
    assert told(report)["orders.orders_total"] == "not enforced"
    assert "NOT VALID" in str(report)
    assert not report
    run(postgresql, "UPDATE orders SET total = 1", "ALTER TABLE orders VALIDATE CONSTRAINT orders_total")
    assert told(probed(SCHEMA, postgresql.url))["orders.orders_total"] == "enforced"


@pytest.mark.postgresql
def test_references_that_the_commit_judges_are_judged(postgresql: Engine) -> None:
    run(
        postgresql,
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers "
        "DEFERRABLE INITIALLY DEFERRED",
    )
    assert told(probed(SCHEMA, postgresql.url))["orders.orders_customer_id_fkey"] == "enforced"


@pytest.mark.postgresql
def test_numbers_that_a_trigger_takes_are_told_of(postgresql: Engine) -> None:
    run(
        postgresql,
        "CREATE TABLE log (id serial, what text)",
        "CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (what) VALUES ('x'); RETURN new; END $$",
        "CREATE TRIGGER logged AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION logged()",
    )
    report = probed(SCHEMA, postgresql.url)
    assert any("log_id_seq" in note for note in report.notes)
    assert rows(postgresql, "SELECT count(*) FROM log") == [(0,)]


@pytest.mark.mariadb
def test_mariadb_enforces_all_and_keeps_its_rows_and_numbers(mariadb: Engine) -> None:
    run(mariadb, "SET foreign_key_checks = 0", "ALTER TABLE customers MODIFY id BIGINT NOT NULL AUTO_INCREMENT", *ROWS)
    before = dump(mariadb)
    report = probed(SCHEMA, mariadb.url)
    assert report, str(report)
    assert not report.notes
    assert dump(mariadb) == before


@pytest.mark.mariadb
def test_mariadb_that_is_not_strict_takes_what_does_not_fit(mariadb: Engine) -> None:
    from dataclasses import replace

    long = replace(RECORDS[6], id="customers.customers_email_length/above", expect="reject",
                   last=replace(RECORDS[6].last, rows=({"id": 1, "email": "a" * 21, "note": "x"},)), breaks=True)  # fmt: skip
    asking.negatives_for = lambda *given, **more: Negatives([long])  # type: ignore[assignment]
    assert told(probed(SCHEMA, mariadb.url))["customers.customers_email_length"] == "enforced"
    report = probed(SCHEMA, mariadb.url, on_connect=["SET SESSION sql_mode = ''"])
    assert told(report)["customers.customers_email_length"] == "not enforced"
    assert any("not strict" in note for note in report.notes)


@pytest.mark.mariadb
def test_mariadb_with_its_checks_off(mariadb: Engine) -> None:
    off = ["SET SESSION check_constraint_checks = 0", "SET SESSION foreign_key_checks = 0"]
    found = bad(probed(SCHEMA, mariadb.url, on_connect=off))
    assert found == dict.fromkeys(
        ["orders.orders_total", "orders.orders_status", "orders.orders_customer_id_fkey"], "not enforced"
    )


@pytest.mark.mariadb
def test_a_table_that_cannot_undo_is_never_written_to(mariadb: Engine) -> None:
    run(mariadb, "CREATE TABLE other (id INT) ENGINE=MyISAM", "ALTER TABLE orders DROP FOREIGN KEY orders_customer_id_fkey",
        "ALTER TABLE orders ENGINE=MyISAM")  # fmt: skip
    report = probed(SCHEMA, mariadb.url)
    assert bad(report)["orders.orders_total"] == "untestable"
    assert "cannot undo" in str(report)
    assert told(report)["customers.customers_email_key"] == "enforced"
    assert rows(mariadb, "SELECT count(*) FROM orders") == [(0,)]


@pytest.mark.mariadb
def test_triggers_that_may_write_where_nothing_is_undone_bar_their_table(mariadb: Engine) -> None:
    run(
        mariadb,
        "CREATE TABLE log (id INT) ENGINE=MyISAM",
        "CREATE TRIGGER logged AFTER INSERT ON customers FOR EACH ROW INSERT INTO log VALUES (1)",
    )
    report = probed(SCHEMA, mariadb.url)
    assert bad(report)["customers.customers_email_key"] == "untestable"
    assert rows(mariadb, "SELECT count(*) FROM log") == [(0,)]
