"""``fg.negatives``: records that break exactly one constraint each, beside those that just do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, get_args

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.carrying import Carrier
from fixturegen.breaking.checks import checks
from fixturegen.breaking.computed import computed
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.exclusions import exclusions
from fixturegen.breaking.filled import filled
from fixturegen.breaking.leaning import leaned
from fixturegen.breaking.limits import limits
from fixturegen.breaking.nulls import nulls
from fixturegen.breaking.placing import Parents
from fixturegen.breaking.pool import Pool, pool_of
from fixturegen.breaking.ranges import ranges
from fixturegen.breaking.records import Negatives, Record, Unbreakable
from fixturegen.breaking.references import references
from fixturegen.breaking.seeking import Proposal, Seeker
from fixturegen.breaking.totals import settled
from fixturegen.breaking.uniques import uniques
from fixturegen.constraints.base import constraints
from fixturegen.databases.oracles import asking
from fixturegen.errors import InputError, SchemaError
from fixturegen.fills.judging import Oracle
from fixturegen.options import options_from
from fixturegen.runs import Source, database_behind
from fixturegen.schema import Dialect, Schema
from fixturegen.variants import dated
from fixturegen.verbs import load

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

_PROPOSALS: tuple[Proposal, ...] = (
    nulls,
    exclusions,
    uniques,
    references,
    checks,
    ranges,
    limits,
    computed,
    filled,
)
_CIRCLE = "no statement can insert a first row: references that are never NULL lead in a circle, and each row is judged at once"


def negatives(
    schema: Source,
    *,
    dialect: Dialect | None = None,
    table: str | None = None,
    seed: int = 0,
    as_of: date | None = None,
    database: Target | None = None,
) -> Negatives:
    """Return records that break exactly one constraint each, for every constraint and every way, beside those that just do not.

    Every record starts from empty tables: ``before`` is taken, ``last`` is refused or taken as ``expect`` says. What cannot be
    broken alone is told in ``unbreakable``, with the reason.

    Args:
        schema: The schema, or a source of one.
        dialect: Whose verdicts to expect; the schema's dialect unless given. Tables that were read from a database of that
            dialect are taken as they are there, others as ``create`` makes them.
        table: Only the constraints of this table; of all unless given.
        seed: Any integer.
        as_of: Overrides the schema's frozen clock.
        database: Address or engine of a database that judges what only it can, such as functions of its own; nothing in it is
            changed. The source itself where that is a database; none otherwise.

    Raises:
        InputError: No such table or dialect, or a schema of which no table can be filled.

    Example:
        >>> from fixturegen.schema import Column, Schema, Table, Type, Unique
        >>> columns = (Column(name="id", type=Type(kind="integer")), Column(name="name", type=Type(kind="text")))
        >>> users = Table(name="users", columns=columns, primary_key=Unique(columns=("id",)))
        >>> found = negatives(Schema(tables={"users": users}))
        >>> [(record.id, record.expect) for record in found][:2]
        [('users.users_id_not_null/null', 'accept'), ('users.users_name_not_null/null', 'reject')]
    """
    options_from(seed=seed, as_of=as_of)
    loaded = dated(load(schema), as_of)
    _check(loaded, dialect, table)
    names = list(loaded.tables) if table is None else [table]
    database = database if database is not None else database_behind(schema)
    pool = leaned(pool_of(loaded, names, seed, database))
    enforcement = Enforcement(loaded, dialect or loaded.dialect)
    carrier = Carrier(Parents(pool, enforcement.dialect))
    records: list[Record] = []
    lost: list[Unbreakable] = []
    with asking(database) as oracle:
        for found in (each for name in names for each in _of_table(pool, enforcement, name, carrier, oracle)):
            (records if isinstance(found, Record) else lost).append(found)  # type: ignore[arg-type] # one list each
    return Negatives(settled(pool, records), lost)


def _check(schema: Schema, dialect: str | None, table: str | None) -> None:
    if dialect is not None and dialect not in get_args(Dialect):
        message = f"unknown dialect {dialect!r}"
        raise InputError(message, given=str(dialect), exists=get_args(Dialect))
    if table is not None and table not in schema.tables:
        message = f"unknown table {table!r}"
        raise SchemaError(message, where=schema.source or None, given=str(table), exists=schema.tables)


def _of_table(
    pool: Pool, enforcement: Enforcement, name: str, carrier: Carrier, oracle: Oracle
) -> Iterator[Record | Unbreakable]:
    if not pool.rows.get(name):
        reason = f"the table stays empty: {pool.empty.get(name, 'no row of it was found')}"
        for each in constraints(pool.schema, name):
            yield Unbreakable(str(each), "any", reason, name)
        return
    parents = carrier.parents
    bench = Bench(pool, pool.schema.tables[name], parents, oracle)
    later = [proposal(bench, enforcement) for proposal in _PROPOSALS]
    bench.judge()
    closed = all(parents.before(name, row) is None for row in pool.rows[name])
    seeker = Seeker(bench, enforcement, carrier, _CIRCLE if closed else "")
    done: set[str] = set()
    for wish in (each for wishes in later for each in wishes()):
        key = f"{wish.constraint}/{wish.suffix}"
        if key not in done:
            found = seeker.find(wish)
            if isinstance(found, Record):
                done.add(key)
            if found is not None:
                yield found
