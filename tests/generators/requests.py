"""Cases of the law kit: generators of the types and of the declared fills."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
from laws import Case

from fixturegen.domain import ANY, Domain, Pattern
from fixturegen.generator import Request
from fixturegen.schema import Column, Kind, Type

_A_DAY = 86_400
NEW_YEAR = _A_DAY * 20_454
"""2026-01-01, in seconds."""


def case(
    generator: str,
    label: str,
    type_: Type | Kind,
    simplest: object,
    *,
    domain: Domain = ANY,
    distinct: int = 0,
    arguments: dict[str, object] | None = None,
    types: dict[str, Type] | None = None,
    columns: dict[str, pl.Series] | None = None,
    complete: set[object] | None = None,
    nullable: bool = False,
) -> Case:
    request = Request(
        table="t",
        column=Column(name="c", type=type_ if isinstance(type_, Type) else Type(kind=type_), nullable=nullable),
        domain=domain,
        distinct=distinct,
        arguments=arguments or {},
        types=None if types is None else types.__getitem__,
    )
    return Case(
        generator=generator,
        label=f"{generator}: {label}",
        request=request,
        simplest=simplest,
        columns=columns or {},
        complete=None if complete is None else frozenset(complete),
    )


BYTE = Type(kind="integer", bits=8)
MONEY = Type(kind="decimal", precision=10, scale=2)
LABELS = Type(kind="enum", labels=("new", "paid", "shipped"))
CHAR2 = Type(kind="text", length=2, fixed=True)
NUMBERS = Type(kind="array", element=Type(kind="integer"))
NESTED = Type(kind="array", element=Type(kind="array", element=Type(kind="text", length=1)))


def like(*texts: str, negated: bool = False, insensitive: bool = False) -> tuple[Pattern, ...]:
    return tuple(Pattern("like", text, negated=negated, insensitive=insensitive) for text in texts)


def regex(*texts: str, negated: bool = False) -> tuple[Pattern, ...]:
    return tuple(Pattern("regex", text, negated=negated) for text in texts)


ORDERED = (
    case("integers", "plain", "integer", 1),
    case("integers", "tiny", BYTE, 1),
    case("integers", "below zero", "integer", -3, domain=Domain(low=-9, high=-3), complete=set(range(-9, -2))),
    case(
        "integers", "with holes", "integer", 0,
        domain=Domain(low=-2, high=3, excluded=frozenset({-1, 1, 3, 9})), complete={-2, 0, 2},
    ),
    case("integers", "simplest excluded", "integer", 1, domain=Domain(low=-2, high=3, excluded=frozenset({0}))),
    case("integers", "distinct", "integer", 1, distinct=20_000),
    case("integers", "distinct above", "integer", 5, domain=Domain(low=5), distinct=20_000),
    case("integers", "unsigned", Type(kind="integer", bits=64, signed=False), 1),
    case("integers", "whole type", BYTE, 0, domain=Domain(low=-127, high=126), distinct=200),
    case("integers", "below a bound", "integer", -5, domain=Domain(high=-5)),
    case("decimals", "plain", MONEY, Decimal("0.00")),
    case("decimals", "bounded", MONEY, Decimal("0.50"), domain=Domain(low=50, high=1_00)),
    case("decimals", "narrow", Type(kind="decimal", precision=3, scale=3), Decimal("0.000")),
    case("decimals", "many digits", Type(kind="decimal", precision=38, scale=30), Decimal("0E-30")),
    case("floats", "plain", "float", 0.0),
    case("floats", "single", Type(kind="float", bits=32), 0.0),
    case("floats", "excluded", "float", 0.0, domain=Domain(low=-1, high=2, excluded=frozenset({1}))),
    case("booleans", "plain", "boolean", False, complete={False, True}),
    case("booleans", "true only", "boolean", True, domain=Domain(low=1), complete={True}),
    case("dates", "plain", "date", date(2026, 1, 1)),
    case("dates", "from", "date", date(2026, 3, 1), domain=Domain(low=20_513)),
    case("dates", "distinct", "date", date(2026, 1, 1), distinct=3_000),
    case(
        "dates", "week", "date", date(2026, 1, 1), domain=Domain(low=20_454, high=20_456, excluded=frozenset({20_455})),
        complete={date(2026, 1, 1), date(2026, 1, 3)},
    ),
    case("times", "plain", "time", time(0)),
    case("times", "fine", Type(kind="time", precision=6), time(0)),
    case("datetimes", "plain", "datetime", datetime(2026, 1, 1)),  # noqa: DTZ001 - zone-less on purpose
    case("datetimes", "zoned", Type(kind="datetime", zone=True), datetime(2026, 1, 1, tzinfo=UTC)),
    case("datetimes", "until", "datetime", datetime(2025, 12, 31, 23, 59, 59), domain=Domain(high=NEW_YEAR - 1)),  # noqa: DTZ001 - the same
    case("datetimes", "fine", Type(kind="datetime", precision=3), datetime(2026, 1, 1)),  # noqa: DTZ001 - the same
    case("intervals", "plain", "interval", timedelta(0)),
)  # fmt: skip

CHOSEN = (
    case(
        "values", "weighted", "text", "DE", domain=Domain(values=("DE", "FR", "NO"), weights=(5.0, 3.0, 1.0)),
        complete={"DE", "FR", "NO"},
    ),
    case(
        "values", "fine weights", MONEY, Decimal("1.50"),
        domain=Domain(values=(Decimal("1.50"), Decimal(2)), weights=(0.3, 0.7)), complete={Decimal("1.50"), Decimal(2)},
    ),
    case("values", "zero weight", "text", "b", domain=Domain(values=("a", "b"), weights=(0.0, 1.0)), complete={"b"}),
    case(
        "values", "distinct", "text", "a", domain=Domain(values=("z", "a", "b"), weights=(0.0, 1.0, 1.0)), distinct=2,
        complete={"a", "b"},
    ),
    case("values", "enum", LABELS, "paid", domain=Domain(values=("paid", "new")), complete={"paid", "new"}),
    case("values", "narrowed", "integer", 2, domain=Domain(values=(1, 2, 3), low=2), complete={2, 3}),
    case("values", "zoned", Type(kind="datetime", zone=True), datetime(2025, 1, 1, tzinfo=UTC),
         domain=Domain(values=(datetime(2025, 1, 1, tzinfo=UTC),))),
    case("values", "lists", NUMBERS, [1], domain=Domain(values=([1], [2, 3])), complete={"[1]", "[2, 3]"}),
    case("enums", "plain", LABELS, "new", complete={"new", "paid", "shipped"}),
    case("enums", "barred", LABELS, "paid", domain=Domain(barred=frozenset({"new"})), complete={"paid", "shipped"}),
)  # fmt: skip

TEXTS = (
    case("texts", "plain", "text", "ab"),
    case("texts", "long", "text", None, domain=Domain(min_length=60, max_length=64)),
    case("texts", "one letter", Type(kind="text", length=1), "a", complete=set("abcdefghijklmnopqrstuvwxyz")),
    case("texts", "fixed", CHAR2, "aa"),
    case("texts", "upper", Type(kind="text", length=5), None, domain=Domain(letters="upper", trimmed=True)),
    case("texts", "negated", Type(kind="text", length=30), None, domain=Domain(patterns=like("%a%", negated=True))),
    case("texts", "barred", "text", None, domain=Domain(barred=frozenset({"ab", "a"}), max_bytes=12)),
    case("texts", "distinct", "text", None, distinct=1_000),
    case("texts", "distinct letter", Type(kind="text", length=1), "0", distinct=30),
    case("texts", "distinct signs", Type(kind="text", length=1), None, distinct=60, domain=Domain(barred=frozenset("ab!"))),
    case("texts", "distinct code", Type(kind="text", length=8), "00000000", distinct=9, domain=Domain(letters="upper")),
    case("texts", "distinct long", "text", None, distinct=9, domain=Domain(min_length=40, max_length=50)),
    case("texts", "distinct negated", "text", None, distinct=9, domain=Domain(patterns=like("%z%", negated=True))),
    case("patterned", "prefix", "text", "AB-", domain=Domain(patterns=like("AB-%"))),
    case("patterned", "both", "text", None, domain=Domain(patterns=(*like("A%z"), *regex("[0-9]{2}")), max_length=12)),
    case("patterned", "address", "text", None, domain=Domain(patterns=like("%@%.%"))),
    case("patterned", "class", CHAR2, "AA", domain=Domain(patterns=regex("^[A-Z]{2}$")), distinct=26 * 26),
    case(
        "patterned", "negated", "text", None,
        domain=Domain(patterns=(*regex("^[a-c]{1,3}$"), *like("%aa%", negated=True)), min_length=1),
    ),
    case(
        "patterned", "folded", "text", "ABC",
        domain=Domain(patterns=(*like("abc", insensitive=True), *regex("^[A-Z]+$"))), complete={"ABC"},
    ),
    case("patterned", "boundaries", "text", None, domain=Domain(patterns=regex(r"\bid\b [0-9]+"))),
    case("patterned", "long", "text", None, domain=Domain(patterns=like("%x%"), min_length=50, max_length=60)),
    case("regex", "code", "text", "AAA-0000", arguments={"pattern": r"[A-Z]{3}-\d{4}"}),
    case(
        "regex", "code barred", "text", "AAA-0001", arguments={"pattern": r"[A-Z]{3}-\d{4}"}, distinct=10,
        domain=Domain(barred=frozenset({"AAA-0000", "AAA-0002", "x"})),
    ),
    case("regex", "alternatives", "text", "a", arguments={"pattern": "^(?:a|b|[0-9]{2})$"},
         complete={"a", "b", *(f"{n:02}" for n in range(100))}),
    case("regex", "words", "text", None, arguments={"pattern": r"\w+@\w{2,20}\.com"}),
    case("regex", "words distinct", "text", None, arguments={"pattern": r"\w+@\w{2,20}\.com"}, distinct=10**6),
    case("regex", "words barred", "text", None, arguments={"pattern": r"[a-d]{1,9}"}, domain=Domain(barred=frozenset("abc"))),
    case("regex", "letters", "text", "ああああ", arguments={"pattern": "[あ-お]{4}"}),
    case("regex", "wide", "text", None, arguments={"pattern": "[0-9a-f]{40}"}, distinct=10),
    case("regex", "groups", Type(kind="text", length=20), None, arguments={"pattern": r"(\d{1,3}\.){3}\d{1,3}"}, distinct=5),
    case("regex", "ignoring case", "text", None, arguments={"pattern": "(?i)ab"}, complete={"AB", "Ab", "aB", "ab"}),
    case("regex", "empty", "text", "", arguments={"pattern": ""}, complete={""}),
    case("regex", "narrowed", Type(kind="text", length=4), "b", arguments={"pattern": "[ab]{1,9}"},
         domain=Domain(patterns=like("a%", negated=True))),
)  # fmt: skip

OTHERS = (
    case("uuids", "random", "uuid", "00000000-0000-4000-8000-000000000000"),
    case("uuids", "timed", Type(kind="uuid", version=7), "019b76da-a800-7000-8000-000000000000"),
    case("uuids", "distinct", "uuid", "00000000-0000-4001-8000-000000000000", distinct=9,
         domain=Domain(barred=frozenset({"00000000-0000-4000-8000-000000000000"}))),
    case("uuids", "patterned", "uuid", None, domain=Domain(patterns=like("ab%"))),
    case("ips", "plain", "ip", "192.0.2.1"),
    case("ips", "distinct", "ip", "2001:db8::1:1:2", distinct=5, domain=Domain(barred=frozenset({"2001:db8::1:1:1"}))),
    case("macs", "plain", "mac", "02:00:00:00:00:00"),
    case("urls", "plain", "url", "https://example.com/"),
    case("urls", "distinct", "url", "https://example.com/000000000000", distinct=9),
    case("bytes", "plain", "bytes", b""),
    case("bytes", "fixed", Type(kind="bytes", length=3, fixed=True), b"\0\0\0"),
    case("bytes", "distinct", Type(kind="bytes", length=20), None, distinct=9, domain=Domain(barred=frozenset({b"\0" * 16}))),
    case("bytes", "one", Type(kind="bytes", length=1), None, distinct=9, domain=Domain(barred=frozenset({b"\0"})),
         complete={bytes([octet]) for octet in range(1, 256)}),
    case("bytes", "long", "bytes", None, domain=Domain(min_length=100, max_length=100)),
    case("json", "plain", "json", "[]"),
    case("json", "distinct", "json", '{"number": 1}', distinct=9, domain=Domain(barred=frozenset({'{"number": 0}'}))),
    case("arrays", "plain", NUMBERS, []),
    case("arrays", "labels", Type(kind="array", element=LABELS), ["new", "new"], domain=Domain(min_length=2)),
    case("arrays", "nested", NESTED, [["a"]], domain=Domain(min_length=1, max_length=3)),
    case("arrays", "distinct", NUMBERS, [1], distinct=9),
)  # fmt: skip

PEOPLE = {
    "name": pl.Series(["Jürgen Groß", None, "Ann O'Hara"]),
    "id": pl.Series([7, 12_345, None, 0, -3], dtype=pl.Int64),
    "joined.at": pl.Series([datetime(2024, 2, 29, 1, 2, 3), None]),  # noqa: DTZ001 - zone-less on purpose
    "price": pl.Series([Decimal("1.25"), Decimal("10.00")], dtype=pl.Decimal(10, 2)),
}
PEOPLE_TYPES = {
    "name": Type(kind="text"),
    "id": Type(kind="integer"),
    "joined.at": Type(kind="datetime"),
    "price": MONEY,
}

COMPUTED = (
    case("sequence", "plain", "integer", 1),
    case("sequence", "down", "integer", 100, arguments={"start": 100, "step": -1}, domain=Domain(low=-5_000)),
    case("sequence", "dates", "date", date(2026, 1, 1)),
    case("sequence", "holes", MONEY, Decimal("0.00"), arguments={"start": 0, "step": 2}, domain=Domain(excluded=frozenset({200}))),
    case("constant", "text", "text", "x", arguments={"value": "x"}, complete={"x"}),
    case("constant", "moment", "datetime", datetime(2024, 1, 1), arguments={"value": "2024-01-01"}),  # noqa: DTZ001 - the same
    case(
        "template", "address", "text", "jurgen-gross.00007@example.com",
        arguments={"template": "{name|slug}.{id:05d}@example.com"}, types=PEOPLE_TYPES,
        columns={"name": PEOPLE["name"], "id": PEOPLE["id"]},
    ),
    case(
        "template", "formats", "text", "JÜR {2024} 1.2 2024-02-29 01:02:03",
        arguments={"template": "{name|cut(2)|upper}R {{{joined.at:%Y}}} {price:.1f} {joined.at}"}, types=PEOPLE_TYPES,
        columns={name: PEOPLE[name] for name in ("name", "joined.at", "price")},
    ),
    case("regex", "long", "text", None, arguments={"pattern": "[ab]{200,900}"}),
    case("template", "no hole", "text", "x", arguments={"template": "x"}, types={}),
    case(
        "expression", "product", MONEY, Decimal("8.75"), arguments={"sql": "id * price"}, types=PEOPLE_TYPES,
        columns={"id": PEOPLE["id"], "price": PEOPLE["price"]}, nullable=True,
    ),
    case(
        "expression", "rounded", "integer", 1, arguments={"sql": "price / 2 + 0.125"}, types=PEOPLE_TYPES,
        columns={"price": PEOPLE["price"]}, nullable=True,
    ),
    case(
        "expression", "date", "date", date(2024, 2, 29), arguments={"sql": "joined.at"}, types=PEOPLE_TYPES,
        columns={"joined.at": PEOPLE["joined.at"]}, nullable=True,
    ),
    case("expression", "constant", "integer", 3, arguments={"sql": "1 + 2"}, types={}),
)  # fmt: skip

DISTRIBUTED = (
    case("uniform", "bounds", "integer", 5, arguments={"min": 5, "max": 8}, complete={5, 6, 7, 8}),
    case("uniform", "distinct", MONEY, Decimal("0.00"), distinct=5),
    case("normal", "integers", "integer", 60, arguments={"mean": 100, "sd": 15}, domain=Domain(low=60, high=140)),
    case("normal", "two sides", "integer", 0, arguments={"mean": 0, "sd": 2, "min": -1, "max": 1}, complete={-1, 0, 1}),
    case("normal", "dates", "date", date(2025, 6, 30), arguments={"mean": "2025-06-01", "sd": 10, "max": "2025-06-30"}),
    case("normal", "datetimes", "datetime", None, arguments={"mean": "2025-06-01", "sd": 0.5}),
    case("normal", "decimals", MONEY, None, arguments={"mean": 20.5, "sd": "2.5"}, domain=Domain(excluded=frozenset({2050}))),
    case("lognormal", "median", MONEY, None, arguments={"median": 30, "sigma": 0.8, "max": 1_000}),
    case("lognormal", "logarithm", "float", None, arguments={"mean": 1, "sd": 0.5}),
    case("exponential", "decimals", MONEY, Decimal("0.00"), arguments={"mean": 40}),
    case("exponential", "dates", "date", date(2025, 1, 1), arguments={"mean": 30, "min": "2025-01-01", "max": "2026-01-01"}),
    case("poisson", "integers", "integer", 0, arguments={"mean": 2.5}),
    case("poisson", "decimals", MONEY, Decimal("1.00"), arguments={"mean": 4, "min": 1, "max": 3},
         complete={Decimal(1), Decimal(2), Decimal(3)}),
    case("zipf", "integers", "integer", 1, arguments={"exponent": 1.1, "max": 4}, complete={1, 2, 3, 4}),
    case("zipf", "wide", "integer", 10, arguments={"exponent": 1}, domain=Domain(low=10, high=10**12)),
)  # fmt: skip

CASES: tuple[Case, ...] = (*ORDERED, *CHOSEN, *TEXTS, *OTHERS, *COMPUTED, *DISTRIBUTED)
