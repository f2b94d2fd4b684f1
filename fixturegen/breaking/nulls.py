"""NULL in every column: refused where the column must hold a value, taken where it need not."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.records import Taken
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.whole import whole
from fixturegen.constraints.contract import Constraint, of_column

_BASES = 4


def nulls(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows with a NULL in one column."""
    demanded = {each.columns[0]: each for each in bench.constraints if each.kind == "not_null"}
    bases = [at for at, each in enumerate(bench.candidates) if not each.changed][:_BASES]
    # A row that refers to nothing may be too bare: a check may want another column in place of the one that is NULL.
    names = [name for reference in bench.table.references for name in reference.columns]
    bases += [bench.add(whole(bench, at, names), at) for at in range(min(_BASES, len(bases)))] if names else []
    places = {column.name: [bench.mutant(base, {column.name: None}) for base in bases] for column in bench.stored}

    def wishes() -> Iterator[Wish]:
        for column in bench.stored:
            constraint = demanded.get(column.name)
            if constraint is None:
                free = of_column("nullable", bench.table, column)
                yield _null(free, places[column.name], breaks=False)
                continue
            taken = enforcement.null_refused(bench.table, column)
            refers = any(column.name in reference.columns for reference in bench.table.references)
            reason = enforcement.null_uncertain(column) or ""
            if taken and refers and taken.outcome == "numbered":
                reason = f"{taken.reason}, and that number refers to another row"
            yield _null(constraint, places[column.name], breaks=True, taken=taken, reason=reason)

    return wishes


def _null(
    constraint: Constraint, places: list[int], *, breaks: bool, taken: Taken | None = None, reason: str = ""
) -> Wish:
    return Wish(
        constraint=constraint,
        suffix="null",
        way=f"NULL in {constraint.columns[0]}",
        breaks=breaks,
        places=places,
        taken=taken,
        reason=reason,
        silent=not breaks,
    )
