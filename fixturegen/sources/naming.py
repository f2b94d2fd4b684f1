"""Names that a source left out: of constraints, and of the role a parent plays in a reference.

Made from table and columns alone, so that adding, removing or moving another constraint renames none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Literal

from fixturegen.schema import Reference

ConstraintKind = Literal["pkey", "key", "fkey", "check", "excl"]

LONGEST_NAME = 63
"""Bytes of an identifier: PostgreSQL's limit, the least among the databases."""


def constraint_name(
    table: str, columns: Sequence[str], kind: ConstraintKind, taken: Collection[str] = frozenset()
) -> str:
    """Return a name for a constraint that has none, as PostgreSQL would form it.

    Args:
        table: The table it belongs to.
        columns: The columns it mentions, in order; left out of the name of a primary key.
        kind: What it is: ``pkey``, ``key`` (unique), ``fkey``, ``check`` or ``excl``.
        taken: Names in use within the table; where the name is among them (whatever its case), it is numbered from 2.

    Example:
        >>> constraint_name("orders", ["tenant_id", "user_id"], "fkey")
        'orders_tenant_id_user_id_fkey'
        >>> constraint_name("orders", ["total"], "check", taken=["orders_total_check"])
        'orders_total_check_2'
    """
    parts = [table, *(() if kind == "pkey" else columns), kind]
    return unused("_".join(parts), taken)


def unused(name: str, taken: Collection[str]) -> str:
    """Return ``name``, numbered from 2 where it is taken (whatever its case), and at most 63 bytes long."""
    folded = {other.lower() for other in taken}
    candidate, number = _shortened(name), 1
    while candidate.lower() in folded:
        number += 1
        candidate = _shortened(f"{name}_{number}")
    return candidate


def with_roles(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Give each reference of one table that has no role one: what the parent is called from here, unique in the table.

    The role is the referring column without its ``_id``. Of several columns it is the last one that no other reference
    shares (the tenant is shared, the user is not), without what it refers to (``user_number`` to ``users.number``).
    Where two agree, all the columns make the role, then the target table, then a number.

    Example:
        >>> with_roles([Reference(columns=("tenant_id", "user_id"), table="users", target=("tenant_id", "id")),
        ...             Reference(columns=("tenant_id",), table="tenants", target=("id",))])[0].role
        'user'
    """
    taken = {reference.role.lower() for reference in references if reference.role}
    named = []
    for reference in references:
        role = reference.role or _free_role(reference, references, taken)
        taken.add(role.lower())
        named.append(replace(reference, role=role))
    return tuple(named)


def _free_role(reference: Reference, references: Sequence[Reference], taken: set[str]) -> str:
    whole = "_".join(stem(column) or column for column in reference.columns)
    own = _own_column(reference, references)
    candidates = [
        _without_target(own, reference) or stem(own) or _table(reference),
        whole,
        f"{whole}_{_table(reference)}",
    ]
    return next((name for name in candidates if name.lower() not in taken), None) or unused(candidates[0], taken)


def _own_column(reference: Reference, references: Sequence[Reference]) -> str:
    shared = {column for other in references if other is not reference for column in other.columns}
    own = [column for column in reference.columns if column not in shared]
    return (own or list(reference.columns))[-1]


def _without_target(column: str, reference: Reference) -> str:
    """Return the column of a composite reference without the name of the target column at its end, if it has it."""
    if len(reference.columns) < 2 or len(reference.target) != len(reference.columns):
        return ""
    ending = f"_{reference.target[reference.columns.index(column)]}"
    return column.removesuffix(ending) if column.endswith(ending) else ""


def _table(reference: Reference) -> str:
    return reference.table.rpartition(".")[2]


def stem(column: str) -> str:
    """Return a referring column's name without its ``_id``, ``Id`` or `` id``; empty where nothing else remains.

    >>> stem("customer_id"), stem("CustomerId"), stem("customerID"), stem("paid"), stem("id")
    ('customer', 'Customer', 'customer', 'paid', '')
    """
    if column.lower() == "id":
        return ""
    for ending in ("_id", "_ID", "_Id", " id", " ID", "-id"):
        if column.endswith(ending) and len(column) > len(ending):
            return column[: -len(ending)]
    # A hump, not the end of a word in capitals: ``customerId``, but not ``UUID``.
    return column[:-2] if column[-2:] in ("Id", "ID") and column[-3:-2].islower() else column


def _shortened(name: str) -> str:
    """Keep the beginning and add a digest of the whole, so that long names that differ at their end stay different."""
    encoded = name.encode()
    if len(encoded) <= LONGEST_NAME:
        return name
    digest = blake2b(encoded, digest_size=4).hexdigest()
    return encoded[: LONGEST_NAME - 9].decode(errors="ignore") + "_" + digest
