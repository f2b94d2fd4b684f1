from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.parsing import parsed, rendered

EVERYWHERE = [
    "i > 1", "i = 1 OR j = 2", "NOT (i > 1 AND j > 1)", "i IN (1, 7, NULL)", "i NOT IN (1, NULL)", "i NOT IN (1, 7)", "i IS NULL",
    "i IS NOT NULL AND j IS NULL", "i BETWEEN 0 AND 7", "i NOT BETWEEN 0 AND 7", "i <> j", "i + j > 2", "i - j", "i * j", "-i", "- i + j",
    "p * i", "p * r", "p + r", "p - r", "p > r", "p = 1.5", "p >= '1.50'", "p <> 0", "i % 3", "p IN (1.5, 7)", "i = '7'",
    "CASE WHEN i > 0 THEN 'pos' WHEN i < 0 THEN 'neg' END", "CASE i WHEN 1 THEN j ELSE 0 END", "CASE WHEN i > 0 THEN p ELSE i END",
    "COALESCE(i, j, 0)", "COALESCE(p, 0) + 1", "COALESCE(s, 'none')", "NULLIF(i, 0)", "NULLIF(s, '')", "s = 'abc'", "s <> ''", "s IS NULL OR s = ''",
    "s LIKE 'a%'", "s NOT LIKE '%-%'", "s LIKE 'x_1%'", "t LIKE '%!%%' ESCAPE '!'", "t LIKE 'a!_c' ESCAPE '!'", "s LIKE ''", "lower(t)", "upper(s)", "lower(t) = s",
    "trim(s)", "ltrim(s)", "rtrim(s)", "trim(s) <> ''", "replace(s, 'b', 'xx')", "substr(s, 2)", "substr(s, 2, 2)", "substr(s, 1, 0)",
    "abs(i)", "abs(p)", "round(p)", "round(p, 1)", "d > '2024-01-01'", "d = '2024-01-31'", "d <= e", "d <> e", "d < e AND i > 0",
    "d IN ('2024-01-31', '2000-02-29')", "d BETWEEN '2000-01-01' AND '2024-01-31'", "m >= '2024-01-31 10:00:00'", "m < '2024-06-15 00:00:01'",
    "(i, j) = (1, 2)", "(i, j) IN ((1, 2), (7, -2))", "b IS NOT NULL", "b = TRUE", "NOT b", "b AND i > 0", "b IS TRUE", "b IS NOT TRUE", "b IS FALSE",
    "(i IS NULL) = (j IS NULL)", "(i IS NULL) <> (j IS NULL)", "(i > 0) = (j > 0)", "i * 2.5 > p", "(p - r) * (p + r)",
    "i > 0 AND (j > 0 OR s = 'abc') AND NOT (t = 'x')", "NULL IS NULL", "i = NULL", "i > 1e1",
    "length(s)", "length(s) > 3 OR i = 0", "CAST(i AS DECIMAL(10,2))", "p / 4", "i / NULLIF(j, 0)", "i * i * i", "1 = 1", "1 = 2 OR i > 0",
]  # fmt: skip
POSTGRESQL = [
    "i IS DISTINCT FROM j", "i IS NOT DISTINCT FROM NULL", "i BETWEEN SYMMETRIC 7 AND 0", "i = ANY (ARRAY[1, 7])", "i <> ALL (ARRAY[1, 7])", "s = ANY ('{abc,\"x y\"}'::text[])",
    "(s)::text = ANY ((ARRAY['abc'::character varying, 'b'::character varying])::text[])", "s ~ '^[a-c]+$'", "s !~ '\\d'", "t ~* '^A'", "t !~* 'b'", "s ILIKE 'A%'", "s ~~ 'a%'::text",
    "s !~~* 'A%'", "s SIMILAR TO '(a|x)%'", "s SIMILAR TO '[0-9]+'", "t SIMILAR TO 'x\\%y'", "s ~ '[[:digit:]]'", "s ~ '\\mabc\\M'", "num_nulls(i, j) = 1", "num_nonnulls(i, j, p)",
    "(i IS NOT NULL)::int + (j IS NOT NULL)::int = 1", "i::numeric / 4 > 0.2", "d + 3 > e", "d - e", "e - d > 20", "m + interval '1 day'", "d + interval '1 month'", "d - '1 mon'::interval", "m - interval '2 hours' < d",
    "m > d + interval '9 hours'", "m - d > interval '9 hours'", "extract(year from d)", "date_part('month'::text, d)", "extract(dow from d)", "extract(isodow from d)", "extract(doy from d)", "extract(quarter from d)", "extract(epoch from m)", "date_trunc('month', m)",
    "m::date = d", "d::timestamp", "'2024-01-31'::date = d", "DATE '2024-01-31' <= d", "greatest(i, j)", "least(p, r)", "i / 2", "(-7) / 2", "i % 3 = -1", "mod(i, 3)", "p / 3 > 1.1", "i::text || s",
    "char_length(s)", "octet_length(s)", "left(s, 2)", "right(s, 2)", "strpos(s, '@')", "position('c' in s)", "starts_with(s, 'a')", "btrim(s)", "concat(s, t)", "s || t", "b = 't'", "b IS UNKNOWN", "round(p)::int", "p::int", "ceil(p)", "floor(p)",
    "i ^ 2 > 3 OR j > 0", "s COLLATE \"C\" < 'b'", "(i >= j) IS TRUE", "(i >= j) IS NOT FALSE", "(i, j) IS NOT NULL", "i::bigint * 1000000000 * 1000", "cast(p as numeric(10,1))", "upper((s)::text) = ANY (ARRAY['ABC'::text, 'D'::text])",
    "((i > 0) AND (s IS NOT NULL)) = (j > 0)", "make_date(2024, 1, 31) = d", "sign(i)", "m > '2024-01-31'::timestamp without time zone", "m >= '2024-01-31'", "t ~~ ANY (ARRAY['a%','x%'])",
    "e'abc' = s", "s ~ '^(?:abc|\\d+)$'", "cast(i as boolean)", "d > '2024-01-01'::timestamp", "bit_length(s)", "s ~ '[^[:alpha:]]'", "i & 1 = 0 OR TRUE", "substring(s from 2 for 2)",
]  # fmt: skip
SQLITE = [
    "s || t = 'abcABC' OR i > 5", "i / j", "m >= d", "d >= m", "m <= d", "d = m", "d < m", "m > '2024-01-31'",
    "s GLOB 'a*'", "s NOT GLOB '[0-9]*'", "t GLOB '[^a]*'", "s LIKE 'A%'", "t LIKE 'abc'", "i IS 1", "i IS NOT 1", "i == 1", "s NOTNULL", "s ISNULL", "i / 2", "p / 2", "p / r", "p / 2.0 > 1", "i % 3", "p % 3",
    "iif(i > 0, j, p)", "ifnull(i, -1)", "max(i, j)", "min(p, r)", "instr(s, '@')", "s < 'b'", "s >= t", "date(m) = d", "date(d, '+1 day') = '2024-02-01'", "date(d, '+3 days') > e", "datetime(m, '-1 hours') > '2024-01-01'", "julianday(e) - julianday(d) >= 2",
    "strftime('%Y', d) = '2024'", "strftime('%m-%d', d)", "m > '2024-01-31'", "m <= '2000-02-29'", "m = '2000-02-29'", "b = 1", "b = 0 OR i = 7", "i", "s = 'ABC' COLLATE NOCASE", "substr(s, -2)", "s || i", "(i IS NOT NULL) + (j IS NOT NULL) = 1", "trim(t, 'AC')",
    "length(s) = 3", "s IN ('abc', '')", "i AND j", "NOT i", "i BETWEEN j AND 10", "cast(p as integer)", "i > j IS NOT NULL", "round(p) = 2", "b + b",
]  # fmt: skip
MYSQL = [
    "s = 'ABC'", "s <> 'Abc '", "s IN ('ABC', 'x')", "s LIKE 'A%'", "s REGEXP '^A'", "s RLIKE 'B$'", "s NOT REGEXP '[0-9]'", "i <=> j", "i <=> NULL", "NOT (i <=> 1)", "i / 2", "p / 3", "i DIV 3", "i MOD 3", "p % 2", "mod(p, 2)", "i / j > 0.3333", "i XOR j",
    "m + interval 1 day", "d - interval 1 month", "date_add(d, interval 3 day) > e", "date_sub(m, interval 2 hour) < d", "datediff(e, d)", "year(d)", "month(d) = 1", "dayofmonth(d)", "dayofweek(d)", "weekday(d)", "hour(m)", "quarter(d)", "date(m) = d", "char_length(s)", "length(s)", "octet_length(s)",
    "concat(s, t)", "if(i > 0, 'a', 'b')", "ifnull(i, 0)", "isnull(i)", "greatest(i, j)", "least(p, r)", "locate('@', s)", "instr(s, 'B')", "left(s, 2)", "i IN (1, 7) AND s IN (_utf8mb4'abc')", "i && j", "i || j", "!i", "b = 1", "json_valid(s)", "s = BINARY 'ABC'", "cast(p as signed)", "s COLLATE utf8mb4_bin = 'ABC'",
    "m >= '2024-01-31'", "trim(both 'a' from s)", "s LIKE '%\\%%'", "d > m - interval 1 day", "round(p, 1)",
]  # fmt: skip
AS_OF = date(2026, 1, 1)


def _agrees(engines: SimpleNamespace, dialect: str, sql: str) -> None:
    engine = getattr(engines, dialect)
    if engine is None:
        pytest.skip(f"no {dialect} server")
    theirs = engines.normal(engine.answers(sql))
    assert engines.normal(engine.answers(rendered(parsed(sql, dialect), dialect))) == theirs
    expression = polars_expression(sql, dialect, engines.types, AS_OF)
    ours = engines.normal(engines.frame.select(expression.alias("v"))["v"].to_list())
    ours = ours * len(theirs) if len(ours) == 1 else ours
    close = [a if a is None or isinstance(a, str) else pytest.approx(float(a), rel=1e-9) for a in theirs]
    assert [a if a is None or isinstance(a, str) else float(a) for a in ours] == close


@pytest.mark.parametrize("sql", dict.fromkeys([*EVERYWHERE, *SQLITE]))
def test_agrees_with_sqlite(engines: SimpleNamespace, sql: str) -> None:
    _agrees(engines, "sqlite", sql)


@pytest.mark.postgresql
@pytest.mark.parametrize("sql", dict.fromkeys([*EVERYWHERE, *POSTGRESQL]))
def test_agrees_with_postgresql(engines: SimpleNamespace, sql: str) -> None:
    _agrees(engines, "postgresql", sql)


@pytest.mark.mariadb
@pytest.mark.parametrize("sql", dict.fromkeys([*EVERYWHERE, *MYSQL]))
def test_agrees_with_mariadb(engines: SimpleNamespace, sql: str) -> None:
    _agrees(engines, "mysql", sql)
