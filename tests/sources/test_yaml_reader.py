from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import Done, outcome

from fixturegen.errors import InputError, SchemaError
from fixturegen.sources.yaml_nodes import plain_value
from fixturegen.sources.yaml_reader import MAX_BYTES, parse_yaml, read_yaml


def values(text: str) -> object:
    return plain_value(parse_yaml(text, "x.yaml"))


def refused(text: str) -> str:
    with pytest.raises(SchemaError) as raised:
        parse_yaml(text, "x.yaml")
    return str(raised.value)


def test_scalars_follow_yaml_1_2() -> None:
    text = "NO: on\nyes: off\nnumber: 012\noctal: 0o17\nhex: 0x1F\nexp: 1e3\nclock: 12:30:00\nday: 2026-01-01\nbool: True\n"
    assert values(text) == {
        "NO": "on", "yes": "off", "number": 12, "octal": 15, "hex": 31, "exp": 1000.0, "clock": "12:30:00",
        "day": "2026-01-01", "bool": True,
    }  # fmt: skip


def test_quotes_make_text_and_nothing_makes_null() -> None:
    assert values("a: '1'\nb: \"true\"\nc:\nd: ~\ne: null\nf: 'null'\ng: .inf\nh: ''") == {
        "a": "1", "b": "true", "c": None, "d": None, "e": None, "f": "null", "g": float("inf"), "h": "",
    }  # fmt: skip


def test_keys_are_text() -> None:
    assert values("{1: a, true: b, null: c, 2026-01-01: d}") == {"1": "a", "true": "b", "null": "c", "2026-01-01": "d"}


def test_lines_are_those_of_the_keys() -> None:
    root = parse_yaml("# note\na: 1\n\nb:\n  c: 2\n", "x.yaml")
    assert root.lines == {"a": 2, "b": 4}


def test_aliases_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: {<<: [*b, {y: 4, z: 5}]}\nthree: *b\n'<<': {x: 1}"
    assert values(text) == {
        "base": {"x": 1, "y": 2}, "one": {"y": 3, "x": 1}, "two": {"x": 1, "y": 2, "z": 5}, "three": {"x": 1, "y": 2},
        "<<": {"x": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["x.yaml", "empty"]),
        ("# only a comment\n", ["empty"]),
        ("---\n", ["empty"]),
        ("[1, 2]", ["x.yaml:1", "a list"]),
        ("word", ["x.yaml:1", "'word'"]),
        ("a: 1\nb: 2\na: 3", ["x.yaml:3", "'a'", "line 1", "line 3"]),
        ("a: 1\n'a': 3", ["given twice"]),
        ("a:\n  b: 1\n  b: 2", ["x.yaml:3", "'b'"]),
        ("a: 1\n---\nb: 2", ["x.yaml:2", "several documents"]),
        ("a: !!python/object/apply:os.system ['true']", ["x.yaml:1", "!!python/object/apply:os.system"]),
        ("a: !!python/name:os.system", ["not allowed"]),
        ("a: !mine 1", ["!mine"]),
        ("a: !!int 1", ["!!int"]),
        ("a: *nowhere", ["*nowhere"]),
        ("a: &near [1]\nb: *neer", ["*neer", "near"]),
        ("a: &a [*a]", ["within its own anchor"]),
        ("? [a]\n: 1", ["a key must be a text"]),
        ("{a: b}: 1", ["a key must be a text"]),
        ("a: {<<: 1}", ["<< merges mappings"]),
        ("a: 1\n\tb: 2", ["x.yaml:2"]),
        ("a: 'never closed", ["x.yaml:1", "quoted scalar"]),
        ("a: [1, 2", ["no YAML"]),
        ("template: {a}.{b}", ["no YAML", "Quote"]),
        ("a: b: c", ["x.yaml:1", "Quote"]),
        ("a: \x00", ["U+0000"]),
        ("a: \x07", ["U+0007"]),
        ("%PDF-1.4\n", ["no YAML"]),
    ],
)
def test_bad_yaml_is_one_clear_error(text: str, expected: list[str]) -> None:
    message = refused(text)
    assert all(part in message for part in expected), message
    assert "\n" not in message


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 20_000 + "]" * 20_000,
        "a: " + "{b: " * 20_000,
        "".join(f"{' ' * depth}- \n" for depth in range(300)),
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]" for i in range(20)),
        "a: &a {x: 1}\n" + "\n".join(f"a{i}: &a {{p: *a, q: *a}}" for i in range(100)),
    ],
    ids=["lists", "mappings", "blocks", "bomb", "chain"],
)
def test_depth_and_aliases_are_bounded(text: str) -> None:
    refused(text)


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path, Path("/dev/zero"), Path("a\0b.yaml")):
        with pytest.raises(InputError) as raised:
            read_yaml(path)
        assert not isinstance(raised.value, SchemaError)


def test_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(SchemaError, match=r"x\.yaml:2: .*UTF-8"):
        read_yaml(path)


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert plain_value(read_yaml(path)) == {"a": 1}


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(100 * MAX_BYTES)
    with pytest.raises(SchemaError, match="bytes"):
        read_yaml(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read_yaml(path)


@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_a_foreseen_error(text: str) -> None:
    found = outcome(lambda: values(text))
    assert isinstance(found, Done) or found.startswith("x.yaml")
