"""Print how many mutants the suite of each schema tells from the original: ``python tests/mutation [SOURCE ...]``.

Without sources: the shipped schemas and those of the corpus. All run on SQLite; schemas of PostgreSQL and MariaDB are made there
as ``--create`` makes them, types and conditions translated. Tables of SQLite itself are made as SQLite reads them: lengths and
widths mean nothing, an ``INT PRIMARY KEY`` is no ``INTEGER PRIMARY KEY`` and may be NULL.

A mutant counts (``mutants``) unless SQLite refuses its tables or any row of them, as where a reference leads to no key, or unless
its tables are made by the same text as those of the original or of an earlier mutant. Of these, ``killed`` are told from the
original by some line; ``equivalent`` ones are alive, and no rows could tell them by the rules of ``equivalence.py``. ``raw`` is
the share of the killed in all that count, ``of the others`` their share in those that are not equivalent.

``comparable`` is what published studies of schema tests take as all mutants, and ``of these`` is the raw score over them. They add
no column pairs to references (FKC-A), and leave out what a look at the constraints alone shows to be the same as the original or
another mutant: there a primary key is a unique, a unique over more columns than another one says nothing, and a CHECK that a column
is not NULL is NOT NULL (``normal_form``). All else stays in, whether or not rows could tell it: CHECKs that others imply, tables
that no row can enter, numbers that SQLite gives in place of NULL. On the schemas of those studies that makes as many mutants as
they published, schema by schema, for 31 of the 33 schemas whose numbers are known, and two fewer for each of the other two.

``s to make`` is the CPU time in which the suite was made, ``s to run`` that of all mutants.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from running import HEAD, Score, scored

import fixturegen as fg

ROOT = Path(__file__).parents[2]


def sources() -> list[Path]:
    return [*sorted((ROOT / "schemas").glob("*.yaml")), *sorted((ROOT / "tests" / "corpus").glob("*/*.sql"))]


def main(arguments: list[str]) -> None:
    told = [argument for argument in arguments if not argument.startswith("-")]
    scores: list[Score] = []
    sys.stdout.write(f"{HEAD}\n")
    for path in map(Path, told) if told else sources():
        name = str(path.resolve().relative_to(ROOT)) if path.resolve().is_relative_to(ROOT) else path.name
        score = scored(name, fg.load(path))
        scores.append(score)
        sys.stdout.write(f"{score.row()}\n")
        sys.stdout.flush()
        for title, lines in (("wrong", score.wrong), ("survived", score.survivors), ("equivalent", score.equivalent)):
            if "--verbose" in arguments:
                for line in lines:
                    sys.stdout.write(f"    {title}: {line}\n")
    sys.stdout.write(f"{whole(scores)}\n")


def whole(scores: list[Score]) -> str:
    """Return the last row: all mutants together, tests and rows a schema and a constraint."""
    mutants, equivalent = sum(each.mutants for each in scores), sum(len(each.equivalent) for each in scores)
    killed = sum(each.killed.total() for each in scores)
    tests, inserts = sum(len(each.suite) for each in scores), sum(each.suite.inserts for each in scores)
    constraints = sum(each.constraints for each in scores)
    return (
        f"| all | {mutants:,} | {killed:,} | {equivalent:,} | {killed / max(mutants, 1):.1%} | "
        f"{killed / max(mutants - equivalent, 1):.1%} | {sum(each.comparable.total() for each in scores):,} | "
        f"{sum(each.comparable[True] for each in scores) / max(sum(each.comparable.total() for each in scores), 1):.1%} | {tests:,} | {inserts:,} | {sum(each.made for each in scores):.2f} | "
        f"{sum(each.run for each in scores):.1f} |\n\n{tests / max(constraints, 1):.2f} tests and {inserts / max(constraints, 1):.2f} "
        f"INSERTs a constraint that SQLite enforces ({constraints:,}); {sum(len(each.wrong) for each in scores)} lines are wrong\n"
        f"{ineffective(scores, mutants, killed)}"
    )


def ineffective(scores: list[Score], mutants: int, killed: int) -> str:
    """Return what was made beside the mutants that count, and the score without those that repeat others."""
    invalid, same = sum(each.invalid for each in scores), sum(each.same for each in scores)
    caught, missed = (sum(each.repeated[told] for each in scores) for told in (True, False))
    rest = mutants - caught - missed
    return (
        f"{mutants + invalid + same:,} mutants made: {invalid:,} are no valid schema, {same:,} make the same tables as the original or "
        f"another one, {caught + missed:,} mean the same as another one; raw score without all of these "
        f"{(killed - caught) / max(rest, 1):.1%} of {rest:,}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
