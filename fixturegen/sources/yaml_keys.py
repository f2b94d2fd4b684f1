"""Primary keys and uniques of a table in the YAML format."""

from __future__ import annotations

from dataclasses import replace

from fixturegen.schema import Location, Unique
from fixturegen.sources.yaml_drafts import TableDraft
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import DIALECTS, UNIQUE
from fixturegen.sources.yaml_nodes import Entries, Node, Scalar, Sequence, described, refuse
from fixturegen.sources.yaml_sql import checked_sql


def read_keys(table: TableDraft) -> None:
    """Set the primary key and the uniques of a table whose columns are known by name.

    Raises:
        SchemaError: If a key names no column, or the primary key is declared twice.
    """
    base = table.base
    table.primary_key = base.primary_key if base else None
    table.uniques = list(base.uniques) if base else []
    key = _primary_key(table)
    if key is not None:
        if table.fixed and table.primary_key is not None and set(table.primary_key.columns) != set(key.columns):
            exists = ", ".join(table.primary_key.columns)
            refuse(f"the source's primary key of {table.name} is ({exists})", key.where, hint="Leave it out.")
        table.primary_key = key
    for unique in _uniques(table):
        if not any(_same(unique, other) for other in table.uniques):
            table.uniques.append(unique)


def _same(one: Unique, other: Unique) -> bool:
    plain = not (one.expressions or other.expressions or one.predicate or other.predicate)
    return plain and set(one.columns) == set(other.columns)


def _primary_key(table: TableDraft) -> Unique | None:
    marked = [
        column for column in table.columns.values() if column.fields is not None and column.fields.flag("primary_key")
    ]
    if len(marked) > 1:
        names = ", ".join(column.name for column in marked)
        hint = f"For one key of them all write at the table: primary_key: [{names}]."
        refuse(
            f"{len(marked)} columns are each the primary key: {names}",
            _where(marked[1].fields, "primary_key"),
            hint=hint,
        )
    declared = None if table.fields is None else table.fields.node("primary_key")
    if declared is None or table.fields is None:
        return Unique(columns=(marked[0].name,), where=marked[0].where) if marked else None
    if marked:
        message = f"the primary key is declared at the table and at the column {marked[0].name}"
        refuse(message, _where(marked[0].fields, "primary_key"), hint="Leave one of them out.")
    if isinstance(declared, Scalar):
        where = table.fields.where("primary_key")
        return Unique(columns=(table.column(declared.text, where),), where=where)
    key = _key(table, table.fields, "primary_key", declared)
    if key.predicate or key.expressions:
        table.fields.refuse("primary_key", "has columns only, no expressions and no condition")
    return key


def _where(fields: Fields | None, key: str) -> Location:
    assert fields is not None
    return fields.where(key)


def _uniques(table: TableDraft) -> list[Unique]:
    found = [
        Unique(columns=(column.name,), where=column.fields.where("unique"))
        for column in table.columns.values()
        if column.fields is not None and column.fields.flag("unique")
    ]
    node = None if table.fields is None else table.fields.node("unique")
    if node is None or table.fields is None:
        return found
    if not isinstance(node, Sequence):
        table.fields.refuse("unique", f"is a list of keys such as [[a, b]], not {described(node)}")
    if any(isinstance(item, Scalar) for item in node.items):
        names = ", ".join(item.text for item in node.items if isinstance(item, Scalar))
        hint = f"Write [[{names}]] for one key, [[{names.replace(', ', '], [')}]] for a key of each column."
        table.fields.refuse("unique", f"[{names}] may mean one key or several", hint=hint)
    return found + [_key(table, table.fields, "unique", item) for item in node.items]


def _key(table: TableDraft, fields: Fields, key: str, node: Node) -> Unique:
    where = replace(fields.where(key), line=node.line)
    if not isinstance(node, Entries):
        names = tuple(table.column(name, where) for name in fields.as_names(key, node))
        return Unique(columns=names, where=where)
    given = Fields(node, where, UNIQUE, "a key")
    expressions = given.names("expressions") or ()
    columns = tuple(table.column(name, given.where("columns")) for name in given.names("columns") or ())
    if not columns and not expressions:
        refuse("a key needs columns or expressions", where)
    dialect = given.word("dialect", DIALECTS) or table.dialect
    verbatim = given.flag("verbatim") or False
    distinct = given.flag("nulls_distinct")
    predicate = given.name("where")
    mentioned: list[str] = []
    for text, part in [
        *((text, "expressions") for text in expressions),
        *([(predicate, "where")] if predicate else []),
    ]:
        found = checked_sql(text, dialect, given.where(part), table.columns, table.name, lenient=verbatim)
        mentioned.extend(found if part == "expressions" else ())
    return Unique(
        columns=columns or tuple(dict.fromkeys(mentioned)),
        name=given.name("name") or "",
        expressions=expressions,
        predicate=predicate,
        nulls_distinct=distinct is not False,
        dialect=dialect,
        deferred=given.flag("deferred") or False,
        where=where,
    )
