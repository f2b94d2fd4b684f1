"""Whether it was the constraint in question that a database refused a row for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from fixturegen.constraints.contract import Constraint
from fixturegen.databases.base import Rejection

_VALUE = frozenset({"check", "type"})
_KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "not_null": frozenset({"not null"}),
        "primary_key": frozenset({"primary key", "unique"}),
        "unique": frozenset({"unique", "primary key"}),
        "reference": frozenset({"reference"}),
        "check": frozenset({"check"}),
        "exclusion": frozenset({"exclusion"}),
        "generated": frozenset({"other", "type"}),
        "identity": frozenset({"other", "type"}),
    }
)
"""What engines call the refusals of each kind; those of values are a CHECK's here and the type's there."""


_NUMBERED = re.compile(r"_?\d+$")
_MADE_UP = re.compile(r"_(?:check|fkey|key|excl)$")
"""Ends of the names that sources give to constraints without one; they are numbered where they meet."""
_WITHOUT_COLUMNS = {"check": ("_check", "CONSTRAINT"), "reference": ("_ibfk",)}
"""How names end that PostgreSQL and MariaDB give to theirs without a word of the columns."""
_QUOTES = {'"': '"', "'": "'", "`": "`", "[": "]"}


def answers(constraint: Constraint | None, kind: str, rejection: Rejection, known: Collection[str] = ()) -> bool:
    """Whether a rejection is that of a constraint; where the engine gives neither name nor columns, the kind decides.

    Args:
        constraint: The constraint; None where only its kind is known.
        kind: Registered name of its kind.
        rejection: What the database said.
        known: Names of all constraints of the schema: what bears one of them is no other.

    >>> from fixturegen.schema import Unique
    >>> key = Constraint(name="users_email_key", kind="unique", table="users", columns=("email",), subject=Unique(columns=("email",)))
    >>> answers(key, "unique", Rejection("users", "unique", "users.email"))
    True
    >>> answers(key, "unique", Rejection("users", "unique", "users_name_key"))
    False
    """
    if rejection.kind == "reference" and kind == "check" and constraint is not None:
        return (
            constraint.name == f"{rejection.constraint}_full"
        )  # MATCH FULL, which is read as a check beside the reference
    if rejection.kind not in _KINDS.get(kind, _VALUE):
        return False
    said = rejection.constraint
    told = said.removeprefix("index ").strip("'") if said.startswith("index ") else said
    if constraint is None or not told or told.startswith("("):
        return True
    if _names(constraint, told) or _made(constraint, told) or _columns(constraint, told) or _text(constraint, told):
        return True
    return told.casefold() not in {name.casefold() for name in known} and _nameless(constraint, told)


def _names(constraint: Constraint, told: str) -> bool:
    own = {constraint.name, getattr(constraint.subject, "name", "")} - {""}
    if constraint.kind == "primary_key":
        own |= {"PRIMARY", f"{constraint.table}_pkey"}
    if constraint.kind == "check" and told.startswith(f"{constraint.table}."):
        own.add(_NUMBERED.sub("", constraint.name))  # MariaDB's of a column; a unique may bear the same name
    bare, _, domain = told.removeprefix(f"{constraint.table}.").partition(" of the type ")
    return bare.casefold() in {name.casefold() for name in own} or (
        bool(domain) and _of_domain(constraint, bare, domain)
    )


def _of_domain(constraint: Constraint, told: str, domain: str) -> bool:
    """Whether it is a CHECK of a column's domain: neither the domain nor the schema gives it a name of its own."""
    return (
        constraint.kind == "check"
        and _NUMBERED.sub("", constraint.name).endswith("_check")
        and told.startswith(f"{domain}_check")
    )


def _made(constraint: Constraint, told: str) -> bool:
    """Whether it is the CHECK by which our own tables say what a type or a declaration of the column means."""
    of_value = constraint.kind not in _KINDS and len(constraint.columns) == 1
    return of_value and told.casefold().startswith(f"{constraint.table}_{constraint.columns[0]}_".casefold())


def _columns(constraint: Constraint, told: str) -> bool:
    """Whether the columns are those of the constraint, in any order: ``t.a, t.b``; their names may hold commas and points."""
    if constraint.kind == "check":
        return False
    own = [name.casefold() for name in constraint.columns]
    tables = {f"{name}.".casefold() for name in (constraint.table, constraint.table.rpartition(".")[2])} | {""}
    spelled = ([f"{table}{name}" for name in own] for table in tables)
    return bool(own) and _parts(told.casefold()) in [_parts(", ".join(each)) for each in spelled]


def _parts(told: str) -> list[str]:
    return sorted(told.split(", "))


def _text(constraint: Constraint, told: str) -> bool:
    """Whether what is told is the constraint's own SQL: SQLite's name of a CHECK that has none."""
    sql = getattr(constraint.subject, "sql", None)
    return isinstance(sql, str) and _squeezed(told) in {_squeezed(sql), _squeezed(_unquoted(sql))}


def _unquoted(sql: str) -> str:
    """Return what SQLite makes of a text that begins with a quote where it wants a name: what stands in the quotes.

    >>> _unquoted("[a b] > 5"), _unquoted("`a``b` > 5")
    ('a b', 'a`b')
    """
    mark = re.escape(_QUOTES.get(sql[:1], ""))
    found = re.match(f"((?:[^{mark}]|{mark}{mark})*){mark}", sql[1:]) if mark else None
    return found[1].replace(_QUOTES[sql[0]] * 2, _QUOTES[sql[0]]) if found is not None else sql


def _nameless(constraint: Constraint, told: str) -> bool:
    """Whether it is a name that a database gives to such a constraint where the source has none, numbered in its own way."""
    table = constraint.table.rpartition(".")[2]
    own, bare = (_NUMBERED.sub("", name) for name in (constraint.name, told.removeprefix(f"{constraint.table}.")))
    if not own.startswith(f"{table}_") or _MADE_UP.search(own) is None:
        return False
    endings = _WITHOUT_COLUMNS.get(constraint.kind, ())
    if bare in endings or (bare.startswith(f"{table}_") and bare.endswith(endings)):
        return True
    return own == bare or own.casefold().startswith(
        f"{table}_{bare}_".casefold()
    )  # MariaDB's, called by their first column


def _squeezed(sql: str) -> str:
    return "".join(sql.split()).strip("()").casefold()
