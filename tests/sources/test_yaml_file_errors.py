"""What is no schema is refused with its line, what was given, what exists and the nearest miss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import Done, outcome
from yaml_texts import SHOP, message_of, one

from fixturegen.errors import FixturegenError
from fixturegen.sources.yaml_file import parse_schema


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("integer", ["a column is a mapping", "Write {type: ...}."]),
        ("{tpye: integer}", ["unknown key 'tpye'", "Did you mean 'type'?"]),
        ("{type: intger}", ["unknown type 'intger'", "Did you mean 'integer'?"]),
        ("{type: decimal(10,2)}", ['write type: "decimal(10,2)"']),
        ("{type: enum(a, b, c), nulls: 0}", ['write type: "enum(a,b,c)"']),
        ("{type: [integer]}", ["type is a text", "a list"]),
        ("{type: }", ["type needs a value"]),
        ("{type: enum}", ["an enum needs labels"]),
        ("{references: custmers.id}", ["unknown table 'custmers'"]),
        ("{references: parnts.id}", ["Did you mean 'parents'?"]),
        ("{references: parents.di}", ["parents has no column 'di'", "at, id, word"]),
        ("{references: parents.word}", ["no primary key and not unique", "(id)"]),
        ("{references: t.other}", ["keys of t: (id)"]),
        ("{references: parents.id, type: uuid}", ["type uuid", "integer"]),
        ("{references: parents.id, faker: name}", ["the reference", "faker"]),
        ("{references: parents.id, childless: 1}", ["childless", "below 1"]),
        ("{references: parents.id, skew: -1}", ["skew"]),
        ("{references: parents.id, deferred: true, deferrable: false}", ["deferrable"]),
        ("{references: parents.id, as: parent, on_delete: explode}", ["on_delete", "CASCADE"]),
        ("{type: integer, skew: 1}", ["describes a reference"]),
        ("{type: text, nulls: 1.5}", ["nulls", "0 to 1"]),
        ("{type: text, nulls: -0.1}", ["nulls"]),
        ("{type: text, nulls: .nan}", ["nulls is a number"]),
        ("{type: text, nulls: yes}", ["nulls is a number", "'yes'"]),
        ("{type: integer, primary_key: true}", ["2 columns are each the primary key: id, c", "primary_key: [id, c]"]),
        ("{type: integer, unique: 1}", ["unique is true or false"]),
        ("{type: integer, min: 5, max: 3}", ["min 5 is above max 3"]),
        ("{type: date, min: 2026-02-01, max: 2026-01-01}", ["min 2026-02-01 is above max 2026-01-01"]),
        ("{type: integer, min: 0.5}", ["'0.5' is not a whole number"]),
        ("{type: tinyint, max: 300}", ["-128 to 127"]),
        ("{type: text, min: 3}", ["min has no meaning for a text"]),
        ("{type: integer, max: as_of}", ["as_of is a date"]),
        ("{type: datetime, min: 2026-13-01}", ["'2026-13-01' is not a date"]),
        ("{type: datetime, min: parents.aat}", ["parents has no column 'aat'", "Did you mean 'at'?"]),
        ("{type: datetime, min: prents.at}", ["prents", "parents"]),
        ("{type: integer, min: parents.at}", ["datetime", "does not compare with integer"]),
        ("{type: integer, min: c}", ["cannot bound itself"]),
        ("{type: integer, min: [1]}", ["min is a text"]),
        ("{choices: {a: -1}}", ["a is at least 0"]),
        ("{choices: {a: 0, b: 0}}", ["weight is above 0"]),
        ("{choices: {a: .inf}}", ["a is a number"]),
        ("{choices: {a: .nan}}", ["a is a number"]),
        ("{choices: {a: many}}", ["a is a number"]),
        ("{choices: {}}", ["type of t.c is not known"]),
        ("{type: text, choices: []}", ["choices need"]),
        ("{type: text, choices: abc}", ["choices are a list"]),
        ("{type: text, choices: [a, a]}", ["a is given twice"]),
        ("{type: text, choices: [a, null]}", ["NULL is no choice", "nulls: 0.1"]),
        ("{type: text, choices: [[a]]}", ["a choice is a value"]),
        ("{type: integer, choices: [1, x]}", ["'x' is not a whole number"]),
        ("{type: char(2), choices: [DEU]}", ["longer than 2"]),
        ("{type: 'enum(a, b)', choices: [c]}", ["'c'", "a, b"]),
        ("{type: integer, choices: [1, 9], max: 5}", ["the choice 9 lies outside"]),
        ("{faker: email, regex: abc}", ["both faker and regex"]),
        ("{choices: [a], constant: a}", ["both choices and constant"]),
        ("{faker: }", ["faker needs a value"]),
        ("{type: text, faker: {a: 1, b: 2}}", ["faker is a name or one"]),
        ("{type: text, faker: {random_int: 5}}", ["takes arguments by name"]),
        ("{type: integer, regex: abc}", ["regex makes texts"]),
        ("{type: text, template: {id}}", ["template is a text", "Quote it"]),
        ("{type: text, expression: 'a +'}", ["is no SQL"]),
        ("{type: text, expression: othr}", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("{type: text, sequence: 1}", ["whole numbers"]),
        ("{sequence: {step: 0}}", ["step is 0"]),
        ("{sequence: {begin: 0}}", ["unknown key 'begin'"]),
        ("{type: integer, constant: x}", ["'x' is not a whole number"]),
        ("{type: integer, distribution: norml}", ["unknown distribution 'norml'", "Did you mean 'normal'?"]),
        ("{type: text, distribution: normal}", ["no meaning for a text"]),
        ("{type: integer, distribution: {normal: 5}}", ["parameters by name"]),
        ("{sum: other}", ["no table refers to t"]),
        ("{count: parents}", ["no reference leads from parents to t"]),
        ("{count: nowhere}", ["unknown table 'nowhere'"]),
        ("{ordinal: nowhere}", ["t has no reference to 'nowhere'", "parents"]),
        ("{ordinal: parents, nulls: 0.1}", ["nulls cannot be given beside ordinal"]),
        ("{type: integer, by: parent_id}", ["by goes with"]),
        ("{type: text, identity: always}", ["identity numbers rows"]),
        ("{type: integer, identity: never}", ["identity", "always"]),
        ("{type: text, locale: German}", ["locale", "de_DE"]),
        ("{type: text, default: [1]}", ["default is SQL"]),
        ("{type: text, native: ''}", ["native must not be empty"]),
    ],
)
def test_bad_columns_say_where_and_what(column: str, expected: list[str]) -> None:
    message = message_of(one(column))
    assert message.startswith(("s.yaml:14 t", "s.yaml:4 t")), message
    assert all(part in message for part in expected), message


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("rows: -1", ["rows lies between 0 and", "'-1'"]),
        ("rows: 1.5", ["rows is a whole number"]),
        ("rows: true", ["rows is a whole number"]),
        ("rows: many", ["rows cannot be read: 'many'"]),
        ("rows: 1_000", ["cannot be read"]),
        ("rows: 1000000000001", ["1,000,000,000,000"]),
        ("rows: 99999999999999999999999999999", ["rows lies between"]),
        ("rows: [1]", ["rows is a whole number"]),
        ("rows: ", ["rows needs a value"]),
        ("rows: 5..1 per parents", ["runs from 5 down to 1"]),
        ("rows: 1..99999999999999 per parents", ["lies between"]),
        ("rows: 1..5 per prents", ["no reference to 'prents'", "Did you mean 'parents'?"]),
        ("rows: 1..5 per parents by other", ["'other'", "parent_id"]),
        ("rows: {per: parents}", ["need high"]),
        ("rows: {high: 5}", ["need per"]),
        ("rows: {per: parents, high: 5, low: 9}", ["runs from 9 down to 5"]),
        ("rows: {per: parents, high: 5, distribution: poison}", ["Did you mean 'poisson'?"]),
        ("rows: {per: parents, high: 5, distribution: poisson}", ["poisson needs a mean"]),
        ("rows: {per: parents, high: 5, mean: 2}", ["mean is nothing that uniform takes"]),
        ("rows: {per: parents, high: 5, distribution: zipf, mean: 2}", ["It takes exponent."]),
        ("rows: {per: parents, high: 5, childless: 2}", ["childless"]),
        ("primary_key: [id]", ["declared at the table and at the column id"]),
        ("unique: [other, parent_id]", ["may mean one key or several", "[[other, parent_id]]"]),
        ("unique: other", ["unique is a list of keys"]),
        ("unique: [[othr]]", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("unique: [[other, other]]", ["twice"]),
        ("unique: [{columns: [other], when: x}]", ["unknown key 'when'", "where"]),
        ("unique: [{columns: [other], where: nothing > 1}]", ["no column 'nothing'"]),
        ("unique: [{where: other > 1}]", ["needs columns or expressions"]),
        ("references: {columns: [other]}", ["references is a list"]),
        ("references: [{columns: [other]}]", ["a reference needs to"]),
        ('references: [{columns: [other], to: "parents(id, word)"}]', ["1 columns", "parents(id, word) 2"]),
        ("references: [{columns: [other], to: nowhere}]", ["unknown table 'nowhere'"]),
        ("references: [{columns: [parent_id], to: parents}]", ["declared twice"]),
        (
            "references: [{columns: [other], to: parents, as: x}, {columns: [id], to: parents, as: x}]",
            ["are called 'x'"],
        ),
        ("rules: other > 0", ["rules are a list"]),
        ("rules: ['other >']", ["is no SQL"]),
        ("rules: [othr > 0]", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("rules: [parents.aat > 0]", ["parents has no column 'aat'"]),
        ("rules: [other IN (1, 2)]", ["comma", "quote"]),
        ("rules: ['other > (SELECT 1)']", ["subquery"]),
        ("rules: ['1; DROP TABLE t']", ["'1; DROP TABLE t'"]),
        ("rules: [[1]]", ["a rule is SQL"]),
        ("rules: [{sql: other > 0, nam: x}]", ["Did you mean 'name'?"]),
        ("rules: [{x: {y: z}}]", ["x is SQL"]),
        ("groups: {home: {address: {city: cty}}}", ["t has no column 'cty'"]),
        ("groups: {home: {address: {}}}", ["fills no column"]),
        ("groups: {home: {a: {x: other}, b: {y: c}}}", ["one source of records"]),
        ("groups: {g: {a: {x: c}}, h: {a: {x: c}}}", ["both groups g and h fill 'c'"]),
        ("groups: {home: {address: {city: c, street: c}}}", ["takes two fields"]),
        ("exclusions: [{elements: {}}]", ["needs elements"]),
        ("locale: 5", ["locale"]),
        ("colums: {}", ["unknown key 'colums'", "Did you mean 'columns'?"]),
    ],
)
def test_bad_tables_say_where_and_what(table: str, expected: list[str]) -> None:
    message = message_of(one("{type: text}", table=table))
    assert message.startswith(("s.yaml:9 t", "s.yaml:11 t.id")), message
    assert all(part in message for part in expected), message


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("version: 2", ["version is 1"]),
        ("version: '1'", ["version is 1"]),
        ("as_of: today", ["as_of is a date"]),
        ("as_of: 2026-01-01T10:00", ["as_of is a date"]),
        ("dialect: postgres", ["Write postgresql."]),
        ("dialect: oracle", ["sqlite"]),
        ("locale: de-DE", ["locale", "de_DE"]),
        ("table: {}", ["unknown key 'table'", "Did you mean 'tables'?"]),
        ("extends: nowhere.yaml", ["nowhere.yaml"]),
    ],
)
def test_bad_schemas_say_where_and_what(schema: str, expected: list[str]) -> None:
    with pytest.raises(FixturegenError) as raised:
        parse_schema(one("{type: text}", schema=schema), "s.yaml")
    assert str(raised.value).startswith("s.yaml:1: ")
    assert all(part in str(raised.value) for part in expected), str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1", "no tables"),
        ("tables: {}", "no tables"),
        ("tables: [a]", "tables is a mapping"),
        ("tables: {t: }", "no columns"),
        ("tables: {t: {columns: {}}}", "no columns"),
        ("tables: {t: {columns: {a: {type: text}}, primary_key: []}}", "primary_key is a list"),
        ("tables: {t: {columns: [a]}}", "columns is a mapping"),
        ("tables: {'': {columns: {a: {type: text}}}}", "name must not be empty"),
        ("tables: {t: {columns: {a: {references: t.b, unique: true}, b: {references: t.a, unique: true}}}}", "type"),
        ("tables: {t: {columns: {a: {references: t}}}}", "no primary key"),
    ],
)
def test_what_is_no_schema(text: str, expected: str) -> None:
    assert expected in message_of(text)


def test_errors_of_block_style_name_the_line_of_the_key() -> None:
    text = "tables:\n  t:\n    columns:\n      a:\n        type: integer\n        nulls: 2\n"
    assert message_of(text).startswith("s.yaml:6 t.a: ")


WORDS = st.sampled_from([*SHOP.replace("{", " { ").replace("}", " } ").split(), *'[]:1-"', "null"])


@given(st.lists(WORDS, max_size=40))
def test_any_words_are_a_schema_or_a_foreseen_error(words: list[str]) -> None:
    text = "tables:\n  t:\n    columns: {id: {type: integer}}\n    " + " ".join(words)
    found = outcome(lambda: parse_schema(text, "s.yaml"))
    assert isinstance(found, Done) or found.startswith("s.yaml")


@given(st.data())
def test_any_schema_with_one_line_changed_is_a_schema_or_a_foreseen_error(data: st.DataObject) -> None:
    lines = SHOP.splitlines()
    at, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    changed = data.draw(st.sampled_from(["drop", "swap", "copy", "cut"]))
    if changed == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    elif changed == "copy":
        lines.insert(at, lines[other])
    elif changed == "cut":
        lines[at] = lines[at][: data.draw(st.integers(0, 60))]
    else:
        del lines[at]
    found = outcome(lambda: parse_schema("\n".join(lines), "s.yaml"))
    assert isinstance(found, Done) or found.startswith("s.yaml")
