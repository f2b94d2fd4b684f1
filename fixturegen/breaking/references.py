"""References: one that leads to a parent, one that leads nowhere by each of its columns, and NULL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.enforcement import Enforcement, Judge
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.values import around, others
from fixturegen.breaking.whole import joined, whole
from fixturegen.constraints.contract import Constraint
from fixturegen.schema import Reference, Type

_ANCHORS = 4
_FAR = 1_000_003
"""Far from the small numbers of the rows at hand."""


def references(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows that refer to what is there, to what is not there, and to nothing."""
    found = [_Proposed(bench, each) for each in bench.constraints if each.kind == "reference"]
    for each in found:
        each.propose()

    def wishes() -> Iterator[Wish]:
        for each in found:
            yield from each.wishes(enforcement.judge(each.constraint))

    return wishes


@dataclass(slots=True)
class _Anchor:
    """A row that refers to a parent, and what differs from it.

    Attributes:
        place: The row.
        bare: The row with NULL wherever nothing but the reference needs a value.
        lost: The row with another value, by the column of the reference that has it.
        null: The row with NULL, by column.
    """

    place: int
    bare: int
    lost: dict[str, list[int]] = field(default_factory=dict)
    null: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Proposed:
    """The proposals for one reference."""

    bench: Bench
    constraint: Constraint
    anchors: list[_Anchor] = field(default_factory=list)

    @property
    def reference(self) -> Reference:
        assert isinstance(self.constraint.subject, Reference)
        return self.constraint.subject

    def propose(self) -> None:
        """Add the candidates."""
        columns = self.reference.columns
        rows = [whole(self.bench, at, columns) for at in range(len(self.bench.pool.rows[self.bench.table.name]))]
        usable = [at for at, row in enumerate(rows) if all(row.get(name) is not None for name in columns)]
        for at in usable[:_ANCHORS]:
            bare = {each.name: None for each in self.bench.stored if each.nullable and each.name not in columns}
            anchor = _Anchor(self.bench.add(rows[at], at), self.bench.add({**rows[at], **bare}, at))
            self.anchors.append(anchor)
            mates = [row for row in rows if row != rows[at]]
            for name in columns:
                anchor.lost[name] = [self.bench.add(row, at) for row in self._lost(rows[at], mates, name)]
                if self.bench.columns[name].nullable:
                    anchor.null[name] = [self.bench.add({**rows[at], name: None}, at)]

    def _lost(self, row: Row, mates: list[Row], name: str) -> Iterator[Row]:
        """Yield rows like one with another value in a column of the reference."""
        free = joined(self.bench.table, [name]) - set(self.reference.columns)
        type_ = self.bench.columns[name].type
        for value in strangers(row[name], type_):
            yield {**row, name: value}
        for mate in mates:
            if mate[name] not in (None, row[name]):
                yield {**row, name: mate[name]}
                yield {**row, name: mate[name], **{each: mate[each] for each in sorted(free)}}

    def wishes(self, judge: Judge) -> Iterator[Wish]:
        """Yield the wishes, about the first anchor that is a valid row with a parent."""
        constraint, reference = self.constraint, self.reference
        table, said = self.bench.table.name, ", ".join(reference.columns)
        sound = [each for each in self.anchors if not any(flags[each.place] for flags in self.bench.bad.values())]
        placed = self.bench.parents.before
        valid = [each for each in sound if placed(table, self.bench.candidates[each.place].actual) is not None]
        if sound and not valid:
            # No parent can stand there: any value leads nowhere, and the row itself will do.
            places = [place for each in sound for place in (each.bare, each.place)]
            yield self._wish("dangling", f"{said} of no parent", places, judge)
            return
        if not valid:
            reason = self.bench.pool.empty.get(reference.table, "no valid row that refers to a parent was found")
            yield Wish(
                constraint=constraint,
                suffix="dangling",
                way=f"{said} of no parent",
                breaks=True,
                places=(),
                reason=reason,
            )
            return
        anchor = valid[0]
        match = [each.place for each in valid]
        yield Wish(
            constraint=constraint,
            suffix="match",
            way=f"{said} of a parent",
            breaks=False,
            places=match,
            judge=judge,
            silent=True,
        )
        for name in reference.columns:
            way = f"no parent has this {name}" if len(reference.columns) > 1 else f"{said} of no parent"
            several = f"dangling {name}" if len(reference.columns) > 1 else "dangling"
            lost = [(each.place, each.lost[name]) for each in valid]
            yield from self._dangling(several, way, lost, judge)
            if name in anchor.null:
                places = [place for each in valid for place in each.null[name]]
                yield Wish(
                    constraint=constraint, suffix=f"null {name}", way=f"NULL in {name}", breaks=False, places=places,
                    judge=judge, silent=True,
                )  # fmt: skip

    def _wish(self, suffix: str, way: str, places: list[int], judge: Judge) -> Wish:
        return Wish(
            constraint=self.constraint,
            suffix=suffix,
            way=way,
            breaks=True,
            places=places,
            without=self.reference,
            judge=judge,
            ordered=True,
        )

    def _dangling(self, suffix: str, way: str, lost: list[tuple[int, list[int]]], judge: Judge) -> Iterator[Wish]:
        for last, (anchor, places) in enumerate(lost, 1 - len(lost)):
            yield Wish(
                constraint=self.constraint,
                suffix=suffix,
                way=way,
                breaks=True,
                places=places,
                near=anchor,
                without=self.reference,
                judge=judge,
                silent=last < 0,
            )


def strangers(value: object, type_: Type) -> list[object]:
    """Return values of a type that rows at hand are not likely to hold, given one that they do.

    >>> strangers(7, Type(kind="integer"))
    [1000010, 8, 6]
    """
    far = [value + _FAR] if isinstance(value, int) and not isinstance(value, bool) else []
    if type_.kind == "integer" and type_.bits <= 16:
        far = [120, 77]
    near = around(value, type_)[1:][::-1]
    return [*far, *near, *(each for each in others(value, type_) if each not in near)]
