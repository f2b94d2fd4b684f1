from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.errors import InputError
from fixturegen.schema import (
    NOWHERE,
    AsOf,
    Check,
    Choice,
    Column,
    Constant,
    Dialect,
    Exclusion,
    Fill,
    PerParent,
    Reference,
    Rows,
    Schema,
    Table,
    Type,
    Unique,
)
from fixturegen.schema import Path as Related
from fixturegen.sources import load
from fixturegen.sources.types_sql import type_of
from fixturegen.sources.yaml_file import load_yaml, parse_schema
from fixturegen.sources.yaml_names import with_names
from fixturegen.sources.yaml_writer import to_yaml

ROOT = Path(__file__).parents[2]


def compared(schema: Schema) -> Schema:
    """The schema without what does not come back: places, how types were spelled, and the order of constraints."""

    def ordered(parts: Any) -> tuple[Any, ...]:
        return tuple(sorted((replace(part, where=NOWHERE) for part in parts), key=lambda part: (part.name, repr(part))))

    def unspelled(type_: Type) -> Type:
        native = type_.native if type_.kind == "unknown" else None
        return replace(type_, native=native, element=type_.element and unspelled(type_.element))

    def unspoken(unique: Unique) -> Unique:
        return unique if unique.expressions or unique.predicate else replace(unique, dialect=schema.dialect)

    return replace(
        schema,
        source="",
        tables={
            name: replace(
                table,
                where=NOWHERE,
                columns=tuple(replace(each, where=NOWHERE, type=unspelled(each.type)) for each in table.columns),
                primary_key=table.primary_key and replace(unspoken(table.primary_key), where=NOWHERE),
                uniques=ordered(map(unspoken, table.uniques)),
                references=ordered(table.references),
                checks=ordered(table.checks),
                exclusions=ordered(table.exclusions),
                options=dict(table.options),
            )
            for name, table in schema.tables.items()
        },
    )


def assert_comes_back(schema: Schema) -> None:
    text = to_yaml(schema)
    assert compared(parse_schema(text)) == compared(schema), text


@pytest.mark.parametrize("path", sorted(ROOT.glob("schemas/*.yaml")), ids=lambda path: path.stem)
def test_shipped_schemas_come_back(path: Path) -> None:
    assert_comes_back(load_yaml(path))


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/corpus/sqlite/*.sql")), ids=lambda path: path.stem)
def test_databases_come_back(path: Path) -> None:
    assert_comes_back(load(path))


def test_only_what_is_worth_saying() -> None:
    schema = load(ROOT / "tests/corpus/sqlite/hard.sql")
    text = to_yaml(schema, schema_url="fixturegen.schema.json")
    lines = text.splitlines()
    assert lines[:3] == ["# yaml-language-server: $schema=fixturegen.schema.json", "version: 1", "tables:"]
    assert "      manager_id: {references: employees.id, nulls: true}" in lines
    assert "      - shipped_at IS NULL OR shipped_at >= placed_at" in lines
    assert "name:" not in text.replace("name: {", "")
    assert "dialect" not in text


def test_a_double_quoted_text_of_sqlite_comes_back_verbatim() -> None:
    column = Column(name="status", type=Type(kind="text"))
    check = Check(sql='status IN ("new", "old")', name="t_status_check")
    table = Table(name="t", columns=(column,), checks=(check,), uniques=(
        Unique(columns=("status",), name="u", predicate='status = "new"'),
    ))  # fmt: skip
    assert "verbatim: true" in to_yaml(Schema(tables={"t": table}))
    assert_comes_back(Schema(tables={"t": table}))


def test_a_fill_without_a_word_is_refused() -> None:
    column = Column(name="a", type=Type(kind="text"), fill=Fill("by_hand"))
    with pytest.raises(InputError, match="by_hand"):
        to_yaml(Schema(tables={"t": Table(name="t", columns=(column,))}))


def test_other_readers_of_yaml_see_the_same_texts() -> None:
    names = [
        "NO",
        "on",
        "yes",
        "null",
        "~",
        "1",
        "1e3",
        "012",
        "12:30:00",
        "2026-01-01",
        "=",
        "<<",
        "a: b",
        "# x",
        "- x",
        "",
    ]
    choices = tuple(Choice(name) for name in names)
    table = Table(name="NO", columns=(Column(name="on", type=Type(kind="text"), choices=choices),))
    text = to_yaml(Schema(tables={"NO": table}))
    # PyYAML reads YAML 1.1.
    assert yaml.safe_load(text)["tables"]["NO"]["columns"]["on"]["choices"] == names


# ---- any schema

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
WEIRD = st.sampled_from(
    ["NO", "on", "select", "a b", 'a"b', "a'b", "1", "012", "~", "<<", "ö", "x;y", "a: b", "#", "x" * 300]
)
NAMES = st.one_of(
    st.text(string.ascii_lowercase + "_", min_size=1, max_size=6), WEIRD, st.text(LETTERS, min_size=1, max_size=6)
)
TEXTS = st.one_of(st.text(LETTERS, min_size=1, max_size=12), WEIRD)
LOCALES = st.none() | st.sampled_from(["de_DE", "ja_JP", "en_GB"])
SHARES = st.floats(0, 0.99).map(lambda share: round(share, 3))
TYPES = st.one_of(
    st.builds(Type, kind=st.just("integer"), bits=st.sampled_from([8, 16, 24, 32, 64]), signed=st.booleans()),
    st.builds(Type, kind=st.just("decimal"), precision=st.none() | st.integers(20, 38), scale=st.integers(0, 6)),
    st.builds(Type, kind=st.just("float"), bits=st.sampled_from([32, 64])),
    st.builds(Type, kind=st.just("text"), length=st.none() | st.integers(50, 500), fixed=st.just(False)),
    st.builds(Type, kind=st.just("text"), length=st.integers(50, 99), fixed=st.just(True)),
    st.builds(Type, kind=st.just("bytes"), length=st.none() | st.integers(50, 500)),
    st.builds(Type, kind=st.sampled_from(["datetime", "time"]), zone=st.booleans(), precision=st.none() | st.integers(0, 6)),
    st.builds(Type, kind=st.just("interval"), precision=st.none() | st.integers(0, 6)),
    st.builds(Type, kind=st.just("uuid"), version=st.sampled_from([4, 7])),
    st.builds(Type, kind=st.just("enum"), labels=st.lists(TEXTS, min_size=1, max_size=4, unique=True).map(tuple), name=st.none() | TEXTS),
    st.builds(Type, kind=st.just("unknown"), native=st.none() | TEXTS.filter(str.strip)),
    st.builds(Type, kind=st.sampled_from(["boolean", "date", "json", "ip", "mac", "url"])),
    st.builds(Type, kind=st.just("array"), element=st.just(Type(kind="text", length=7)) | st.just(Type(kind="integer"))),
)  # fmt: skip
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(0, 127),
    "decimal": st.integers(-999, 999).map(Decimal),
    "float": st.floats(-1e6, 1e6),
    "date": st.dates(),
    "time": st.times(),
    "datetime": st.datetimes(),
    "interval": st.timedeltas(-timedelta(days=999), timedelta(days=999)),
    "text": st.text(LETTERS, max_size=9) | WEIRD.filter(lambda text: len(text) < 50),
    "boolean": st.booleans(),
    "bytes": st.binary(max_size=9),
}
SIMPLE = st.one_of(st.integers(-9, 9), st.booleans(), TEXTS, st.floats(-9, 9), st.none())
FILLS = st.one_of(
    st.builds(
        lambda method, given: Fill("faker", {"method": method, "arguments": given}),
        st.sampled_from(["name", "email"]),
        st.dictionaries(NAMES, SIMPLE | st.lists(SIMPLE, max_size=2), max_size=2),
    ),
    TEXTS.map(lambda text: Fill("regex", {"pattern": text})),
    TEXTS.map(lambda text: Fill("template", {"template": text})),
    st.just(Fill("constant", {"value": "NO"})),
)


@st.composite
def columns(draw: st.DrawFn, name: str, *, referring: bool) -> Column:
    type_ = draw(TYPES)
    values = VALUES.get(type_.kind)
    if type_.kind == "datetime" and type_.zone:
        values = st.datetimes(timezones=st.just(UTC))
    nullable = draw(st.booleans())
    column = Column(
        name=name,
        type=type_,
        nullable=nullable,
        nulls=draw(st.none() | SHARES) if nullable else None,
        default=draw(st.none() | TEXTS),
        collation=draw(st.none() | TEXTS.filter(str.strip)),
        locale=draw(LOCALES),
        identity=draw(st.none() | st.sampled_from(["by default", "always"])) if type_.kind == "integer" else None,
    )
    if values is None or referring:
        return column
    if type_.kind not in {"text", "boolean", "bytes"}:
        low, high = sorted(draw(st.tuples(values, values)))
        column = replace(
            column, low=draw(st.none() | st.just(Constant(low))), high=draw(st.none() | st.just(Constant(high)))
        )
        return (
            replace(column, high=draw(st.just(column.high) | st.just(AsOf()))) if type_.kind == "datetime" else column
        )
    if draw(st.booleans()):
        weights = draw(st.sampled_from([(1.0,), (2.0, 0.5)]))
        listed = draw(st.lists(values, min_size=1, max_size=4, unique=True))
        return replace(
            column, choices=tuple(Choice(each, weights[at % len(weights)]) for at, each in enumerate(listed))
        )
    return replace(column, fill=draw(st.none() | FILLS)) if type_.kind == "text" and type_.length is None else column


@st.composite
def references(draw: st.DrawFn, names: list[str], table: str, key: tuple[str, ...]) -> Reference | None:
    if len(names) < len(key) or draw(st.booleans()):
        return None
    deferrable = draw(st.booleans())
    return Reference(
        columns=tuple(draw(st.permutations(names))[: len(key)]),
        table=table,
        target=key,
        name=draw(st.just("") | TEXTS.filter(str.strip)),
        role=draw(st.just("") | TEXTS.filter(str.strip)),
        skew=draw(st.just(0.0) | SHARES),
        childless=draw(st.just(0.0) | SHARES),
        deferrable=deferrable,
        deferred=deferrable and draw(st.booleans()),
        on_delete=draw(st.none() | st.sampled_from(["CASCADE", "SET NULL"])),
    )


@st.composite
def tables(draw: st.DrawFn, name: str, others: dict[str, Table]) -> Table:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=lambda name: name.lower()))
    drawn = [
        draw(references(names, each.name, each.primary_key.columns)) for each in others.values() if each.primary_key
    ]
    found, kinds = [], {}
    for each in filter(None, drawn):
        types = {column.name: column.type for column in others[each.table].columns}
        wanted = {column: types[target] for column, target in zip(each.columns, each.target, strict=True)}
        # A column that two references share is of the type of both.
        if all(kinds.get(column, type_) == type_ for column, type_ in wanted.items()):
            kinds |= wanted
            found.append(each)
    referring = set(kinds)
    built = [draw(columns(column, referring=column in referring)) for column in names]
    built = [replace(each, type=kinds[each.name], identity=None) if each.name in kinds else each for each in built]
    key = tuple(draw(st.permutations(names))[: draw(st.integers(0, 2))])
    built = [replace(each, nullable=False, nulls=None) if each.name in key else each for each in built]
    uniques = draw(
        st.lists(
            st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True),
            max_size=2,
            unique_by=lambda key: tuple(sorted(key)),
        )
    )
    ident = [
        column
        for column in names
        if column.isascii() and column.isidentifier() and column.lower() not in {"no", "on", "select"}
    ]
    counts: list[Any] = [None, Rows(draw(st.integers(0, 10**12)))]
    table = with_names(Table(
        name=name,
        columns=tuple(built),
        primary_key=Unique(columns=key, name=draw(st.just("") | TEXTS.filter(str.strip))) if key else None,
        uniques=tuple(
            Unique(
                columns=tuple(unique), name=draw(st.just("") | TEXTS.filter(str.strip)), nulls_distinct=draw(st.booleans()),
                deferred=draw(st.booleans()),
                predicate=f"{ident[0]} IS NOT NULL" if ident and draw(st.booleans()) else None,
            )
            for unique in uniques
        ),
        references=tuple(found),
        checks=tuple(
            Check(sql=f"{column} IS NOT NULL", name=draw(st.just("") | TEXTS.filter(str.strip)), enforced=draw(st.booleans()),
                  dialect=draw(st.sampled_from(["sqlite", "mysql"])))
            for column in ident[:2]
        ),
        exclusions=tuple(Exclusion(expressions=(column,), operators=("=",), columns=(column,)) for column in ident[:1]),
        locale=draw(LOCALES),
        options=draw(st.dictionaries(NAMES, SIMPLE, max_size=2)),
    ))  # fmt: skip
    counts += [
        PerParent(each.name, 0, draw(st.integers(0, 9)), *draw(st.sampled_from([("uniform", None), ("zipf", 1.5), ("poisson", 2.0)])))
        for each in table.references
    ]  # fmt: skip
    own = [column.name for column in table.columns if column.type.kind == "integer" and column.name not in referring]
    if len(own) > 1:
        bounded = [
            replace(each, low=Related((), own[1]), high=None) if each.name == own[0] else each for each in table.columns
        ]
        table = replace(table, columns=tuple(bounded))
    return replace(table, count=draw(st.sampled_from(counts)))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    made: dict[str, Table] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=lambda name: name.lower())):
        made[name] = draw(tables(name, made))
    return Schema(
        tables=made,
        as_of=draw(st.dates()),
        locale=draw(st.sampled_from(["en_US", "de_DE"])),
        dialect=draw(st.sampled_from(["sqlite", "postgresql", "mysql"])),
    )


def consistent(schema: Schema) -> bool:
    """Names of constraints and roles are each unique within their table, as every source promises."""
    for table in schema.tables.values():
        parts: list[Any] = [*table.uniques, *table.references, *table.checks, *table.exclusions]
        names = [part.name.lower() for part in parts + ([table.primary_key] if table.primary_key else [])]
        roles = [reference.role.lower() for reference in table.references]
        if len({*names}) < len(names) or len({*roles}) < len(roles):
            return False
    return True


@settings(max_examples=40)
@given(schemas().filter(consistent))
def test_any_schema_comes_back(schema: Schema) -> None:
    assert_comes_back(schema)


@given(st.dates())
def test_dates_of_the_clock_come_back(day: date) -> None:
    schema = load_yaml(ROOT / "schemas/shop.yaml")
    assert parse_schema(to_yaml(replace(schema, as_of=day))).as_of == day


@pytest.mark.parametrize(
    ("native", "dialect"),
    [
        ("ltree", "postgresql"),
        ("bit(5)", "postgresql"),
        ("int4range", "postgresql"),
        ("inet4", "mysql"),
        ("point", "mysql"),
    ],
)
def test_types_of_a_database_come_back_by_their_native_name(native: str, dialect: Dialect, tmp_path: Path) -> None:
    type_ = type_of(native, dialect)
    column = Column(name="c", type=type_)
    path = tmp_path / "s.yaml"
    path.write_text(
        to_yaml(Schema(tables={"t": Table(name="t", columns=(column,))}, dialect=dialect)), encoding="utf-8"
    )
    assert type_.form is not None
    assert load_yaml(path).tables["t"].columns[0].type == type_
