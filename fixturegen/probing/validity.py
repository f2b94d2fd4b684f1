"""Constraints that a database applies to new rows alone: whether the rows that are there keep them, nobody has looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fixturegen.probing.bench import Bench
from fixturegen.probing.findings import Finding
from fixturegen.probing.trying import Verdict

_NOT_VALID = """
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname || '.' || o.conname
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT o.convalidated
"""
_REASON = (
    "it is NOT VALID: new rows are refused, but the rows that were there before it were never checked; "
    "ALTER TABLE ... VALIDATE CONSTRAINT checks them"
)


def with_validity(findings: Iterable[Finding], verdicts: Iterable[Verdict], bench: Bench) -> tuple[Finding, ...]:
    """Return the findings, those of constraints that are NOT VALID as not enforced.

    PostgreSQL alone knows such constraints. They hold for every row that comes, so that no INSERT tells them from others, and
    yet say nothing of the rows that an application reads.

    Args:
        findings: The findings.
        verdicts: The verdicts that they come of, which say what the database itself calls the constraints: it numbers those
            without a name in its own way.
        bench: The transaction.
    """
    if bench.dialect != "postgresql":
        return tuple(findings)
    open_ = {str(row[0]) for row in bench.rows(_NOT_VALID)}
    called: dict[str, set[str]] = {}
    for verdict in verdicts:
        if verdict.by is not None and verdict.by.constraint and verdict.expected:
            record = verdict.line.case.record
            called.setdefault(record.constraint, set()).add(f"{record.table}.{verdict.by.constraint}")
    return tuple(
        replace(one, status="not enforced", reason=_REASON)
        if one and open_ & called.get(one.constraint, {one.constraint})
        else one
        for one in findings
    )
