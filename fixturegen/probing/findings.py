"""What a probe found out about each constraint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal[
    "enforced",
    "enforced otherwise",
    "not enforced",
    "refuses valid rows",
    "untestable",
    "no room",
    "unbreakable",
    "left to verify",
]
_GOOD = frozenset({"enforced", "enforced otherwise", "no room", "unbreakable", "left to verify"})
_SPECIAL = frozenset({"enforced otherwise", "no room"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One constraint.

    Attributes:
        constraint: Its name, as ``verify`` says it: ``orders.orders_total_min``.
        kind: Registered name of its kind.
        table: Its table.
        status: ``enforced``: each row that breaks it was refused for it, and what does not was taken. ``enforced otherwise``: refused
            too, but by a constraint of another name, or a trigger. ``not enforced``: such a row was taken. ``refuses valid
            rows``: a row that the schema allows was refused. ``untestable``: the database did not let the test come so far.
            ``no room``: rows that are there already leave none for the test's own. ``unbreakable``: no row breaks it and nothing else. ``left to verify``: a database of this kind does not enforce it.
        lines: Ids of the lines that say so.
        by: What answered in its place, or stood in the way.
        reason: More in words; no value of the database's own rows.
    """

    constraint: str
    kind: str
    table: str
    status: Status
    lines: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        """Return whether nothing speaks against the constraint."""
        return self.status in _GOOD

    def __str__(self) -> str:
        """Return it in one line."""
        parts = [part for part in (self.by, self.reason) if part]
        tail = f": {'; '.join(parts)}" if parts else ""
        return f"{self.status}: {self.constraint} ({self.kind}){tail}"

    def as_json(self) -> dict[str, object]:
        """Return the finding as ``--json`` tells it."""
        return {
            "constraint": self.constraint,
            "kind": self.kind,
            "table": self.table,
            "status": self.status,
            "lines": list(self.lines),
            "by": self.by,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe found; true where every constraint that could be tested is enforced.

    Attributes:
        findings: One for each constraint, in the order of the schema.
        lines: How many lines were run.
        notes: What the connection's settings explain, and what the probe could not leave as it was.
    """

    findings: tuple[Finding, ...]
    lines: int
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return all(self.findings)

    def of(self, *statuses: Status) -> Sequence[Finding]:
        """Return the findings with one of the statuses."""
        return [finding for finding in self.findings if finding.status in statuses]

    def as_json(self) -> dict[str, object]:
        """Return the report as the command line prints it with ``--json``."""
        counts = Counter(finding.status for finding in self.findings)
        return {
            "constraints": [finding.as_json() for finding in self.findings],
            "counts": dict(sorted(counts.items())),
            "lines": self.lines,
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """Return one line for every constraint that is not enforced under its own name, and one for all."""
        told = [str(finding) for finding in self.findings if not finding or finding.status in _SPECIAL]
        counts = Counter(finding.status for finding in self.findings)
        words = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
        return "\n".join(
            [*told, f"{len(self.findings):,} constraints probed by {self.lines:,} lines: {words or 'none'}"]
        )
