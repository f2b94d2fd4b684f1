"""A line tried on a bench: which statement is refused, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fixturegen.databases.base import Rejection
from fixturegen.probing.bench import Bench
from fixturegen.suites.lines import Line


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line.

    Attributes:
        line: The line.
        stopped: Position of the statement that was refused, 0-based; the number of statements where the commit refuses; None where
            all is taken.
        by: What refused it.
        failure: What the database said where it failed otherwise, such as for a column that it does not have.
    """

    line: Line
    stopped: int | None = None
    by: Rejection | None = None
    failure: str = ""

    @property
    def reached(self) -> bool:
        """Whether the statement that the line is about was tried."""
        return self.stopped is None or self.stopped >= len(self.line.statements) - 1

    @property
    def expected(self) -> bool:
        """Whether the verdict is the one that the line expects; by which constraint is not asked."""
        if self.failure:
            return False
        if self.line.expect == "accept":
            return self.stopped is None
        count = len(self.line.statements)
        return self.stopped == (count if self.line.at == "commit" else count - 1)


def tried(bench: Bench, lines: Iterable[Line], deferred: Sequence[str] = ()) -> list[Verdict]:
    """Run lines, each from the state that the database has now.

    Args:
        bench: The transaction.
        lines: The lines.
        deferred: Tables with references that are judged at commit.

    Raises:
        RefusedError: If the transaction is lost.
    """
    return [_tried(bench, line, deferred) for line in lines]


def _tried(bench: Bench, line: Line, deferred: Sequence[str]) -> Verdict:
    bench.mark()
    at = 0
    try:
        for at, statement in enumerate(line.statements):  # noqa: B007 (where it stopped is told)
            bench.run(statement)
        at = len(line.statements)
        by = bench.settle(deferred)
        verdict = Verdict(line) if by is None else Verdict(line, at, by)
    except bench.error as error:
        # A statement that cannot even be read is refused as well, by whatever the database says.
        by = bench.rejection(error, line.table)
        verdict = Verdict(line, at, by, "" if by is not None else bench.refused(error).message)
    try:
        bench.undo()
    except bench.error as error:
        raise bench.refused(error) from None  # the connection is gone, or the transaction
    return verdict
