"""The tables of a PostgreSQL database, from a handful of queries of its catalogue for all of them at once.

SQLAlchemy's inspector is not asked: it knows neither exclusion constraints nor partition bounds, nor what a domain's checks mean
for a column. The expressions of CHECKs, indexes, defaults and generated columns are PostgreSQL's own text with every
parenthesis, which leaves precedence to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row

from fixturegen.errors import RefusedError
from fixturegen.schema import Check, Column, Exclusion, Location, Reference, Rows, Unique
from fixturegen.sources.catalogues.postgresql.functions import Functions
from fixturegen.sources.catalogues.postgresql.partitions import Partitions
from fixturegen.sources.catalogues.postgresql.queries import OLDEST, Catalogue
from fixturegen.sources.catalogues.postgresql.types import Types, bounded
from fixturegen.sources.ddl_types import with_value
from fixturegen.sources.drafts import Draft, mentioned
from fixturegen.sources.triggers import effects_of_function

_SETTINGS = {"DateStyle": "ISO, YMD", "IntervalStyle": "postgres", "TimeZone": "UTC", "jit": "off"}
"""How values within expressions are written, whatever the session prefers; and no compiler for queries asked once."""
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '30s'"
_ON_DELETE = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}
_FOLDING = "NOCASE"
_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
_ROW, _BEFORE, _INSTEAD = 1, 2, 64


def drafts(connection: Connection, source: Location) -> list[Draft]:
    """Return the tables of all schemas that the user may use, those of the current schema first, by name.

    Left out are views, foreign, temporary and system tables, and those of extensions. Partitions are folded into the table
    that they are part of: its option ``partitions`` names them with their bounds, and a check says which rows they take.
    Tables outside the current schema are named ``schema.table``.

    Nothing is written: a transaction begun here is read-only. Values in expressions are written as ISO says, times in UTC.

    Raises:
        RefusedError: The server is older than PostgreSQL 12.
    """
    if not connection.in_transaction():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(_LOCK_TIMEOUT)
    with _plain_settings(connection):
        catalogue = Catalogue(connection)
        if catalogue.version < OLDEST:
            raise RefusedError(f"PostgreSQL {catalogue.version_name} is too old to be read: 12 is needed", where=source)
        return _Reader(catalogue, source).drafts()


@contextmanager
def _plain_settings(connection: Connection) -> Iterator[None]:
    """Write values in expressions in one way; the session's own settings are put back."""
    names = ", ".join(f"current_setting('{name}')" for name in _SETTINGS)
    before = connection.exec_driver_sql(f"SELECT {names}").one()
    _set(connection, list(_SETTINGS.values()))
    yield
    # After an error the transaction is over, and with it the local settings.
    _set(connection, list(before))


def _set(connection: Connection, values: Sequence[str]) -> None:
    pairs = zip(_SETTINGS, values, strict=True)
    texts = ["set_config('{}', '{}', true)".format(name, value.replace("'", "''")) for name, value in pairs]
    connection.exec_driver_sql(f"SELECT {', '.join(texts)}")


@dataclass(slots=True)
class _Relation:
    """A table as the catalogue numbers it.

    Attributes:
        draft: The table it becomes, or that it is a partition of.
        names: Names of its columns by their number.
    """

    draft: Draft
    names: dict[int, str] = field(default_factory=dict)

    def columns(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the names of columns; expressions have the number 0 and no name."""
        return tuple(self.names[number] for number in numbers if number)


class _Reader:
    """Puts the catalogue's answers together."""

    def __init__(self, catalogue: Catalogue, source: Location) -> None:
        self._catalogue = catalogue
        self._source = source
        self._inlined = Functions(catalogue.functions()).inlined
        self._types = Types(catalogue.types(), catalogue.domain_checks(), catalogue.own)
        self._tables = catalogue.tables()
        keys = {row.oid: row.partition_key for row in self._tables if row.partition_key is not None}
        self._partitions = Partitions(catalogue.partitions(), keys)
        self._relations: dict[int, _Relation] = {}
        self._own_checks: dict[int, list[str]] = defaultdict(list)

    def drafts(self) -> list[Draft]:
        """Return all tables."""
        roots = sorted((row for row in self._tables if not row.is_partition), key=self._place)
        for row in roots:
            self._relations[row.oid] = _Relation(self._draft(row))
        for row in self._tables:
            if row.is_partition and self._partitions.root(row.oid) in self._relations:
                self._relations[row.oid] = _Relation(self._relations[self._partitions.root(row.oid)].draft)
        for row in self._catalogue.columns():
            self._column(row)
        self._indexes()
        self._constraints()
        for row in self._tables:
            if row.partition_key is not None and not row.is_partition:
                self._partitioned(row)
        self._triggers()
        return [self._relations[row.oid].draft for row in roots]

    def _place(self, row: Row[Any]) -> tuple[bool, str, str]:
        return row.space != self._catalogue.own, row.space, row.name

    def _draft(self, row: Row[Any]) -> Draft:
        # A name with a point in it is told from a schema's by saying the schema.
        plain = row.space == self._catalogue.own and "." not in row.name
        name = row.name if plain else f"{row.space}.{row.name}"
        draft = Draft(name, where=replace(self._source, path=name))
        if row.secured:
            draft.options["row_level_security"] = "forced" if row.forced else "enabled"
        return draft

    def _column(self, row: Row[Any]) -> None:
        relation = self._relations.get(row.table)
        if relation is None:
            return
        relation.names[row.number] = row.name
        draft = relation.draft
        if row.name in draft.columns:  # a partition's own column: it may only add NOT NULL
            draft.columns[row.name] = replace(
                draft.columns[row.name], nullable=draft.columns[row.name].nullable and not row.filled
            )
            return
        held = self._types.held(row.type, row.native)
        where = replace(draft.where, path=f"{draft.name}.{row.name}")
        column = Column(
            name=row.name,
            type=held.type,
            nullable=not (row.filled or held.filled),
            generated=self._inlined(row.expression) if row.generated else None,
            identity=_identity(row),
            default=None if row.generated else row.expression or held.default,
            collation=_collation(row, held.type.native or ""),
            where=where,
        )
        draft.columns[row.name] = bounded(column)
        for check in held.checks:
            sql = self._inlined(with_value(check.sql, "postgresql", row.name))
            draft.checks.append(Check(sql=sql, name=check.name, dialect="postgresql", where=where))

    def _indexes(self) -> None:
        for row in self._catalogue.indexes():
            relation = self._relations.get(row.table)
            if relation is None:
                continue
            if row.operators is not None:
                relation.draft.exclusions.append(_exclusion(row, relation))
                continue
            unique = self._unique(row, relation)
            if row.is_primary and relation.draft.primary_key is None:
                relation.draft.primary_key = unique
            elif unique not in relation.draft.uniques:
                relation.draft.uniques.append(unique)

    def _unique(self, row: Row[Any], relation: _Relation) -> Unique:
        numbers = row.columns[: row.width]
        expressions = (
            tuple(map(self._inlined, row.expressions)) if row.expressions is not None and not all(numbers) else ()
        )
        names = relation.columns(numbers)
        if expressions:
            texts = " , ".join(expressions)
            names = mentioned(texts, relation.draft.columns, "postgresql")
        return Unique(
            columns=names,
            name=row.name,
            expressions=expressions,
            predicate=self._inlined(row.predicate) if row.predicate is not None else None,
            nulls_distinct=row.nulls_distinct,
            dialect="postgresql",
            deferred=row.deferred,
            where=relation.draft.where,
        )

    def _constraints(self) -> None:
        for row in self._catalogue.constraints():
            relation = self._relations.get(row.table)
            if relation is None:
                continue
            if row.kind == "f":
                self._reference(row, relation)
            elif row.table == self._root(row.table):
                where = relation.draft.where
                relation.draft.checks.append(
                    Check(
                        sql=self._inlined(row.expression),
                        name=row.name,
                        dialect="postgresql",
                        enforced=row.enforced,
                        where=where,
                    )
                )
            elif row.own and row.enforced:
                self._own_checks[row.table].append(self._inlined(row.expression))

    def _root(self, oid: int) -> int:
        return self._partitions.root(oid)

    def _reference(self, row: Row[Any], relation: _Relation) -> None:
        target = self._relations.get(row.target)
        if target is None:
            return  # the table is hidden from this user, or belongs to an extension
        reference = Reference(
            columns=relation.columns(row.columns),
            table=target.draft.name,
            target=target.columns(row.target_columns),
            name=row.name,
            deferrable=row.deferrable,
            deferred=row.deferred,
            on_delete=_ON_DELETE.get(row.on_delete),
            where=relation.draft.where,
        )
        same = (reference.columns, reference.table, reference.target)
        if row.table == self._root(row.table) or same not in [
            (each.columns, each.table, each.target) for each in relation.draft.references
        ]:
            relation.draft.references.append(reference)
        if row.matching == "f" and len(reference.columns) > 1:
            relation.draft.full_matches.append(reference.columns)

    def _partitioned(self, row: Row[Any]) -> None:
        draft = self._relations[row.oid].draft
        draft.options["partitioned_by"] = row.partition_key
        draft.options["partitions"] = {each.name: each.bound for each in self._partitions.below(row.oid)}
        condition = self._partitions.condition(row.oid, self._own_checks)
        if condition is None:
            draft.count = Rows(0)  # no partition takes any row
        elif condition:
            name = f"{row.name}_partition"
            draft.checks.append(Check(sql=condition, name=name, dialect="postgresql", where=draft.where))

    def _triggers(self) -> None:
        found: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        for row in self._catalogue.triggers():
            relation = self._relations.get(row.table)
            if relation is not None:
                found[relation.draft.name].setdefault(row.name, _trigger(row, relation.draft.columns))
                relation.draft.options["triggers"] = found[relation.draft.name]
        for row in self._catalogue.rules():
            relation = self._relations.get(row.table)
            if relation is not None:
                relation.draft.options.setdefault("rules", {})[row.name] = "instead" if row.instead else "also"  # type: ignore[index]  # made as a dict here


def _identity(row: Row[Any]) -> Any:
    """Return how a column is numbered: as an identity, or by a default that asks a sequence."""
    if row.identity:
        return "always" if row.identity == "a" else "by default"
    numbered = not row.generated and (row.expression or "").startswith("nextval(")
    return "by default" if numbered else None


def _collation(row: Row[Any], native: str) -> str | None:
    """Return the collation; one under which different texts may be equal goes by the name of what it does."""
    folds = row.collation is not None and not row.exact
    return _FOLDING if folds or native.rpartition(".")[2].lower() == "citext" else row.collation


def _exclusion(row: Row[Any], relation: _Relation) -> Exclusion:
    expressions = tuple(row.expressions)
    return Exclusion(
        expressions=expressions,
        operators=tuple(row.operators),
        columns=mentioned(" , ".join(expressions), relation.draft.columns, "postgresql"),
        name=row.name,
        predicate=row.predicate,
        where=relation.draft.where,
    )


def _trigger(row: Row[Any], columns: Collection[str]) -> dict[str, object]:
    timing = "BEFORE" if row.bits & _BEFORE else "INSTEAD OF" if row.bits & _INSTEAD else "AFTER"
    told = effects_of_function(row.language, row.body, row.definition, columns) if row.bits & _ROW else {}
    return {
        "timing": timing,
        "events": [name for bit, name in _EVENTS.items() if row.bits & bit],
        "level": "row" if row.bits & _ROW else "statement",
        "constraint": row.is_constraint,
        "deferred": row.deferred,
        "function": row.function,
    } | (told | ({"refuses": True} if row.refuses and row.bits & _ROW else {}))
