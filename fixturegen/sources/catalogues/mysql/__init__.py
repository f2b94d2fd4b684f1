"""The tables of a MariaDB or MySQL database, from a handful of queries of ``information_schema`` for all of them at once.

SQLAlchemy's inspector is not asked: it does not see the CHECKs of single columns, nor which part of a text an index compares.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Check, Column, Constant, Location, Reference, Type, Unique
from fixturegen.sources.catalogues.mysql import queries
from fixturegen.sources.catalogues.mysql.partitions import accepted
from fixturegen.sources.ddl_types import DefinedTypes
from fixturegen.sources.drafts import Draft, mentioned
from fixturegen.sources.triggers import effects

OLDEST = (10, 2), (8, 0)
"""The first MariaDB and the first MySQL with checks."""

_VERSION = re.compile(r"(?:5\.5\.5-)?(\d+)\.(\d+)")
_NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?", re.IGNORECASE)
_FLOAT = re.compile(r"(?:float|double|real)\((\d+),(\d+)\)")
_BIT = re.compile(r"bit\((\d+)\)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a", "b": "\b"}

Key = tuple[str, str]


def drafts(connection: Connection, source: Location) -> list[Draft]:
    """Return the tables of the connection's database, by name, and those of other databases that they refer to.

    Views, sequences, temporary and system tables are left out. Tables of other databases are named ``database.table``.
    Nothing is written: a transaction begun here is read-only.

    Raises:
        InputError: The address names no database.
        RefusedError: The server is older than MariaDB 10.2 or MySQL 8.
    """
    if not connection.in_transaction():
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    return _Reader(connection, source).drafts()


class _Reader:
    """Puts the catalogue's answers together."""

    def __init__(self, connection: Connection, source: Location) -> None:
        self._connection = connection
        self._source = source
        session = connection.exec_driver_sql(queries.SESSION).one()
        if session.own is None:
            raise InputError("the address names no database", where=source, hint="It ends in /NAME.")
        self._own = str(session.own)
        self._mariadb = is_mariadb(session.version, source)
        self._spaces = [self._own]

    def drafts(self) -> list[Draft]:
        """Return all tables."""
        references = self._all_references()
        tables = {(row.space, row.name): self._draft(row) for row in self._asked(queries.TABLES)}
        self._columns(tables)
        self._indexes(tables)
        for key, found in references.items():
            if key in tables:
                tables[key].references += [self._reference(parts, tables[key]) for parts in found]
        self._checks(tables)
        types = DefinedTypes("mysql")
        for draft in tables.values():
            types.settle(draft)
            _fit(draft)
        self._triggers(tables)
        self._partitions(tables)
        reached = self._reached(tables, references)
        return [draft for key, draft in sorted(tables.items(), key=self._place) if key in reached]

    def _asked(self, query: str) -> Sequence[Row[Any]]:
        statement = text(query).bindparams(bindparam("spaces", expanding=True))
        return self._connection.execute(statement, {"spaces": self._spaces}).all()

    def _all_references(self) -> Mapping[Key, list[list[Row[Any]]]]:
        """Return the columns of every reference by table; databases that are referred to are read from then on."""
        while True:
            rows = self._asked(queries.REFERENCES)
            more = sorted({row.target_space for row in rows} - set(self._spaces))
            if not more:
                break
            self._spaces += more
        found: dict[Key, list[list[Row[Any]]]] = defaultdict(list)
        for key, parts in groupby(rows, key=lambda row: (row.space, row.table, row.name)):
            found[key[0], key[1]].append(list(parts))
        return found

    def _name(self, space: str, table: str) -> str:
        # A name with a point in it is told from a database's by saying the database.
        return table if space == self._own and "." not in table else f"{space}.{table}"

    def _place(self, item: tuple[Key, Draft]) -> tuple[bool, Key]:
        return item[0][0] != self._own, item[0]

    def _draft(self, row: Row[Any]) -> Draft:
        name = self._name(row.space, row.name)
        draft = Draft(name, where=replace(self._source, path=name))
        if row.engine is not None and row.engine != "InnoDB":
            draft.options["engine"] = row.engine
        return draft

    def _columns(self, tables: Mapping[Key, Draft]) -> None:
        for row in self._asked(queries.COLUMNS):
            draft = tables.get((row.space, row.table))
            if draft is None:  # a view
                continue
            where = replace(draft.where, path=f"{draft.name}.{row.name}")
            draft.columns[row.name] = Column(
                name=row.name,
                type=Type(kind="unknown", native=row.native),
                nullable=bool(row.nullable),
                generated=self._text(row.expression) if row.expression else None,
                identity="autoincrement" if "auto_increment" in row.extra.lower() else None,
                default=self._default(row),
                collation=row.collation,
                where=where,
            )
            if row.charset not in {None, "utf8mb4", "binary"}:
                draft.options.setdefault("character_sets", {})[row.name] = row.charset  # type: ignore[index]  # made as a dict here

    def _default(self, row: Row[Any]) -> str | None:
        """Return the SQL of a default: MariaDB tells it, MySQL tells the bare value of a constant."""
        given: str | None = row.default_text
        if given is None or row.expression or given.upper() == "NULL":
            return None
        if self._mariadb or "DEFAULT_GENERATED" in row.extra or given.upper().startswith("CURRENT_TIMESTAMP"):
            return self._text(given)
        numeric = row.collation is None and _NUMBER.fullmatch(given)
        return (
            given if numeric or given.startswith("b'") else "'" + given.replace("\\", "\\\\").replace("'", "''") + "'"
        )

    def _text(self, clause: str) -> str:
        """Return an expression as it was meant: MySQL shows it with its quotes and backslashes escaped once more."""
        return clause if self._mariadb else unescaped(clause)

    def _indexes(self, tables: Mapping[Key, Draft]) -> None:
        query = queries.INDEXES.replace("EXPRESSION_COLUMN", "NULL" if self._mariadb else "EXPRESSION")
        for key, group in groupby(self._asked(query), key=lambda row: (row.space, row.table, row.name)):
            draft = tables.get((key[0], key[1]))
            if draft is None:
                continue
            parts = list(group)
            if key[2] == "PRIMARY":
                draft.primary_key = Unique(
                    columns=tuple(row.column for row in parts), dialect="mysql", where=draft.where
                )
            if key[2] != "PRIMARY" or any(row.part is not None for row in parts):
                draft.uniques.append(self._unique(key[2], parts, draft))

    def _unique(self, name: str, parts: Iterable[Row[Any]], draft: Draft) -> Unique:
        """Return a unique index; of a part of a column, or of an expression, as one of expressions."""
        listed = list(parts)
        plain = all(row.part is None and row.column is not None for row in listed)
        expressions = () if plain else tuple(self._compared(row) for row in listed)
        columns = (
            tuple(row.column for row in listed) if plain else mentioned(" , ".join(expressions), draft.columns, "mysql")
        )
        return Unique(columns=columns, name=name, expressions=expressions, dialect="mysql", where=draft.where)

    def _compared(self, row: Row[Any]) -> str:
        if row.column is None:
            return self._text(row.expression)
        quoted = "`" + row.column.replace("`", "``") + "`"
        return quoted if row.part is None else f"left({quoted}, {row.part})"

    def _reference(self, parts: Sequence[Row[Any]], draft: Draft) -> Reference:
        first = parts[0]
        return Reference(
            columns=tuple(row.column for row in parts),
            table=self._name(first.target_space, first.target),
            target=tuple(row.target_column for row in parts),
            name=first.name,
            on_delete=None if first.on_delete in ("NO ACTION", "RESTRICT") else first.on_delete,
            where=draft.where,
        )

    def _checks(self, tables: Mapping[Key, Draft]) -> None:
        for row in self._asked(queries.MARIADB_CHECKS if self._mariadb else queries.MYSQL_CHECKS):
            draft = tables.get((row.space, row.table))
            if draft is not None:
                draft.checks.append(
                    Check(
                        sql=self._text(row.clause),
                        name=row.name,
                        dialect="mysql",
                        enforced=row.enforced == "YES",
                        where=draft.where,
                    )
                )

    def _triggers(self, tables: Mapping[Key, Draft]) -> None:
        for row in self._asked(queries.TRIGGERS):
            draft = tables.get((row.space, row.table))
            if draft is not None:
                found = draft.options.setdefault("triggers", {})
                trigger = {"timing": row.timing, "events": [row.event], "level": "row"}
                told = effects(row.body, "mysql", draft.columns) | ({"refuses": True} if row.refuses else {})
                found[row.name] = trigger | told  # type: ignore[index]  # made as a dict here

    def _partitions(self, tables: Mapping[Key, Draft]) -> None:
        for key, group in groupby(self._asked(queries.PARTITIONS), key=lambda row: (row.space, row.table)):
            draft, parts = tables.get(key), list(group)
            if draft is None:
                continue
            method, expression = parts[0].method, parts[0].expression or ""
            draft.options["partitioned_by"] = f"{method} ({expression})"
            draft.options["partitions"] = {row.name: row.bound or "" for row in parts}
            condition = accepted(method, expression, [row.bound for row in parts])
            if method.startswith("LIST") and self._takes_the_rest(key, parts):
                condition = ""
            if condition:
                draft.checks.append(
                    Check(sql=condition, name=f"{key[1]}_partition", dialect="mysql", where=draft.where)
                )

    def _takes_the_rest(self, key: Key, parts: Iterable[Row[Any]]) -> bool:
        """Tell whether a partition is the DEFAULT of a list, which MariaDB's catalogue shows as the value 0."""
        space, table = ("`" + name.replace("`", "``") + "`" for name in key)
        written = self._connection.execute(text(f"SHOW CREATE TABLE {space}.{table}".replace(":", "\\:"))).one()[1]
        return any("PARTITION `" + row.name.replace("`", "``") + "` DEFAULT" in written for row in parts)

    def _reached(self, tables: Mapping[Key, Draft], references: Mapping[Key, list[list[Row[Any]]]]) -> set[Key]:
        """Return the database's tables and those that they refer to, directly or not."""
        reached = {key for key in tables if key[0] == self._own}
        todo = list(reached)
        while todo:
            for parts in references.get(todo.pop(), ()):
                target = (parts[0].target_space, parts[0].target)
                if target not in reached:
                    reached.add(target)
                    todo.append(target)
        return reached


def is_mariadb(version: str, source: Location) -> bool:
    """Tell MariaDB from MySQL, and refuse what is too old."""
    mariadb = "mariadb" in version.lower()
    match = _VERSION.match(version)
    if match is not None and (int(match[1]), int(match[2])) < OLDEST[not mariadb]:
        raise RefusedError(
            f"the server's version {version} is too old: MariaDB 10.2 or MySQL 8.0 is needed", where=source
        )
    return mariadb


def unescaped(clause: str) -> str:
    r"""Return an expression from MySQL's catalogue as it would be written.

    >>> unescaped(r"(`a` in (_utf8mb4\'it\\\'s\'))")
    "(`a` in (_utf8mb4'it\\'s'))"
    """
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), clause)


def _fit(draft: Draft) -> None:
    """Give columns the bounds that their types' digits set, and leave the collation to texts."""
    for column in list(draft.columns.values()):
        native, fitted = (column.type.native or "").lower(), column
        if column.type.kind != "text":
            fitted = replace(fitted, collation=None)
        if (bits := _BIT.fullmatch(native)) is not None and column.type.kind == "integer":
            fitted = replace(fitted, high=Constant(2 ** int(bits[1]) - 1))
        if (digits := _FLOAT.match(native)) is not None:
            most = float(Decimal(10 ** int(digits[1]) - 1).scaleb(-int(digits[2])))
            fitted = replace(
                fitted, low=Constant(0.0) if "unsigned" in native else Constant(-most), high=Constant(most)
            )
        draft.columns[column.name] = fitted
