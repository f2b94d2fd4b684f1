"""Verdicts on lines as findings about constraints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.breaking.records import Negatives, Record
from fixturegen.constraints.base import constraints
from fixturegen.constraints.contract import Constraint
from fixturegen.databases.base import Rejection
from fixturegen.probing.findings import Finding, Status
from fixturegen.probing.matching import answers
from fixturegen.probing.trying import Verdict
from fixturegen.schema import Schema

_WORST: tuple[Status, ...] = (
    "not enforced", "refuses valid rows", "untestable", "no room", "enforced otherwise", "enforced", "unbreakable", "left to verify",
)  # fmt: skip


@dataclass(slots=True)
class _Held:
    """What the lines say about one constraint, by status."""

    kind: str
    table: str
    lines: dict[Status, list[str]] = field(default_factory=dict)
    by: dict[Status, dict[str, None]] = field(default_factory=dict)
    reasons: dict[Status, dict[str, None]] = field(default_factory=dict)

    def add(self, status: Status, line: str, by: str = "", reason: str = "") -> None:
        self.lines.setdefault(status, []).append(line)
        self.by.setdefault(status, {})[by] = None
        self.reasons.setdefault(status, {})[reason] = None

    def finding(self, name: str) -> Finding:
        status = next(each for each in _WORST if each in self.lines)
        return Finding(
            constraint=name,
            kind=self.kind,
            table=self.table,
            status=status,
            lines=tuple(self.lines[status]) if status != "unbreakable" else (),
            by=", ".join(filter(None, self.by[status])),
            reason="; ".join(filter(None, self.reasons[status])),
        )


def findings(
    schema: Schema,
    made: Negatives,
    wanted: Collection[str],
    verdicts: Sequence[Verdict],
    barred: Mapping[str, str],
    full: Collection[str],
) -> tuple[Finding, ...]:
    """Return what was found out about every constraint of the wanted tables.

    Args:
        schema: The schema.
        made: Its records.
        wanted: The tables.
        verdicts: What became of the lines.
        barred: Tables that were not written to, with the reason.
        full: Tables that hold rows already.
    """
    known = {str(each): each for each in constraints(schema, *wanted)}
    held: dict[str, _Held] = {name: _Held(each.kind, each.table) for name, each in known.items()}
    for record in made:
        if record.table in wanted:
            held.setdefault(record.constraint, _Held(record.kind, record.table))
            _untried(record, held[record.constraint], barred)
    names = {name for each in known.values() for name in (each.name, getattr(each.subject, "name", "")) if name}
    for verdict in verdicts:
        record = verdict.line.case.record
        _judged(verdict, known.get(record.constraint), held[record.constraint], full, names)
        if verdict.reached and not verdict.failure:
            for cover in verdict.line.case.covers:
                _covered(verdict, cover.step, cover.record, held[cover.record.constraint])
    for each in made.unbreakable:
        if each.table in wanted and each.constraint in held:
            held[each.constraint].add("unbreakable", "", reason=f"{each.way}: {each.reason}")
    for about in held.values():
        if not about.lines:
            about.add("unbreakable", "", reason="no row breaks it and nothing else")
    return tuple(about.finding(name) for name, about in held.items() if _is_worth_telling(name, about, known))


def _is_worth_telling(name: str, held: _Held, known: Mapping[str, Constraint]) -> bool:
    """Whether there is such a constraint; freedoms (a column that may be NULL) are told of only where they are refused."""
    return name in known or any(
        status in held.lines for status in ("not enforced", "refuses valid rows", "untestable", "no room")
    )


def _untried(record: Record, held: _Held, barred: Mapping[str, str]) -> None:
    if record.judge == "verify":
        held.add("left to verify", record.id)
        return
    reasons = [f"{step.table}: {barred[step.table]}" for step in record.steps if step.table in barred]
    if reasons:
        held.add("untestable", record.id, reason=reasons[0])


def _judged(
    verdict: Verdict, constraint: Constraint | None, held: _Held, full: Collection[str], names: Collection[str]
) -> None:
    record = verdict.line.case.record
    told = _told(verdict.by)
    if verdict.failure:
        held.add("untestable", record.id, reason=verdict.failure)
    elif (taken := _no_room(verdict, full)) is not None:
        held.add(
            "no room",
            record.id,
            by=told,
            reason=f"rows of {taken} that are there already leave none for the test's own",
        )
    elif not verdict.reached:
        table = verdict.line.case.steps[verdict.stopped or 0].table
        held.add("untestable", record.id, by=told, reason=f"a row of {table} that must stand before it is refused")
    elif record.expect == "accept":
        if verdict.stopped is None:
            held.add("left to verify", record.id)  # no more than that, where nothing breaks it
        else:
            held.add("refuses valid rows", record.id, by=told, reason=record.way)
    elif verdict.stopped is None:
        held.add("not enforced", record.id, reason=f"taken: {record.way}")
    elif verdict.by is not None and answers(constraint, record.kind, verdict.by, names):
        held.add("enforced", record.id)
    else:
        held.add("enforced otherwise", record.id, by=told)


def _covered(verdict: Verdict, step: int, record: Record, held: _Held) -> None:
    """A row that was taken on the way; those that share the last step have its verdict."""
    last = len(verdict.line.case.steps) - 1
    if step < last or record.expect == "accept":
        if step < last or verdict.stopped is None:
            held.add("left to verify", record.id)
    elif verdict.stopped is not None:
        held.add("enforced", record.id)


def _no_room(verdict: Verdict, full: Collection[str]) -> str | None:
    """Return the table whose rows repeat a row that should have been taken; None where it was refused for something else."""
    steps = verdict.line.case.steps
    if verdict.by is None or verdict.by.kind not in {"unique", "primary key", "exclusion"} or verdict.stopped is None:
        return None
    table = steps[min(verdict.stopped, len(steps) - 1)].table
    should_stand = not verdict.reached or verdict.line.expect == "accept"
    return table if should_stand and table in full else None


def _told(rejection: Rejection | None) -> str:
    if rejection is None:
        return ""
    return f"{rejection.kind} {rejection.constraint}".strip()
