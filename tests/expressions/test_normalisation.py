"""Texts as people and databases write them, and the formulas they become."""

# ruff: noqa: DTZ001 - zone-less moments are what is tested

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from fixturegen.domain import Pattern
from fixturegen.errors import SchemaError
from fixturegen.expressions.normal import (
    FALSE,
    TRUE,
    AllOf,
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Solved,
    atoms,
)
from fixturegen.expressions.normalisation import normalised, normalised_check
from fixturegen.lattice import measure
from fixturegen.schema import Check, Dialect, Location, Type

AS_OF = date(2026, 1, 1)
INTEGER, TEXT, DATE, BOOLEAN = (
    Type(kind="integer"),
    Type(kind="text", length=50),
    Type(kind="date"),
    Type(kind="boolean"),
)
MOMENT, DECIMAL = Type(kind="datetime"), Type(kind="decimal", precision=10, scale=2)
TYPES: Mapping[str, Type] = {
    **dict.fromkeys("abc", INTEGER),
    **dict.fromkeys("pq", DECIMAL),
    **dict.fromkeys(("d", "e"), DATE),
    **dict.fromkeys(("m", "customers.signup_at"), MOMENT),
    **dict.fromkeys("st", TEXT),
    **dict.fromkeys("xy", BOOLEAN),
    "z": Type(kind="datetime", zone=True),
    "g": Type(kind="text", length=1, fixed=True),
    "k": Type(kind="enum", labels=("new", "paid", "void")),
    "u": Type(kind="uuid"),
    "v": Type(kind="uuid"),
    "j": Type(kind="json"),
    "o": Type(kind="bytes"),
    "w": Type(kind="time"),
    "f": Type(kind="float"),
}


def null(column: str) -> NullTest:
    return NullTest(column, null=True)


def given(column: str) -> NullTest:
    return NullTest(column, null=False)


def limit(column: str, relation: str, value: object) -> Limit:
    return Limit(column, relation, measure(value))  # type: ignore[arg-type] # a relation by its word


def days(number: int) -> Fraction:
    return Fraction(number * 86_400)


def regex(column: str, text: str, *, insensitive: bool = False, negated: bool = False) -> Match:
    return Match(column, Pattern("regex", text, insensitive, negated))


def like(column: str, text: str, *, insensitive: bool = False, negated: bool = False) -> Match:
    return Match(column, Pattern("like", text, insensitive, negated))


ONE_OF_TWO = AnyOf((AllOf((given("a"), null("b"))), AllOf((null("a"), given("b")))))
BOTH_OR_NEITHER = AnyOf((AllOf((given("a"), given("b"))), AllOf((null("a"), null("b")))))
POSTGRESQL: list[tuple[str, Formula]] = [
    # null patterns
    ("num_nonnulls(a, b) = 1", ONE_OF_TWO),
    ("num_nulls(a, b) = 1", ONE_OF_TWO),
    ("(a IS NOT NULL)::int + (b IS NOT NULL)::int = 1", ONE_OF_TWO),
    ("CASE WHEN a IS NULL THEN 0 ELSE 1 END + CASE WHEN b IS NULL THEN 0 ELSE 1 END = 1", ONE_OF_TWO),
    ("(a IS NULL) <> (b IS NULL)", ONE_OF_TWO),
    ("(a IS NULL) = (b IS NULL)", BOTH_OR_NEITHER),
    ("(a IS NULL) IS NOT DISTINCT FROM (b IS NULL)", BOTH_OR_NEITHER),
    ("(a + b) IS NOT NULL", AllOf((given("a"), given("b")))),
    ("COALESCE(a, b) IS NOT NULL", AnyOf((given("a"), given("b")))),
    ("NULLIF(s, '') IS NOT NULL", AllOf((given("s"), Length("s", 1, None)))),
    ("(a, b) IS NOT NULL", AllOf((given("a"), given("b")))),
    # equality and membership
    ("a = 5", Among("a", (5,))),
    ("5 = a", Among("a", (5,))),
    ("a = '5'", Among("a", (5,))),
    ("a = 1.5", null("a")),
    ("a <> 1.5", TRUE),
    ("p = '5.5'", Among("p", (Decimal("5.50"),))),
    ("a IN (1, 2) OR a = 3", Among("a", (1, 2, 3))),
    ("a IN (1, 2) AND a IN (2, 3)", Among("a", (2,))),
    ("a NOT IN (1, 2)", Among("a", (1, 2), negated=True)),
    ("a = ANY ('{1,2,3}'::integer[])", Among("a", (1, 2, 3))),
    ("a <> ALL (ARRAY[1, 2])", Among("a", (1, 2), negated=True)),
    ("k = ANY (ARRAY['new'::status, 'paid'::status])", Among("k", ("new", "paid"))),
    ("k::text ~ '^p'", Among("k", ("paid",))),
    ("k IN ('new', 'gone')", Among("k", ("new",))),
    ("(s)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])", Among("s", ("x", "y"))),
    ("d = CURRENT_DATE", Among("d", (AS_OF,))),
    ("z = '2020-01-01 00:00:00+02'", Among("z", (datetime(2019, 12, 31, 22, tzinfo=UTC),))),
    ("u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", Among("u", ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",))),
    ("o = '\\x41'", Among("o", (b"A",))),
    ("f = 0.5", Among("f", (0.5,))),
    ("a = NULL", TRUE),
    ("a IN (1, NULL)", TRUE),
    ("(a, b) = (1, 2)", AllOf((Among("a", (1,)), Among("b", (2,))))),
    # truth values
    ("x", Among("x", (True,))),
    ("NOT x", Among("x", (False,))),
    ("x = true", Among("x", (True,))),
    ("x IS TRUE", AllOf((given("x"), Among("x", (True,))))),
    ("x IS NOT TRUE", Among("x", (False,))),
    ("COALESCE(x, false)", AllOf((given("x"), Among("x", (True,))))),
    ("x <> y", AnyOf((AllOf((Among("x", (True,)), Among("y", (False,)))), AllOf((Among("x", (False,)), Among("y", (True,))))))),
    # limits
    ("a > 1.5", Limit("a", ">", Fraction(3, 2))),
    ("((a >= 1) AND (a <= 10))", AllOf((limit("a", ">=", 1), limit("a", "<=", 10)))),
    ("a BETWEEN 1 AND 10", AllOf((limit("a", ">=", 1), limit("a", "<=", 10)))),
    ("NOT (a BETWEEN 1 AND 10)", AnyOf((limit("a", "<", 1), limit("a", ">", 10)))),
    ("-a < 5", limit("a", ">", -5)),
    ("2 * p + 1 <= 10", Limit("p", "<=", Fraction(9, 2))),
    ("a >= '-40'::integer", limit("a", ">=", -40)),
    ("abs(a) <= 3", AllOf((limit("a", "<=", 3), limit("a", ">=", -3)))),
    ("greatest(a, b) <= 10", AllOf((limit("a", "<=", 10), limit("b", "<=", 10)))),
    ("d >= '1996-07-01'::date", limit("d", ">=", date(1996, 7, 1))),
    ("d <= (now() - '18 years'::interval)", limit("d", "<=", date(2008, 1, 1))),
    ("m >= (now() - '18 years'::interval)", limit("m", ">=", date(2028, 1, 1))),
    ("NOT (m > now())", limit("m", "<=", AS_OF)),
    ("d + 7 >= CURRENT_DATE", limit("d", ">=", date(2045, 12, 25))),
    ("m::date <= '2020-01-01'", limit("m", "<", date(2020, 1, 2))),
    ("extract(year from d) = 2024", AllOf((limit("d", ">=", date(2024, 1, 1)), limit("d", "<", date(2025, 1, 1))))),
    ("date_part('year'::text, d) >= 2000", limit("d", ">=", date(2000, 1, 1))),
    ("w >= '09:00'", Limit("w", ">=", Fraction(9 * 3600))),
    ("now() > '2020-01-01'", TRUE),
    ("now() > '2030-01-01'", FALSE),
    ("1 = 2 OR a > 1", limit("a", ">", 1)),
    # order
    ("e > d", Order("e", ">", "d")),
    ("e >= d + 3", Order("e", ">=", "d", days(3))),
    ("e - d >= 3", Order("e", ">=", "d", days(3))),
    ("m - interval '1 day' > d", Order("m", ">", "d", days(1))),
    ("m >= d + interval '1 month'", Order("m", ">=", "d", days(31))),
    ("m <= d + interval '1 month'", Order("m", "<=", "d", days(28))),
    ("m >= customers.signup_at", Order("m", ">=", "customers.signup_at")),
    ("a <> b", Order("a", "<>", "b")),
    ("NOT (a < b)", Order("a", ">=", "b")),
    ("abs(a - b) <= 5", AllOf((Order("a", "<=", "b", Fraction(5)), Order("a", ">=", "b", Fraction(-5))))),
    # solved
    ("p = a * q", Solved("p", "=", "a * q", ("a", "q"), "postgresql")),
    ("a * q = p", Solved("p", "=", "a * q", ("a", "q"), "postgresql")),
    ("a + b <= c", Solved("c", ">=", "a + b", ("a", "b"), "postgresql")),
    ("2 * a >= b", Solved("b", "<=", "2 * a", ("a",), "postgresql")),
    ("a + b + c = 100", Solved("a", "=", '100 - "b" - "c"', ("b", "c"), "postgresql")),
    ("s = t", Solved("s", "=", "t", ("t",), "postgresql")),
    # texts
    ("s ~ '^[A-Z]{3}-\\d+$'", regex("s", r"^[A-Z]{3}-\d+$")),
    ("(s)::text ~~ 'a%'::text", like("s", "a%")),
    ("s !~~* 'a%'", like("s", "a%", insensitive=True, negated=True)),
    ("s LIKE '100\\%'", regex("s", r"^100%\Z")),
    ("s SIMILAR TO '(a|b)%'", regex("s", r"^(?:(?:a|b).*)\Z")),
    ("s ~ '[[:digit:]]'", regex("s", "[0-9]")),
    ("lower(s) = s", Folded("s", "lower")),
    ("btrim(s) = s", Folded("s", "trim")),
    ("upper((s)::text) = ANY (ARRAY['M'::text, 'F'::text])", Among("s", ("M", "F"))),
    ("lower(s) <> 'abc'", regex("s", r"^abc\Z", insensitive=True, negated=True)),
    ("s <> ''", Length("s", 1, None)),
    ("trim(s) <> ''", AllOf((Length("s", 1, None), Folded("s", "trim")))),
    ("length(s) BETWEEN 2 AND 5", Length("s", 2, 5)),
    ("length(s) <> 3", AnyOf((Length("s", 0, 2), Length("s", 4, None)))),
    ("octet_length(o) = 16", Length("o", 16, 16, "bytes")),
    ("left(s, 2) = 'ab'", like("s", "ab%")),
    ("g <> 'x'", regex("g", r"^x *\Z", negated=True)),
    # cases
    ("NOT (a > 5 AND b < 3)", AnyOf((limit("a", "<=", 5), limit("b", ">=", 3)))),
    ("COALESCE(a, 0) > 5", AllOf((given("a"), limit("a", ">", 5)))),
    ("a IS DISTINCT FROM 5", Among("a", (5,), negated=True)),
    ("a IS DISTINCT FROM NULL", given("a")),
    ("a IS NOT DISTINCT FROM b", AnyOf((AllOf((null("a"), null("b"))), AllOf((given("a"), given("b"), Order("a", "=", "b")))))),
    ("CASE WHEN k = 'paid' THEN p > 0 ELSE p IS NULL END", AnyOf((
        AllOf((given("k"), Among("k", ("paid",)), limit("p", ">", 0))), AllOf((Among("k", ("paid",), negated=True), null("p")))))),
    ("p <= COALESCE(q, 100)", AnyOf((AllOf((given("q"), Order("p", "<=", "q"))), AllOf((null("q"), limit("p", "<=", 100)))))),
    # from AdventureWorks for PostgreSQL (lorint/AdventureWorks-for-Postgres, MIT)
    ("(((a IS NULL) AND (b = 0) AND (p = 1.00)) OR ((a IS NOT NULL) AND (b >= 1)))", AnyOf((
        AllOf((null("a"), Among("b", (0,)), Among("p", (Decimal("1.00"),)))), AllOf((given("a"), limit("b", ">=", 1)))))),
    ("((s IS NULL) OR (upper((s)::text) = ANY (ARRAY['SC'::text, 'VC'::text])))", AnyOf((null("s"), Among("s", ("SC", "VC"))))),
    ("((e >= d) OR (e IS NULL) OR (d IS NULL))", AnyOf((Order("e", ">=", "d"), null("e"), null("d")))),
    # judged, not constructed
    ("a % 2 = 0", Opaque("a % 2 = 0", ("a",), "postgresql", evaluable=True)),
    ("NOT (a * b = 100)", Opaque("a * b <> 100", ("a", "b"), "postgresql", evaluable=True)),
    ("s !~ '[[:alpha:]]'", Opaque("NOT (s ~ '[[:alpha:]]')", ("s",), "postgresql", evaluable=True)),
    ("is_odd(a) AND b > 1", AllOf((Opaque("is_odd(a)", ("a",), "postgresql", evaluable=False), limit("b", ">", 1)))),
    ("jsonb_typeof(j) = 'object'", Opaque("jsonb_typeof(j) = 'object'", ("j",), "postgresql", evaluable=False)),
    ("(a = a) IS TRUE", Opaque("(a = a) IS TRUE", ("a",), "postgresql", evaluable=True)),
]  # fmt: skip
SQLITE: list[tuple[str, Formula]] = [
    # from hard.sql and sakila (jOOQ/sakila, BSD-2) for SQLite
    ("shipped_at IS NULL OR shipped_at >= placed_at", AnyOf((null("m"), Order("m", ">=", "customers.signup_at")))),
    ("manager_id <> id", Order("a", "<>", "b")),
    ("status IN ('new','paid','shipped')", Among("s", ("new", "paid", "shipped"))),
    ("special_features is null or special_features like '%Trailers%'", AnyOf((null("s"), like("s", "%Trailers%", insensitive=True)))),
    ("qty BETWEEN 1 AND 99", AllOf((limit("a", ">=", 1), limit("a", "<=", 99)))),
    # a bare date stands before its own midnight, as texts compare
    ("m <= '2024-01-01'", Limit("m", "<=", measure(date(2024, 1, 1)) - Fraction(1, 10**6))),
    ("m >= '2024-01-01 10:00:00'", limit("m", ">=", datetime(2024, 1, 1, 10))),
    ("s GLOB '[0-9]*'", regex("s", r"^[0-9].*\Z")),
    ("s LIKE 'é%'", like("s", "é%")),
    ("x = 1", Among("x", (True,))),
    ("x IN (0, 1)", Among("x", (False, True))),
    ("(a IS NOT NULL) + (b IS NOT NULL) = 1", ONE_OF_TWO),
    ("julianday(e) - julianday(d) >= 2", Order("e", ">=", "d", days(2))),
    ("date(d, '+3 days') <= e", Order("d", "<=", "e", days(-3))),
    ("typeof(a) = 'integer'", given("a")),
    ("typeof(a) IN ('integer', 'null')", AnyOf((given("a"), null("a")))),
    ('"s" = "abc"', Among("s", ("abc",))),
    ("ifnull(a, 0) > 3", AllOf((given("a"), limit("a", ">", 3)))),
    ("m < datetime('now', '-1 day')", limit("m", "<", datetime(2025, 12, 31))),
    ("A = 1 AND B = 2", AllOf((Among("a", (1,)), Among("b", (2,))))),
]  # fmt: skip
_RENAMED = {
    "shipped_at": "m", "placed_at": "customers.signup_at", "manager_id": "a", "id": "b", "status": "s", "special_features": "s", "qty": "a",
}  # fmt: skip
MYSQL: list[tuple[str, Formula]] = [
    ("s = 'abc'", Among("s", ("abc",))),
    ("s <> 'abc'", regex("s", r"^abc *\Z", insensitive=True, negated=True)),
    ("s <> ''", AllOf((Length("s", 1, None), Folded("s", "trim")))),
    ("`s` LIKE 'a%'", like("s", "a%", insensitive=True)),
    ("s REGEXP '^[0-9]+$'", regex("s", "^[0-9]+$", insensitive=True)),
    ("k <> 'PAID'", Among("k", ("paid",), negated=True)),
    ("json_valid(`j`)", TRUE),
    ("m > date_add(d, interval 1 day)", Order("m", ">", "d", days(1))),
    ("datediff(e, d) > 3", Order("e", ">", "d", days(3))),
    ("year(d) > 2000", limit("d", ">=", date(2001, 1, 1))),
    ("length(s) > 3", Length("s", 4, None, "bytes")),
    ("a <=> NULL", null("a")),
    ("s in (_utf8mb4\\'x\\',_utf8mb4\\'y\\')", Among("s", ("x", "y"))),
]


@pytest.mark.parametrize(("sql", "formula"), POSTGRESQL, ids=[sql for sql, _ in POSTGRESQL])
def test_postgresql(sql: str, formula: Formula) -> None:
    assert normalised(sql, "postgresql", TYPES, AS_OF) == formula


@pytest.mark.parametrize(("sql", "formula"), SQLITE, ids=[sql for sql, _ in SQLITE])
def test_sqlite(sql: str, formula: Formula) -> None:
    for word, name in _RENAMED.items():
        sql = " ".join(name if part == word else part for part in sql.split(" "))
    assert normalised(sql, "sqlite", TYPES, AS_OF) == formula


@pytest.mark.parametrize(("sql", "formula"), MYSQL, ids=[sql for sql, _ in MYSQL])
def test_mysql(sql: str, formula: Formula) -> None:
    assert normalised(sql, "mysql", TYPES, AS_OF) == formula


def test_many_null_patterns_are_merged() -> None:
    types = {f"c{n}": INTEGER for n in range(8)}
    formula = normalised(f"num_nonnulls({', '.join(types)}) >= 1", "postgresql", types, AS_OF)
    assert formula == AnyOf(tuple(given(name) for name in reversed(types)))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_a_formula_that_would_explode_is_opaque_in_time(dialect: Dialect) -> None:
    columns = {f"c{n}": INTEGER for n in range(30)}
    sql = " + ".join(f"COALESCE({name}, 1)" for name in columns) + " > 5"
    formula = normalised(sql, dialect, columns, AS_OF)
    assert isinstance(formula, Opaque)
    assert formula.evaluable
    assert formula.reads == tuple(columns)


def test_branches_within_branches_that_would_explode_are_opaque_in_time() -> None:
    sql = "a > 0"
    for n in range(12):
        sql = f"CASE WHEN {sql} THEN b > {n} WHEN c > {n} THEN {sql} ELSE a < {n} END"
        if len(sql) > 20_000:
            break
    formula = normalised(sql, "postgresql", TYPES, AS_OF)
    assert isinstance(formula, Opaque)


def test_a_long_list_stays_one_atom_and_many_ors_stay_flat() -> None:
    listed = normalised(f"a IN ({', '.join(map(str, range(500)))})", "sqlite", TYPES, AS_OF)
    assert listed == Among("a", tuple(range(500)))
    spread = normalised(" OR ".join(f"(a > {n} AND b < {n})" for n in range(300)), "sqlite", TYPES, AS_OF)
    assert isinstance(spread, AnyOf)
    assert len(list(atoms(spread))) == 600


def test_an_unknown_column_is_named_with_its_place_and_the_nearest_miss() -> None:
    with pytest.raises(SchemaError) as raised:
        normalised("status > totl", "sqlite", {"status": INTEGER, "total": INTEGER}, AS_OF, Location("shop.yaml", 4))
    assert str(raised.value) == "shop.yaml:4: unknown column 'totl'. Exists: status, total. Did you mean 'total'?"


def test_a_check_that_is_not_understood_is_left_to_the_database() -> None:
    check = Check(sql="daterange(a, b) @> c !!", dialect="postgresql")
    assert normalised_check(check, TYPES, AS_OF) == Opaque(check.sql, (), "postgresql", evaluable=False)
    assert normalised_check(Check(sql="a > 1"), TYPES, AS_OF) == limit("a", ">", 1)
