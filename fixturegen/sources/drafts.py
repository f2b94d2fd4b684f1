"""Tables as a source says them, and the one place where they become a schema: names found, gaps filled, or refused.

Whatever the source, a reference may lack its target columns and a constraint its name, names may differ in case from
those they mean, and a key may be said twice. :func:`assembled` settles all of it in the same way for every source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import (
    NOWHERE,
    Check,
    Column,
    Count,
    Dialect,
    Exclusion,
    Location,
    Reference,
    Schema,
    Table,
    Unique,
)
from fixturegen.sources.ddl_lexer import tokens_of
from fixturegen.sources.naming import constraint_name, unused, with_roles

Conflict = tuple[Literal["not null", "unique"], tuple[str, ...], str]
"""What SQLite answers in a way of its own: which sort of constraint, its columns, ``IGNORE``, ``REPLACE``, ``FAIL``, ..."""


@dataclass(slots=True)
class Draft:
    """A table under construction: the fields of :class:`fixturegen.schema.Table`, changeable and not yet checked.

    A reference without target columns means the target's primary key; names of constraints may be empty; columns of
    keys may be spelled in another case where the dialect does not care. ``full_matches`` are the columns of references that
    are ``MATCH FULL``; ``conflicts`` are constraints whose rows SQLite answers in a way that they say (``ON CONFLICT``).
    """

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: Unique | None = None
    uniques: list[Unique] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    full_matches: list[tuple[str, ...]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    count: Count | None = None
    options: dict[str, object] = field(default_factory=dict)
    where: Location = NOWHERE


def assembled(drafts: Iterable[Draft], *, dialect: Dialect, source: str) -> Schema:
    """Return the schema that drafts describe.

    Args:
        drafts: The tables, in the source's order.
        dialect: The schema's dialect; PostgreSQL's names are compared exactly, the others' whatever their case.
        source: Where they come from: a file, module or URL without password.

    Raises:
        InputError: There is no table.
        SchemaError: A key or reference names a table or column that does not exist, refers to columns that are not
            unique, or a table occurs twice.
    """
    names = _Names(dialect)
    tables: dict[str, Draft] = {}
    for draft in drafts:
        if names.find(draft.name, tables) is not None:
            raise SchemaError(f"table {draft.name!r} occurs twice", where=draft.where)
        tables[draft.name] = draft
    if not tables:
        raise InputError("there is no table in it", where=source or None)
    for draft in tables.values():
        _settle_keys(draft, names)
    for draft in tables.values():
        draft.references = [_resolved(reference, draft, tables, names) for reference in draft.references]
    return Schema(
        tables=MappingProxyType({name: _finished(draft, dialect) for name, draft in tables.items()}),
        dialect=dialect,
        source=source,
    )


def mentioned(sql: str, columns: Iterable[str], dialect: Dialect) -> tuple[str, ...]:
    """Return those of a table's columns that an expression mentions, each once, in order of mention.

    A name before a parenthesis is a function, one after ``::`` or ``AS`` a type.

    >>> mentioned("lower(Email) <> 'name' AND date::date > now()", ["name", "email", "date"], "sqlite")
    ('email', 'date')
    """
    folded = {column.lower(): column for column in columns}
    tokens = tokens_of(sql, dialect)
    found: dict[str, None] = {}
    for index, token in enumerate(tokens):
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        before = tokens[index - 1] if index else None
        is_type = before is not None and (before.text == "::" or before.word == "AS")
        # A text in double quotes may be a name that a dialect's scanner took for a string: not here, where they are names.
        if token.kind in ("word", "name") and token.text.lower() in folded and after != "(" and not is_type:
            found[folded[token.text.lower()]] = None
    return tuple(found)


class _Names:
    """How a dialect compares names."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def find(self, name: str, among: Iterable[str]) -> str | None:
        """Return the name as it is spelled among others, or None."""
        listed = among if isinstance(among, Mapping) else list(among)
        if name in listed:
            return name
        if self.dialect == "postgresql":
            return None
        return next((other for other in listed if other.lower() == name.lower()), None)

    def columns(self, draft: Draft, given: Sequence[str], where: Location, what: str) -> tuple[str, ...]:
        """Return columns as the table spells them."""
        found = []
        for name in given:
            spelled = self.find(name, draft.columns)
            if spelled is None:
                raise SchemaError(
                    f"{what} names column {name!r}, which table {draft.name!r} does not have",
                    where=where if where != NOWHERE else draft.where,
                    given=name,
                    exists=draft.columns,
                )
            found.append(spelled)
        return tuple(found)


def _settle_keys(draft: Draft, names: _Names) -> None:
    """Spell the columns of keys as the table does; a primary key's columns are never NULL."""
    key = draft.primary_key
    if key is not None:
        key = replace(key, columns=names.columns(draft, key.columns, key.where, "the primary key"))
        draft.primary_key = key
        _remember_null_keys(draft, names.dialect)
        for column in key.columns:
            draft.columns[column] = replace(draft.columns[column], nullable=False)
    spelled = (
        replace(unique, columns=names.columns(draft, unique.columns, unique.where, "a unique constraint"))
        for unique in draft.uniques
    )
    draft.uniques = _without_repetition(spelled, key)
    if draft.conflicts:
        draft.options["on_conflict"] = [
            [kind, list(names.columns(draft, columns, draft.where, "a constraint")), word]
            for kind, columns, word in draft.conflicts
        ]


def _remember_null_keys(draft: Draft, dialect: Dialect) -> None:
    """Keep in mind where SQLite, by an old mistake of its own, takes NULL in a primary key: no row of ours has one there."""
    free = [name for name in draft.primary_key.columns if draft.columns[name].nullable] if draft.primary_key else []
    numbered = any(draft.columns[name].identity is not None for name in free)
    if dialect == "sqlite" and free and not numbered and not draft.options.keys() & {"strict", "without_rowid"}:
        draft.options["null_keys"] = free


def _without_repetition(uniques: Iterable[Unique], key: Unique | None) -> list[Unique]:
    """Leave out a plain unique over the very columns of the key or of an earlier one: it says nothing more."""
    seen = {frozenset(key.columns)} if key is not None else set[frozenset[str]]()
    kept = []
    for unique in uniques:
        plain = not unique.expressions and unique.predicate is None
        if plain and frozenset(unique.columns) in seen:
            continue
        if plain and unique.nulls_distinct:
            seen.add(frozenset(unique.columns))
        kept.append(unique)
    return kept


def _resolved(reference: Reference, draft: Draft, tables: Mapping[str, Draft], names: _Names) -> Reference:
    where = reference.where if reference.where != NOWHERE else draft.where
    columns = names.columns(draft, reference.columns, where, "a reference")
    table = names.find(reference.table, tables)
    if table is None:
        raise SchemaError(
            f"{_listed(columns)} of table {draft.name!r} refers to table {reference.table!r}, which does not exist",
            where=where,
            given=reference.table,
            exists=tables,
        )
    parent = tables[table]
    target = names.columns(parent, reference.target, where, f"a reference of table {draft.name!r}")
    if not target:
        target = parent.primary_key.columns if parent.primary_key is not None else ()
    _check_target(draft, columns, parent, target, where, names.dialect)
    return replace(reference, columns=columns, table=table, target=target, where=where)


def _check_target(  # one argument a part of the message
    draft: Draft, columns: tuple[str, ...], parent: Draft, target: tuple[str, ...], where: Location, dialect: Dialect
) -> None:
    what = f"{_listed(columns)} of table {draft.name!r} refers to {parent.name!r}"
    if not target:
        raise SchemaError(f"{what}, which has no primary key", where=where, hint="Name the column it refers to.")
    if len(target) != len(columns):
        numbers = f"{len(columns)} column{'s' * (len(columns) > 1)} to {len(target)}"
        raise SchemaError(f"{what} with {numbers}: {_listed(columns)} to {_listed(target)}", where=where)
    if dialect != "mysql" and not _is_unique(parent, target):  # InnoDB accepts any index as a target
        raise SchemaError(
            f"{what} ({', '.join(target)}), which is neither its primary key nor unique: the database refuses every row",
            where=where,
            hint=f"Declare UNIQUE ({', '.join(target)}) in {parent.name!r}.",
        )


def _is_unique(table: Draft, columns: tuple[str, ...]) -> bool:
    plain = [unique for unique in table.uniques if not unique.expressions and unique.predicate is None]
    keys = plain if table.primary_key is None else [table.primary_key, *plain]
    return any(frozenset(key.columns) == frozenset(columns) for key in keys)


def _listed(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def _finished(draft: Draft, dialect: Dialect) -> Table:
    # PostgreSQL forms names from the table's own name; in SQLite a point is part of it.
    table = draft.name if dialect == "sqlite" else draft.name.rpartition(".")[2]
    taken = {
        item.name
        for item in (draft.primary_key, *draft.uniques, *draft.references, *draft.checks, *draft.exclusions)
        if item is not None and item.name
    }
    seen: set[str] = set()

    def name(given: str, columns: Sequence[str], kind: str) -> str:
        # A given name is kept at its first use; the second of two equal ones is numbered.
        chosen = given if given and given.lower() not in seen else ""
        if not chosen:
            chosen = unused(given, taken) if given else constraint_name(table, columns, kind, taken)  # type: ignore[arg-type]  # five literals below
        taken.add(chosen)
        seen.add(chosen.lower())
        return chosen

    def check_columns(check: Check) -> tuple[str, ...]:
        return mentioned(check.sql, draft.columns, check.dialect)

    key = draft.primary_key
    references = with_roles([replace(item, name=name(item.name, item.columns, "fkey")) for item in draft.references])
    full = tuple(_full_match(item) for item in references if item.columns in draft.full_matches)
    return Table(
        name=draft.name,
        columns=tuple(draft.columns.values()),
        primary_key=None if key is None else replace(key, name=name(key.name, key.columns, "pkey")),
        uniques=tuple(replace(item, name=name(item.name, item.columns, "key")) for item in draft.uniques),
        references=references,
        checks=(*(replace(item, name=name(item.name, check_columns(item), "check")) for item in draft.checks), *full),
        exclusions=tuple(replace(item, name=name(item.name, item.columns, "excl")) for item in draft.exclusions),
        count=draft.count,
        options=MappingProxyType(dict(draft.options)),
        where=draft.where,
    )


def _full_match(reference: Reference) -> Check:
    """Say as a check what MATCH FULL adds: all columns are NULL, or none."""
    names = ['"' + name.replace('"', '""') + '"' for name in reference.columns]
    none, every = (" AND ".join(f"{name} IS {word}" for name in names) for word in ("NULL", "NOT NULL"))
    name = f"{reference.name}_full"
    return Check(sql=f"({none}) OR ({every})", name=name, dialect="postgresql", where=reference.where)
