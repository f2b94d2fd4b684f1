"""Declared fills refuse what they do not know, by name, and say what exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from generators.requests import BYTE, MONEY, PEOPLE, PEOPLE_TYPES, case
from laws import fixed, keyed

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError, InputError, SchemaError
from fixturegen.generator import Batch, made
from fixturegen.generators.choice import generator_for
from fixturegen.generators.coercion import value_of
from fixturegen.generators.template_parts import parts_of
from fixturegen.schema import Location, Type


@pytest.mark.parametrize(
    ("fill", "type_", "arguments", "message"),
    [
        ("regex", "text", {}, "regex needs pattern"),
        ("regex", "text", {"patern": "a"}, "regex has no argument 'patern'. Exists: pattern. Did you mean 'pattern'?"),
        ("regex", "text", {"pattern": 5}, "pattern of regex is 5; it must be a text"),
        ("normal", "integer", {"mean": 1}, "normal needs sd"),
        ("normal", "integer", {"mean": 1, "sd": 0}, "sd of normal is 0; it must be a number above 0"),
        ("normal", "integer", {"mean": float("nan"), "sd": 1}, "it must be a finite number"),
        ("normal", "integer", {"mean": 1, "sd": float("inf")}, "it must be a finite number"),
        ("normal", "integer", {"mean": True, "sd": 1}, "it must be a finite number"),
        ("normal", "integer", {"mean": 9, "sd": 1, "max": 5}, "the mean 9 lies outside the bounds"),
        ("normal", "text", {"mean": 9, "sd": 1}, "fills numbers, dates and times, and c is text"),
        ("normal", "date", {"mean": "yesterday", "sd": 1}, "a date such as 2024-01-31"),
        ("uniform", "integer", {"min": 9, "max": 5}, "the least value of c is above its greatest"),
        ("uniform", "integer", {"minimum": 9}, "has no argument 'minimum'"),
        ("lognormal", "float", {"median": 9}, "takes median and sigma, or mean and sd"),
        ("lognormal", "float", {"median": -9, "sigma": 1}, "a number above 0"),
        ("lognormal", "float", {"mean": 900, "sd": 1}, "within 50 of 0"),
        ("exponential", "float", {"mean": "x"}, "a finite number"),
        ("poisson", "date", {"mean": 3}, "counts things, and c is date"),
        ("poisson", "integer", {"mean": 10**7}, "above 1000000"),
        ("zipf", "integer", {"exponent": 0}, "a number above 0"),
        ("zipf", "integer", {"exponent": 101}, "the exponent is above 100"),
        ("sequence", "text", {}, "fills numbers, dates and times, and c is text"),
        ("sequence", "integer", {"step": 0}, "no step between values"),
        ("sequence", "integer", {"step": "1.5"}, "no step between values"),
        ("sequence", BYTE, {"start": 300}, "which c cannot hold"),
        ("constant", "integer", {}, "constant needs value"),
        ("constant", "integer", {"value": "x"}, "value of constant is 'x'; it must be a finite number"),
        ("constant", BYTE, {"value": 300}, "is no value of c"),
        ("constant", "integer", {"value": None}, "no NULL"),
        ("constant", Type(kind="text", length=2), {"value": "abc"}, "breaks a constraint of c"),
        ("constant", Type(kind="enum", labels=("a", "b")), {"value": "c"}, "one of a, b"),
        ("template", "text", {"template": "{name"}, "never closed"),
        ("template", "text", {"template": "name}"}, "never opened"),
        ("template", "text", {"template": "{}"}, "a hole without a column"),
        ("template", "text", {"template": "{a{b}}"}, "a hole within a hole"),
        ("template", "text", {"template": "{name|slugg}"}, "unknown filter 'slugg'. Exists: cut, lower, slug, trim, upper. Did"),
        ("template", "text", {"template": "{name|cut}"}, "only cut takes an argument"),
        ("template", "text", {"template": "{name|upper(2)}"}, "only cut takes an argument"),
        ("template", "text", {"template": "{id:%Y}"}, "no format for id"),
        ("template", "text", {"template": "{id:99999999d}"}, "no format for id"),
        ("template", "text", {"template": "{joined.at:05d}"}, "no format for joined.at"),
        ("template", "integer", {"template": "{id}"}, "makes texts, and c is integer"),
        ("expression", "integer", {"sql": "name"}, "gives String, and c is integer"),
        ("expression", "integer", {"sql": "id +"}, "id +"),
        ("expression", "integer", {"sql": "id", "dialect": "oracle"}, "one of sqlite, postgresql, mysql"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(fill: str, type_: Type, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        case(fill, "bad", type_, None, arguments=arguments, types=PEOPLE_TYPES).made()
    assert message in str(caught.value)


def test_unknown_columns_are_named_where_the_fill_stands() -> None:
    def types(name: str) -> Type:
        message = f"unknown column {name!r}"
        raise SchemaError(message, given=name, exists=["id", "name"])

    for fill, arguments in (("template", {"template": "{nam}"}), ("expression", {"sql": "nam + 1"})):
        request = replace(
            case(fill, "x", "text", None, arguments=arguments).request, types=types, where=Location("a.yaml", 7)
        )
        with pytest.raises(SchemaError, match=r"a\.yaml:7.*unknown column 'nam'.*Did you mean 'name'"):
            made(fill, request)


def test_an_unknown_generator_is_named() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'regex'"):
        made("regexx", case("regex", "x", "text", None).request)


def test_sequences_end_where_the_type_does() -> None:
    with pytest.raises(ImpossibleError, match="127 values for 200 rows"):
        case("sequence", "x", BYTE, None, distinct=200).made()
    one = case("sequence", "x", BYTE, None)
    made_ = one.made()
    assert made_.build(keyed(one, made_, np.arange(127))).to_list() == list(range(1, 128))
    with pytest.raises(ImpossibleError, match="row 128 needs one more"):
        made_.build(keyed(one, made_, np.arange(128)))


def test_sequences_begin_at_a_least_value_that_is_the_types_own() -> None:
    one = case("sequence", "x", BYTE, None, domain=Domain(low=-128))
    made_ = one.made()
    assert made_.build(keyed(one, made_, np.arange(256))).to_list() == list(range(-128, 128))


def test_sequences_pass_over_excluded_values() -> None:
    one = case(
        "sequence",
        "x",
        "integer",
        None,
        arguments={"start": 10, "step": -2},
        domain=Domain(excluded=frozenset({8, 7, 4})),
    )
    made_ = one.made()
    assert made_.build(keyed(one, made_, np.arange(4))).to_list() == [10, 6, 2, 0]
    assert made_.sequential


def test_templates_keep_null_and_refuse_what_is_too_long() -> None:
    one = case(
        "template", "x", Type(kind="text", length=10), None, arguments={"template": "<{name}>"}, types=PEOPLE_TYPES,
        columns={"name": PEOPLE["name"]},
    )  # fmt: skip
    made_ = one.made()
    assert made_.needs == ("name",)
    short = Batch(height=2, columns={"name": pl.Series(["Ann", None])})
    assert made_.build(short).to_list() == ["<Ann>", None]
    with pytest.raises(ImpossibleError, match="makes 13 characters where c holds 10"):
        made_.build(fixed(one, made_, [{}]))


def test_template_parts() -> None:
    parts = parts_of("{{{a.b | lower | cut(3)}}}-{c:>8}", None)
    assert [part if isinstance(part, str) else (part.column, part.form) for part in parts] == [
        "{",
        ("a.b", ""),
        "}-",
        ("c", ">8"),
    ]


def test_template_formats_each_kind() -> None:
    template = "{id:,}|{price}|{joined.at:%Y-%m}|{name|slug}|{id:06d}"
    one = case("template", "x", "text", None, arguments={"template": template}, types=PEOPLE_TYPES, columns=PEOPLE)
    made_ = one.made()
    columns = {
        "id": pl.Series([-1234]),
        "price": pl.Series([Decimal("1.50")], dtype=pl.Decimal(10, 2)),
        "joined.at": PEOPLE["joined.at"][:1],
        "name": pl.Series(["Łódź & Straße"]),
    }
    assert made_.build(Batch(height=1, columns=columns)).to_list() == ["-1,234|1.50|2024-02|lodz-strasse|-01234"]


def test_expressions_round_halves_away_from_zero() -> None:
    one = case("expression", "x", MONEY, None, arguments={"sql": "price * 0.1"}, types=PEOPLE_TYPES, nullable=True)
    prices = pl.Series([Decimal("0.05"), Decimal("-0.05"), Decimal("0.04"), None], dtype=pl.Decimal(10, 2))
    values = one.made().build(Batch(height=4, columns={"price": prices}))
    assert values.to_list() == [Decimal("0.01"), Decimal("-0.01"), Decimal("0.00"), None]
    assert values.dtype == pl.Decimal(10, 2)


def test_expressions_refuse_values_that_do_not_fit() -> None:
    one = case("expression", "x", BYTE, None, arguments={"sql": "id * 2"}, types=PEOPLE_TYPES)
    with pytest.raises(ImpossibleError, match="does not fit c"):
        one.made().build(Batch(height=1, columns={"id": pl.Series([100])}))


def test_expressions_refuse_null_where_the_column_does() -> None:
    one = case("expression", "x", "integer", None, arguments={"sql": "id / 0"}, types=PEOPLE_TYPES)
    with pytest.raises(ImpossibleError, match="NULL in some row, and c may not be"):
        one.made().build(Batch(height=1, columns={"id": pl.Series([100])}))


@pytest.mark.parametrize(
    ("given", "type_", "value"),
    [
        ("5", Type(kind="integer"), 5),
        (1.1, MONEY, Decimal("1.10")),
        ("true", Type(kind="boolean"), True),
        (date(2024, 1, 1), Type(kind="date"), date(2024, 1, 1)),
        (90, Type(kind="interval"), timedelta(seconds=90)),
        ({"a": 1}, Type(kind="json"), '{"a": 1}'),
        ([1, "2"], Type(kind="array", element=Type(kind="integer")), [1, 2]),
        ("é", Type(kind="bytes"), "é".encode()),
        (True, Type(kind="text"), "true"),
    ],
)
def test_declared_values_are_read_as_the_columns_type(given: object, type_: Type, value: object) -> None:
    assert value_of(given, type_) == value


@pytest.mark.parametrize(
    ("given", "type_"),
    [("1.234", MONEY), ("{", Type(kind="json")), ("25:00", Type(kind="time")), ([], Type(kind="text"))],
)
def test_other_values_are_refused(given: object, type_: Type) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        value_of(given, type_)


def test_every_type_has_a_generator() -> None:
    kinds = [
        "integer",
        "decimal",
        "float",
        "boolean",
        "text",
        "bytes",
        "date",
        "time",
        "datetime",
        "interval",
        "uuid",
        "json",
    ]
    for kind in [*kinds, "ip", "mac", "url", "array"]:
        request = case("integers", "x", Type(kind=kind), None).request
        assert (
            len(
                made(generator_for(request), request).build(
                    Batch(height=0, draws=_none(request), repeats=_no_repeats(request))
                )
            )
            == 0
        )


def _none(request: object) -> dict[str, np.ndarray]:
    generator = made(generator_for(request), request)  # type: ignore[arg-type] - a request
    return {draw.name: np.empty(0, dtype=np.int64) for draw in generator.draws if draw.count is None}


def _no_repeats(request: object) -> dict[str, object]:
    from fixturegen.generator import Repeated

    generator = made(generator_for(request), request)  # type: ignore[arg-type] - a request
    empty = Repeated(np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return {draw.name: empty for draw in generator.draws if draw.count is not None}


def test_listed_values_come_before_patterns_and_type() -> None:
    assert generator_for(case("values", "x", "integer", None, domain=Domain(values=(1,))).request) == "values"
    from fixturegen.domain import Pattern

    assert (
        generator_for(case("x", "x", "text", None, domain=Domain(patterns=(Pattern("like", "a%"),))).request)
        == "patterned"
    )
    negated = Domain(patterns=(Pattern("like", "a%", negated=True),))
    assert generator_for(case("x", "x", "text", None, domain=negated).request) == "texts"
