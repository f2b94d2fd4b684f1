"""What can never meet, and why: conditions that hold whatever rows there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fixturegen.coverage.feasible import Tied
from fixturegen.coverage.matching import Matching
from fixturegen.coverage.parents import Possible, kinds_of_parent
from fixturegen.covering_arrays import Constraint
from fixturegen.covering_arrays.constraints import Rules, UndecidedError
from fixturegen.covering_arrays.tuples import Meeting


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is certain about the classes of one table's rows.

    Attributes:
        matching: Knows the factors and what ties them.
        always: What holds whatever the checks are, with words.
        rules: All conditions: checks, what always holds, and that the constraints allow a fitting parent.
        parents: The proofs of the tables referred to.
    """

    matching: Matching
    always: Sequence[tuple[Constraint, str]]
    rules: Rules
    parents: Mapping[str, Proofs]

    def refused(self, classes: Mapping[int, int]) -> bool:
        """Whether it is certain that no row has these classes."""
        try:
            return not self.rules.possible(classes)
        except UndecidedError:
            return False

    def reason(self, meeting: Meeting) -> str | None:
        """Return why no row has these classes, or None where one may."""
        if not self.refused(dict(meeting)):
            return None
        return (
            self._of_checks(meeting)
            or self._always(dict(meeting))
            or self._of_parents(dict(meeting))
            or self._joint(dict(meeting))
        )

    def _of_checks(self, meeting: Meeting) -> str | None:
        parts = ((one, tuple(pair for pair in meeting if pair[0] in one.members)) for one in self.matching.tied)
        return next(filter(None, (one.refusal(part) for one, part in parts if part)), None)

    def _always(self, classes: Mapping[int, int]) -> str | None:
        for rule, words in self.always:
            if not rule.allows(tuple(classes.get(at) for at in rule.factors)):
                return words
        return None

    def _of_parents(self, classes: Mapping[int, int]) -> str | None:
        members, values = tuple(classes), tuple(classes.values())
        for reference in self.matching.chosen:
            there = self.parents[reference.table]
            if there is self or Possible(self.matching, reference, members, there.rules)(values):
                continue
            kinds = kinds_of_parent(self.matching, reference, classes)
            words = (there.reason(tuple(sorted(asked.items()))) for asked in kinds)
            why = next(filter(None, words), "checks read the parent's columns")
            return f"no row of {reference.table} goes with them: {why}"
        return None

    def _joint(self, classes: Mapping[int, int]) -> str:
        checks = {name for tied in self.matching.tied for name in _checks(tied)}
        words = {words for rule, words in self.always if classes.keys() & set(rule.factors)}
        return f"no row meets all at once: {'; '.join(sorted(checks | words)) or 'what its references demand'}"


def _checks(tied: Tied) -> Sequence[str]:
    return tuple(tied.checks)
