"""``fixturegen plan``: what will be generated, and how; no values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fixturegen.commands.options import Dialect, Source, Wanted, loaded, shared
from fixturegen.commands.output import Output, lowered_document

if TYPE_CHECKING:
    from fixturegen.planning import Plan, TablePlan
    from fixturegen.planning.plan import Step


@shared
def plan(source: Source, wanted: Wanted, output: Output, dialect: Dialect = None) -> None:
    """Print order, references, generators, capacities and checks; no values."""
    made = wanted.plan(loaded(source, dialect), source)
    output.result(made, plan_document(made))


def plan_document(made: Plan) -> dict[str, object]:
    """Return a plan as ``--json`` tells it."""
    return {
        "source": made.schema.source,
        "seed": made.options.seed,
        "as_of": made.schema.as_of.isoformat(),
        "order": list(made.tables),
        "tables": {name: _table(table) for name, table in made.tables.items()},
        "postponed": {name: [each.name for each in references] for name, references in made.postponed.items()},
        "lowered": lowered_document(made),
        "unverified": list(made.unverified),
    }


def _table(table: TablePlan) -> dict[str, object]:
    references = {
        name: {"columns": list(link.reference.columns), "table": link.reference.table, "kind": link.kind}
        for name, link in table.links.items()
    }
    columns = {name: _step(step) for name, step in table.steps.items()}
    judged = [{"check": check.name, "why": why} for check, why in table.judged]
    return {"rows": table.rows, "references": references, "columns": columns, "judged": judged}


def _step(step: Step) -> dict[str, object]:
    """How a column comes about; the keys depend on the way."""
    from fixturegen.planning import plan as steps  # noqa: PLC0415 - kept out of --help

    match step:
        case steps.Drawn():
            made = step.generator
            return {"generator": made.name, "reason": step.reason, "capacity": made.capacity, "remark": made.remark}
        case steps.Cased():
            names = sorted({generator.name for generator in step.makers.values()})
            return {"generator": ", ".join(names), "reason": step.reason, "component": step.component}
        case steps.Gathered():
            return {"reference": step.reference, "target": step.target}
        case steps.Aggregated():
            return {"aggregate": step.aggregate.function, "table": step.aggregate.table}
        case steps.Numbered():
            return {"ordinal": step.reference}
        case _:
            return {}
