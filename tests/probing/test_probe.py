"""The command: databases filled by ``seed``, probed with the records that a schema really has, and left as they were."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, inspect

from fixturegen import cli

SHOP = str(Path(__file__).parents[2] / "schemas" / "shop.yaml")
ON = ("--on-connect", "PRAGMA foreign_keys = ON")


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    seeded(url)
    capsys.readouterr()
    return url


def seeded(url: str) -> None:
    rows = ("--rows", "customers=20", "--rows", "products=10", "--rows", "orders=30")
    assert cli.run(["seed", url, "--schema", SHOP, "--create", "--quiet", *rows]) == 0


def dump(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        quote = engine.dialect.identifier_preparer.quote
        names = sorted(inspect(connection).get_table_names())
        held: list[object] = [
            sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {quote(name)}"))) for name in names
        ]
        if engine.dialect.name == "postgresql":
            held.append(
                sorted(map(repr, connection.exec_driver_sql("SELECT sequencename, last_value FROM pg_sequences")))
            )
    engine.dispose()
    return held


def probed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = cli.run(["probe", *arguments, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict)
    return code, told


def statuses(told: dict[str, Any]) -> dict[str, str]:
    return {each["constraint"]: each["status"] for each in told["constraints"]}


def test_a_shop_full_of_rows(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(shop)
    code, told = probed(capsys, shop, *ON)
    assert code == 0
    assert told["counts"]["enforced"] > 30
    assert statuses(told)["order_items.order_items_order_id_fkey"] == "enforced"
    assert dump(shop) == before


def test_without_references_switched_on(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = probed(capsys, shop)
    assert code == 1
    assert {each["kind"] for each in told["constraints"] if each["status"] == "not enforced"} == {"reference"}
    assert "foreign_keys is off" in told["notes"][0]


def test_what_a_database_lacks_of_a_schema(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript(
        """PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'CHECK ("quantity" <= 9)', 'CHECK (1)') WHERE name = 'order_items';
        PRAGMA writable_schema = RESET;"""
    )
    connection.close()
    code, told = probed(capsys, shop, "--schema", SHOP, *ON)
    assert code == 1
    bad = {each["constraint"] for each in told["constraints"] if each["status"] == "not enforced"}
    assert bad == {"order_items.order_items_quantity_max"}


def test_words_for_people(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["probe", shop]) == 1
    told = capsys.readouterr()
    assert "not enforced: orders.orders_customer_id_fkey (reference)" in told.out
    assert "constraints probed by" in told.out
    assert "foreign_keys is off" in told.err


def test_wrong_input_is_told(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["probe", SHOP]) == 2
    assert "is no URL" in capsys.readouterr().err
    assert cli.run(["probe", "sqlite:////nowhere/at.db"]) == 2
    assert cli.run(["probe", shop, "--only", "order"]) == 2
    assert "Did you mean 'orders'" in capsys.readouterr().err
    assert cli.run(["probe", "postgresql://me:secret@db.example.com/shop"]) == 1
    assert "secret" not in capsys.readouterr().err
    assert cli.run(["probe", shop, "--on-connect", "PRAGMA foreign keys on"]) == 1
    assert "syntax error" in capsys.readouterr().err


@pytest.mark.postgresql
def test_a_full_shop_on_postgresql(postgresql_url: URL, capsys: pytest.CaptureFixture[str]) -> None:
    url = postgresql_url.render_as_string(hide_password=False)
    seeded(url)
    before = dump(url)
    capsys.readouterr()
    code, told = probed(capsys, url)
    assert code == 0, [each for each in told["constraints"] if each["status"] not in ("enforced", "unbreakable")]
    assert told["counts"]["enforced"] > 30
    assert dump(url) == before


@pytest.mark.mariadb
def test_a_full_shop_on_mariadb(mariadb_url: URL, capsys: pytest.CaptureFixture[str]) -> None:
    url = mariadb_url.render_as_string(hide_password=False)
    seeded(url)
    before = dump(url)
    capsys.readouterr()
    code, told = probed(capsys, url)
    assert code == 0, [each for each in told["constraints"] if each["status"] not in ("enforced", "unbreakable")]
    assert told["counts"]["enforced"] > 30
    assert dump(url) == before


@pytest.mark.postgresql
def test_what_only_the_database_can_judge_is_asked_of_it(
    postgresql_url: URL, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION odd(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT mod(x, 7) = 3 $$"
        )
        connection.exec_driver_sql(
            "CREATE TABLE f (id int PRIMARY KEY, x int NOT NULL, CONSTRAINT f_odd CHECK (odd(x)))"
        )
    engine.dispose()
    code, told = probed(capsys, postgresql_url.render_as_string(hide_password=False))
    assert code == 0
    assert statuses(told)["f.f_odd"] == "enforced"
    assert statuses(told)["f.f_pkey"] == "enforced"


NARROW = """CREATE TABLE rooms (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE CHECK (code GLOB '[A-Z][A-Z][0-9]'),
    opens TIMESTAMP UNIQUE CHECK (opens < '2030-01-01'))"""


def test_rows_seeded_by_the_same_number_are_in_nobodys_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'rooms.db'}"
    connection = sqlite3.connect(tmp_path / "rooms.db")
    connection.execute(NARROW)
    connection.close()
    assert cli.run(["seed", url, "--rows", "15", "--quiet"]) == 0
    capsys.readouterr()
    code, told = probed(capsys, url)
    assert (code, told["counts"].get("no room", 0)) == (0, 0)


OTHERWISE = """
CREATE TABLE goods (id int PRIMARY KEY, price int NOT NULL CHECK (price > 0), n int, CHECK (price < 700));
ALTER TABLE goods ADD CHECK (price + n < 800) NOT VALID;
ALTER TABLE goods ADD CHECK (price <> 5) NOT VALID;
ALTER TABLE goods ADD CONSTRAINT odd CHECK (n <> 5) NOT VALID;
"""


@pytest.mark.postgresql
def test_what_is_not_valid_is_known_by_whatever_the_database_calls_it(
    postgresql_url: URL, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(OTHERWISE)
    engine.dispose()
    ddl = tmp_path / "goods.sql"
    ddl.write_text(
        "CREATE TABLE goods (id int PRIMARY KEY, price int NOT NULL, n int, CHECK (price <> 5), CHECK (price < 700),"
        " CHECK (price + n < 800), CHECK (n <> 5), CHECK (price > 0))"
    )
    url = postgresql_url.render_as_string(hide_password=False)
    given = ("--schema", str(ddl), "--dialect", "postgresql")
    for arguments, not_valid in (
        ((url,), {"goods.goods_check", "goods.goods_price_check2", "goods.odd"}),
        ((url, *given), {"goods.goods_price_check", "goods.goods_price_n_check", "goods.goods_n_check"}),
    ):
        code, told = probed(capsys, *arguments)
        assert code == 1
        assert {name for name, status in statuses(told).items() if status == "not enforced"} == not_valid
