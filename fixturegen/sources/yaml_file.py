"""A YAML file to a schema, alone or over another source (``extends``)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from fixturegen.errors import FixturegenError, InputError, nearest
from fixturegen.expressions.names import matching
from fixturegen.schema import Dialect, Location, Schema, Table
from fixturegen.sources.yaml_drafts import ColumnDraft, TableDraft
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import COLUMN, DIALECTS, SCHEMA, TABLE
from fixturegen.sources.yaml_inference import infer_types
from fixturegen.sources.yaml_keys import read_keys
from fixturegen.sources.yaml_nodes import Scalar, core_value, described, quoted, refuse
from fixturegen.sources.yaml_reader import parse_yaml, read_yaml
from fixturegen.sources.yaml_references import read_references
from fixturegen.sources.yaml_tables import made_tables

ENDINGS = (".yaml", ".yml")
_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)([^/:?][^?]*)(\?.*)?")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_DIALECT_SLIPS = {"postgres": "postgresql", "mariadb": "mysql", "pg": "postgresql"}


def load_yaml(path: Path) -> Schema:
    """Return the schema that a YAML file describes.

    Args:
        path: The file.

    Raises:
        InputError: If the file cannot be read.
        SchemaError: If it is no YAML, or says anything that is no schema; the message names file, line and column.
    """
    return _loaded(path, ())


def parse_schema(text: str, file: str = "schema.yaml") -> Schema:
    """Return the schema that a YAML text describes; ``file`` is what errors call it, and where ``extends`` starts from.

    >>> schema = parse_schema("tables: {users: {columns: {id: {type: integer, primary_key: true}}}}")
    >>> schema.tables["users"].primary_key.columns
    ('id',)
    """
    return _schema(Fields(parse_yaml(text, file), Location(file), SCHEMA, "a schema"), Path(file), ())


def _loaded(path: Path, chain: tuple[Path, ...]) -> Schema:
    return _schema(Fields(read_yaml(path), Location(str(path)), SCHEMA, "a schema"), path, chain)


def _schema(fields: Fields, path: Path, chain: tuple[Path, ...]) -> Schema:
    _check_version(fields)
    base, fixed = _base(fields, path, (*chain, path.resolve()))
    start = base or Schema(tables={})
    schema = replace(
        start,
        as_of=_as_of(fields) or start.as_of,
        locale=fields.locale() or start.locale,
        dialect=_dialect(fields, start, fixed=fixed),
        source=str(path),
    )
    drafts = _drafts(fields, schema, fixed=fixed)
    for draft in drafts.values():
        read_keys(draft)
    for draft in drafts.values():
        read_references(draft, drafts)
    infer_types(drafts)
    return replace(schema, tables=made_tables(drafts, schema))


def _check_version(fields: Fields) -> None:
    node = fields.node("version")
    if node is not None and (not isinstance(node, Scalar) or core_value(node) != 1):
        fields.refuse("version", f"is 1, not {described(node)}", hint="A newer fixturegen may read this file.")


def _as_of(fields: Fields) -> date | None:
    text = fields.text("as_of")
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return fields.refuse("as_of", f"is a date such as 2026-01-31, not {quoted(text or '')}")


def _dialect(fields: Fields, start: Schema, *, fixed: bool) -> Dialect:
    text = fields.text("dialect")
    if text is not None and text.lower() in _DIALECT_SLIPS:
        fields.refuse("dialect", f"is unknown: {quoted(text)}", hint=f"Write {_DIALECT_SLIPS[text.lower()]}.")
    given = fields.word("dialect", DIALECTS)
    if given and fixed and given != start.dialect:
        fields.refuse("dialect", f"is {start.dialect} in the source, and {given} here", hint="Leave it out.")
    return given or start.dialect


# ---- extends


def _base(fields: Fields, path: Path, chain: tuple[Path, ...]) -> tuple[Schema | None, bool]:
    """Return the extended schema, and whether it is a database's, whose tables and columns stand."""
    source = fields.name("extends")
    if source is None:
        return None, False
    where = fields.where("extends")
    target = _relative(source, path.parent)
    if target.lower().endswith(ENDINGS):
        if Path(target).resolve() in chain:
            refuse(f"{quoted(source)} extends itself, by way of {len(chain)} files", where)
        return _loaded(_existing(Path(target), where), chain), False
    from fixturegen.sources import load  # noqa: PLC0415  # the dispatcher imports this module

    try:
        return load(target), True
    except FixturegenError as error:
        raise type(error)(f"what it extends cannot be read: {error}", where=where) from None


def _existing(path: Path, where: Location) -> Path:
    if not path.is_file():
        names = [each.name for each in path.parent.glob("*") if each.suffix in ENDINGS] if path.parent.is_dir() else []
        near = nearest(path.name, names)
        message = f"there is no file {quoted(str(path))} to extend"
        raise InputError(message, where=where, given=path.name if near else None, exists=names if near else ())
    return path


def _relative(source: str, folder: Path) -> str:
    """Return the source with a file's path taken from ``folder``; other URLs and module:attribute stay as they are."""
    if match := _SQLITE.fullmatch(source):
        return f"{match[1]}{folder.resolve() / match[2]}{match[3] or ''}"
    if "://" in source or _ATTRIBUTE.fullmatch(source):
        return source
    return str(folder / source)


# ---- drafts


def _drafts(fields: Fields, schema: Schema, *, fixed: bool) -> dict[str, TableDraft]:
    drafts = {
        name: TableDraft(name, None, table, fixed, schema.dialect, table.where, _base_columns(table))
        for name, table in schema.tables.items()
    }
    node = fields.node("tables")
    if node is None:
        if not drafts:
            refuse("the schema has no tables", fields.where(), hint="A schema begins with `tables:`.")
        return drafts
    tables = Fields(node, fields.where("tables"), None, "tables")
    for given in tables:
        name = matching(given, schema.tables) or given
        if name in drafts and drafts[name].fields is not None:
            refuse(f"the table {quoted(name)} is given twice", tables.where(given))
        base = schema.tables.get(name)
        if base is None and fixed:
            refuse(f"the source has no table {quoted(given)}", tables.where(given), given=given, exists=schema.tables)
        _check_name(given, tables.where(given))
        drafts[name] = _table(name, tables, given, base, schema, fixed=fixed)
    if not drafts:
        refuse("the schema has no tables", fields.where("tables"))
    return drafts


def _table(name: str, tables: Fields, given: str, base: Table | None, schema: Schema, *, fixed: bool) -> TableDraft:
    where = replace(tables.where(given), path=name)
    table = Fields(tables.entries.nodes[given], where, TABLE, "a table")
    draft = TableDraft(name, table, base, fixed, schema.dialect, where, _base_columns(base))
    _columns(draft, table)
    if not draft.columns:
        refuse(f"the table {quoted(name)} has no columns", where)
    return draft


def _base_columns(table: Table | None) -> dict[str, ColumnDraft]:
    columns = table.columns if table else ()
    return {column.name: ColumnDraft(column.name, column.where, None, column) for column in columns}


def _columns(draft: TableDraft, table: Fields) -> None:
    node = table.node("columns")
    if node is None:
        return
    columns, known = Fields(node, table.where("columns"), None, "columns"), list(draft.columns)
    for given in columns:
        name = (matching(given, known) if draft.base else None) or given
        if name in draft.columns and draft.columns[name].fields is not None:
            refuse(f"the column {quoted(name)} is given twice", columns.where(given))
        base = draft.columns[name].base if name in draft.columns else None
        where = replace(columns.where(given), path=f"{draft.name}.{name}")
        if base is None and draft.fixed:
            message = f"the source has no column {quoted(given)} in {draft.name}"
            refuse(message, where, given=given, exists=draft.columns)
        _check_name(given, where)
        fields = Fields(columns.entries.nodes[given], where, COLUMN, "a column")
        draft.columns[name] = ColumnDraft(name, where, fields, base)


def _check_name(name: str, where: Location) -> None:
    if not name:
        refuse("a name must not be empty", where)
    if "\0" in name:
        refuse(f"the name {quoted(name)} holds the character U+0000", where)
