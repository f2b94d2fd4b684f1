"""References of a table in the YAML format: beside a column, or of several columns at the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fixturegen.errors import shortened
from fixturegen.expressions.names import matching
from fixturegen.schema import Location, Reference
from fixturegen.sources.yaml_drafts import Drafts, TableDraft, draft_of, no_table
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import ACTIONS, REFERENCE
from fixturegen.sources.yaml_nodes import Entries, Node, Scalar, Sequence, described, quoted, refuse

_LISTED = re.compile(r"(.*?)\s*\(([^()]*)\)\s*", re.DOTALL)


def read_references(table: TableDraft, drafts: Drafts) -> None:
    """Set the references of a table, whose keys and whose targets' keys are known.

    Raises:
        SchemaError: If a table, a column or a key that is referred to does not exist, or a role is given twice.
    """
    table.references = list(table.base.references) if table.base else []
    for reference, extras in [*_inline(table, drafts), *_listed(table, drafts)]:
        _add(table, reference, extras)
    roles: dict[str, Reference] = {}
    for reference in table.references:
        if reference.role and reference.role.lower() in roles:
            refuse(f"two references of {table.name} are called {quoted(reference.role)}", reference.where)
        roles[reference.role.lower()] = reference


def _add(table: TableDraft, reference: Reference, extras: Mapping[str, Any]) -> None:
    """Add a reference, or what is newly said of one that the extended source has."""
    known = table.base.references if table.base else ()
    for old in known:
        if (old.columns, old.table) == (reference.columns, reference.table) and set(old.target) == set(
            reference.target
        ):
            table.references[table.references.index(old)] = replace(old, **extras)
            return
    for old in table.references:
        if (old.columns, old.table, old.target) == (reference.columns, reference.table, reference.target):
            refuse(f"the reference to {reference.table} is declared twice", reference.where)
    table.references.append(replace(reference, **extras))


def _inline(table: TableDraft, drafts: Drafts) -> list[tuple[Reference, Mapping[str, Any]]]:
    found: list[tuple[Reference, Mapping[str, Any]]] = []
    for column in table.columns.values():
        fields = column.fields
        if fields is None:
            continue
        text = fields.name("references")
        if text is not None:
            where = fields.where("references")
            target, names = _target(drafts, text, where)
            found.append((_reference((column.name,), target, names, where), _extras(fields)))
        elif extras := _extras(fields):
            found.append((_known(table, column.name, fields, next(iter(extras))), extras))
    return found


def _known(table: TableDraft, column: str, fields: Fields, extra: str) -> Reference:
    """Return the reference of the extended source that something is said about."""
    known = [reference for reference in (table.base.references if table.base else ()) if reference.columns == (column,)]
    if len(known) != 1:
        fields.refuse(extra, "describes a reference, and the column has none", hint="Add references: TABLE.COLUMN.")
    return known[0]


def _listed(table: TableDraft, drafts: Drafts) -> list[tuple[Reference, Mapping[str, Any]]]:
    node = None if table.fields is None else table.fields.node("references")
    if node is None or table.fields is None:
        return []
    if not isinstance(node, Sequence):
        hint = "Write [{columns: [a, b], to: users(a, b)}]."
        table.fields.refuse("references", f"is a list, not {described(node)}", hint=hint)
    return [
        _entry(table, drafts, Fields(item, table.fields.where("references"), REFERENCE, "a reference"))
        for item in node.items
    ]


def _entry(table: TableDraft, drafts: Drafts, fields: Fields) -> tuple[Reference, Mapping[str, Any]]:
    given, to = fields.names("columns"), fields.node("to")
    if given is None or to is None:
        refuse(
            f"a reference needs {'columns' if given is None else 'to'}",
            fields.where(),
            hint="Write {columns: [a], to: t(b)}.",
        )
    columns = tuple(table.column(name, fields.where("columns")) for name in given)
    target, names = _target(drafts, to, fields.where("to"), fields)
    reference = _reference(columns, target, names, fields.where())
    name = fields.name("name")
    return reference, {**_extras(fields), **({"name": name} if name else {})}


def _reference(
    columns: tuple[str, ...], target: TableDraft, names: tuple[str, ...] | None, where: Location
) -> Reference:
    if names is None:
        if target.primary_key is None:
            refuse(f"{target.name} has no primary key", where, hint=f"Name the column: {target.name}.COLUMN.")
        names = target.primary_key.columns
    if len(names) != len(columns):
        message = (
            f"({', '.join(columns)}) has {len(columns)} columns and {target.name}({', '.join(names)}) {len(names)}"
        )
        refuse(message, where)
    keys = target.keys()
    if not any(set(key.columns) == set(names) for key in keys):
        listed = [f"({', '.join(key.columns)})" for key in keys]
        message = f"{target.name}({', '.join(names)}) is no primary key and not unique; keys of {target.name}: "
        refuse(message + (shortened(listed) or "none"), where, hint="Declare it unique, or refer to a key.")
    return Reference(columns=columns, table=target.name, target=names, where=where)


def _target(
    drafts: Drafts, to: Node | str, where: Location, fields: Fields | None = None
) -> tuple[TableDraft, tuple[str, ...] | None]:
    """Read ``users``, ``users.id``, ``users(tenant_id, id)`` or ``{users: [tenant_id, id]}``; None for no columns named."""
    if isinstance(to, Entries) and len(to.nodes) == 1 and fields is not None:
        ((name, names),) = to.nodes.items()
        table = draft_of(drafts, name, where)
        return table, tuple(table.column(text, where) for text in fields.as_names("to", names))
    if not isinstance(to, str | Scalar):
        refuse(f"to is a text such as users(tenant_id, id), not {described(to)}", where)
    text = to.text if isinstance(to, Scalar) else to
    if (whole := matching(text, drafts)) is not None:
        return drafts[whole], None
    if match := _LISTED.fullmatch(text):
        table = draft_of(drafts, match[1], where)
        return table, tuple(table.column(part.strip(), where) for part in match[2].split(","))
    return _dotted(drafts, text, where)


def _dotted(drafts: Drafts, text: str, where: Location) -> tuple[TableDraft, tuple[str, ...]]:
    """Read ``table.column``, where either name may itself hold dots."""
    dots = [at for at, letter in enumerate(text) if letter == "."]
    cuts = [(matching(text[:at], drafts), at) for at in reversed(dots)]
    name, at = next(((name, at) for name, at in cuts if name is not None), (None, 0))
    if name is None:
        no_table(drafts, text[: dots[-1]] if dots else text, where)
    return drafts[name], (drafts[name].column(text[at + 1 :], where),)


def _extras(fields: Fields) -> dict[str, Any]:
    given = {
        "role": fields.name("as"),
        "skew": fields.number("skew", 0, 20),
        "childless": fields.number("childless", 0, 1, open_high=True),
        "deferrable": fields.flag("deferrable"),
        "deferred": fields.flag("deferred"),
        "on_delete": fields.word("on_delete", ACTIONS),
    }
    said = {name: value for name, value in given.items() if value is not None}
    if said.get("deferred"):
        if said.get("deferrable") is False:
            fields.refuse("deferred", "needs a reference that is deferrable")
        said["deferrable"] = True
    return said
