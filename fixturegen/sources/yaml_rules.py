"""Rules, exclusion constraints, groups and options of a table in the YAML format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fixturegen.expressions.names import matching
from fixturegen.schema import Check, Exclusion, Group, Location, Table
from fixturegen.sources.yaml_drafts import TableDraft
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import DIALECTS, EXCLUSION, RULE
from fixturegen.sources.yaml_nodes import Entries, Node, Scalar, Sequence, described, plain_value, quoted, refuse
from fixturegen.sources.yaml_sql import checked_sql, mentioned_in

VERBATIM = "verbatim"


def read_rules(table: TableDraft) -> Iterator[tuple[Check, bool]]:
    """Yield the rules that the file gives a table, each with whether its names are to be looked up."""
    node = None if table.fields is None else table.fields.node("rules")
    if node is None or table.fields is None:
        return
    where = table.fields.where("rules")
    if not isinstance(node, Sequence | Entries):
        table.fields.refuse("rules", f"are a list of SQL conditions, not {described(node)}", hint="Write [SQL, SQL].")
    for item in node.items if isinstance(node, Sequence) else [node]:
        yield from _rules(item, replace(where, line=item.line), table)


def _rules(node: Node, where: Location, table: TableDraft) -> Iterator[tuple[Check, bool]]:
    if isinstance(node, Scalar):
        yield Check(sql=node.text, dialect=table.dialect, where=where), True
        return
    if not isinstance(node, Entries):
        refuse(f"a rule is SQL, {{name: SQL}} or a mapping with sql, not {described(node)}", where)
    if "sql" in node.nodes:
        yield _long(Fields(node, where, RULE, "a rule"), table)
        return
    named = Fields(node, where, None, "a rule")
    for name in named:
        if not isinstance(named.entries.nodes[name], Scalar):
            hint = "Quote a condition that holds `: `."
            named.refuse(name, f"is SQL, not {described(named.entries.nodes[name])}", hint=hint)
        yield Check(sql=named.text(name) or "", name=name, dialect=table.dialect, where=named.where(name)), True


def _long(fields: Fields, table: TableDraft) -> tuple[Check, bool]:
    enforced = fields.flag("enforced")
    check = Check(
        sql=fields.name("sql") or "",
        name=fields.name("name") or "",
        dialect=fields.word("dialect", DIALECTS) or table.dialect,
        enforced=enforced is not False,
        where=fields.where("sql"),
    )
    return check, not fields.flag(VERBATIM)


def read_exclusions(table: TableDraft) -> tuple[Exclusion, ...]:
    """Return the exclusion constraints that the file gives a table."""
    node = None if table.fields is None else table.fields.node("exclusions")
    if node is None or table.fields is None:
        return ()
    if not isinstance(node, Sequence):
        table.fields.refuse("exclusions", f"are a list, not {described(node)}")
    where = table.fields.where("exclusions")
    return tuple(_exclusion(Fields(item, where, EXCLUSION, "an exclusion"), table) for item in node.items)


def _exclusion(fields: Fields, table: TableDraft) -> Exclusion:
    node = fields.node("elements")
    if not isinstance(node, Entries) or not node.nodes:
        refuse("an exclusion needs elements", fields.where(), hint='Write {elements: {room: "="}}.')
    elements = Fields(node, fields.where("elements"), None, "elements")
    operators = tuple(elements.name(expression) or "" for expression in elements)
    given = tuple(table.column(name, fields.where("columns")) for name in fields.names("columns") or ())
    found = [
        name
        for expression in elements
        for name in checked_sql(
            expression, table.dialect, elements.where(expression), table.columns, table.name, lenient=bool(given)
        )
    ]
    predicate = fields.name("where")
    if predicate is not None:
        mentioned_in(predicate, table.dialect, fields.where("where"), lenient=bool(given))
    return Exclusion(
        expressions=tuple(elements),
        operators=operators,
        columns=given or tuple(dict.fromkeys(found)),
        name=fields.name("name") or "",
        predicate=predicate,
        where=fields.where(),
    )


def read_groups(table: TableDraft) -> tuple[Group, ...]:
    """Return the groups of a table, those of its base first; a group of the same name takes its place.

    Raises:
        SchemaError: If a group is malformed, or a column does not exist.
    """
    groups = {group.name: group for group in (table.base.groups if table.base else ())}
    node = None if table.fields is None else table.fields.node("groups")
    if node is not None and table.fields is not None:
        given = Fields(node, table.fields.where("groups"), None, "groups")
        groups |= {name: _group(name, given, table) for name in given}
    return tuple(groups.values())


def check_groups(table: Table, where: Location) -> None:
    """Refuse a column that two groups fill; a column with values of its own may be read by several."""
    given = {name for reference in table.references for name in reference.columns}
    given |= {column.name for column in table.columns if column.choices or column.fill or column.generated}
    owners: dict[str, str] = {}
    for group in table.groups:
        for column in group.fields:
            if column in owners and column not in given:
                refuse(f"both groups {owners[column]} and {group.name} fill {quoted(column)}", where)
            owners[column] = group.name


def _group(name: str, groups: Fields, table: TableDraft) -> Group:
    node = groups.node(name)
    fields = Fields(node or Entries({}, {}, 0), groups.where(name), None, f"the group {name}")
    sources = [key for key in fields if key != "locale"]
    if len(sources) != 1:
        hint = "Write {address: {city: city, postcode: postcode}}."
        refuse(f"the group {name} needs one source of records, given {len(sources)}", fields.where(), hint=hint)
    entries = Fields(fields.node(sources[0]) or Entries({}, {}, 0), fields.where(sources[0]), None, sources[0])
    taken: dict[str, str] = {}
    for field in entries:
        given = entries.name(field) or ""
        column = matching(given, table.columns)
        if column is None:
            message = f"{table.name} has no column {quoted(given)}"
            refuse(message, entries.where(field), given=given, exists=table.columns)
        if column in taken:
            refuse(f"{column} takes two fields: {taken[column]} and {field}", entries.where(field))
        taken[column] = field
    if not taken:
        refuse(f"the group {name} fills no column", fields.where())
    return Group(name, sources[0], taken, fields.locale())


def read_options(table: TableDraft) -> dict[str, object]:
    """Return the options of a table: those of its base, and what the file adds."""
    node = None if table.fields is None else table.fields.node("options")
    base: dict[str, object] = dict(table.base.options) if table.base else {}
    if node is None:
        return base
    value = plain_value(node)
    if not isinstance(value, dict):
        refuse(f"options are a mapping, not {described(node)}", table.where)
    return base | value
