"""Statements of DDL, one after the other, into the tables they leave behind: for dialects without a database at hand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from fixturegen.errors import SchemaError
from fixturegen.schema import Schema
from fixturegen.sources.ddl_alter import alter_table
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_index import read_create_index
from fixturegen.sources.ddl_lexer import Source, Statement, statements
from fixturegen.sources.ddl_partitions import demand_partitions
from fixturegen.sources.ddl_table import TableStatement, read_create_table
from fixturegen.sources.ddl_triggers import Function, Trigger, read_function, read_trigger
from fixturegen.sources.ddl_types import DefinedTypes
from fixturegen.sources.drafts import Draft, assembled

_DEFAULT_SCHEMA = "public"


def built(source: Source) -> Schema:
    """Return the schema that a text of DDL describes.

    Args:
        source: The text, in the dialect of PostgreSQL or MySQL.

    Raises:
        InputError: It makes no table.
        SchemaError: A statement about a table is not understood; with its file and line.
    """
    builder = _Builder(source)
    for statement in statements(source):
        builder.apply(statement)
    return assembled(builder.finished(), dialect=source.dialect, source=source.start.file)


class _Builder:
    """The tables made so far, by their full names, and the names that statements use for them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.dialect = source.dialect
        self.tables: dict[str, Draft] = {}
        self.types = DefinedTypes(source.dialect)
        self.parts: dict[str, str] = {}
        self.left_out: set[str] = set()
        self.functions: dict[str, Function] = {}
        self.triggers: list[Trigger] = []
        self.schema = _DEFAULT_SCHEMA if source.dialect == "postgresql" else ""

    def apply(self, statement: Statement) -> None:
        """Apply one statement; what concerns no table, index or type is passed over."""
        cursor = Cursor(self.source, statement.tokens)
        verb = cursor.take().word
        words = [token.word for token in statement.tokens[1:6]]
        if verb == "CREATE" and cursor.accept("SCHEMA"):
            self._create_schema(cursor)
        elif verb == "CREATE" and "TABLE" in words:
            self._create_table(read_create_table(statement))
        elif verb == "CREATE" and "FUNCTION" in words:
            with suppress(SchemaError):  # what is not understood of routines is passed over with the rest of them
                name, function = read_function(cursor)
                self.functions[name] = function
        elif verb == "CREATE" and "TRIGGER" in (token.word for token in statement.tokens):
            with suppress(SchemaError):
                self.triggers.append(read_trigger(cursor))
        elif verb == "CREATE":
            self._create(cursor)
        elif verb == "ALTER":
            self._alter(cursor)
        elif verb == "DROP":
            self._drop(cursor)
        elif verb == "SET":
            self._set(cursor)
        elif verb == "USE" and self.dialect == "mysql":
            self.schema = cursor.name()

    def finished(self) -> list[Draft]:
        """Return the tables, partitions folded into their parents, types and references settled."""
        whole = [draft for name, draft in self.tables.items() if name not in self.parts]
        if self.parts:
            demand_partitions(self.tables, self.parts)
        for trigger in self.triggers:
            self._hang(trigger)
        for draft in whole:
            self.types.settle(draft)
            draft.references = [replace(item, table=self._target(item.table)) for item in draft.references]
        return whole

    def _hang(self, trigger: Trigger) -> None:
        """Note a trigger with its table; one of a view is nobody's."""
        draft = self.tables.get(self._target(self.full(trigger.table)))
        if draft is not None:
            found = draft.options.setdefault("triggers", {})
            assert isinstance(found, dict)
            found[trigger.name] = trigger.told(self.dialect, self.functions, draft.columns)

    def _target(self, name: str) -> str:
        """Return the table that a reference means: of a partition, the table it is part of."""
        found = self._existing(name)
        while found in self.parts:
            found = self.parts[found]
        return found

    def full(self, parts: tuple[str, ...]) -> str:
        """Return a name as the schema keeps it: with its schema where that is not the default one."""
        schema = parts[-2] if len(parts) > 1 else self.schema
        if self.dialect == "mysql":
            return parts[-1] if schema in ("", self.schema) else f"{schema}.{parts[-1]}"
        return parts[-1] if schema == _DEFAULT_SCHEMA else f"{schema}.{parts[-1]}"

    def find(self, parts: tuple[str, ...]) -> Draft | None:
        """Return the table of a name, or None: first in the current schema, then in the default one."""
        return self.tables.get(self._existing(self.full(parts), parts[-1] if len(parts) == 1 else None))

    def _existing(self, name: str, bare: str | None = None) -> str:
        for candidate in (name, bare if bare is not None else name.rpartition(".")[2]):
            if candidate in self.tables:
                return candidate
        folded = {known.lower(): known for known in self.tables} if self.dialect == "mysql" else {}
        return folded.get(name.lower(), name)

    def _create_schema(self, cursor: Cursor) -> None:
        """Apply the CREATE statements that a CREATE SCHEMA may hold, in that schema."""
        cursor.accept("IF NOT EXISTS")
        name = "" if cursor.sees("AUTHORIZATION") else cursor.name()
        starts = [i for i in range(cursor.index, len(cursor.tokens)) if cursor.tokens[i].word == "CREATE"]
        before, self.schema = self.schema, name or self.schema
        for start, end in pairwise([*starts, len(cursor.tokens)]):
            self.apply(Statement(self.source, cursor.tokens[start:end]))
        self.schema = before

    def _create_table(self, made: TableStatement) -> None:
        name = self.full(made.name)
        if made.kind != "table":
            self.left_out.add(name)
            return
        if name in self.tables and made.exists:
            return
        draft = made.draft
        if name in self.tables:
            raise SchemaError(f"table {name!r} is made twice", where=draft.where)
        if made.query:
            raise SchemaError(
                f"table {name!r} takes its columns from a SELECT, which is not run",
                where=draft.where,
                hint="Write its columns.",
            )
        draft.name, draft.where = name, replace(draft.where, path=name)
        if made.partition_of is not None:
            self.attach(made.partition_of[0], name, made.partition_of[1])
        for parent, wishes in [*((parts, frozenset({"INHERITS"})) for parts in made.inherits), *made.likes]:
            self._copy(draft, parent, wishes)
        self.tables[name] = draft
        self.qualify(draft)

    def qualify(self, draft: Draft, first: int = 0) -> None:
        """Give the references of a table, from the ``first`` on, the full names of their targets."""
        for index in range(first, len(draft.references)):
            reference = draft.references[index]
            draft.references[index] = replace(reference, table=self.full(tuple(reference.table.split("."))))

    def attach(self, parent: tuple[str, ...], part: str, bounds: str) -> None:
        """Make a table a partition: its rows are its parent's, which keeps its bounds."""
        whole = self.find(parent)
        if whole is None:
            raise SchemaError(
                f"table {part!r} is a partition of {'.'.join(parent)!r}, which does not exist",
                where=self.source.start, given=parent[-1], exists=self.tables,
            )  # fmt: skip
        self.parts[part] = whole.name
        listed = whole.options.get("partitions", ())
        assert isinstance(listed, tuple)
        whole.options["partitions"] = (*listed, (part, bounds))

    def _copy(self, draft: Draft, parts: tuple[str, ...], wishes: frozenset[str]) -> None:
        """Copy a table's columns (LIKE, INHERITS) before the draft's own, and what else is wished for."""
        parent = self.find(parts)
        if parent is None:
            raise SchemaError(
                f"table {draft.name!r} is like {'.'.join(parts)!r}, which does not exist",
                where=draft.where, given=parts[-1], exists=self.tables,
            )  # fmt: skip
        inherits, everything = "INHERITS" in wishes, "ALL" in wishes
        copied = {}
        for name, column in parent.columns.items():
            default = column.default if inherits or everything or "DEFAULTS" in wishes else None
            identity = column.identity if everything or "IDENTITY" in wishes else None
            generated = column.generated if inherits or everything or "GENERATED" in wishes else None
            copied[name] = replace(column, default=default, identity=identity, generated=generated)
        draft.columns = {**copied, **draft.columns}
        if inherits or everything or "CONSTRAINTS" in wishes:
            draft.checks = [*parent.checks, *draft.checks]
        if everything or "INDEXES" in wishes:
            draft.primary_key = draft.primary_key or (parent.primary_key and replace(parent.primary_key, name=""))
            draft.uniques = [*(replace(unique, name="") for unique in parent.uniques), *draft.uniques]

    def _create(self, cursor: Cursor) -> None:
        if cursor.accept("TYPE"):
            self.types.add_enum(self.full(cursor.qualified()), cursor)
        elif cursor.accept("DOMAIN"):
            self.types.add_domain(self.full(cursor.qualified()), cursor)
        elif "UNIQUE" in {token.word for token in cursor.tokens[:4]}:
            self._create_unique_index(cursor)

    def _create_unique_index(self, cursor: Cursor) -> None:
        while not cursor.accept("INDEX"):
            cursor.take()
        cursor.accept("CONCURRENTLY")
        cursor.accept("IF NOT EXISTS")
        name = "" if cursor.sees("ON") else cursor.qualified()[-1]
        while not cursor.accept("ON"):
            cursor.take()  # MySQL: USING BTREE
        cursor.accept("ONLY")
        table = self.find(cursor.qualified())
        if table is not None:  # else a materialized view's, or that of a table which is left out
            table.uniques.append(read_create_index(cursor, table, name))

    def _alter(self, cursor: Cursor) -> None:
        if cursor.accept("TYPE"):
            self.types.alter_enum(self.full(cursor.qualified()), cursor)
        elif cursor.accept("DOMAIN"):
            self.types.alter_domain(self.full(cursor.qualified()), cursor)
        else:
            while not cursor.accept("TABLE"):
                cursor.take()
            alter_table(cursor, self)

    def _drop(self, cursor: Cursor) -> None:
        is_table = cursor.accept("TABLE")
        if not is_table and not cursor.accept("INDEX"):
            return
        cursor.accept("CONCURRENTLY")
        cursor.accept("IF EXISTS")
        while not cursor.done and cursor.word() not in ("CASCADE", "RESTRICT", "ON"):
            parts = cursor.qualified()
            if is_table:
                self.tables.pop(self._existing(self.full(parts)), None)
            else:
                self._drop_index(parts[-1])
            cursor.accept_mark(",")

    def _drop_index(self, name: str) -> None:
        for draft in self.tables.values():
            draft.uniques = [unique for unique in draft.uniques if unique.name != name]

    def _set(self, cursor: Cursor) -> None:
        """Follow ``SET search_path``: where unqualified names are made."""
        while not cursor.accept("SEARCH_PATH"):
            cursor.take()
        token = cursor.peek(1)  # behind ``=`` or TO
        if token is not None and token.text not in ("", "$user"):
            self.schema = token.text if token.kind != "word" else token.text.lower()
        if self.schema in ("default", "pg_catalog"):
            self.schema = _DEFAULT_SCHEMA
