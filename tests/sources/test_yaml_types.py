from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import Done, outcome

from fixturegen.errors import FixturegenError, SchemaError
from fixturegen.schema import Location, Type
from fixturegen.sources.yaml_types import TYPE_WORDS, read_type, type_text

WHERE = Location("s.yaml", 3, "t.c")


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("integer", Type(kind="integer")),
        ("INT", Type(kind="integer")),
        ("int8", Type(kind="integer", bits=8)),
        ("smallint", Type(kind="integer", bits=16)),
        ("mediumint", Type(kind="integer", bits=24)),
        ("int(11) unsigned", Type(kind="integer", signed=False)),
        ("uint32", Type(kind="integer", bits=32, signed=False)),
        ("decimal(10,2)", Type(kind="decimal", precision=10, scale=2)),
        ("numeric( 10 , 2 )", Type(kind="decimal", precision=10, scale=2)),
        ("decimal(5)", Type(kind="decimal", precision=5)),
        ("decimal", Type(kind="decimal", precision=18, scale=2)),
        ("decimal(*,4)", Type(kind="decimal", scale=4)),
        ("float", Type(kind="float")),
        ("double precision", Type(kind="float")),
        ("real", Type(kind="float", bits=32)),
        ("bool", Type(kind="boolean")),
        ("text", Type(kind="text")),
        ("varchar(40)", Type(kind="text", length=40)),
        ("character varying(40)", Type(kind="text", length=40)),
        ("char(2)", Type(kind="text", length=2, fixed=True)),
        ("blob(16)", Type(kind="bytes", length=16)),
        ("date", Type(kind="date")),
        ("time", Type(kind="time")),
        ("timestamp(3)", Type(kind="datetime", precision=3)),
        ("datetime with time zone", Type(kind="datetime", zone=True)),
        ("timestamp(0) with  time zone", Type(kind="datetime", zone=True, precision=0)),
        ("timestamptz", Type(kind="datetime", zone=True)),
        ("interval", Type(kind="interval")),
        ("uuid7", Type(kind="uuid", version=7)),
        ("jsonb", Type(kind="json")),
        ('enum(a, b c, \'d,e\', "f""g")', Type(kind="enum", labels=("a", "b c", "d,e", 'f"g'))),
        ("enum", Type(kind="enum")),
        ("ip", Type(kind="ip")),
        ("mac", Type(kind="mac")),
        ("url", Type(kind="url")),
        ("integer[]", Type(kind="array", element=Type(kind="integer"))),
        ("varchar(3)[][]", Type(kind="array", element=Type(kind="array", element=Type(kind="text", length=3)))),
    ],
)
def test_types_are_read(text: str, type_: Type) -> None:
    assert read_type(text, WHERE) == type_
    assert read_type(type_text(type_), WHERE) == type_


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("strng", "Did you mean 'string'?"),
        ("varchr(40)", "Did you mean 'varchar'?"),
        ("decimal(10", "unknown type"),
        ("decimal(2,5)", "more digits after the point than in all"),
        ("decimal(1,2,3)", "unknown type"),
        ("varchar(0)", "from 1 to"),
        ("varchar(-1)", "whole number"),
        ("varchar(abc)", "whole number"),
        ("varchar(999999999999)", "whole number"),
        ("datetime(9)", "from 0 to 6"),
        ("json(3)", "takes nothing in brackets"),
        ("text with time zone", "unknown type"),
        ("interval with time zone", "unknown type"),
        ("enum(a, a)", "twice"),
        ("enum(a,)", "no list of labels"),
        ("", "unknown type"),
        ("integer" + "[]" * 50, "dimensions"),
    ],
)
def test_what_is_no_type_is_said(text: str, expected: str) -> None:
    with pytest.raises(SchemaError) as raised:
        read_type(text, WHERE)
    assert str(raised.value).startswith("s.yaml:3 t.c: ")
    assert expected in str(raised.value)


@pytest.mark.parametrize("word", TYPE_WORDS)
def test_every_word_is_a_type(word: str) -> None:
    assert read_type(type_text(read_type(word, WHERE)), WHERE) == read_type(word, WHERE)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, min_size=1))
def test_any_labels_come_back(labels: list[str]) -> None:
    type_ = Type(kind="enum", labels=tuple(labels))
    assert read_type(type_text(type_), WHERE) == type_


@given(st.text(alphabet="enumdcial(),'\" []0123456789x", max_size=40))
def test_any_text_is_a_type_or_a_foreseen_error(text: str) -> None:
    found = outcome(lambda: read_type(text, WHERE))
    assert isinstance(found, Done) or len(found) < 1000


def test_long_texts_cost_no_time() -> None:
    for text in ("a " * 50_000, "enum(" + "a " * 50_000 + ")", "varchar(" + "1" * 100_000 + ")", "[]" * 50_000):
        with pytest.raises(FixturegenError):
            read_type(text + "!", WHERE)
