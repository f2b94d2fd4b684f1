"""SQLAlchemy models into a schema: what their tables would be in the database, in the words of a dialect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect as Compiler
from sqlalchemy.exc import SQLAlchemyError

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Check, Column, Dialect, Location, Reference, Schema, Unique
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_index import read_index_parts
from fixturegen.sources.ddl_lexer import Source, tokens_of
from fixturegen.sources.drafts import Draft, assembled
from fixturegen.sources.model_types import type_of_model

# A paramstyle without percent signs, or every % in a CHECK would be doubled.
_COMPILERS: dict[Dialect, Compiler] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
    "mysql": mysql.dialect(paramstyle="named"),
}
_DEFAULT_SCHEMAS = {"sqlite": "main", "postgresql": "public", "mysql": None}


def metadata_of(source: object) -> sa.MetaData | None:
    """Return the ``MetaData`` that an object is or holds; None where there is none.

    Declarative bases, registries, SQLModel classes and tables hold it as ``metadata``.
    """
    if isinstance(source, sa.MetaData):
        return source
    held = getattr(source, "metadata", None)
    return held if isinstance(held, sa.MetaData) else None


def from_metadata(metadata: sa.MetaData, *, dialect: Dialect = "sqlite", source: str = "") -> Schema:
    """Return the schema of SQLAlchemy's tables.

    Python-side defaults do not matter. CHECKs that SQLAlchemy adds for an ``Enum`` or ``Boolean`` say no more than the
    type and are left out. A type decorator is what it stores.

    Args:
        metadata: The tables, in the order they were declared.
        dialect: The database they are meant for: decides between variants and how SQL is written.
        source: Where the models stand (``app.models:Base``), for messages.

    Raises:
        InputError: It holds no tables (the modules that declare them were not imported).
        SchemaError: A foreign key leads nowhere.
    """
    if not metadata.tables:
        hint = "Import the modules that declare the tables where this one is defined."
        raise InputError("the metadata holds no tables", where=source or None, hint=hint)
    reader = _Reader(dialect, Location(source or "models"))
    drafts = [reader.table(table) for table in metadata.tables.values()]
    return assembled(drafts, dialect=dialect, source=source or "models")


class _Reader:
    """How tables are read for one dialect."""

    def __init__(self, dialect: Dialect, start: Location) -> None:
        self.dialect = dialect
        self.compiler = _COMPILERS[dialect]
        self.start = start

    def table(self, table: sa.Table) -> Draft:
        """Return one table."""
        name = self.name(table)
        draft = Draft(name, where=replace(self.start, path=name))
        draft.columns = {column.name: self.column(column, draft) for column in table.columns}
        draft.primary_key = self.primary_key(table, draft)
        order = {column.name: position for position, column in enumerate(table.columns)}
        beside_columns = {constraint for column in table.columns for constraint in column.constraints}
        for constraint in sorted(table.constraints | beside_columns, key=lambda item: _rank(item, order)):
            self.constraint(constraint, draft)
        for index in sorted(table.indexes, key=lambda item: (str(item.name), _rank(item, order))):
            if index.unique:
                draft.uniques.append(self.index(index, draft))
        return draft

    def name(self, table: sa.Table) -> str:
        """Return a table's name, with its schema where that is not the default one."""
        default = _DEFAULT_SCHEMAS[self.dialect]
        return table.name if table.schema in (None, default) else f"{table.schema}.{table.name}"

    def column(self, column: sa.Column[Any], draft: Draft) -> Column:
        """Return one column."""
        computed = column.computed
        return Column(
            name=column.name,
            type=type_of_model(column.type, self.dialect, self.compiler),
            nullable=bool(column.nullable),
            generated=None if computed is None else self.sql(computed.sqltext),
            identity=self.identity(column),
            default=self.default(column),
            collation=getattr(column.type, "collation", None),
            where=replace(self.start, path=f"{draft.name}.{column.name}"),
        )

    def identity(self, column: sa.Column[Any]) -> Literal["by default", "always", "autoincrement"] | None:
        """Return how the database numbers a column, if it does."""
        if column.identity is not None:
            return "always" if column.identity.always else "by default"
        if column.table.autoincrement_column is not column:
            return None
        said = self.dialect == "mysql" or column.table.dialect_options["sqlite"]["autoincrement"]
        return "autoincrement" if said and self.dialect != "postgresql" else "by default"

    def default(self, column: sa.Column[Any]) -> str | None:
        """Return the SQL of a default that the database itself applies."""
        given = column.server_default
        if not isinstance(given, sa.DefaultClause):
            return None
        if isinstance(given.arg, str):
            return self.sql(sa.literal(given.arg))
        return self.sql(given.arg)

    def sql(self, expression: Any) -> str:
        """Return an expression as SQL in this dialect, values written out, columns without their table."""
        compiler = self.compiler.statement_compiler(self.compiler, None)
        return str(compiler.process(expression, literal_binds=True, include_table=False))

    def primary_key(self, table: sa.Table, draft: Draft) -> Unique | None:
        """Return the primary key; None where the table has none."""
        columns = tuple(column.name for column in table.primary_key.columns)
        return self.unique(table.primary_key, columns, draft) if columns else None

    def unique(self, constraint: sa.Constraint, columns: tuple[str, ...], draft: Draft) -> Unique:
        """Return a unique constraint over columns."""
        options = constraint.dialect_options["postgresql"] if self.dialect == "postgresql" else {}
        return Unique(
            columns=columns,
            name=_text(constraint.name),
            nulls_distinct=not options.get("nulls_not_distinct"),
            deferred=(constraint.initially or "").upper() == "DEFERRED",
            dialect=self.dialect,
            where=draft.where,
        )

    def constraint(self, constraint: sa.Constraint, draft: Draft) -> None:
        """Add a constraint to a draft."""
        if isinstance(constraint, sa.ForeignKeyConstraint):
            draft.references.append(self.reference(constraint, draft))
        elif isinstance(constraint, sa.UniqueConstraint):
            columns = tuple(column.name for column in constraint.columns)
            draft.uniques.append(self.unique(constraint, columns, draft))
        elif isinstance(constraint, sa.CheckConstraint) and not constraint._type_bound:  # noqa: SLF001  # no public name
            sql = self.sql(constraint.sqltext)
            draft.checks.append(Check(sql=sql, name=_text(constraint.name), dialect=self.dialect, where=draft.where))

    def reference(self, constraint: sa.ForeignKeyConstraint, draft: Draft) -> Reference:
        """Return a foreign key."""
        where = replace(self.start, path=f"{draft.name}.{constraint.column_keys[0]}")
        try:
            columns = tuple(element.parent.name for element in constraint.elements)
            target = tuple(element.column.name for element in constraint.elements)
            parent = self.name(constraint.referred_table)
        except SQLAlchemyError as error:
            reason = str(error).partition("\n")[0]
            raise SchemaError(f"this foreign key leads nowhere: {reason}", where=where) from error
        deferred = (constraint.initially or "").upper() == "DEFERRED"
        return Reference(
            columns=columns, table=parent, target=target, name=_text(constraint.name),
            deferrable=bool(constraint.deferrable), deferred=deferred, on_delete=constraint.ondelete, where=where,
        )  # fmt: skip

    def index(self, index: sa.Index, draft: Draft) -> Unique:
        """Return a unique index: over columns, or expressions, or part of the rows."""
        options = index.dialect_options[self.compiler.name]
        parts = ", ".join(self.sql(expression) for expression in index.expressions)
        cursor = Cursor(Source(parts, self.dialect, draft.where), tokens_of(parts, self.dialect))
        unique = read_index_parts(cursor, draft, _text(index.name))
        predicate = options.get("where") if self.dialect != "mysql" else None
        return replace(
            unique,
            predicate=None if predicate is None else self.sql(predicate),
            nulls_distinct=not (self.dialect == "postgresql" and options.get("nulls_not_distinct")),
            where=draft.where,
        )


def _text(name: object) -> str:
    """Return a constraint's name; empty where it has none, or only a place for one."""
    return name if isinstance(name, str) else ""


def _rank(item: sa.Constraint | sa.Index, order: dict[str, int]) -> tuple[list[int], str]:
    """Return what a set of constraints is sorted by: SQLAlchemy keeps no order."""
    columns: Iterable[Any] = getattr(item, "columns", ())
    text = str(item.sqltext) if isinstance(item, sa.CheckConstraint) else ""
    return [order.get(column.name, 0) for column in columns], f"{_text(item.name)} {text}"
