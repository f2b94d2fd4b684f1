"""Types that a file of DDL defines (enums and domains), and what a column of such a type, or of a serial one, becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from fixturegen.schema import Column, Constant, Dialect, Type, Unique
from fixturegen.sources.ddl_columns import ColumnDraft, read_check, read_column
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_lexer import tokens_of
from fixturegen.sources.drafts import Draft
from fixturegen.sources.naming import constraint_name
from fixturegen.sources.types_sql import Declared, taken_apart, type_of

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
# TIMESTAMP holds seconds since 1970 in 32 bits, converted from the session's time zone: a day's distance is kept.
_FIRST_TIMESTAMP, _LAST_TIMESTAMP = datetime(1970, 1, 2), datetime(2038, 1, 18)  # noqa: DTZ001  # zone-less by type
_FIRST_YEAR, _LAST_YEAR = 1901, 2155


@dataclass(slots=True)
class DefinedTypes:
    """Enums and domains by name, as the database keeps it: with the schema where that is not the default one."""

    dialect: Dialect
    enums: dict[str, Type] = field(default_factory=dict)
    domains: dict[str, ColumnDraft] = field(default_factory=dict)

    def add_enum(self, name: str, cursor: Cursor) -> None:
        """Read ``ENUM ('a', 'b')``; any other kind of type is passed, and its columns stay of unknown type."""
        if cursor.accept("AS ENUM"):
            labels = tuple(token.text for token in cursor.group().tokens if token.kind == "string")
            self.enums[name] = Type(kind="enum", labels=labels, name=name)

    def alter_enum(self, name: str, cursor: Cursor) -> None:
        """Read ``ADD VALUE 'c' BEFORE 'b'`` or ``RENAME VALUE 'a' TO 'd'``."""
        enum = self.enums.get(name)
        if enum is None:
            return
        labels = list(enum.labels)
        if cursor.accept("ADD VALUE"):
            cursor.accept("IF NOT EXISTS")
            label = cursor.take().text
            after = cursor.accept("AFTER")
            at = labels.index(cursor.take().text) + after if after or cursor.accept("BEFORE") else len(labels)
            labels[at:at] = [] if label in labels else [label]
        elif cursor.accept("RENAME VALUE"):
            at = labels.index(cursor.take().text)
            cursor.accept("TO")
            labels[at] = cursor.take().text
        self.enums[name] = replace(enum, labels=tuple(labels))

    def add_domain(self, name: str, cursor: Cursor) -> None:
        """Read what follows a domain's name: its type, default and constraints, written like a column's."""
        tokens = [token for token in cursor.tokens[cursor.index - 1 :] if token.word != "AS"]
        self.domains[name] = read_column(Cursor(cursor.source, tokens, name))

    def alter_domain(self, name: str, cursor: Cursor) -> None:
        """Read ``ADD CONSTRAINT x CHECK (...)`` or ``SET NOT NULL``."""
        domain = self.domains.get(name)
        if domain is None:
            return
        if cursor.accept("ADD"):
            label = cursor.name() if cursor.accept("CONSTRAINT") else ""
            if cursor.sees("CHECK"):
                domain.checks.append(read_check(cursor, label))
        elif cursor.accept("SET NOT NULL"):
            domain.column = replace(domain.column, nullable=False)

    def settle(self, draft: Draft) -> None:
        """Give every column of a table its type, and what the type itself demands."""
        named = self._named()
        for column in list(draft.columns.values()):
            native = column.type.native or ""
            declared = taken_apart(native, self.dialect)
            settled = replace(column, type=type_of(native, self.dialect, named))
            if not declared.dimensions:
                for domain in self._domains(declared.name):
                    settled = _of_domain(settled, domain, draft)
            draft.columns[column.name] = _of_native(settled, declared, draft, self.dialect)
        if self.dialect == "mysql":
            _mark_json(draft)

    def _domains(self, name: str) -> list[ColumnDraft]:
        """Return the domain of a name, the domain it builds on, and so on."""
        found: list[ColumnDraft] = []
        while (domain := self.domains.get(name.removeprefix("public."))) is not None and domain not in found:
            found.append(domain)
            name = taken_apart(domain.column.type.native or "", self.dialect).name
        return found

    def _named(self) -> dict[str, Type]:
        """Return all defined types; a domain is defined after those it builds on."""
        named = dict(self.enums)
        for name, domain in self.domains.items():
            named[name] = replace(type_of(domain.column.type.native or "", self.dialect, named), name=name)
        return named


def _of_domain(column: Column, domain: ColumnDraft, draft: Draft) -> Column:
    """Give a column its domain's checks, in which VALUE stands for it."""
    for check in domain.checks:
        sql = with_value(check.sql, check.dialect, column.name)
        name = check.name or constraint_name(draft.name, [column.name], "check", {item.name for item in draft.checks})
        draft.checks.append(replace(check, sql=sql, name=name, where=column.where))
    nullable = column.nullable and domain.column.nullable
    return replace(column, nullable=nullable, default=column.default or domain.column.default)


def with_value(sql: str, dialect: Dialect, column: str) -> str:
    """Return a domain's check with a column in the place of ``VALUE``.

    >>> print(with_value("VALUE <> 'VALUE'", "postgresql", "a b"))
    "a b" <> 'VALUE'
    """
    quoted = '"' + column.replace('"', '""') + '"'
    parts, end = [], 0
    for token in tokens_of(sql, dialect):
        if token.word == "VALUE":
            parts += [sql[end : token.start], quoted]
            end = token.end
    return "".join([*parts, sql[end:]])


def _of_native(column: Column, declared: Declared, draft: Draft, dialect: Dialect) -> Column:
    """Apply what a type's name says beyond the values it can hold."""
    name = declared.name
    if dialect == "postgresql" and name in _SERIAL:
        return replace(column, identity="by default", nullable=False)
    if dialect == "mysql" and name == "serial":
        draft.uniques.append(Unique(columns=(column.name,), dialect=dialect, where=column.where))
        return replace(column, identity="autoincrement", nullable=False)
    if dialect == "mysql" and (bounds := _bounds_of_mysql(declared, column.type)) is not None:
        return replace(column, low=bounds[0], high=bounds[1])
    if declared.unsigned and column.type.kind in ("decimal", "float"):
        return replace(column, low=Constant(Decimal(0) if column.type.kind == "decimal" else 0.0))
    return column


def _bounds_of_mysql(declared: Declared, type_: Type) -> tuple[Constant, Constant] | None:
    """Return the bounds of a type that is narrower than those it is kept as."""
    match declared.name:
        case "timestamp":
            return Constant(_FIRST_TIMESTAMP), Constant(_LAST_TIMESTAMP)
        case "year":
            return Constant(_FIRST_YEAR), Constant(_LAST_YEAR)
        case "bit" if type_.kind == "integer":
            return Constant(0), Constant(2 ** declared.numbers[0] - 1)
        case _:
            return None


def _mark_json(draft: Draft) -> None:
    """Know MariaDB's JSON: there it is a LONGTEXT with a CHECK."""
    for check in draft.checks:
        tokens = tokens_of(check.sql, check.dialect)
        if len(tokens) == 4 and tokens[0].word == "JSON_VALID" and tokens[2].text in draft.columns:
            column = draft.columns[tokens[2].text]
            draft.columns[column.name] = replace(column, type=Type(kind="json", native=column.type.native))
