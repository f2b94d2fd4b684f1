"""Operators over a schema, each a function that yields every schema that differs by one small mistake.

The mistakes are those that published studies of schema tests use: columns of keys, uniques and references added, removed and
exchanged; NOT NULL added and removed; CHECKs removed, their relational operator exchanged, an element of a list removed;
and whole constraints removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from fixturegen.databases.conditions import conditions
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Check, Column, Dialect, Reference, Schema, Table, Type, Unique


@dataclass(frozen=True)
class Mutant:
    """A schema with one mistake: the operator's name, the table, what was changed."""

    operator: str
    table: str
    about: str
    schema: Schema

    def __str__(self) -> str:
        return f"{self.operator} {self.table}: {self.about}"


Operator = Callable[[Schema, Table, Dialect], Iterator[Mutant]]
OPERATORS: dict[str, Operator] = {}
NULL_KEYS = "null_keys"
_RELATIONS: tuple[type[exp.Expr], ...] = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def operator(name: str) -> Callable[[Operator], Operator]:
    def register(function: Operator) -> Operator:
        OPERATORS[name] = function
        return function

    return register


def mutants(schema: Schema, dialect: Dialect) -> Iterator[Mutant]:
    """Yield every mutant of a schema."""
    for table in schema.tables.values():
        for function in OPERATORS.values():
            yield from function(schema, table, dialect)


def _with(schema: Schema, table: Table) -> Schema:
    return replace(schema, tables={**schema.tables, table.name: table})


def _written(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.generated is None]


def _column_sets(columns: tuple[str, ...], table: Table) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each set of columns with one added, removed or exchanged: the letter of the change, in words, the columns."""
    others = [name for name in _written(table) if name not in columns]
    for name in others:
        yield "A", f"{name} added", (*columns, name)
    for gone in columns:
        kept = tuple(each for each in columns if each != gone)
        yield "R", f"{gone} removed", kept
        for name in others:
            yield "E", f"{gone} exchanged for {name}", tuple(name if each == gone else each for each in columns)


@operator("PKC")
def primary_key(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """The primary key with a column added, removed, exchanged."""
    if table.primary_key is None:
        for name in _written(table):
            made = replace(table, primary_key=Unique(columns=(name,)))
            yield Mutant("PKC-A", table.name, f"{name} added", _with(schema, made))
        return
    for letter, about, columns in _column_sets(table.primary_key.columns, table):
        key = replace(table.primary_key, columns=columns) if columns else None
        yield Mutant(f"PKC-{letter}", table.name, about, _with(schema, replace(table, primary_key=key)))


@operator("UC")
def unique(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """Each unique with a column added, removed, exchanged; a unique of each column that has none of its own."""
    for at, each in enumerate(table.uniques):
        if each.expressions:
            continue
        for letter, about, columns in _column_sets(each.columns, table):
            kept = (replace(each, columns=columns),) if columns else ()
            uniques = (*table.uniques[:at], *kept, *table.uniques[at + 1 :])
            named = f"{each.name or each.columns}: {about}"
            yield Mutant(f"UC-{letter}", table.name, named, _with(schema, replace(table, uniques=uniques)))
    keys = (*((table.primary_key,) if table.primary_key else ()), *table.uniques)
    alone = {each.columns for each in keys if not each.expressions and each.predicate is None}
    for name in _written(table):
        if (name,) in alone:
            continue
        made = replace(table, uniques=(*table.uniques, Unique(columns=(name,), name=f"mutant_{table.name}_{name}")))
        yield Mutant("UC-A", table.name, f"{name} alone", _with(schema, made))


@operator("FKC")
def reference(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """Each reference with a pair of columns added, removed, exchanged."""
    for at, each in enumerate(table.references):
        if each.table not in schema.tables:
            continue
        for letter, about, made in _references(each, table, schema.tables[each.table]):
            references = (*table.references[:at], *([made] if made else []), *table.references[at + 1 :])
            named = f"{each.name or each.columns}: {about}"
            yield Mutant(f"FKC-{letter}", table.name, named, _with(schema, replace(table, references=references)))


def _references(each: Reference, table: Table, parent: Table) -> Iterator[tuple[str, str, Reference | None]]:
    pairs = list(zip(each.columns, each.target, strict=True))
    kinds = {column.name: column.type.kind for column in table.columns if column.generated is None}
    targets = {column.name: column.type.kind for column in parent.columns}
    for name, kind in kinds.items():
        for target, other in targets.items():
            if other == kind and name not in each.columns and target not in each.target:
                yield "A", f"{name} to {target} added", _of(each, [*pairs, (name, target)])
    for gone in pairs:
        kept = [pair for pair in pairs if pair != gone]
        yield "R", f"{gone[0]} removed", _of(each, kept) if kept else None
        for name in kinds:
            if name not in each.columns:
                changed = [(name, gone[1]) if pair == gone else pair for pair in pairs]
                yield "E", f"{gone[0]} exchanged for {name}", _of(each, changed)
        for target, kind in targets.items():
            if target not in each.target and kind == targets[gone[1]]:
                changed = [(gone[0], target) if pair == gone else pair for pair in pairs]
                yield "E", f"{gone[1]} exchanged for {target}", _of(each, changed)


def _of(each: Reference, pairs: list[tuple[str, str]]) -> Reference:
    return replace(each, columns=tuple(pair[0] for pair in pairs), target=tuple(pair[1] for pair in pairs))


@operator("NNC")
def not_null(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """NOT NULL added and removed."""
    for column in table.columns:
        if column.generated is None:
            loose = column.nullable or column.name in null_keys(table)
            letter, about = ("A", "added") if loose else ("R", "removed")
            kept = tuple(name for name in null_keys(table) if name != column.name)
            made = _changed(
                replace(table, options={**table.options, NULL_KEYS: kept}), replace(column, nullable=not loose)
            )
            yield Mutant(f"NNC-{letter}", table.name, f"NOT NULL of {column.name} {about}", _with(schema, made))


@operator("CC")
def check(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """Each CHECK that the tables are made with removed; its relational operators exchanged; elements of its lists removed."""
    made, _ = conditions(schema, table, dialect)
    for condition in made:
        for without in _without(schema, table, condition.name, condition.sql, dialect):
            yield Mutant("CC-R", table.name, f"{condition.name} removed", _with(schema, without))
            for operator_name, about, sql in _changed_conditions(condition.sql, dialect):
                checks = (*without.checks, Check(sql=sql, name=condition.name, dialect=dialect))
                mutant = replace(without, checks=checks)
                yield Mutant(operator_name, table.name, f"{condition.name}: {about}", _with(schema, mutant))


@operator("EC")
def exclusion(schema: Schema, table: Table, dialect: Dialect) -> Iterator[Mutant]:
    """Each exclusion constraint removed."""
    for at, each in enumerate(table.exclusions):
        kept = (*table.exclusions[:at], *table.exclusions[at + 1 :])
        yield Mutant("EC-R", table.name, f"{each.name} removed", _with(schema, replace(table, exclusions=kept)))


def null_keys(table: Table) -> tuple[str, ...]:
    """Return the columns of a key that hold NULL nevertheless: SQLite asks for no values there unless it is told to."""
    listed = table.options.get(NULL_KEYS)
    return tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()


def _changed(table: Table, column: Column) -> Table:
    return replace(table, columns=tuple(column if each.name == column.name else each for each in table.columns))


def _without(schema: Schema, table: Table, name: str, sql: str, dialect: Dialect) -> Iterator[Table]:
    """Yield the table without what one of its conditions comes from."""
    tried = [replace(table, checks=(*table.checks[:at], *table.checks[at + 1 :]))
             for at, each in enumerate(table.checks) if each.name == name]  # fmt: skip
    tried += [
        _changed(table, changed)
        for column in table.columns
        if f"_{column.name}_" in name
        for changed in _loosened(column)
    ]
    for made in tried:
        if not any(found.name == name and found.sql == sql for found in conditions(schema, made, dialect)[0]):
            yield made
            return


def _loosened(column: Column) -> Iterator[Column]:
    type_ = column.type
    yield replace(column, low=None)
    yield replace(column, high=None)
    yield replace(column, choices=())
    match type_.kind:
        case "integer":
            yield replace(column, type=replace(type_, bits=64, signed=True))
        case "text" | "bytes":
            yield replace(column, type=replace(type_, length=None))
        case "boolean":
            yield replace(column, type=Type(kind="integer"))
        case "enum":
            yield replace(column, type=Type(kind="text"))
        case _:
            return


def _changed_conditions(sql: str, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    try:
        tree = parsed(sql, dialect)
    except SchemaError:
        return
    nodes = list(tree.find_all(*_RELATIONS, exp.In))
    for at, node in enumerate(nodes):
        if isinstance(node, exp.In):
            for index, element in enumerate(node.expressions if len(node.expressions) > 1 else ()):
                copy = tree.copy()
                twin = list(copy.find_all(*_RELATIONS, exp.In))[at]
                twin.expressions.pop(index)
                yield "CC-IN", f"{element.sql()} removed", rendered(copy, dialect)
            continue
        for other in _RELATIONS:
            if type(node) is not other:
                copy = tree.copy()
                twin = list(copy.find_all(*_RELATIONS, exp.In))[at]
                changed = other(this=twin.this, expression=twin.expression)
                if twin is copy:
                    copy = changed
                else:
                    twin.replace(changed)
                yield "CC-REL", f"{type(node).key} became {other.key}", rendered(copy, dialect)
