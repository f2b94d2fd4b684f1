"""Random small schemas in the YAML format, as plain data: every kind of key, reference, count, unique, check and aggregate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Mapping = dict[str, Any]
VALUES: dict[str, list[Mapping]] = {
    "integer": [
        {"type": "integer", "min": 0, "max": 2},
        {"type": "integer", "min": -5, "max": 40},
        {"type": "smallint"},
        {"type": "integer", "choices": {"1": 3, "2": 1, "7": 1}},
    ],
    "decimal": [{"type": "decimal(6,2)", "min": 0, "max": 50}, {"type": "decimal(4,1)"}],
    "date": [{"type": "date", "min": "2025-01-01", "max": "2025-01-10"}, {"type": "date", "max": "as_of"}],
    "datetime": [{"type": "datetime", "min": "2024-01-01", "max": "as_of"}],
    "boolean": [{"type": "boolean"}],
    "text": [
        {"type": "varchar(3)"},
        {"type": "text", "choices": {"a": 1, "b": 2, "c": 1}},
        {"type": "varchar(20)", "regex": "[a-c]{2,4}"},
        {"type": "text"},
    ],
}
ORDERED = {"integer", "decimal", "date", "datetime"}
LITERALS = {
    "integer": ["0", "1", "2", "5"],
    "decimal": ["0", "1.5", "10"],
    "date": ["'2025-01-03'", "'2025-01-09'"],
    "datetime": ["'2024-06-01'", "'2025-03-04 05:06:07'"],
    "boolean": ["TRUE", "FALSE"],
    "text": ["'a'", "'b'", "'zz'"],
}


@dataclass
class Made:
    """A table being made: its YAML, the kinds of its value columns, and keys that others may refer to."""

    name: str
    yaml: Mapping
    kinds: dict[str, str] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    referring: list[tuple[str, ...]] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)


@st.composite
def schemas(draw: st.DrawFn, most_tables: int = 5, most_rows: int = 12) -> Mapping:
    """Return a schema as the mapping that a YAML file would hold."""
    tables: list[Made] = []
    for number in range(draw(st.integers(1, most_tables))):
        tables.append(draw(_table(number, tables, most_rows)))
    for made in tables:
        draw(_aggregates(made, tables))
    for made in tables:
        draw(_rules(made, tables))
        draw(_uniques(made))
    if draw(st.booleans()):
        draw(_circle(tables))
    return {"version": 1, "tables": {made.name: made.yaml for made in tables}}


@st.composite
def _table(draw: st.DrawFn, number: int, earlier: list[Made], most_rows: int) -> Made:
    made = Made(f"t{number}", {"columns": {}})
    shapes = ["id", "id", "uuid", "text"]
    if earlier:
        shapes += ["id", "one to one", "numbered"]
    if len(earlier) > 1:
        shapes += ["join", "agreeing"]
    shape = draw(st.sampled_from(shapes))
    _SHAPES[shape](draw, made, earlier)
    columns = made.yaml["columns"]
    if earlier and shape in {"id", "uuid", "text"} and draw(st.booleans()):
        for at in range(draw(st.integers(1, 2))):
            _reference(draw, made, f"r{at}_id", draw(st.sampled_from(earlier)), nulls=draw(_share()))
    if made.keys and len(made.keys[0]) == 1 and draw(st.integers(0, 4)) == 0:
        _reference(draw, made, "boss_id", made, nulls=draw(_share()))
    for at in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(sorted(VALUES)))
        column = dict(draw(st.sampled_from(VALUES[kind])))
        share = draw(_share())
        if share is not None:
            column["nulls"] = share
            made.nullable.add(f"c{at}")
        columns[f"c{at}"] = column
        made.kinds[f"c{at}"] = kind
    if "rows" not in made.yaml:
        made.yaml["rows"] = draw(st.integers(0, most_rows))
        singles = [
            name for name in made.parents if not any(name in names for names in made.referring if len(names) > 1)
        ]
        singles = [name for name in singles if made.parents[name] != made.name and name not in made.nullable]
        if singles and draw(st.booleans()):
            by = draw(st.sampled_from(singles))
            low = draw(st.integers(0, 2))
            made.yaml["rows"] = f"{low}..{low + draw(st.integers(0, 2))} per {made.parents[by]} by {by}"
    return made


def _share() -> st.SearchStrategy[Any]:
    return st.sampled_from([None, None, True, 0, 0.5])


def _id(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    made.yaml["columns"]["id"] = {"type": "integer", "primary_key": True}
    made.keys.append(("id",))


def _uuid(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    made.yaml["columns"]["id"] = {"type": "uuid", "primary_key": True}
    made.keys.append(("id",))


def _text(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    made.yaml["columns"]["code"] = {"type": "varchar(12)", "primary_key": True}
    made.keys.append(("code",))


def _referable(earlier: list[Made]) -> list[Made]:
    return [other for other in earlier if other.keys]


def _reference(draw: st.DrawFn, made: Made, column: str, target: Made, **more: Any) -> None:
    """Refer to a key of one column, or to as many columns as the key has."""
    key = draw(st.sampled_from(target.keys))
    extras = {name: value for name, value in more.items() if value is not None}
    if target is not made and draw(st.integers(0, 3)) == 0:
        extras["skew"] = 0.9
    if len(key) == 1:
        made.yaml["columns"][column] = {"references": f"{target.name}.{key[0]}", **extras}
        names: tuple[str, ...] = (column,)
    else:
        names = tuple(f"{column}_{name}" for name in key)
        nulls = {"nulls": extras.pop("nulls")} if "nulls" in extras else {}
        for name in names:
            made.yaml["columns"][name] = dict(nulls)
        to = f"{target.name}({', '.join(key)})"
        made.yaml.setdefault("references", []).append({"columns": list(names), "to": to, **extras})
    for name in names:
        made.parents[name] = target.name
        if more.get("nulls") is not None:
            made.nullable.add(name)
    made.referring.append(names)


def _one_to_one(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    _reference(draw, made, "of_id", draw(st.sampled_from(_referable(earlier))))
    made.yaml["primary_key"] = list(made.referring[0])
    made.keys.append(made.referring[0])


def _numbered(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    _reference(draw, made, "of_id", draw(st.sampled_from(_referable(earlier))))
    target = made.parents[made.referring[0][0]]
    by = made.referring[0][0]
    made.yaml["columns"]["line"] = {"ordinal": target}
    made.yaml["primary_key"] = [*made.referring[0], "line"]
    made.keys.append((*made.referring[0], "line"))
    if len(made.referring[0]) == 1 and draw(st.booleans()):
        made.yaml["rows"] = f"0..{draw(st.integers(1, 3))} per {target} by {by}"


def _join(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    for column in ("left_id", "right_id"):
        _reference(draw, made, column, draw(st.sampled_from(_referable(earlier))))
    made.yaml["primary_key"] = [name for names in made.referring for name in names]
    made.keys.append(tuple(made.yaml["primary_key"]))


def _agreeing(draw: st.DrawFn, made: Made, earlier: list[Made]) -> None:
    """Two references that share the parent's own reference column, where two earlier tables have one to the same table."""
    pairs = [
        (one, other, a, b)
        for one in earlier
        for other in earlier
        for a, parent in one.parents.items()
        for b, other_parent in other.parents.items()
        if parent == other_parent and one.keys and other.keys and len(one.keys[0]) == len(other.keys[0]) == 1
        and a not in one.keys[0] and b not in other.keys[0]
        and a not in one.nullable and b not in other.nullable and parent not in {one.name, other.name}
        and one.yaml["columns"][a].get("references") == other.yaml["columns"][b].get("references") is not None
    ]  # fmt: skip
    _id(draw, made, earlier)
    if not pairs:
        return
    one, other, a, b = draw(st.sampled_from(pairs))
    shared = {"nulls": 0.3} if draw(st.integers(0, 3)) == 0 else {}
    share = draw(_share())
    second = {} if share is None else {"nulls": share}
    made.yaml["columns"] |= {"tenant": dict(shared), "x_id": dict(shared), "y_id": second}
    for target, column, own in ((one, a, "x_id"), (other, b, "y_id")):
        key = (column, target.keys[0][0])
        uniques = target.yaml.setdefault("unique", [])
        if list(key) not in uniques:
            uniques.append(list(key))
        made.yaml.setdefault("references", []).append(
            {"columns": ["tenant", own], "to": f"{target.name}({', '.join(key)})", "as": own}
        )
        made.referring.append(("tenant", own))
    made.nullable |= {"tenant", "x_id"} if shared else set()
    made.nullable |= {"y_id"} if second else set()


_SHAPES = {
    "id": _id, "uuid": _uuid, "text": _text, "one to one": _one_to_one, "numbered": _numbered, "join": _join,
    "agreeing": _agreeing,
}  # fmt: skip


@st.composite
def _aggregates(draw: st.DrawFn, made: Made, tables: list[Made]) -> None:
    for other in tables:
        columns = [name for name, parent in other.parents.items() if parent == made.name]
        single = [name for name in columns if (name,) in other.referring]
        if not single or draw(st.integers(0, 3)):
            continue
        by = {"by": draw(st.sampled_from(single))} if len(other.referring) > 1 else {}
        numbers = [
            name for name, kind in other.kinds.items() if kind in {"integer", "decimal"} and name.startswith("c")
        ]
        if numbers and draw(st.booleans()):
            what = draw(st.sampled_from(["sum", "minimum", "maximum"]))
            nulls = {} if what == "sum" else {"nulls": True}
            column = {"type": "decimal(14,2)", what: f"{other.name}.{draw(st.sampled_from(numbers))}", **by, **nulls}
        else:
            column = {"count": other.name, **by}
        made.yaml["columns"][f"of_{other.name}"] = column
        return


@st.composite
def _circle(draw: st.DrawFn, tables: list[Made]) -> None:
    """Let an early table refer to a later one that may refer to it."""
    early = draw(st.sampled_from(tables))
    later = [other for other in tables if other.keys and len(other.keys[0]) == 1 and other.name > early.name]
    if later:
        nulls = draw(st.sampled_from([None, 0.2, True]))
        _reference(draw, early, "head_id", draw(st.sampled_from(later)), nulls=nulls)


# ---- checks


@st.composite
def _rules(draw: st.DrawFn, made: Made, tables: list[Made]) -> None:
    if not made.kinds:
        return
    rules = [draw(_condition(made.kinds, made.nullable, 2)) for _ in range(draw(st.integers(0, 2)))]
    if rules:
        made.yaml["rules"] = rules


@st.composite
def _condition(draw: st.DrawFn, kinds: dict[str, str], nullable: set[str], depth: int) -> str:
    if depth and draw(st.integers(0, 2)):
        left = draw(_condition(kinds, nullable, depth - 1))
        right = draw(_condition(kinds, nullable, depth - 1))
        form = draw(
            st.sampled_from(["({}) OR ({})", "({}) OR ({})", "({}) AND ({})", "NOT (({}) AND ({}))", "({}) = ({})"])
        )
        if form == "({}) = ({})":
            left, right = draw(_null_test(nullable or set(kinds))), draw(_null_test(nullable or set(kinds)))
        return form.format(left, right)
    return draw(_atom(kinds, nullable))


@st.composite
def _null_test(draw: st.DrawFn, names: set[str]) -> str:
    return f"{draw(st.sampled_from(sorted(names)))} IS {draw(st.sampled_from(['NULL', 'NOT NULL']))}"


@st.composite
def _atom(draw: st.DrawFn, kinds: dict[str, str], nullable: set[str]) -> str:
    name = draw(st.sampled_from(sorted(kinds)))
    kind = kinds[name]
    same = [other for other, held in kinds.items() if held == kind and other != name]
    forms = ["compare", "among"]
    if same and kind != "boolean":
        forms += ["columns", "columns"]
    if name in nullable:
        forms.append("null")
    if kind == "text":
        forms += ["like", "length"]
    if kind in {"integer", "decimal"}:
        forms += ["between", "arithmetic"]
    form = draw(st.sampled_from(forms))
    return draw(_FORMS[form](_Subject(name, kind, kinds, tuple(same), nullable)))


@dataclass(frozen=True)
class _Subject:
    """A column that an atom is about, and what stands beside it."""

    name: str
    kind: str
    kinds: dict[str, str]
    same: tuple[str, ...]
    nullable: set[str]


def _relation(of: _Subject) -> st.SearchStrategy[str]:
    return st.sampled_from(["<", "<=", ">", ">=", "=", "<>"] if of.kind in ORDERED else ["=", "<>"])


def _literal(of: _Subject) -> st.SearchStrategy[str]:
    return st.sampled_from(LITERALS[of.kind])


def _among(of: _Subject) -> st.SearchStrategy[str]:
    words = st.lists(_literal(of), min_size=1, max_size=3, unique=True).map(", ".join)
    return st.builds(f"{of.name} {{}} ({{}})".format, st.sampled_from(["IN", "NOT IN"]), words)


def _arithmetic(of: _Subject) -> st.SearchStrategy[str]:
    others = [other for other, held in of.kinds.items() if held in {"integer", "decimal"} and other != of.name]
    other = st.sampled_from(others) if others else st.integers(1, 3)
    relations = st.sampled_from(["<=", ">=", "<>"])
    return st.builds(
        f"{of.name} {{}} {{}} {{}} {{}}".format, st.sampled_from("+-*"), other, relations, st.integers(0, 20)
    )


_FORMS: dict[str, Callable[[_Subject], st.SearchStrategy[str]]] = {
    "compare": lambda of: st.builds(f"{of.name} {{}} {{}}".format, _relation(of), _literal(of)),
    "among": _among,
    "columns": lambda of: st.builds(f"{of.name} {{}} {{}}".format, _relation(of), st.sampled_from(of.same)),
    "null": lambda of: _null_test({of.name}),
    "like": lambda of: st.builds(
        f"{of.name} {{}} '{{}}'".format, st.sampled_from(["LIKE", "NOT LIKE"]), st.sampled_from(["a%", "%b", "__", "%"])
    ),
    "length": lambda of: st.builds(
        f"length({of.name}) {{}} {{}}".format, st.sampled_from([">=", "<=", "="]), st.integers(1, 3)
    ),
    "between": lambda of: st.builds(f"{of.name} BETWEEN {{}} AND {{}}".format, st.integers(-2, 2), st.integers(2, 9)),
    "arithmetic": _arithmetic,
}


# ---- uniques


@st.composite
def _uniques(draw: st.DrawFn, made: Made) -> None:
    names = [*made.kinds, *made.parents]
    if not names:
        return
    for _ in range(draw(st.integers(0, 2))):
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        texts = [name for name in chosen if made.kinds.get(name) == "text"]
        form = draw(st.sampled_from(["plain", "plain", "partial", "expression"]))
        unique: Any = chosen
        if form == "partial":
            tests = sorted(made.kinds)
            where = draw(_atom(made.kinds, made.nullable)) if tests else f"{names[0]} IS NOT NULL"
            unique = {"columns": chosen, "where": where}
        elif form == "expression" and texts:
            rest = [name for name in chosen if name != texts[0]]
            unique = {"expressions": [f"lower({texts[0]})", *rest]}
        if unique not in made.yaml.setdefault("unique", []):
            made.yaml["unique"].append(unique)
    if not made.yaml.get("unique", True):
        del made.yaml["unique"]
