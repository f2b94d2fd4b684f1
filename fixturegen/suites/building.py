"""From a schema to its suite: the records of every constraint, reduced, and written as SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fixturegen.breaking.records import Insert, Negatives, Record, Step, Unbreakable
from fixturegen.errors import InputError
from fixturegen.schema import Dialect, Schema, Table
from fixturegen.suites.contrast import contrasted, set_apart
from fixturegen.suites.gathering import gathered
from fixturegen.suites.lines import Case, Cover, Line, line_of
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import donated, merged, single
from fixturegen.suites.pairing import paired
from fixturegen.suites.placing import Draft, placed
from fixturegen.suites.statements import Statements, rows_written

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


@dataclass(frozen=True)
class Suite:
    """The lines of a schema's constraint suite.

    Attributes:
        dialect: Dialect of their SQL, and of the engine whose verdicts they expect.
        lines: The lines, table by table.
        unbreakable: Ways to break a constraint for which there is no line, with the reason.
    """

    dialect: Dialect
    lines: tuple[Line, ...]
    unbreakable: tuple[Unbreakable, ...] = ()

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def inserts(self) -> int:
        """How many rows all lines insert."""
        return sum(rows_written(line.case.steps) for line in self.lines)

    @cached_property
    def records(self) -> int:
        """How many records the lines test: their own, and those that they cover."""
        return sum(1 + len(line.case.covers) for line in self.lines)

    def as_json(self) -> dict[str, object]:
        """Return the figures as the command line prints them with ``--json``."""
        return {
            "dialect": self.dialect,
            "lines": len(self.lines),
            "statements": sum(len(line.statements) for line in self.lines),
            "inserts": self.inserts,
            "records": self.records,
            "constraints": len({line.constraint for line in self.lines}),
            "unbreakable": [
                {"constraint": each.constraint, "way": each.way, "reason": each.reason} for each in self.unbreakable
            ],
        }

    def __str__(self) -> str:
        """Return the figures in one line."""
        return (
            f"{len(self.lines):,} lines, {self.inserts:,} rows, for {self.records:,} records "
            f"of {len({line.constraint for line in self.lines}):,} constraints"
        )


def suite_of(
    schema: Schema,
    *,
    dialect: Dialect | None = None,
    only: Collection[str] = (),
    exclude: Collection[str] = (),
    seed: int = 0,
    as_of: date | None = None,
    database: Target | None = None,
) -> Suite:
    """Return the constraint suite of a schema.

    Args:
        schema: The schema.
        dialect: Of which engine; that of the schema unless given.
        only: Tables whose constraints are tested; all unless given. Their parents' rows are made as needed.
        exclude: Tables whose constraints are not tested.
        seed: Any whole number.
        as_of: Overrides the schema's frozen clock.
        database: A database that judges what only it can, such as functions of its own; nothing in it is changed.

    Raises:
        InputError: An unknown table, or a value that the dialect has no literal for.

    Example:
        >>> from fixturegen.schema import Column, Table, Type, Unique
        >>> table = Table(name="t", columns=(Column(name="id", type=Type(kind="integer")), Column(name="a", type=Type(kind="text"))),
        ...               primary_key=Unique(columns=("id",)))
        >>> suite = suite_of(Schema(tables={"t": table}))
        >>> [line.expect for line in suite if line.constraint == "t.t_a_not_null"]
        ['reject']
    """
    wanted = wanted_tables(schema, only, exclude)
    chosen = dialect or schema.dialect
    found = negatives_for(schema, dialect=chosen, seed=seed, as_of=as_of, database=database)
    return written_suite(schema, chosen, reduced(schema, found, wanted), found.unbreakable, wanted)


def written_suite(
    schema: Schema,
    dialect: Dialect,
    cases: Iterable[Case],
    unbreakable: Iterable[Unbreakable] = (),
    tables: Collection[str] = (),
) -> Suite:
    """Return cases as a suite.

    Raises:
        InputError: If a value cannot be written in the dialect.
    """
    write = Statements(schema, dialect)
    lines = tuple(_line(case, write) for case in cases)
    return Suite(dialect, lines, tuple(each for each in unbreakable if not tables or each.table in tables))


def _line(case: Case, write: Statements) -> Line:
    return line_of(case, tuple(write.statement(step) for step in case.steps))


def reduced(schema: Schema, negatives: Negatives | Iterable[Record], tables: Collection[str] = ()) -> list[Case]:
    """Return few lines, with few rows, that test every record that the database itself decides.

    What is refused needs a line of its own. Rows that are taken are merged where no constraint reads what they differ in
    together, and then stand where other lines need rows anyway.

    Args:
        schema: The schema.
        negatives: The records.
        tables: Tables whose records are tested; all unless given.
    """
    asked = [each for each in negatives if each.judge == "database" and (not tables or each.table in tables)]
    records = _evened(asked, schema)
    fixed = [each for each in records if each.expect == "reject" or not _mergeable(each)]
    loose: dict[str, list[Record]] = {}
    for record in records:
        if record.expect == "accept" and _mergeable(record):
            loose.setdefault(record.table, []).append(record)
    localities = {name: _locality(schema, table, loose.get(name, ())) for name, table in schema.tables.items()}
    drafts = [Draft(record) for record in fixed]
    bins = [made for name, each in loose.items() for made in merged(each, localities, name)]
    drafts += gathered(placed(drafts, bins, localities), localities)
    for name in localities:
        lines = [draft for draft in drafts if draft.record.table == name]
        contrasted(lines, loose.get(name, ()), localities, name)
        paired(drafts, loose, localities, name)
    for draft in drafts:
        set_apart(draft, localities[draft.record.table])
    return _ordered(schema, _distinct([draft.case() for draft in drafts]))


def _evened(records: Sequence[Record], schema: Schema) -> list[Record]:
    """Return the records with parents that differ in totals over their children only made the same.

    No database enforces such totals by itself; each of the parents is taken as it is.
    """
    totals = {
        name: frozenset(column.name for column in table.columns if column.aggregate is not None)
        for name, table in schema.tables.items()
    }
    first: dict[str, Step] = {}

    def evened(step: Step) -> Step:
        names = totals.get(step.table)
        if not names or not isinstance(step, Insert):
            return step
        kept = tuple({name: value for name, value in row.items() if name not in names} for row in step.rows)
        return first.setdefault(repr(replace(step, rows=kept)), step)

    return [
        replace(record, before=tuple(each if each.table == record.table else evened(each) for each in record.before))
        for record in records
    ]


def _locality(schema: Schema, table: Table, records: Sequence[Record]) -> Locality:
    plain = Locality(schema, table)
    return replace(plain, donors=donated(records, plain))


def _mergeable(record: Record) -> bool:
    """Whether a record is one row of its table, decided by its own statement, that stands there afterwards."""
    stands = record.outcome in {"given", "numbered"}
    return stands and record.at == "statement" and single(record.last) is not None and record.last.table == record.table


def _distinct(cases: Sequence[Case]) -> list[Case]:
    """Let one line stand for all that are the same statements with the same verdict."""
    kept: dict[tuple[object, ...], Case] = {}
    for case in cases:
        key = (repr(case.steps), case.record.expect, case.record.at)
        first = kept.get(key)
        cover = (Cover(case.record, len(case.steps) - 1), *case.covers)
        kept[key] = case if first is None else Case(first.record, first.steps, (*first.covers, *cover))
    return list(kept.values())


def _ordered(schema: Schema, cases: Iterable[Case]) -> list[Case]:
    """By table, in the schema's order; the order of a table's records is kept."""
    place: Mapping[str, int] = {name: at for at, name in enumerate(schema.tables)}
    return sorted(cases, key=lambda case: place.get(case.record.table, len(place)))


def negatives_for(
    schema: Schema, *, dialect: Dialect, seed: int = 0, as_of: date | None = None, database: Target | None = None
) -> Negatives:
    """Return the records of a schema, as an engine judges them; a database that is given is asked what only it knows."""
    from fixturegen.breaking.finding import negatives  # noqa: PLC0415 (loads the planner)

    return negatives(schema, dialect=dialect, seed=seed, as_of=as_of, database=database)


def wanted_tables(schema: Schema, only: Collection[str], exclude: Collection[str]) -> tuple[str, ...]:
    """Return the tables that are asked for, in the schema's order.

    Raises:
        InputError: An unknown table.
    """
    for name in (*only, *exclude):
        if name not in schema.tables:
            message = f"unknown table {name!r}"
            raise InputError(message, given=name, exists=schema.tables)
    return tuple(name for name in schema.tables if (not only or name in only) and name not in exclude)
