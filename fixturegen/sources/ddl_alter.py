"""ALTER TABLE: what it changes of a table's columns and constraints; how rows are kept is passed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from fixturegen.errors import SchemaError
from fixturegen.schema import Column, Type
from fixturegen.sources.ddl_columns import read_column, read_generated, with_default
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_table import add_column, begins_constraint, read_table_constraint
from fixturegen.sources.drafts import Draft


class Tables(Protocol):
    """The tables made so far, as :mod:`fixturegen.sources.ddl_build` keeps them."""

    tables: dict[str, Draft]
    left_out: set[str]

    def full(self, parts: tuple[str, ...]) -> str:
        """Return a name as the schema keeps it."""

    def find(self, parts: tuple[str, ...]) -> Draft | None:
        """Return the table of a name."""

    def qualify(self, draft: Draft, first: int = 0) -> None:
        """Give references from the ``first`` on their full targets."""

    def attach(self, parent: tuple[str, ...], part: str, bounds: str) -> None:
        """Make a table a partition."""


def alter_table(cursor: Cursor, tables: Tables) -> None:
    """Apply an ALTER TABLE statement.

    Args:
        cursor: Behind the words ALTER TABLE.
        tables: The tables made so far.

    Raises:
        SchemaError: It adds a constraint to a table that does not exist, renames something, or is not understood.
    """
    where = cursor.where
    cursor.accept("IF EXISTS")
    cursor.accept("ONLY")
    parts = cursor.qualified()
    cursor.accept_mark("*")
    draft = tables.find(parts)
    for action in Cursor(cursor.source, cursor.tokens[cursor.index :], ".".join(parts)).elements():
        if draft is not None:
            _apply(action, draft, tables)
        elif action.sees("ADD") and tables.full(parts) not in tables.left_out:
            raise SchemaError(
                f"there is no table {'.'.join(parts)!r} to be altered",
                where=where,
                given=parts[-1],
                exists=tables.tables,
            )


def _apply(action: Cursor, draft: Draft, tables: Tables) -> None:
    before = len(draft.references)
    if action.accept("ADD"):
        _add(action, draft)
    elif action.accept("DROP"):
        _drop(action, draft)
        before = len(draft.references)
    elif action.accept("ALTER"):
        _alter_column(action, draft)
    elif action.accept("MODIFY"):
        _change(action, draft, None)
    elif action.accept("CHANGE"):
        action.accept("COLUMN")
        _change(action, draft, action.name())
    elif action.accept("ATTACH PARTITION"):
        part = tables.find(action.qualified())
        if part is not None:
            tables.attach((*draft.name.split("."),), part.name, action.rest)
    elif action.accept("VALIDATE CONSTRAINT"):
        name = action.name()
        draft.checks = [replace(item, enforced=True) if item.name == name else item for item in draft.checks]
    elif action.sees("RENAME") or action.sees("SET SCHEMA"):
        raise SchemaError("a change of names is not followed", where=action.where, hint="Dump the schema as it is now.")
    tables.qualify(draft, before)


def _add(action: Cursor, draft: Draft) -> None:
    if action.sees("PARTITION"):
        return
    if begins_constraint(action):
        read_table_constraint(action, draft)
        return
    action.accept("COLUMN")
    action.accept("IF NOT EXISTS")
    elements = action.group().elements() if action.sees_mark("(") else [action]
    for element in elements:
        add_column(draft, read_column(element))


def _drop(action: Cursor, draft: Draft) -> None:
    if action.accept("PRIMARY KEY"):
        draft.primary_key = None
        return
    constraint = any(action.accept(words) for words in ("CONSTRAINT", "FOREIGN KEY", "INDEX", "KEY", "CHECK"))
    if not constraint:
        action.accept("COLUMN")
    action.accept("IF EXISTS")
    name = action.name()
    if constraint:
        _drop_constraint(draft, name)
    elif action.source.dialect != "mysql" or name.upper() != "PARTITION":
        _drop_column(draft, name)


def _drop_constraint(draft: Draft, name: str) -> None:
    if draft.primary_key is not None and draft.primary_key.name == name:
        draft.primary_key = None
    draft.uniques = [item for item in draft.uniques if item.name != name]
    draft.references = [item for item in draft.references if item.name != name]
    draft.checks = [item for item in draft.checks if item.name != name]
    draft.exclusions = [item for item in draft.exclusions if item.name != name]


def _drop_column(draft: Draft, name: str) -> None:
    """Drop a column and, as the databases do, the keys that need it."""
    draft.columns.pop(name, None)
    if draft.primary_key is not None and name in draft.primary_key.columns:
        draft.primary_key = None
    draft.uniques = [item for item in draft.uniques if name not in item.columns]
    draft.references = [item for item in draft.references if name not in item.columns]


def _alter_column(action: Cursor, draft: Draft) -> None:
    if action.accept("CONSTRAINT") or action.accept("INDEX"):
        return
    action.accept("COLUMN")
    column = _column(action, draft)
    if action.accept("SET NOT NULL"):
        changed = replace(column, nullable=False)
    elif action.accept("DROP NOT NULL"):
        changed = replace(column, nullable=True)
    elif action.accept("SET DEFAULT"):
        changed = with_default(action, column)
    elif action.accept("DROP DEFAULT"):
        changed = replace(column, default=None)
    elif action.accept("SET DATA TYPE") or action.accept("TYPE"):
        changed = replace(column, type=Type(kind="unknown", native=action.until(frozenset({"COLLATE", "USING"})).text))
    elif action.accept("ADD"):
        changed = read_generated(action, column)
    elif action.accept("DROP IDENTITY"):
        changed = replace(column, identity=None)
    elif action.accept("DROP EXPRESSION"):
        changed = replace(column, generated=None)
    else:
        return
    draft.columns[column.name] = changed


def _change(action: Cursor, draft: Draft, old: str | None) -> None:
    """Apply MySQL's MODIFY and CHANGE, which write a column anew; its keys stay."""
    action.accept("COLUMN")
    made = read_column(action)
    name = old or made.column.name
    if name not in draft.columns:
        raise action.error(f"there is no column {name!r} to be changed")
    if old is not None and old != made.column.name:
        raise SchemaError("a change of names is not followed", where=action.where, hint="Dump the schema as it is now.")
    draft.columns[name] = made.column
    draft.primary_key = made.primary_key or draft.primary_key
    draft.uniques += made.uniques
    draft.checks += made.checks


def _column(action: Cursor, draft: Draft) -> Column:
    name = action.name()
    if name not in draft.columns:
        raise SchemaError(
            f"table {draft.name!r} has no column {name!r}", where=action.where, given=name, exists=draft.columns
        )
    return draft.columns[name]
