"""From wishes to records: of the candidates that would serve, the nearest one that breaks what it should and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fixturegen.breaking.bench import Bench, Candidate
from fixturegen.breaking.carrying import Carrier
from fixturegen.breaking.enforcement import Enforcement, Judge
from fixturegen.breaking.placing import Place, Search
from fixturegen.breaking.pool import Row
from fixturegen.breaking.readable import unreadable
from fixturegen.breaking.records import Insert, Record, Step, Taken, Unbreakable
from fixturegen.constraints.contract import Constraint
from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Check, Reference

Numbers = npt.NDArray[np.int64]
_MOST_TRIED = 60
"""Candidates of one wish whose place among other rows is looked for, and"""
_MOST_CARRIED = 24
"""those for which parents are made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One way to break a constraint, or to come near it.

    Attributes:
        constraint: The constraint.
        suffix: What tells the wish from the others of its constraint, for the record's id.
        way: What is tried, in words; a function of the row where its values say it best.
        breaks: Whether the row is to break the constraint.
        places: Numbers of the candidates that would serve.
        ordered: Whether they stand in order of preference already.
        beside: Number of a candidate that stands before the row, to be compared with it.
        near: Number of a candidate whose parents stand before the row, although it does not refer to them.
        without: A reference of the row that is to lead nowhere.
        taken: Why the database takes the row although it breaks what the schema says; None where it does not.
        judge: When the database decides.
        overriding: See :class:`~fixturegen.breaking.records.Insert`.
        silent: Whether nothing is to be said where no row is found.
        reason: Why there is no row, where that is known beforehand.
    """

    constraint: Constraint
    suffix: str
    way: str | Callable[[Row], str]
    breaks: bool
    places: Sequence[int]
    ordered: bool = False
    beside: int | None = None
    near: int | None = None
    without: Reference | None = None
    taken: Taken | None = None
    judge: Judge = "statement"
    overriding: bool = True
    silent: bool = False
    reason: str = ""


Later = Callable[[], Iterator[Wish]]
"""The wishes of a proposal, once its candidates are judged."""
Proposal = Callable[[Bench, Enforcement], Later]
"""Adds candidates to a bench, for one sort of constraint."""


@dataclass(slots=True)
class Seeker:
    """Looks for the rows of one table.

    Attributes:
        bench: The judged candidates.
        enforcement: What the database enforces.
        carrier: Makes up parents where none at hand will do.
        closed: Why no whole row has a place in an empty database, if that is so.
    """

    bench: Bench
    enforcement: Enforcement
    carrier: Carrier
    closed: str = ""
    _told: Numbers = field(init=False)
    _untold: Numbers = field(init=False)
    _rank: Numbers = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.bench)
        told, untold = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for each in self.bench.constraints:
            flags = self.bench.bad.get(each.name)
            if flags is not None and not self.enforcement.is_subsumed(each):
                (untold if self.enforcement.judge(each) == "verify" else told)[flags] += 1
            elif each.kind == "ordinal":
                untold += [candidate.row[each.columns[0]] != 1 for candidate in self.bench.candidates]
        self._told, self._untold = told, untold
        self._rank = np.array([len(each.changed) * 2 + (each.origin > 0) for each in self.bench.candidates])

    def find(self, wish: Wish) -> Record | Unbreakable | None:
        """Return the record of a wish, or why there is none; None where nothing need be said."""
        if wish.reason:
            return self._lost(wish, wish.reason)
        meddled = None if wish.judge == "verify" else self._meddled(wish)
        if meddled is not None:
            return self._lost(wish, meddled) if wish.breaks else None
        name = wish.constraint.name
        own = self.bench.bad.get(name)
        if name in self.bench.unjudged and wish.breaks:
            return self._lost(wish, "frames cannot judge it: its database alone can")
        told, untold = self._told, self._untold
        if own is not None and not self.enforcement.is_subsumed(wish.constraint):
            told, untold = (told, untold - own) if wish.judge == "verify" else (told - own, untold)
        places = np.asarray(wish.places, dtype=np.int64)
        if own is not None and places.size:
            places = places[own[places] == wish.breaks]
        found_any = places.size > 0
        places = places[told[places] == 0] if found_any else places
        order = np.arange(places.size) if wish.ordered else self._rank[places]
        ranked = places[np.lexsort((places, order, untold[places]))]
        for carrying, most in ((False, _MOST_TRIED), (True, _MOST_CARRIED)):
            for place in ranked[:most].tolist():
                record = self._placed(wish, place, self._search(carrying=carrying))
                if record is not None:
                    return record
        if wish.silent:
            return None
        return self._lost(wish, self._reason(wish, found_any, bool(places.size)))

    def _meddled(self, wish: Wish) -> str | None:
        subject, columns = wish.constraint.subject, wish.constraint.columns
        if isinstance(subject, Check):
            columns = self._read_by(subject)
            failing = unreadable(self.bench.table, subject, self.enforcement.dialect) if wish.breaks else None
            if failing is not None:
                return failing
        written = (each for name in columns for each in (name, *self.bench.written.get(name, ())))
        return self.enforcement.meddled(wish.constraint, tuple(dict.fromkeys(written)), breaks=wish.breaks)

    def _read_by(self, check: Check) -> tuple[str, ...]:
        """Return the columns that a check reads; all of them where it cannot be told."""
        try:
            return mentioned(parsed(check.sql, check.dialect))
        except SchemaError:
            return tuple(self.bench.columns)

    def _search(self, *, carrying: bool) -> Search:
        return self.carrier.search(self.bench.table.name) if carrying else Search(self.bench.parents)

    def _placed(self, wish: Wish, place: int, search: Search) -> Record | None:
        """Return the record of a candidate with all that must stand before it; None where it cannot stand there."""
        bench, candidate = self.bench, self.bench.candidates[place]
        if not self._clean(wish, candidate):
            return None
        others = [bench.candidates[each].actual for each in (wish.beside, wish.near) if each is not None]
        if wish.beside is not None:
            search.standing.append((bench.table.name, bench.candidates[wish.beside].actual))
        if not wish.breaks or wish.beside is None:
            search.standing.append((bench.table.name, candidate.actual))
        if not all(search.all_of(bench.table.name, other) for other in others):
            return None
        if not search.all_of(bench.table.name, candidate.actual, wish.without):
            return None
        before = list(search.found)
        mates = [at for table, at in before if table == bench.table.name]
        beside = wish.beside
        if beside is not None and any(
            bench.candidates[mate].actual == bench.candidates[beside].actual for mate in mates
        ):
            beside = None  # it is among its own row's forebears
        elif beside is not None and not self._apart(beside, mates):
            return None
        numbers = [*mates, *([] if beside is None else [beside])]
        if not self._alone(wish, place, numbers) or self._leads(wish, candidate.actual, before, numbers):
            return None
        return self._record(wish, candidate, before, beside)

    def _clean(self, wish: Wish, candidate: Candidate) -> bool:
        """Whether what nobody could judge is as it was in the valid row."""
        for each in self.bench.constraints:
            if each.name in self.bench.unjudged and each.name != wish.constraint.name and candidate.changed:
                columns = each.columns or tuple(candidate.changed)
                if set(columns) & set(candidate.changed):
                    return False
        return True

    def _alone(self, wish: Wish, place: int, mates: Iterable[int]) -> bool:
        """Whether the row collides with the rows of its own table where it should, and nowhere else."""
        collided = False
        for mate in mates:
            for name, keys in self.bench.keys.items():
                if keys[place] is not None and keys[place] == keys[mate]:
                    if name != wish.constraint.name or not wish.breaks:
                        return False
                    collided = True
        return collided or wish.constraint.name not in self.bench.keys or not wish.breaks

    def _apart(self, place: int, mates: Iterable[int]) -> bool:
        """Whether a row collides with none of some others."""
        return not any(
            keys[place] is not None and keys[place] == keys[mate] for mate in mates for keys in self.bench.keys.values()
        )

    def _leads(self, wish: Wish, row: Row, before: Sequence[Place], mates: Iterable[int]) -> bool:
        """Whether a reference that is to lead nowhere leads to one of the rows before, or to the row itself."""
        reference = wish.without
        if reference is None:
            return False
        key = tuple(row[name] for name in reference.columns)
        rows = [self.bench.parents.row(each) for each in before if each[0] == reference.table]
        if reference.table == self.bench.table.name:
            rows += [row, *(self.bench.candidates[mate].actual for mate in mates)]
        return any(tuple(held.get(name) for name in reference.target) == key for held in rows)

    def _record(self, wish: Wish, candidate: Candidate, before: Sequence[Place], beside: int | None) -> Record:
        bench, row = self.bench, candidate.actual
        taken = wish.taken or (self.enforcement.answered(wish.constraint) if wish.breaks else None)
        steps: list[Step] = [Insert(table=each[0], rows=(bench.parents.row(each),)) for each in before]
        if beside is not None:
            steps.append(Insert(table=bench.table.name, rows=(bench.candidates[beside].actual,)))
        refused = wish.breaks and taken is None and wish.judge != "verify"
        way = wish.way if isinstance(wish.way, str) else wish.way(row)
        return Record(
            id=f"{wish.constraint}/{wish.suffix}",
            constraint=str(wish.constraint),
            kind=wish.constraint.kind,
            table=bench.table.name,
            way=f"{way}; {taken.reason}" if taken else way,
            expect="reject" if refused else "accept",
            at="commit" if wish.judge == "commit" else "statement",
            before=tuple(steps),
            last=Insert(table=bench.table.name, rows=(row,), overriding=wish.overriding),
            row=row,
            judge="verify" if wish.judge == "verify" else "database",
            breaks=wish.breaks,
            outcome=taken.outcome if taken else "given",
        )

    def _lost(self, wish: Wish, reason: str) -> Unbreakable:
        way = wish.way if isinstance(wish.way, str) else wish.suffix
        return Unbreakable(str(wish.constraint), way, reason, self.bench.table.name)

    def _reason(self, wish: Wish, found: bool, alone: bool) -> str:
        if not found:
            return "no such row was found"
        if alone:
            return self.closed or "then its references lead nowhere, or it collides with rows that must stand before it"
        places = np.asarray(wish.places, dtype=np.int64)
        least = places[np.argmin(self._told[places])]
        names = [
            each.name
            for each in self.bench.constraints
            if each.name != wish.constraint.name and self.bench.bad.get(each.name, np.zeros(len(self.bench)))[least]
        ]
        return f"every such row that was found breaks {', '.join(names)} as well"
