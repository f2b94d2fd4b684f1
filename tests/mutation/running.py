"""A suite against every mutant of its schema, on SQLite in memory: which mutants no line tells from the original."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import process_time

from equivalence import NUMBERED, fillable, invalid, meaning, normal_form
from operators import Mutant, mutants
from same_conditions import same_conditions

from fixturegen.databases.conditions import conditions
from fixturegen.databases.create import creation
from fixturegen.errors import FixturegenError, RefusedError
from fixturegen.probing.bench import SqliteBench
from fixturegen.probing.trying import Verdict, tried
from fixturegen.schema import Schema, Table, Type
from fixturegen.suites import Line, Suite, suite_of

Verdicts = dict[str, int | None]


@dataclass
class Score:
    """What came of the mutants of one schema. Seconds are CPU time: ``made`` to make the suite, ``run`` for all mutants.

    Not counted as mutants are the ``invalid`` ones, for which there are no tables or no rows, and those that make the ``same``
    tables as the original or another one. ``repeated`` mutants say otherwise what another one says: killed or not.
    """

    name: str
    suite: Suite
    killed: Counter[str] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)
    equivalent: list[Mutant] = field(default_factory=list)
    invalid: int = 0
    same: int = 0
    repeated: Counter[bool] = field(default_factory=Counter)
    comparable: Counter[bool] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    made: float = 0.0
    run: float = 0.0
    constraints: int = 0

    @property
    def mutants(self) -> int:
        return self.killed.total() + len(self.survivors) + len(self.equivalent)

    @property
    def raw(self) -> float:
        return self.killed.total() / max(self.mutants, 1)

    @property
    def compared(self) -> float:
        """The share of killed mutants among those that published studies count."""
        return self.comparable[True] / max(self.comparable.total(), 1)

    @property
    def score(self) -> float:
        return self.killed.total() / max(self.mutants - len(self.equivalent), 1)

    def row(self) -> str:
        return (
            f"| {self.name} | {self.mutants:,} | {self.killed.total():,} | {len(self.equivalent):,} | {self.raw:.1%} | "
            f"{self.score:.1%} | {self.comparable.total():,} | {self.compared:.1%} | {len(self.suite):,} | {self.suite.inserts:,} | {self.made:.2f} | {self.run:.1f} |"
        )


HEAD = (
    "| schema | mutants | killed | equivalent | raw | of the others | comparable | of these | tests | INSERTs | s to make | s to run |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def scored(name: str, schema: Schema) -> Score:
    """Return the score of a schema's suite on SQLite."""
    begun = process_time()
    suite = suite_of(schema, dialect="sqlite")
    score = Score(name, suite, made=process_time() - begun)
    created = as_enforced(schema)
    begun = process_time()
    truth = verdicts(created, suite.lines)
    score.constraints = counted(created)
    score.wrong = wrong(created, suite.lines)
    touching = _touching(suite.lines)
    made = {name: ddl(created, name) for name in created.tables}
    seen = set(made.values())
    known: set[tuple[object, ...]] = set()
    normal = {(table, normal_form(created, table)) for table in created.tables}
    meanings = {table: meaning(created, table) for table in created.tables}
    for mutant in mutants(created, "sqlite"):
        changed = ddl(mutant.schema, mutant.table)
        if changed in seen or invalid(mutant.schema, mutant.table):
            score.same += changed in seen
            score.invalid += changed not in seen
            continue
        seen.add(changed)
        said = (mutant.table, meaning(mutant.schema, mutant.table))
        repeated = said in known and said[1] != meanings[mutant.table]
        before, count = score.killed.total(), score.mutants
        known.add(said)
        statements = [text for name, texts in made.items() for text in (changed if name == mutant.table else texts)]
        _judge(mutant, statements, score, truth, touching.get(mutant.table, ()), meanings, created)
        if repeated:
            score.repeated[score.killed.total() > before] += 1
        form = (mutant.table, normal_form(mutant.schema, mutant.table))
        if form not in normal and mutant.operator != "FKC-A" and score.mutants > count:
            normal.add(form)
            score.comparable[score.killed.total() > before] += 1
    score.run = process_time() - begun
    return score


def _judge(
    mutant: Mutant,
    statements: Sequence[str],
    score: Score,
    truth: Verdicts,
    lines: Sequence[Line],
    meanings: dict[str, tuple[object, ...]],
    original: Schema,
) -> None:
    try:
        told = killed(statements, lines, truth, deferred(original))
    except (FixturegenError, sqlite3.Error):
        score.invalid += 1
        return
    if told:
        score.killed[mutant.operator] += 1
    elif (
        meaning(mutant.schema, mutant.table) == meanings[mutant.table]
        or _same_checks(mutant, original)
        or _empty(mutant, original)
    ):
        score.equivalent.append(mutant)
    else:
        score.survivors.append(mutant)


def _same_checks(mutant: Mutant, original: Schema) -> bool:
    if not mutant.operator.startswith("CC"):
        return False
    return same_conditions(original.tables[mutant.table], mutant.schema.tables[mutant.table], original)


def _empty(mutant: Mutant, original: Schema) -> bool:
    """Whether the table can hold no row before or after: whatever is said of its rows is said of none."""
    return mutant.table not in fillable(mutant.schema) | fillable(original)


def as_enforced(schema: Schema) -> Schema:
    """Return the schema as SQLite enforces it: where its tables are SQLite's own, declared lengths and widths mean nothing."""
    if schema.dialect != "sqlite":
        return schema
    return replace(schema, tables={name: _loosened(table) for name, table in schema.tables.items()})


def _loosened(table: Table) -> Table:
    if all(column.type.native is None for column in table.columns):
        return table
    spelled = tuple(column.name for column in table.columns if (column.type.native or "").upper() == "INTEGER")
    columns = tuple(
        replace(column, type=replace(column.type, length=None, bits=64, signed=True)
                if column.type.kind in {"integer", "text", "bytes"} else _untyped(column.type))
        for column in table.columns
    )  # fmt: skip
    return replace(table, columns=columns, options={**table.options, NUMBERED: spelled})


def _untyped(type_: Type) -> Type:
    return replace(type_, kind="integer", bits=64) if type_.kind == "boolean" else type_


def ddl(schema: Schema, table: str) -> tuple[str, ...]:
    """Return the statements that make one table and its indexes in SQLite."""
    return creation(replace(schema, tables={table: schema.tables[table]}), "sqlite").statements


def bench_for(statements: Sequence[str]) -> SqliteBench:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    for statement in statements:
        connection.execute(statement)
    bench = SqliteBench(connection, sqlite3.Error, ":memory:")
    bench.begin()
    return bench


def deferred(schema: Schema) -> list[str]:
    return [name for name, table in schema.tables.items() if any(each.deferred for each in table.references)]


def verdicts(schema: Schema, lines: Sequence[Line]) -> Verdicts:
    bench = bench_for([statement for name in schema.tables for statement in ddl(schema, name)])
    try:
        return {verdict.line.id: verdict.stopped for verdict in tried(bench, lines, deferred(schema))}
    finally:
        bench.driver.close()


def killed(statements: Sequence[str], lines: Sequence[Line], truth: Verdicts, late: Sequence[str]) -> bool:
    """Whether a line's verdict differs from that on the original; the first one that does is enough."""
    bench = bench_for(statements)
    try:
        return any(_told(tried(bench, [line], late)[0], truth) for line in lines)
    finally:
        bench.driver.close()


def _told(verdict: Verdict, truth: Verdicts) -> bool:
    if verdict.failure:
        raise RefusedError(verdict.failure)
    return verdict.stopped != truth[verdict.line.id]


def wrong(schema: Schema, lines: Sequence[Line]) -> list[str]:
    """Return the lines whose verdict on the original is not the one they expect."""
    bench = bench_for([statement for name in schema.tables for statement in ddl(schema, name)])
    try:
        return [
            f"{verdict.line.id}: stopped at {verdict.stopped} by {verdict.by or verdict.failure}"
            for verdict in tried(bench, lines, deferred(schema))
            if not verdict.expected
        ]
    finally:
        bench.driver.close()


def counted(schema: Schema) -> int:
    """Return how many constraints the tables are made with: keys, uniques, references, NOT NULLs and CHECKs."""
    return sum(
        (table.primary_key is not None)
        + len(table.uniques)
        + len(table.references)
        + sum(not column.nullable for column in table.columns)
        + len(conditions(schema, table, "sqlite")[0])
        for table in schema.tables.values()
    )


def _touching(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        for table in dict.fromkeys(step.table for step in line.case.steps):
            found.setdefault(table, []).append(line)
    return found
