"""Constraints replaced, for planning alone, by stronger ones that are easier to keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.expressions.names import dotted, is_column, matching, mentioned
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Check, Dialect, Exclusion, Schema, Table, Type, Unique

RANGES = frozenset({"range", "multirange"})
"""Forms of types whose distinct values, as our generators make them, do not overlap."""


def strengthened(schema: Schema) -> Schema:
    """Return the schema with exclusions as uniques, and uniques over computed columns as uniques over their expressions.

    Columns are never NULL where two NULLs would count as equal, or where a reference that may not be NULL leads.
    """
    needed: dict[str, set[str]] = {name: set() for name in schema.tables}
    for table in schema.tables.values():
        filled = {column.name for column in table.columns if not column.nullable}
        for reference in table.references:
            pairs = zip(reference.columns, reference.target, strict=True)
            needed[reference.table] |= {target for name, target in pairs if name in filled}
    return replace(schema, tables={name: _table(schema, table, needed[name]) for name, table in schema.tables.items()})


def _table(schema: Schema, table: Table, needed: Collection[str]) -> Table:
    derived = tuple(_unique(table, exclusion) for exclusion in table.exclusions)
    equal = {name for unique in table.uniques if not unique.nulls_distinct for name in unique.columns}
    never = equal | set(needed)
    columns = tuple(
        replace(column, nulls=0.0) if column.name in never and column.nullable and column.nulls is None else column
        for column in table.columns
    )
    declared = tuple(_spelt_out(schema, table, unique) for unique in table.uniques)
    return replace(table, uniques=declared + derived, columns=columns, checks=table.checks + _filled(schema, table))


def _filled(schema: Schema, table: Table) -> tuple[Check, ...]:
    """Return a check for every computed column that may not be NULL: its expression has to give a value."""
    return tuple(
        Check(
            sql=f"({column.generated}) IS NOT NULL",
            name=f"{column.name} is not null",
            dialect=schema.dialect,
            where=column.where,
        )
        for column in table.columns
        if column.generated is not None and not column.nullable
    )


def _spelt_out(schema: Schema, table: Table, unique: Unique) -> Unique:
    """Return a unique that reads columns which the database computes as one that reads what those are computed from."""
    formulas = {column.name: column.generated for column in table.columns}
    if not any(formulas.values()):
        return unique
    terms, dialect = unique.expressions, unique.dialect
    if not terms and any(formulas[name] for name in unique.columns):
        dialect = schema.dialect
        terms = tuple(formulas[name] or rendered(exp.column(name, quoted=True), dialect) for name in unique.columns)
    terms = tuple(_inlined(text, dialect, formulas, schema.dialect) for text in terms)
    names = tuple(dict.fromkeys(name for term in terms for name in mentioned(parsed(term, dialect))))
    predicate = unique.predicate and _inlined(unique.predicate, unique.dialect, formulas, schema.dialect)
    return replace(unique, columns=names or unique.columns, expressions=terms, predicate=predicate, dialect=dialect)


def _inlined(text: str, dialect: Dialect, formulas: Mapping[str, str | None], own: Dialect) -> str:
    """Return SQL that names no computed column, but what each is computed from, however deep; where it names none, as it is.

    Args:
        text: The SQL; what nobody here can read stays as it is.
        dialect: Its dialect.
        formulas: By every column's name what it is computed from; None for one that is not, or that is being put in.
        own: Dialect of the formulas.
    """
    try:
        tree = parsed(text, dialect)
    except SchemaError:
        return text

    def spelt(node: exp.Expr) -> exp.Expr:
        name = matching(dotted(node), formulas) if is_column(node) else None
        formula = formulas[name] if name is not None else None
        if name is None or formula is None:
            return node
        return exp.Paren(this=parsed(_inlined(formula, own, {**formulas, name: None}, own), own))

    found = tree.transform(spelt)
    return text if found == tree else rendered(found, dialect)


def _unique(table: Table, exclusion: Exclusion) -> Unique:
    """Return a unique that keeps an exclusion.

    Rows that differ in what is compared by ``=`` never conflict; nor do rows with different values of a range column. Where
    neither is there, one row is all that surely fits: a unique on a constant.
    """
    pairs = list(zip(exclusion.expressions, exclusion.operators, strict=True))
    ranges = [text for text, operator in pairs if operator == "&&" and _is_range(table, text)]
    equal = [text for text, operator in pairs if operator == "="]
    chosen = ranges[:1] or equal or ["1"]
    plain = {column.name for column in table.columns}
    names = [text.strip('"') for text in chosen]
    if all(name in plain for name in names):
        return Unique(
            columns=tuple(names), name=exclusion.name, predicate=exclusion.predicate, dialect="postgresql",
            where=exclusion.where,
        )  # fmt: skip
    return Unique(
        columns=exclusion.columns, expressions=tuple(chosen), name=exclusion.name, predicate=exclusion.predicate,
        dialect="postgresql", where=exclusion.where,
    )  # fmt: skip


def _is_range(table: Table, text: str) -> bool:
    type_: Type | None = next((column.type for column in table.columns if column.name == text.strip('"')), None)
    return type_ is not None and type_.form in RANGES
