"""Every verdict that negative records expect, asked of real databases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from court import court, ids, judged, tried
from sqlalchemy import URL

import fixturegen as fg
from fixturegen.probing.asking import probed
from fixturegen.schema import Schema

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMAS = sorted((ROOT / "schemas").glob("*.yaml"))
CORPUS = ROOT / "tests" / "corpus"


def fast(paths: Iterable[Path], *names: str) -> list[object]:
    """The files, all but some of them as slow tests."""
    return [path if path.stem in names else pytest.param(path, marks=pytest.mark.slow) for path in paths]


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
