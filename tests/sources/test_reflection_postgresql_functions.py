"""Functions spelt out where conditions call them, judged by the server itself: both mean the same."""

from __future__ import annotations

import pytest
from catalogues import Made, connected, execute
from sqlalchemy import URL

import fixturegen as fg
from fixturegen.databases.quoting import quoted

pytestmark = pytest.mark.postgresql

FUNCTIONS = r"""
    CREATE SCHEMA lib;
    CREATE FUNCTION is_code(v text) RETURNS boolean LANGUAGE sql AS $$ SELECT v ~ '^[A-Z]{3}-[0-9]{9}$'; $$;
    CREATE FUNCTION lib.odd(integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN ($1 % 2) = 1;
    CREATE FUNCTION lib.null_is_fine(v int) RETURNS boolean LANGUAGE sql STRICT AS 'SELECT coalesce(v, -1) > 0';
    CREATE FUNCTION ordered(lo date, hi date) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT ordered.lo < hi; END;
    CREATE FUNCTION norm(v text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(trim(v))';
    CREATE FUNCTION twice(v text, low int) RETURNS boolean LANGUAGE sql AS 'SELECT is_code(v) OR length(norm(v)) > low + 1';
    CREATE FUNCTION "Quoted"(a boolean, b boolean) RETURNS boolean LANGUAGE sql AS 'SELECT a OR b';
    CREATE FUNCTION overloaded(v int) RETURNS boolean LANGUAGE sql AS 'SELECT v > 1';
    CREATE FUNCTION overloaded(v text) RETURNS boolean LANGUAGE sql AS 'SELECT v > ''1''';
    CREATE FUNCTION unsure(v int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN v > 1; END';
    CREATE FUNCTION counted(v int) RETURNS boolean LANGUAGE sql AS 'SELECT v > (SELECT count(*) FROM pg_class) - 99999';
    CREATE FUNCTION elsewhere(v int) RETURNS boolean LANGUAGE sql SET search_path = lib AS 'SELECT odd(v)';
    CREATE FUNCTION preset(v int, w int DEFAULT 1) RETURNS boolean LANGUAGE sql AS 'SELECT v > w';
"""
SPELT_OUT = (
    "is_code(a)", "lib.odd(n)", "lib.null_is_fine(n)", "ordered(d, e)", "twice(a, n)", "NOT twice(a, 3) OR NOT lib.odd(n + 1)",
    '"Quoted"(n > 1, n < 7) AND n > 0', "norm(a) = norm('Ab')", "lib.odd(length(norm(a)))",
)  # fmt: skip
LEFT = ("overloaded(n)", "unsure(n)", "counted(n)", "elsewhere(n)", "preset(n)")
TABLE = "CREATE TABLE t (a text, n int, d date, e date, CONSTRAINT c CHECK ({}) NOT VALID)"
ROWS = """
    SELECT a, n, d::date, e::date FROM unnest(ARRAY['ABC-123456789', ' ab ', 'xyz', '', NULL]) a,
    unnest(ARRAY[0, 1, 2, 7, NULL]) n, unnest(ARRAY['2024-01-01', NULL]) d, unnest(ARRAY['2024-01-01', '2025-01-01']) e
"""


@pytest.mark.parametrize("condition", SPELT_OUT)
def test_what_is_spelt_out_means_the_call(made: Made, postgresql_url: URL, condition: str) -> None:
    (check,) = made(FUNCTIONS + TABLE.format(condition)).tables["t"].checks
    with connected(postgresql_url) as connection:
        differing = connection.exec_driver_sql(
            f"SELECT count(*) FROM ({ROWS}) t WHERE ({condition}) IS DISTINCT FROM ({check.sql})".replace("%", "%%")
        ).scalar_one()
    assert differing == 0
    names = ("is_code", "odd", "null_is_fine", "ordered", "twice", "Quoted", "norm")
    assert not any(f"{name}(" in check.sql or quoted(name, "postgresql") + "(" in check.sql for name in names)


@pytest.mark.parametrize("condition", LEFT)
def test_what_is_no_expression_or_not_one_function_stays_a_call(made: Made, condition: str) -> None:
    (check,) = made(FUNCTIONS + TABLE.format(condition)).tables["t"].checks
    assert condition.partition("(")[0] in check.sql


def test_a_function_that_calls_itself_is_left_in_the_end(made: Made) -> None:
    schema = made("""
        CREATE FUNCTION f(v int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OR REPLACE FUNCTION f(v int) RETURNS boolean LANGUAGE sql AS 'SELECT v < 1 OR f(v - 1)';
        CREATE TABLE t (n int CHECK (f(n)))
    """)
    assert schema.tables["t"].checks[0].sql.count("f(") == 1


def test_conditions_by_functions_are_constructed(made: Made, postgresql_url: URL) -> None:
    """Of a domain, a CHECK, a partial unique index, an index of expressions, a computed column and a whole row."""
    schema = made(
        FUNCTIONS
        + """
        CREATE DOMAIN code AS text CHECK (is_code(VALUE));
        CREATE TABLE t (
          id int PRIMARY KEY, a text NOT NULL UNIQUE CHECK (is_code(a)), b code UNIQUE, d date NOT NULL, e date NOT NULL,
          n varchar(20) NOT NULL, m text NOT NULL GENERATED ALWAYS AS (norm(n)) STORED, CHECK (ordered(d, e)));
        CREATE UNIQUE INDEX ON t (norm(n)); CREATE UNIQUE INDEX ON t (d) WHERE is_code(a);
        CREATE TABLE r (id int PRIMARY KEY, a text NOT NULL);
        CREATE FUNCTION whole(r r) RETURNS boolean LANGUAGE sql AS 'SELECT length(r.a) = 55';
        ALTER TABLE r ADD CHECK (whole(r.*));
        """
    )
    assert not fg.plan(schema).unverified
    assert all(not table.judged for table in fg.plan(schema).tables.values())
    result = fg.seed(schema, postgresql_url, rows=60)
    assert {table.rows for table in result.tables.values()} == {60}
    execute(postgresql_url, "DROP TABLE t, r CASCADE")
