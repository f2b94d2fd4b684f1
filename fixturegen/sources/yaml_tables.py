"""Tables of the YAML format: from drafts to tables, and what needs every table to be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fixturegen.expressions.names import resolved
from fixturegen.schema import Column, Path, Schema, Table
from fixturegen.sources.yaml_aggregates import FUNCTIONS, parent_reference, read_aggregate
from fixturegen.sources.yaml_columns import Dotted, ReadColumn, Side, is_quoted_name, read_column
from fixturegen.sources.yaml_counts import read_count
from fixturegen.sources.yaml_drafts import ColumnDraft, Drafts, TableDraft
from fixturegen.sources.yaml_names import with_names
from fixturegen.sources.yaml_nodes import refuse
from fixturegen.sources.yaml_rules import check_groups, read_exclusions, read_groups, read_options, read_rules
from fixturegen.sources.yaml_sql import checked_names, checked_rule, mentioned_in

FAMILIES = {"integer": "number", "decimal": "number", "float": "number", "date": "date", "datetime": "date"}
"""Kinds whose values compare."""
AGREEING = {"varchar": "text", "url": "text", "json": "text"} | FAMILIES


def made_tables(drafts: Drafts, schema: Schema) -> dict[str, Table]:
    """Return the tables of drafts whose keys, references and types are known; ``schema`` gives all but the tables.

    Raises:
        SchemaError: If anything that they say is wrong.
    """
    read = {name: [read_column(column, draft) for column in draft.columns.values()] for name, draft in drafts.items()}
    tables = {name: _table(draft, [each.column for each in read[name]]) for name, draft in drafts.items()}
    known = replace(schema, tables=tables)
    for draft in drafts.values():
        check_groups(tables[draft.name], draft.where if draft.fields is None else draft.fields.where("groups"))
        _check_rules(known, draft)
        _check_references(known, draft)
    return {name: _finished(known, draft, read[name], drafts) for name, draft in drafts.items()}


def _table(draft: TableDraft, columns: list[Column]) -> Table:
    fields, base = draft.fields, draft.base or Table(name=draft.name, columns=())
    checks = (*base.checks, *(check for check, _ in read_rules(draft)))
    return with_names(
        replace(
            base,
            columns=tuple(columns),
            primary_key=draft.primary_key,
            uniques=tuple(draft.uniques),
            references=tuple(draft.references),
            checks=checks,
            exclusions=(*base.exclusions, *read_exclusions(draft)),
            groups=read_groups(draft),
            locale=(fields.locale() if fields else None) or base.locale,
            options=read_options(draft),
            where=base.where if fields is None else draft.where,
        )
    )


def _finished(schema: Schema, draft: TableDraft, read: list[ReadColumn], drafts: Drafts) -> Table:
    """Return the table with all that leads to other tables: bounds, aggregates, ordinals, counts."""
    table = schema.tables[draft.name]
    columns = [_finished_column(schema, table, each, draft.columns[each.column.name], drafts) for each in read]
    count = read_count(draft.fields, table) if draft.fields is not None else None
    return replace(table, columns=tuple(columns), count=count or table.count)


def _finished_column(schema: Schema, table: Table, read: ReadColumn, draft: ColumnDraft, drafts: Drafts) -> Column:
    column, fields = read.column, draft.fields
    if fields is None:
        return column
    for key in FUNCTIONS:
        if key in fields:
            column = replace(column, aggregate=read_aggregate(fields, key, schema, table, column, drafts))
    if "ordinal" in fields:
        text, by = fields.name("ordinal") or "", fields.name("by")
        reference = parent_reference(table, f"{text} by {by}" if by else text, fields.where("ordinal"))
        column = replace(column, ordinal=reference.name)
    if (sql := fields.text("expression")) is not None:
        checked_names(schema, table, sql, drafts[table.name].dialect, fields.where("expression"))
    if column.generated is not None:
        mentioned_in(column.generated, drafts[table.name].dialect, fields.where("generated"))
    paths = {side: _path(schema, table, column, bound) for side, bound in read.dotted.items()}
    return _with_paths(column, paths)


def _with_paths(column: Column, paths: Mapping[Side, Path]) -> Column:
    return replace(column, low=paths.get("min", column.low), high=paths.get("max", column.high))


def _path(schema: Schema, table: Table, column: Column, bound: Dotted) -> Path:
    own = {each.name for each in table.columns}
    name = bound.text[1:-1] if is_quoted_name(bound.text) else bound.text
    path = Path((), name) if name in own else resolved(schema, table, name, bound.where)
    if path == Path((), column.name):
        refuse("a column cannot bound itself", bound.where)
    end = _at(schema, table, path)
    if _family(end) != _family(column):
        message = f"{bound.text} is of type {end.type.kind}, which does not compare with {column.type.kind}"
        refuse(message, bound.where)
    return path


def _at(schema: Schema, table: Table, path: Path) -> Column:
    for name in path.references:
        table = schema.tables[next(reference.table for reference in table.references if reference.name == name)]
    return next(column for column in table.columns if column.name == path.column)


def _family(column: Column) -> str:
    return FAMILIES.get(column.type.kind, column.type.kind)


def _check_rules(schema: Schema, draft: TableDraft) -> None:
    for check, looked_up in read_rules(draft):
        if looked_up:
            checked_rule(schema, schema.tables[draft.name], check.sql, check.dialect, check.where)


def _check_references(schema: Schema, draft: TableDraft) -> None:
    """Refuse references between columns whose values can never be equal."""
    table = schema.tables[draft.name]
    types = {column.name: column.type.kind for column in table.columns}
    for reference in table.references:
        target = {column.name: column.type.kind for column in schema.tables[reference.table].columns}
        for name, other in zip(reference.columns, reference.target, strict=True):
            mine, theirs = types[name], target[other]
            if AGREEING.get(mine, mine) != AGREEING.get(theirs, theirs) and draft.columns[name].says("type"):
                message = f"{draft.name}.{name} is of type {mine}, and {reference.table}.{other}, to which it refers, {theirs}"
                refuse(message, reference.where, hint="Leave the type out to take that of the column referred to.")
