from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import LONGEST, parsed, rendered, shown
from fixturegen.schema import Location


def test_a_text_becomes_one_tree_that_renders_back() -> None:
    assert rendered(parsed("a>1 and not(b is null)", "postgresql"), "postgresql") == "a > 1 AND NOT (b IS NULL)"


def test_each_dialect_reads_its_own_operators() -> None:
    assert parsed("a || b", "mysql").key == "or"
    assert parsed("a || b", "sqlite").key == "dpipe"
    assert parsed("a ~~ 'x%'::text", "postgresql").key == "like"


def test_mysql_8_stores_quotes_with_backslashes() -> None:
    assert parsed(r"a in (_utf8mb4\'x\',_utf8mb4\'y\')", "mysql") == parsed("a in (_utf8mb4'x',_utf8mb4'y')", "mysql")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a +", "no SQL expression"),
        ("'a", "no SQL expression"),
        ("this is no sql", "no SQL expression"),
        ("a > 1; DROP TABLE x", "more than one expression"),
        ("a > 1 GROUP BY a", "more than one expression"),
        ("a > 1 UNION SELECT 1", "more than one expression"),
        ("a > 1 LIMIT 1", "more than one expression"),
        ("a, b", "more than one expression"),
        ("*", "no expression"),
        ("a > (SELECT 1)", "a subquery"),
        ("a IN (SELECT 1)", "a subquery"),
        ("EXISTS (SELECT 1)", "a subquery"),
        ("count(a) > 1", "an aggregate over rows"),
        ("max(a) > 1", "an aggregate over rows"),
        ("row_number() OVER () > 1", "a window function"),
        ("a > ?", "a placeholder"),
        ("a > :x", "a placeholder"),
        ("(" * 20_000 + "a" + ")" * 20_000, "nests more than"),
        ("CASE WHEN " * 5_000, "nests more than"),
        ("NOT " * 12_000 + "a", "nested too deeply"),
        ("- " * 20_000 + "a", "nested too deeply"),
        ("a" + " + 1" * 5_000, "nested too deeply"),
        ("a" * (LONGEST + 1), "characters"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place_in_time(sql: str, reason: str) -> None:
    with pytest.raises(SchemaError) as raised:
        parsed(sql, "sqlite", Location("shop.yaml", 7, "orders.rules[0]"))
    assert reason in str(raised.value)
    assert str(raised.value).startswith("shop.yaml:7 orders.rules[0]: ")
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_sqlite_max_of_two_values_is_no_aggregate() -> None:
    assert rendered(parsed("max(a, b) > 1", "sqlite"), "sqlite") == "MAX(a, b) > 1"


def test_brackets_as_databases_write_them_are_read() -> None:
    assert parsed("(" * 40 + "a" + ")" * 40, "postgresql").key == "paren"
    assert parsed(" OR ".join(["a = 1"] * 2_000), "postgresql").key == "or"


def test_sqlglot_says_nothing_to_the_user(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        rendered(parsed("a SIMILAR TO 'x'", "postgresql"), "sqlite")
        parsed("json_extract(a, '$[') = 1", "sqlite")
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_the_message_shortens_the_text() -> None:
    assert len(shown("x" * 5_000)) < 130


@given(
    st.text(
        st.sampled_from("ab01()'\"`,.;<>=!+-*/%|&~^[]{}:?@#$\\ \n\x00") | st.sampled_from(list("NOTASELCWHEDRISUL")),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_tree_or_a_schema_error(sql: str) -> None:
    for dialect in ("sqlite", "postgresql", "mysql"):
        try:
            tree = parsed(sql, dialect)
        except SchemaError:
            continue
        assert rendered(tree, dialect)
