"""A schema as DDL: tables, keys, references, checks and indexes in each dialect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from fixturegen.databases.conditions import LeftOut, conditions
from fixturegen.databases.identifiers import Names
from fixturegen.databases.literals import literal
from fixturegen.databases.quoting import quoted, quoted_list, quoted_table, split_table
from fixturegen.databases.sqlite_declared import answer, is_in_table, is_null_key, is_rowid
from fixturegen.databases.types import OWN_COLLATION, enum_name, sql_type
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Column, Dialect, Exclusion, Reference, Schema, Table, Type, Unique


@dataclass(frozen=True, slots=True)
class Late:
    """A statement that may wait until rows are loaded, and what rows may break by it.

    Attributes:
        sql: The statement.
        table: The table that it alters.
        columns: Columns of the key or reference that it adds; empty where it is about none.
        name: The constraint's name.
        parent: For a reference, the quoted table that it leads to.
        target: For a reference, the columns of that table.
    """

    sql: str
    table: str
    columns: tuple[str, ...] = ()
    name: str = ""
    parent: str = ""
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creation:
    """DDL in three steps.

    Attributes:
        before: Schemas, extensions and enum types.
        tables: Tables with their checks and, outside PostgreSQL, their keys (in SQLite, their references too).
        late: Keys and unique indexes of PostgreSQL, then references; they may wait until rows are loaded.
        left_out: What the dialect cannot be told.
    """

    before: tuple[str, ...]
    tables: tuple[str, ...]
    late: tuple[Late, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def afterwards(self) -> tuple[str, ...]:
        """The statements that may wait."""
        return tuple(each.sql for each in self.late)

    @property
    def statements(self) -> tuple[str, ...]:
        """All of it, in order."""
        return self.before + self.tables + self.afterwards


def create_statements(schema: Schema, dialect: Dialect) -> list[str]:
    """Return the statements that make all tables of a schema in an empty database, without semicolons.

    >>> from fixturegen.schema import Column
    >>> table = Table(name="t", columns=(Column(name="a", type=Type(kind="text")),), primary_key=Unique(columns=("a",)))
    >>> print(*create_statements(Schema(tables={"t": table}), "sqlite"))
    CREATE TABLE "t" (
      "a" TEXT NOT NULL,
      PRIMARY KEY ("a")
    )
    """
    return list(creation(schema, dialect).statements)


def creation(schema: Schema, dialect: Dialect) -> Creation:
    """Return the DDL in steps, and what was left out."""
    work = _Work(schema, dialect)
    for table in schema.tables.values():
        work.table(table)
    for table in schema.tables.values():
        work.references(table)
    return Creation(tuple(work.before), tuple(work.tables), tuple(work.late), tuple(work.left_out))


@dataclass(slots=True)
class _Work:
    schema: Schema
    dialect: Dialect
    before: dict[str, None] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.dialect, self.schema.tables)

    def table(self, table: Table) -> None:
        """Add a table and its indexes."""
        space, _ = split_table(table.name, self.dialect)
        if space is not None:
            self.before[f"CREATE SCHEMA IF NOT EXISTS {quoted(space, self.dialect)}"] = None
        numbered = self._autoincrement(table)
        parts = [self._column(table, column, numbered) for column in table.columns]
        keys: list[Late] = []
        if table.primary_key is not None and numbered is None:
            self._primary_key(table, table.primary_key, parts, keys)
        for unique in table.uniques:
            self._unique(table, unique, parts, keys)
        parts += self._checks(table)
        for exclusion in table.exclusions:
            self._exclusion(table, exclusion, keys)
        if self.dialect == "sqlite":
            parts += [self._reference(table, reference) for reference in table.references]
        body = ",\n  ".join(parts)
        self.tables.append(
            f"CREATE TABLE {quoted_table(table.name, self.dialect)} (\n  {body}\n){self._options(table)}"
        )
        if self.dialect == "postgresql":
            self.late += keys  # built over the rows in a fraction of the time that keeping them up takes
        else:
            self.tables += [key.sql for key in keys]

    def references(self, table: Table) -> None:
        """Add references as constraints of their own."""
        if self.dialect == "sqlite":
            return
        for reference in table.references:
            sql = f"ALTER TABLE {quoted_table(table.name, self.dialect)} ADD {self._reference(table, reference)}"
            parent = quoted_table(reference.table, self.dialect)
            self.late.append(Late(sql, table.name, reference.columns, reference.name, parent, reference.target))

    def _primary_key(self, table: Table, key: Unique, parts: list[str], keys: list[Late]) -> None:
        text = f"PRIMARY KEY ({quoted_list(key.columns, self.dialect)}){self._answer(table, 'unique', key.columns)}"
        self._key(table, key, text, parts, keys)

    def _key(self, table: Table, key: Unique, text: str, parts: list[str], keys: list[Late]) -> None:
        """Add a key to the table's own statement, or where the database builds keys faster over rows, after it."""
        if self.dialect != "postgresql":
            parts.append(text)
            return
        sql = f"ALTER TABLE {quoted_table(table.name, self.dialect)} ADD {text}"
        keys.append(Late(sql, table.name, key.columns if key.nulls_distinct else (), key.name))

    def _column(self, table: Table, column: Column, numbered: str | None) -> str:
        parts = [quoted(column.name, self.dialect), self._type(table, column)]
        if column.collation is not None and self.schema.dialect == self.dialect:
            parts[1] = parts[1].removesuffix(OWN_COLLATION)  # or MariaDB would be told two character sets
            parts.append(f"COLLATE {quoted(column.collation, self.dialect)}")
        if column.generated is not None:
            parts.append(f"GENERATED ALWAYS AS ({self._expression(column.generated)}) STORED")
        if column.name == numbered:
            parts.append(f"PRIMARY KEY{self._answer(table, 'unique', (numbered,))} AUTOINCREMENT")
        free = self.dialect == "sqlite" and is_null_key(self.schema, table, column)
        if not column.nullable and column.generated is None and not free:
            parts.append(f"NOT NULL{self._answer(table, 'not null', (column.name,))}")
        return " ".join(parts + self._numbering(table, column))

    def _answer(self, table: Table, kind: Literal["unique", "not null"], columns: Sequence[str]) -> str:
        word = answer(self.schema, table, kind, columns) if self.dialect == "sqlite" else None
        return "" if word is None else f" ON CONFLICT {word}"

    def _numbering(self, table: Table, column: Column) -> list[str]:
        if column.identity is not None and self.dialect == "postgresql":
            return [f"GENERATED {'ALWAYS' if column.identity == 'always' else 'BY DEFAULT'} AS IDENTITY"]
        if column.identity is not None and self.dialect == "mysql":
            return self._auto_increment(table, column)
        if column.identity is not None or column.default is None or column.generated is not None:
            return []
        default = self._default(table, column)
        return [] if default is None else [f"DEFAULT {default}"]

    def _auto_increment(self, table: Table, column: Column) -> list[str]:
        made, _ = conditions(self.schema, table, self.dialect)
        if not any(quoted(column.name, self.dialect) in condition.sql for condition in made):
            return ["AUTO_INCREMENT"]
        reason = "a CHECK reads the column, which MySQL forbids beside AUTO_INCREMENT"
        self.left_out.append(LeftOut(table.name, f"numbering of {column.name}", reason))
        return []

    def _default(self, table: Table, column: Column) -> str | None:
        text = column.default or ""
        if self.schema.dialect == self.dialect:
            # SQLite takes a bare literal, and an expression only in brackets; brackets are right for both.
            return f"({text})" if self.dialect == "sqlite" else text
        try:
            tree = parsed(text, self.schema.dialect).transform(_without_own_types)
        except SchemaError:
            tree = None
        # A function that is not known may not exist elsewhere.
        if tree is None or tree.find(exp.Anonymous) is not None:
            self.left_out.append(
                LeftOut(table.name, f"default of {column.name}", f"it cannot be read for {self.dialect}")
            )
            return None
        return f"({rendered(tree, self.dialect)})"

    def _type(self, table: Table, column: Column) -> str:
        if self.dialect == "sqlite" and is_rowid(self.schema, table, column):
            return "INTEGER"  # the only spelling that makes the column the row's own number
        if self.dialect == "postgresql" and column.type.kind == "enum":
            return self._enum(table, column)
        strict = bool(table.options.get("strict")) and self.dialect == "sqlite"
        # InnoDB joins only integers of the very same type.
        type_ = _root_type(self.schema, table, column) if self.dialect == "mysql" else column.type
        name = sql_type(type_, self.dialect, keyed=_keyed(self.schema, table, column.name), strict=strict)
        alone = table.primary_key is not None and table.primary_key.columns == (column.name,)
        return ("INT" if strict else "BIGINT") if name == "INTEGER" and alone and self.dialect == "sqlite" else name

    def _enum(self, table: Table, column: Column) -> str:
        name = enum_name(column.type, f"{split_table(table.name, self.dialect)[1]}_{column.name}")
        labels = ", ".join(literal(label, Type(kind="text"), "postgresql") for label in column.type.labels)
        self.before[f"CREATE TYPE {name} AS ENUM ({labels})"] = None
        return name

    def _unique(self, table: Table, unique: Unique, parts: list[str], keys: list[Late]) -> None:
        reason = _unique_obstacle(table, unique, self.dialect)
        if reason is not None:
            self.left_out.append(LeftOut(table.name, unique.name, reason))
            return
        if not unique.expressions and unique.predicate is None:
            self._key(table, unique, self._plain_unique(table, unique), parts, keys)
            return
        expressions = [f"({self._expression(text, unique.dialect)})" for text in unique.expressions]
        what = ", ".join(expressions) or quoted_list(unique.columns, self.dialect)
        answered = self._answer(table, "unique", unique.columns) if is_in_table(table, unique) else ""
        if answered:  # which an index cannot say
            name = self._constraint(self.names.relation(unique.name)) if unique.name else ""
            parts.append(f"{name}UNIQUE ({', '.join(unique.expressions)}){answered}")
            return
        where = "" if unique.predicate is None else f" WHERE {self._expression(unique.predicate, unique.dialect)}"
        name = quoted(self.names.relation(unique.name or f"{table.name}_key"), self.dialect)
        sql = f"CREATE UNIQUE INDEX {name} ON {quoted_table(table.name, self.dialect)} ({what}){where}"
        keys.append(Late(sql, table.name, (), unique.name))

    def _plain_unique(self, table: Table, unique: Unique) -> str:
        name = self._constraint(self.names.relation(unique.name)) if unique.name else ""
        nulls = "" if unique.nulls_distinct or not _has_nullable(table, unique) else " NULLS NOT DISTINCT"
        late = " DEFERRABLE INITIALLY DEFERRED" if unique.deferred and self.dialect == "postgresql" else ""
        answered = self._answer(table, "unique", unique.columns)
        return f"{name}UNIQUE{nulls} ({quoted_list(unique.columns, self.dialect)}){answered}{late}"

    def _checks(self, table: Table) -> Iterable[str]:
        made, lost = conditions(self.schema, table, self.dialect)
        self.left_out += lost
        for condition in made:
            name = self.names.check(table.name, condition.name or f"{table.name}_check")
            yield f"{self._constraint(name)}CHECK ({condition.sql})"

    def _exclusion(self, table: Table, exclusion: Exclusion, keys: list[Late]) -> None:
        if self.dialect != "postgresql":
            reason = f"{self.dialect} has no exclusion constraints"
            self.left_out.append(LeftOut(table.name, exclusion.name, reason))
            return
        self.before["CREATE EXTENSION IF NOT EXISTS btree_gist"] = None
        pairs = zip(exclusion.expressions, exclusion.operators, strict=True)
        what = ", ".join(f"({text}) WITH {operator}" for text, operator in pairs)
        where = "" if exclusion.predicate is None else f" WHERE ({exclusion.predicate})"
        name = self._constraint(self.names.relation(exclusion.name)) if exclusion.name else ""
        sql = f"ALTER TABLE {quoted_table(table.name, self.dialect)} ADD {name}EXCLUDE USING gist ({what}){where}"
        keys.append(Late(sql, table.name, (), exclusion.name))

    def _reference(self, table: Table, reference: Reference) -> str:
        own, target = quoted_list(reference.columns, self.dialect), quoted_list(reference.target, self.dialect)
        name = self._constraint(self.names.reference(table.name, reference.name)) if reference.name else ""
        text = f"{name}FOREIGN KEY ({own}) REFERENCES {quoted_table(reference.table, self.dialect)} ({target})"
        if reference.on_delete is not None:
            text += f" ON DELETE {reference.on_delete}"
        if self.dialect != "mysql" and (reference.deferrable or reference.deferred):
            text += f" DEFERRABLE INITIALLY {'DEFERRED' if reference.deferred else 'IMMEDIATE'}"
        return text

    def _constraint(self, name: str) -> str:
        return f"CONSTRAINT {quoted(name, self.dialect)} "

    def _expression(self, text: str, dialect: Dialect | None = None) -> str:
        source = dialect or self.schema.dialect
        return text if source == self.dialect else rendered(parsed(text, source), self.dialect)

    def _autoincrement(self, table: Table) -> str | None:
        """Return the column that SQLite numbers without ever giving a number twice."""
        key = table.primary_key
        if self.dialect != "sqlite" or key is None or len(key.columns) != 1 or table.options.get("without_rowid"):
            return None
        column = next(each for each in table.columns if each.name == key.columns[0])
        return column.name if column.identity == "autoincrement" and column.type.kind == "integer" else None

    def _options(self, table: Table) -> str:
        if self.dialect == "mysql":
            return " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4"
        words = {"without_rowid": "WITHOUT ROWID", "strict": "STRICT"}
        chosen = [text for option, text in words.items() if table.options.get(option) and self.dialect == "sqlite"]
        return f" {', '.join(chosen)}" if chosen else ""


def _without_own_types(node: exp.Expr) -> exp.Expr:
    """Leave out casts to types that only the database at hand knows; what is cast is a literal of the column's type."""
    own = isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.USERDEFINED
    return node.this if own else node


def _root_type(schema: Schema, table: Table, column: Column) -> Type:
    """Return the integer type at the end of the chain of references that starts at a column; its own where there is none."""
    type_, here, name = column.type, table, column.name
    seen: set[tuple[str, str]] = set()
    while type_.kind == "integer" and (here.name, name) not in seen:
        seen.add((here.name, name))
        found = next(
            ((each.table, each.target[each.columns.index(name)]) for each in here.references if name in each.columns),
            None,
        )
        if found is None or found[0] not in schema.tables:
            break
        here, name = schema.tables[found[0]], found[1]
        type_ = next((each.type for each in here.columns if each.name == name), type_)
    return type_


def _keyed(schema: Schema, table: Table, name: str) -> int:
    keys = [table.primary_key] if table.primary_key is not None else []
    widths = [len(key.columns) for key in (*keys, *table.uniques) if name in key.columns]
    widths += [len(each.columns) for each in table.references if name in each.columns]
    widths += [
        len(each.target)
        for other in schema.tables.values()
        for each in other.references
        if each.table == table.name and name in each.target
    ]
    return max(widths, default=0)


def _has_nullable(table: Table, unique: Unique) -> bool:
    return any(column.nullable for column in table.columns if column.name in unique.columns)


def _unique_obstacle(table: Table, unique: Unique, dialect: Dialect) -> str | None:
    if dialect == "mysql" and (unique.expressions or unique.predicate is not None):
        return "it has no unique index over expressions or a part of the rows"
    if dialect != "postgresql" and not unique.nulls_distinct and _has_nullable(table, unique):
        return f"{dialect} takes NULLs as distinct"
    return None
