"""A plan tried where only trying tells: tables whose uniques are kept by drawing again may hold fewer rows than were wished for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fixturegen.fills.agreement import any_eligible
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.fills.failures import UnfillableError, UnsettledError
from fixturegen.fills.judging import Oracle
from fixturegen.planning.plan import Link, Plan

MOST_ROWS = 200_000
"""Larger tables are not tried beforehand: their search is part of the run."""
MOST_TRIALS = 100
Ceilings = Mapping[str, tuple[int, str]]


def tried(plan: Callable[[Ceilings], Plan], oracle: Oracle | None = None) -> Plan:
    """Return a plan whose tables can all be settled: wishes lowered to what found its place.

    Args:
        plan: Makes the plan for ceilings of tables: most rows and why; raises where a demand is above its ceiling.
        oracle: The database that judges what only it can judge.
    """
    ceilings: dict[str, tuple[int, str]] = {}
    made = plan(ceilings)
    for _ in range(MOST_TRIALS):
        failure = _failure(made, oracle)
        if failure is None:
            return made
        ceilings[failure.table] = (failure.placed, failure.message)
        made = plan(ceilings)
    return made


def _failure(plan: Plan, oracle: Oracle | None) -> UnsettledError | None:
    """Return what the first table says that cannot be settled, or None."""
    engine = Engine(plan, Bulk(plan.options.seed), oracle)
    for name, table in plan.tables.items():
        uncertain = table.settled and not any(group.conditions or group.tried for group in table.settled)
        choosy = [link for link in table.links.values() if link.only and table.rows and _few_parents(plan, link)]
        if not (uncertain or choosy) or table.total > MOST_ROWS:
            continue
        try:
            for link in choosy:
                any_eligible(engine, table, link)
            if uncertain:
                engine.attempts(name)
        except UnsettledError as error:
            return error
        except UnfillableError:
            continue  # that is said where rows are made, which may go on without the table
    return None


def _few_parents(plan: Plan, link: Link) -> bool:
    """Return whether the parents can all be read beforehand; beyond, the first rows say that there is none to refer to."""
    return plan.tables[link.reference.table].total <= MOST_ROWS
