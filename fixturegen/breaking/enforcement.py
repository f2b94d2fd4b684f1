"""What a database enforces by itself: the tables as they were declared, or as ``--create`` makes them in another dialect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from fixturegen.breaking.records import Taken
from fixturegen.constraints.contract import Constraint
from fixturegen.databases.create import creation
from fixturegen.databases.sqlite_declared import answer, is_in_table, is_null_key, is_rowid
from fixturegen.schema import AsOf, Bound, Column, Constant, Dialect, Path, Reference, Schema, Table, Unique

Judge = Literal["statement", "commit", "verify"]
"""When a database decides; ``verify`` where it never does."""
_SQLITE_LENGTHS = frozenset({"text", "bytes"})
_TYPED = frozenset(
    {"integer", "decimal", "float", "boolean", "date", "time", "datetime", "interval", "uuid", "json", "ip", "mac"}
)
_TYPED_MYSQL = frozenset({"integer", "decimal", "float", "date", "time", "datetime", "json"})
_STRICT = frozenset({"INT", "INTEGER", "REAL", "BLOB"})
_ANSWERED: dict[str, Literal["unique", "not null"]] = {
    "not_null": "not null", "unique": "unique", "primary_key": "unique",
}  # fmt: skip


@dataclass(frozen=True)
class Enforcement:
    """What the databases of one dialect enforce of a schema.

    Attributes:
        schema: The schema.
        dialect: Whose databases.
    """

    schema: Schema
    dialect: Dialect

    def is_own(self, table: Table) -> bool:
        """Whether a table was read from such a database or its DDL: it is there as it was declared, not as we would make it."""
        return self.dialect == self.schema.dialect and any(column.type.native is not None for column in table.columns)

    def judge(self, constraint: Constraint) -> Judge:
        """Return when the database decides on a constraint between rows or over a condition."""
        table, subject = self.schema.tables[constraint.table], constraint.subject
        match constraint.kind:
            case "aggregate" | "ordinal":
                return "verify"
            case "min" | "max":
                return self._bound(table, subject.low if constraint.kind == "min" else subject.high)  # type: ignore[attr-defined] # a column
            case "reference":
                assert isinstance(subject, Reference)
                return "commit" if subject.deferred and self.dialect != "mysql" else "statement"
            case "primary_key" | "unique":
                assert isinstance(subject, Unique)
                late = subject.deferred and self.dialect == "postgresql" and not subject.expressions
                return "verify" if self._is_left_out(constraint) else "commit" if late else "statement"
            case "check" | "exclusion":
                whole = of_full_match(table, constraint) if self._matches_full(table) else None
                late = whole is not None and whole.deferred
                return "commit" if late else "verify" if self._is_left_out(constraint) else "statement"
            case _:
                return "statement"

    def _matches_full(self, table: Table) -> bool:
        """Whether references stand for their MATCH FULL there; what we make refuses such a row by a check, at once."""
        return self.dialect == "postgresql" and self.is_own(table)

    def answered(self, constraint: Constraint) -> Taken | None:
        """Return what the database does in place of a refusal, as a constraint itself says it; None where it refuses.

        ``ON CONFLICT`` of SQLite: what it says of CHECKs has no effect, and ``ABORT``, ``FAIL`` and ``ROLLBACK`` refuse.
        """
        table = self.schema.tables[constraint.table]
        kind = _ANSWERED.get(constraint.kind)
        plain = not isinstance(constraint.subject, Unique) or is_in_table(table, constraint.subject)
        if self.dialect != "sqlite" or kind is None or not plain:
            return None
        word = answer(self.schema, table, kind, constraint.columns)
        if word == "IGNORE":
            return Taken("SQLite passes over such a row (ON CONFLICT IGNORE)", "passed over")
        if word == "REPLACE" and kind == "unique":
            return Taken("SQLite puts it in place of the other row (ON CONFLICT REPLACE)", "replacing")
        if word == "REPLACE" and isinstance(constraint.subject, Column) and constraint.subject.default is not None:
            return Taken("SQLite writes the default in place of a NULL (ON CONFLICT REPLACE)", "filled")
        return None

    def meddled(self, constraint: Constraint, columns: Collection[str], *, breaks: bool) -> str | None:
        """Return which trigger may decide in a constraint's place; None where there is none.

        Args:
            constraint: The constraint.
            columns: The columns by which a row is made to break it, or nearly to.
            breaks: Whether the row breaks it: it is refused at once, so that a trigger must come before to change that.
        """
        table = self.schema.tables[constraint.table]
        triggers = table.options.get("triggers", {}) if self.is_own(table) else {}
        if not isinstance(triggers, Mapping):
            return None
        told = (_meddling(name, one, columns, breaks=breaks) for name, one in triggers.items() if _is_on_rows(one))
        return next((reason for reason in told if reason is not None), None)

    def null_refused(self, table: Table, column: Column) -> Taken | None:
        """Return why the database takes a NULL where the schema says there is none; None where it refuses it."""
        key = table.primary_key.columns if table.primary_key is not None else ()
        if self.dialect == "sqlite" and key == (column.name,) and self._is_rowid(table, column):
            return Taken("SQLite numbers the row in place of a NULL", "numbered")
        if self.dialect == "sqlite" and is_null_key(self.schema, table, column):
            return Taken("SQLite takes NULL in such a key")
        if self._is_moment(table, column):
            return Taken("MariaDB writes the present moment in place of a NULL", "filled")
        if self.dialect == "mysql" and column.identity is not None and not self._unnumbered(table, column):
            return Taken("MariaDB numbers the row in place of a NULL", "numbered")
        return None

    def null_uncertain(self, column: Column) -> str | None:
        """Return why nobody can tell from a schema whether a NULL is refused; None where it can be told."""
        searched = column.type.form == "tsvector" and self.dialect == "postgresql"
        return "texts to search are mostly kept by triggers, which fill it" if searched else None

    def bound_uncertain(self, table: Table, column: Column) -> str | None:
        """Return why a bound is not the database's own; None where it is."""
        return (
            "the database's own bounds lie a day further, whatever the time zone"
            if self._is_moment(table, column)
            else None
        )

    def _is_moment(self, table: Table, column: Column) -> bool:
        """Whether a column is MariaDB's TIMESTAMP."""
        return (
            self.dialect == "mysql"
            and self.is_own(table)
            and (column.type.native or "").lower().startswith("timestamp")
        )

    def length(self, table: Table, column: Column) -> str | None:
        """Return why the database takes longer values; None where it refuses them."""
        kind = column.type.kind
        if self.dialect == "sqlite":
            held = kind in _SQLITE_LENGTHS and not self.is_own(table)
            return None if held else "SQLite does not enforce declared lengths"
        if self.dialect == "postgresql":
            return (
                None if kind == "text" and column.type.form is None else f"PostgreSQL's type for {kind} has no length"
            )
        if self.is_own(table) and "char" not in (column.type.native or "").lower():
            return "MariaDB measures such a type in bytes of its own"
        return None if kind in {"text", "url", "bytes"} else f"MariaDB's type for {kind} has no length"

    def whole_range(self, table: Table, column: Column) -> str | None:
        """Return why the database takes integers beyond a type's width; None where it refuses them."""
        if self.dialect != "sqlite":
            return None
        if self.is_own(table):
            return "SQLite keeps integers of any declared width"
        narrow = column.type.bits < 64 or not column.type.signed
        return None if narrow else "SQLite has no wider integers"

    def digits(self) -> str | None:
        """Return why the database takes more digits before the point; None where it refuses them."""
        return "SQLite does not enforce declared digits" if self.dialect == "sqlite" else None

    def spelling(self, table: Table, column: Column) -> str | None:
        """Return why the database takes texts that are no value of a type; None where it refuses them."""
        kind = column.type.kind
        if self.dialect == "sqlite":
            key = table.primary_key.columns if table.primary_key is not None else ()
            strict = table.options.get("strict") and (column.type.native or "").upper() in _STRICT
            numbered = key == (column.name,) and self._is_rowid(table, column)
            return None if numbered or strict else "SQLite keeps values of any type"
        if self.dialect == "mysql" and self.is_own(table) and (column.type.native or "").lower().startswith("bit"):
            return "MariaDB reads a text as the bits of its letters"
        if column.type.form is None and kind in (_TYPED if self.dialect == "postgresql" else _TYPED_MYSQL):
            return None
        return f"a text is all that the database knows of {kind}"

    def labels(self, table: Table) -> str | None:
        """Return why the database takes texts that are no label of an enum; None where it refuses them."""
        return "SQLite has no enums" if self.dialect == "sqlite" and self.is_own(table) else None

    def truths(self, table: Table) -> str | None:
        """Return why a database takes numbers beyond 0 and 1 for a boolean; None where it refuses them."""
        if self.dialect == "sqlite":
            return "SQLite has no booleans" if self.is_own(table) else None
        return "MariaDB keeps booleans as numbers" if self.dialect == "mysql" else None

    def is_subsumed(self, constraint: Constraint) -> bool:
        """Whether another constraint of the same column says the same and is asked first.

        SQLite asks the choices of an enum or boolean column, other systems the type.
        """
        if constraint.kind not in {"choices", "enum", "type"} or not isinstance(constraint.subject, Column):
            return False
        column = constraint.subject
        labels: set[object] = {True, False} if column.type.kind == "boolean" else set(column.type.labels)
        if not column.choices or not labels or column.type.kind not in {"boolean", "enum"}:
            return False
        if self.dialect == "sqlite":
            return constraint.kind != "choices"
        return constraint.kind == "choices" and {choice.value for choice in column.choices} >= labels

    def _bound(self, table: Table, bound: Bound | None) -> Judge:
        match bound:
            case Constant() | AsOf():
                return "statement"
            case Path(references=(), column=name) if any(column.name == name for column in table.columns):
                return "statement"
            case _:
                return "verify"

    def _is_rowid(self, table: Table, column: Column) -> bool:
        if table.options.get("without_rowid") or not is_rowid(self.schema, table, column):
            return False
        return not self.is_own(table) or (column.type.native or "").upper() == "INTEGER"

    def _unnumbered(self, table: Table, column: Column) -> bool:
        return not self.is_own(table) and (table.name, f"numbering of {column.name}") in self._left_out

    def _is_left_out(self, constraint: Constraint) -> bool:
        table = self.schema.tables[constraint.table]
        name = getattr(constraint.subject, "name", "") or constraint.name
        return not self.is_own(table) and (constraint.table, name) in self._left_out

    @cached_property
    def _left_out(self) -> frozenset[tuple[str, str]]:
        return frozenset((each.table, each.constraint) for each in creation(self.schema, self.dialect).left_out)


def _is_on_rows(trigger: Mapping[str, object]) -> bool:
    events = trigger.get("events", ())
    return trigger.get("level") == "row" and isinstance(events, list | tuple) and "INSERT" in events


def _meddling(name: str, trigger: Mapping[str, object], columns: Collection[str], *, breaks: bool) -> str | None:
    """Return what a trigger may do to a row in which certain columns are what counts."""
    before = trigger.get("timing") == "BEFORE"
    if breaks and not before:
        return None
    if breaks and trigger.get("passes_over"):
        return f"the trigger {name} may leave such a row out without a word"
    if breaks and (written := _shared(trigger.get("writes"), columns)):
        return f"the trigger {name} may write {written} before it is judged"
    if trigger.get("refuses") and (read := _shared(trigger.get("reads"), columns)):
        return f"the trigger {name} reads {read} and may refuse such a row itself"
    return None


def _shared(named: object, columns: Collection[str]) -> str:
    listed = named if isinstance(named, list | tuple) else ()
    return ", ".join(name for name in columns if name in listed or "*" in listed)


def of_full_match(table: Table, constraint: Constraint) -> Reference | None:
    """Return the reference whose MATCH FULL a check stands for: PostgreSQL refuses such a row by the reference."""
    if constraint.kind != "check":
        return None
    return next((each for each in table.references if f"{each.name}_full" == constraint.name), None)
