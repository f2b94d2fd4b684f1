"""Steps as SQL: awkward values and names, and values that break their type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fixturegen.breaking.records import Insert, Update
from fixturegen.errors import InputError
from fixturegen.schema import Column, Dialect, Schema, Table, Type
from fixturegen.suites.statements import Statements, written

TABLE = Table(
    name="sel'ect",
    columns=(
        Column(name='a"b`c', type=Type(kind="integer", bits=16)),
        Column(name="größe", type=Type(kind="text"), nullable=True),
    ),
)


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("sqlite", 'INSERT INTO "sel\'ect" ("a""b`c", "größe") VALUES (1, \'it\'\'s\'), (2, NULL)'),
        ("postgresql", 'INSERT INTO "sel\'ect" ("a""b`c", "größe") VALUES (1, \'it\'\'s\'), (2, NULL)'),
        ("mysql", "INSERT INTO `sel'ect` (`a\"b``c`, `größe`) VALUES (1, 'it\\'s'), (2, NULL)"),
    ],
)
def test_names_and_texts_are_quoted(dialect: Dialect, statement: str) -> None:
    write = Statements(Schema(tables={TABLE.name: TABLE}), dialect)
    rows = ({'a"b`c': 1, "größe": "it's"}, {'a"b`c': 2, "größe": None})
    assert write.statement(Insert(table=TABLE.name, rows=rows)) == statement


def test_an_update_finds_a_row_by_null_too() -> None:
    write = Statements(Schema(tables={TABLE.name: TABLE}), "sqlite")
    step = Update(table=TABLE.name, key={'a"b`c': 1, "größe": None}, values={"größe": "x"})
    assert write.statement(step).endswith('SET "größe" = \'x\' WHERE "a""b`c" = 1 AND "größe" IS NULL')


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (70_000, Type(kind="integer", bits=16), "70000"),
        (2**63, Type(kind="integer"), "9223372036854775808"),
        (Decimal("123.456"), Type(kind="decimal", precision=4, scale=1), "123.456"),
        (Decimal("1E+3"), Type(kind="decimal", precision=4, scale=0), "1000"),
        ("purple", Type(kind="enum", labels=("red",)), "'purple'"),
        ("no uuid", Type(kind="uuid"), "'no uuid'"),
        ("x", Type(kind="date"), "'x'"),
        (2, Type(kind="boolean"), "2"),
        (date(2024, 2, 29), Type(kind="date"), "'2024-02-29'"),
        ("2024-02-30", Type(kind="date"), "'2024-02-30'"),
        (None, Type(kind="text"), "NULL"),
    ],
)
def test_a_value_beyond_its_type_is_written_as_it_is(value: object, type_: Type, text: str) -> None:
    assert written(value, type_, "postgresql") == text


def test_an_instant_keeps_its_zone_in_a_column_of_another_kind() -> None:
    assert written(datetime(2024, 1, 2, tzinfo=UTC), Type(kind="text"), "postgresql").startswith("'2024-01-02 00:00:00")


def test_a_row_without_values_is_all_defaults() -> None:
    write = {dialect: Statements(Schema(tables={TABLE.name: TABLE}), dialect) for dialect in ("sqlite", "mysql")}
    step = Insert(table=TABLE.name, rows=({},))
    assert write["sqlite"].statement(step) == 'INSERT INTO "sel\'ect" DEFAULT VALUES'
    assert write["mysql"].statement(step) == "INSERT INTO `sel'ect` () VALUES ()"


def test_what_no_literal_can_say_is_refused() -> None:
    with pytest.raises(InputError, match="NUL"):
        written("a\0b", Type(kind="text"), "postgresql")
    with pytest.raises(InputError, match="no literal"):
        written(object(), Type(kind="text"), "sqlite")
