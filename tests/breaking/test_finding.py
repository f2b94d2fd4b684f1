"""Negative records: what there is for each kind of constraint, and every verdict asked of real databases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from court import Court, court
from sqlalchemy import URL

import fixturegen as fg
from fixturegen.breaking.records import Insert, Negatives, Record
from fixturegen.breaking.values import wide
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, SchemaError
from fixturegen.probing.asking import probed
from fixturegen.schema import Column, Constant, Dialect, Reference, Schema, Table, Type, Unique

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMAS = sorted((ROOT / "schemas").glob("*.yaml"))
CORPUS = ROOT / "tests" / "corpus"
INTEGER, TEXT = Type(kind="integer"), Type(kind="text")


def fast(paths: Iterable[Path], *names: str) -> list[object]:
    """The files, all but some of them as slow tests."""
    return [path if path.stem in names else pytest.param(path, marks=pytest.mark.slow) for path in paths]


def judged(path: Path, dialect: Dialect, url: URL | None = None, *, created: bool = False) -> Negatives:
    """The records of a file, every one of them tried; fails where a verdict is not the expected one."""
    schema = fg.load(path) if created else fg.load(path, dialect=dialect)
    return tried(schema, dialect, court(schema, dialect, url, None if created else path))


def tried(schema: Schema, dialect: Dialect, made: Court) -> Negatives:
    found = fg.negatives(schema, dialect=dialect)
    mistakes = made.mistakes(found)
    made.close()
    assert not mistakes, "\n".join(map(str, mistakes))
    return found


def ids(found: Negatives, table: str, expect: str) -> set[str]:
    return {record.id.partition(".")[2] for record in found.for_table(table) if record.expect == expect}


# ---- judged by databases


@pytest.mark.parametrize("path", fast(SCHEMAS, "shop"), ids=lambda path: path.stem)
def test_sqlite_judges_shipped_schemas_so(path: Path) -> None:
    found = judged(path, "sqlite", created=True)
    assert sum(record.expect == "reject" for record in found) > 40
    assert sum(record.expect == "accept" for record in found) > 40


@pytest.mark.parametrize("path", fast(sorted(CORPUS.glob("sqlite/*.sql")), "hard"), ids=lambda path: path.stem)
def test_sqlite_judges_the_corpus_so(path: Path) -> None:
    judged(path, "sqlite")


def test_sqlite_judges_odd_tables_so() -> None:
    found = judged(HERE / "odd_sqlite.sql", "sqlite")
    assert "tx_code_not_null/null" in ids(found, "tx", "accept")
    assert {"wr_a_not_null/null", "wr_pkey/duplicate"} <= ids(found, "wr", "reject")
    assert {"strict1_n_type/no value", "strict1_v_not_null/null"} <= ids(found, "strict1", "reject")
    outcomes = {record.id: record.outcome for record in found if record.table in {"words", "pairs", "keyed"}}
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "given"} == {
        "words.words_id_not_null/null": "numbered", "words.words_word_not_null/null": "passed over",
        "words.words_lang_not_null/null": "filled", "words.words_pkey/duplicate": "replacing",
        "words.words_word_key/duplicate": "replacing", "pairs.pairs_pkey/duplicate": "passed over",
        "pairs.cd/duplicate": "replacing", "keyed.keyed_pkey/duplicate": "replacing",
    }  # fmt: skip
    refused = {
        "words_tone_not_null/null", "words_n_not_null/null", "words_m_key/duplicate", "words_k_key/duplicate",
    }  # fmt: skip
    assert refused <= ids(found, "words", "reject")
    assert "pairs_a_b_check/equal" in ids(found, "pairs", "reject")
    assert {"moves_note_key/duplicate", "moves_id_precision/beyond greatest"} & ids(found, "moves", "reject")
    said = {(each.table, each.reason) for each in found.unbreakable if "trigger" in each.reason}
    assert ("moves", "the trigger no_big reads amount and may refuse such a row itself") in said
    assert ("quiet", "the trigger silent may leave such a row out without a word") in said
    assert ids(found, "quiet", "reject") == set()


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_postgresql_judges_shipped_schemas_so(path: Path, postgresql_url: URL) -> None:
    judged(path, "postgresql", postgresql_url, created=True)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("path", sorted(CORPUS.glob("postgresql/*.sql")), ids=lambda path: path.stem)
def test_postgresql_judges_the_corpus_so(path: Path, postgresql_url: URL) -> None:
    judged(path, "postgresql", postgresql_url)


@pytest.mark.postgresql
def test_postgresql_judges_odd_tables_so(postgresql_url: URL) -> None:
    found = judged(HERE / "odd_postgresql.sql", "postgresql", postgresql_url)
    assert {"no_two/duplicate", "shifts_id_identity/written"} <= ids(found, "shifts", "reject")
    assert {"no_two/adjacent", "no_two/outside", "no_two/other worker"} <= ids(found, "shifts", "accept")
    assert {"emails_lower/folded", "emails_org/null org"} <= ids(found, "emails", "reject")
    assert {record.at for record in found if record.id.startswith("d.d_k_key/")} == {"commit"}
    assert {"clocked_born_check/false", "clocked_seen_check/false"} <= ids(found, "clocked", "reject")
    assert {"mains_one/duplicate", "mains_low/duplicate"} <= ids(found, "mains", "reject")
    assert any("_full/" in each for each in ids(found, "wholes", "reject"))
    assert {"t_m_enum/no label", "t_q_check/equal", "t_x_y_check/above"} <= ids(found, "t", "reject")


@pytest.mark.postgresql
def test_postgresql_judges_what_only_its_catalogue_tells_so(postgresql_url: URL, tmp_path: Path) -> None:
    ddl = tmp_path / "plant.sql"
    ddl.write_text(
        "CREATE SCHEMA plant; CREATE TYPE plant.phase AS ENUM ('idle', 'hot');"
        "CREATE TABLE plant.machines (line smallint, slot integer, phase plant.phase NOT NULL, yield numeric(5, 4),"
        " twin_line smallint, twin_slot integer, during int4range NOT NULL CHECK (NOT isempty(during)), PRIMARY KEY (line, slot),"
        " FOREIGN KEY (twin_line, twin_slot) REFERENCES plant.machines MATCH FULL DEFERRABLE INITIALLY DEFERRED,"
        " CONSTRAINT hot_yields CHECK ((phase = 'hot') = (yield > 0.5)));"
    )
    url = postgresql_url.render_as_string(hide_password=False)
    made = court(Schema(tables={}), "postgresql", postgresql_url, ddl)
    made.serve(fg.load(url))
    found = fg.negatives(url)
    assert [str(mistake) for mistake in made.mistakes(found)] == []
    made.close()
    assert {record.at for record in found if "_fkey_full/" in record.id and record.breaks} == {"commit"}
    assert any("hot_yields/" in record.id and record.breaks for record in found)


@pytest.mark.slow
@pytest.mark.mariadb
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_mariadb_judges_shipped_schemas_so(path: Path, mariadb_url: URL) -> None:
    judged(path, "mysql", mariadb_url, created=True)


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "path",
    fast([*sorted(CORPUS.glob("mariadb/*.sql")), HERE / "odd_mariadb.sql"], "odd_mariadb"),
    ids=lambda path: path.stem,
)
def test_mariadb_judges_live_schemas_so(path: Path, mariadb_url: URL) -> None:
    made = court(Schema(tables={}), "mysql", mariadb_url, path)
    schema = fg.load(mariadb_url.render_as_string(hide_password=False))
    made.serve(schema)
    tried(schema, "mysql", made)


@pytest.mark.postgresql
def test_keys_of_partitions_answer_for_those_of_the_whole_table(postgresql_url: URL, tmp_path: Path) -> None:
    ddl = tmp_path / "parts.sql"
    ddl.write_text(
        "CREATE TABLE ev (id int NOT NULL, day date NOT NULL, n int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);"
        "CREATE TABLE ev24 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
        "CREATE TABLE ev25 PARTITION OF ev (CHECK (n < 500)) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
        " PARTITION BY LIST (id); CREATE TABLE ev25a PARTITION OF ev25 FOR VALUES IN (1, 2, 3, 4, 5);"
    )
    url = postgresql_url.render_as_string(hide_password=False)
    made = court(Schema(tables={}), "postgresql", postgresql_url, ddl)
    made.serve(fg.load(url))
    found = fg.negatives(url)
    assert [str(mistake) for mistake in made.mistakes(found)] == []
    made.close()
    assert "ev_pkey/duplicate" in ids(found, "ev", "reject")
    report = probed(fg.load(url), url)
    assert {one.status for one in report.findings} <= {"enforced", "unbreakable", "left to verify"}


@pytest.mark.postgresql
def test_what_triggers_may_change_is_said(postgresql_url: URL, tmp_path: Path) -> None:
    ddl = tmp_path / "filled.sql"
    ddl.write_text(
        "CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, slug text NOT NULL UNIQUE, price int CHECK (price < 9));"
        "CREATE TABLE lates (id int PRIMARY KEY, b int);"
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug := coalesce(NEW.slug, NEW.name);"
        " IF NEW.price > 8 THEN RAISE 'dear'; END IF; RETURN NEW; END $$;"
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.b IS NULL THEN RAISE 'b is wanted'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER fill BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION fill();"
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON lates DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();"
    )
    url = postgresql_url.render_as_string(hide_password=False)
    made = court(Schema(tables={}), "postgresql", postgresql_url, ddl)
    made.serve(fg.load(url))
    found = fg.negatives(url)
    assert [str(mistake) for mistake in made.mistakes(found)] == []
    made.close()
    said = {each.constraint: each.reason for each in found.unbreakable if "trigger" in each.reason}
    assert said["items.items_slug_not_null"] == "the trigger fill may write slug before it is judged"
    assert said["items.items_price_check"] == "the trigger fill reads price and may refuse such a row itself"
    assert {"items_id_not_null/null", "items_pkey/duplicate"} <= ids(found, "items", "reject")
    assert "lates_b_nullable/null" not in ids(found, "lates", "accept")


# ---- proven apart, by the constraints' own check faces


def frames(schema: Schema, record: Record) -> dict[str, pl.DataFrame]:
    """All rows of a record, in dtypes that hold values beyond the limits of types."""
    held = record.dataset
    return {
        name: pl.DataFrame(
            [
                pl.Series(c.name, [row[c.name] for row in held.get(name, [])], dtype=polars_dtype(wide(c.type)))
                for c in table.columns
            ]
        )
        for name, table in schema.tables.items()
    }


@pytest.mark.parametrize("path", [ROOT / "schemas" / "shop.yaml", CORPUS / "sqlite" / "hard.sql"], ids=lambda p: p.stem)
def test_verify_finds_that_constraint_violated_and_no_other(path: Path) -> None:
    schema = fg.load(path)
    over_rows = {"aggregate", "ordinal"}
    checked = 0
    for record in list(fg.negatives(schema))[::9]:
        if record.kind in {"type", "enum"} or record.row.get("is_active") == 2:
            continue  # no frame holds such values
        found = {
            str(each.constraint)
            for each in fg.verify(schema, frames(schema, record)).violations
            if each.constraint.kind not in over_rows
        }
        assert found == ({record.constraint} if record.breaks and record.kind not in over_rows else set()), record.id
        checked += 1
    assert checked > 10


def test_totals_of_earlier_rows_are_right() -> None:
    schema = fg.load(ROOT / "schemas" / "shop.yaml")
    (record,) = [each for each in fg.negatives(schema, table="order_items") if each.id.endswith("quantity_min/at")]
    held = record.dataset
    assert record.row["quantity"] == 1
    assert [row["total"] for row in held["orders"]] == [record.row["unit_price"]]
    assert fg.verify(schema, frames(schema, record))


# ---- what there is


def test_a_verdict_for_every_kind_of_shop() -> None:
    found = fg.negatives(ROOT / "schemas" / "shop.yaml")
    assert {
        "orders_status_choices/none of them", "orders_shipped_at_min/below", "orders_customer_id_fkey/dangling",
        "orders_pkey/duplicate", "orders_ordered_at_not_null/null",
        "orders_status_shipped_at_check/shipped_at IS NULL: true (false)",
    } <= ids(found, "orders", "reject")  # fmt: skip
    assert {
        "orders_shipped_at_min/at", "orders_shipped_at_nullable/null", "orders_pkey/other id",
        "orders_customer_id_fkey/match", "orders_status_choices/is shipped",
    } <= ids(found, "orders", "accept")  # fmt: skip
    by_verify = {record.id: record for record in found if record.judge == "verify" and record.breaks}
    assert {"orders.orders_total_sum/other", "orders.orders_ordered_at_min/below"} <= by_verify.keys()
    assert all(record.expect == "accept" for record in by_verify.values())


def test_ids_tell_records_apart_and_stay() -> None:
    first, again = (fg.negatives(ROOT / "schemas" / "saas.yaml", seed=5) for _ in range(2))
    assert [record.id for record in first] == [record.id for record in again]
    assert len({record.id for record in first}) == len(first)
    assert list(first) == list(again)


def test_a_duplicate_repeats_the_key_and_nothing_else_a_near_miss_all_but_one_column() -> None:
    found = fg.negatives(CORPUS / "sqlite" / "hard.sql", table="order_items")
    by_id = {
        record.id.partition("/")[2]: record for record in found if record.constraint == "order_items.order_items_pkey"
    }
    (first,) = by_id["duplicate"].before[-1].rows if isinstance(by_id["duplicate"].before[-1], Insert) else ()
    assert {name for name in first if first[name] == by_id["duplicate"].row[name]} == {"order_id", "line_no"}
    near = by_id["other line_no"]
    (first,) = near.before[-1].rows if isinstance(near.before[-1], Insert) else ()
    assert {name for name in first if first[name] != near.row[name]} == {"line_no"}


def test_both_sides_of_a_boundary_are_one_step_apart() -> None:
    found = fg.negatives(CORPUS / "sqlite" / "hard.sql", table="order_items")
    values = {record.id.partition("/")[2]: record.row["qty"] for record in found if "qty_check" in record.id}
    assert values["qty >= 1: below"] == 0
    assert values["qty >= 1: equal"] == 1
    assert values["qty <= 99: equal"] == 99
    assert values["qty <= 99: above"] == 100


def test_what_cannot_be_broken_alone_is_said() -> None:
    users = Table(
        name="users",
        columns=(Column(name="id", type=INTEGER), Column(name="email", type=TEXT)),
        primary_key=Unique(columns=("id",)),
        uniques=(Unique(columns=("id", "email"), name="both"),),
    )
    found = fg.negatives(Schema(tables={"users": users}))
    (said,) = [each for each in found.unbreakable if each.way == "id, email twice"]
    assert said.reason == "every row that breaks it breaks users_pkey as well"


def test_tables_in_a_circle_that_nothing_opens_are_said() -> None:
    def table(name: str, other: str) -> Table:
        reference = Reference(columns=("other",), table=other, target=("id",), name=f"{name}_fkey")
        columns = (Column(name="id", type=INTEGER), Column(name="other", type=INTEGER))
        return Table(name=name, columns=columns, primary_key=Unique(columns=("id",)), references=(reference,))

    found = fg.negatives(Schema(tables={"a": table("a", "b"), "b": table("b", "a")}))
    assert {record.id for record in found} == {
        "a.a_other_not_null/null", "a.a_fkey/dangling", "b.b_other_not_null/null", "b.b_fkey/dangling",
    }  # fmt: skip
    (said,) = [each for each in found.unbreakable if each.way == "id twice" and each.table == "a"]
    assert "circle" in said.reason


def test_bounds_beyond_all_values_leave_no_record_but_a_reason() -> None:
    column = Column(name="n", type=Type(kind="integer", bits=16), low=Constant(-(2**15)))
    found = fg.negatives(Schema(tables={"t": Table(name="t", columns=(column,))}))
    assert "t.t_n_min/below" not in {record.id for record in found}
    assert any(each.constraint == "t.t_n_min" for each in found.unbreakable)


def test_each_of_the_few_values_of_a_type_is_taken_once(tmp_path: Path) -> None:
    ddl = tmp_path / "few.sql"
    ddl.write_text(
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'so-so');"
        "CREATE TABLE t (id integer PRIMARY KEY, on_air boolean NOT NULL, m mood NOT NULL,"
        " sex text NOT NULL CHECK (upper(sex) = ANY (ARRAY['F'::text, 'M'::text])));"
    )
    found = fg.negatives(fg.load(ddl, dialect="postgresql"))
    assert {
        "t_on_air_type/is True", "t_on_air_type/is False", "t_m_enum/is glad", "t_m_enum/is sad", "t_m_enum/is so-so",
        "t_sex_check/'F'", "t_sex_check/'M'",
    } <= ids(found, "t", "accept")  # fmt: skip
    assert "t_sex_check/none of them" in ids(found, "t", "reject")


def test_keys_of_computed_columns_and_lengths_of_bytes_are_broken(tmp_path: Path) -> None:
    ddl = tmp_path / "made.sql"
    ddl.write_text(
        "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER NOT NULL, label TEXT AS (b || '-' || a) STORED UNIQUE,"
        " seal BLOB CHECK (length(seal) <= 4), PRIMARY KEY (a, b));"
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, twice INTEGER AS (a * 2) UNIQUE);"
    )
    found = judged(ddl, "sqlite")
    assert "t_seal_check/above" in ids(found, "t", "reject")
    assert {"t_pkey/other a", "t_pkey/other b"} <= ids(found, "t", "accept")
    assert "u_twice_key/duplicate" in ids(found, "u", "reject")
    assert "u_twice_key/other a" in ids(found, "u", "accept")


def test_keys_computed_from_what_is_computed_are_broken(tmp_path: Path) -> None:
    ddl = tmp_path / "twice.sql"
    ddl.write_text(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, n INTEGER NOT NULL, low TEXT AS (lower(a)),"
        " bare TEXT AS (trim(low)), both TEXT AS (bare || '-' || n) UNIQUE);"
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT NOT NULL, n INTEGER NOT NULL, low TEXT AS (lower(a)));"
        "CREATE UNIQUE INDEX late ON u (n) WHERE low > 'm';"
    )
    found = judged(ddl, "sqlite")
    assert "t_both_key/duplicate" in ids(found, "t", "reject")
    assert {"t_both_key/other a", "t_both_key/other n"} <= ids(found, "t", "accept")
    assert "late/duplicate" in ids(found, "u", "reject")
    assert "late/other n" in ids(found, "u", "accept")


def test_moments_that_end_soon_break_what_the_clock_decides(tmp_path: Path) -> None:
    ddl = tmp_path / "moments.sql"
    ddl.write_text(
        "CREATE TABLE t (id INT PRIMARY KEY, born TIMESTAMP NOT NULL CHECK (born <= CURRENT_TIMESTAMP),"
        " due TIMESTAMP NULL CHECK (due >= CURRENT_TIMESTAMP), made DATETIME NOT NULL CHECK (made <= now()));"
    )
    found = fg.negatives(fg.load(ddl, dialect="mysql"), as_of=date(2026, 6, 15))
    rows = {record.constraint.split("_")[1]: record.row for record in found if record.breaks and record.kind == "check"}
    years = {name: row[name].year for name, row in rows.items()}  # type: ignore[attr-defined] # a datetime
    assert (years["born"], years["made"]) == (2036, 2226)
    assert years["due"] <= 2016


# ---- input


def test_wrong_input_is_refused() -> None:
    schema = Schema(tables={"users": Table(name="users", columns=(Column(name="id", type=INTEGER),))})
    with pytest.raises(InputError, match="unknown dialect 'oracle'"):
        fg.negatives(schema, dialect="oracle")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match=r"unknown table 'user'.*Did you mean 'users'"):
        fg.negatives(schema, table="user")
    with pytest.raises(InputError, match="seed is 'x'"):
        fg.negatives(schema, seed="x")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="as_of is 'x'"):
        fg.negatives(schema, as_of="x")  # type: ignore[arg-type]


def test_nothing_comes_of_nothing() -> None:
    assert len(fg.negatives(Schema(tables={}))) == 0
    assert len(fg.negatives(Schema(tables={"t": Table(name="t", columns=())}))) == 0


@pytest.mark.postgresql
def test_a_database_at_hand_judges_what_only_it_can(postgresql_url: URL, tmp_path: Path) -> None:
    ddl = tmp_path / "odd.sql"
    ddl.write_text(
        "CREATE FUNCTION ok(x int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN x % 7 = 3; END $$;"
        "CREATE TABLE f (id int PRIMARY KEY, x int NOT NULL, CONSTRAINT f_ok CHECK (ok(x)));"
    )
    url = postgresql_url.render_as_string(hide_password=False)
    made = court(Schema(tables={}), "postgresql", postgresql_url, ddl)
    schema = fg.load(url)
    made.serve(schema)
    found = fg.negatives(url)
    assert [str(mistake) for mistake in made.mistakes(found)] == []
    made.close()
    assert "f_ok/false" in ids(found, "f", "reject")
    alone = fg.negatives(schema)
    assert len(alone) == 0
    assert {each.reason for each in alone.unbreakable} == {
        "the table stays empty: nothing at hand judges f.f_ok; give the address of a database that can"
    }


def test_rows_that_are_refused_before_their_check_is_asked_are_said(tmp_path: Path) -> None:
    ddl = tmp_path / "json.sql"
    ddl.write_text(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT NOT NULL CHECK (json_valid(body)),"
        " kind TEXT AS (json_extract(body, '$.kind')) VIRTUAL);"
        "CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL CHECK (json_valid(body)));"
    )
    found = judged(ddl, "sqlite")
    assert "bare_body_check/false" in ids(found, "bare", "reject")
    said = {each.constraint: each.reason for each in found.unbreakable}
    assert said["docs.docs_body_check"] == "then json_extract(body, '$.kind') fails, before the check is asked"
