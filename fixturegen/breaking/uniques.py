"""Keys and uniques: a row that repeats another's key and differs in all else, and rows that differ in one column of it alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice, product

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.conditions import Condition, condition_of, limit_of, values_of
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.pool import Row
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.values import others
from fixturegen.breaking.whole import joined, whole
from fixturegen.constraints.contract import Constraint
from fixturegen.schema import Table, Unique

_ANCHORS = 3
_OTHERS = 4
_MOST_WAYS = 6
_MOST_TOGETHER = 32
"""Ways in which several columns of a predicate are changed at once."""


def uniques(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose rows beside rows, for every key and unique."""
    found = [Proposed(bench, each, each.subject) for each in bench.constraints if isinstance(each.subject, Unique)]
    for each in found:
        each.propose()

    def wishes() -> Iterator[Wish]:
        for each in found:
            yield from each.wishes(enforcement)

    return wishes


@dataclass(slots=True)
class Anchor:
    """One row that is there already, and the candidates to come after it.

    Attributes:
        place: Its number.
        same: Candidates with its key.
        near: Candidates that differ in one column of the key, by column.
        null: A row like it with a NULL in the key, and candidates with the same, by column.
        free: Candidates with the same columns that the predicate may leave out.
        folded: Candidates whose key is spelled otherwise.
    """

    place: int
    same: list[int] = field(default_factory=list)
    near: dict[str, list[int]] = field(default_factory=dict)
    null: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    folded: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Proposed:
    """The proposals for one unique.

    Attributes:
        bench: The bench.
        constraint: The unique, or what is like one.
        unique: What must not occur twice.
        unequal: Columns in which two rows must differ to collide.
        anchors: Rows that are there already.
    """

    bench: Bench
    constraint: Constraint
    unique: Unique
    unequal: tuple[str, ...] = ()
    anchors: list[Anchor] = field(default_factory=list)

    def propose(self) -> None:
        """Add the candidates."""
        own = self._written(self.unique)
        rows = [whole(self.bench, at, own) for at in range(len(self.bench.pool.rows[self.bench.table.name]))]
        usable = [
            at for at, row in enumerate(rows) if self.unique.predicate or all(row[name] is not None for name in own)
        ]
        for at in usable[: _ANCHORS if self.unique.predicate is None else len(usable)]:
            mates = [rows[other] for other in (*range(at + 1, len(rows)), *range(at)) if rows[other] != rows[at]]
            anchors = [self.bench.add(rows[at], at)]
            if at in usable[:2]:
                anchors += self._outside(anchors[0], own)
            for place in anchors:
                self.anchors.append(Anchor(place))
                self._propose_at(self.anchors[-1], at, self.bench.candidates[place].row, mates[:_OTHERS], own)

    def _written(self, unique: Unique) -> tuple[str, ...]:
        """Return the columns of a unique; for computed ones, those that they are computed from."""
        return tuple(dict.fromkeys(each for name in unique.columns for each in self.bench.written[name]))

    def _propose_at(self, anchor: Anchor, at: int, row: Row, mates: list[Row], own: tuple[str, ...]) -> None:
        key = {name: row[name] for name in own}
        for mate in mates:
            for changed in self._apart({**mate, **key}, row, mate, own):
                anchor.same.append(self.bench.add(changed, at))
        for mate in mates or [row]:
            for changed in self._apart(row, row, mate, own):
                place = self.bench.add(changed, at)
                anchor.same.append(place)
                self._propose_folded(anchor, at, changed, own)
                anchor.free += self._outside(place, own)
        for name in own:
            anchor.near[name] = [self.bench.add(changed, at) for changed in self._near(row, mates, own, name)]
            if self.bench.columns[name].nullable:
                self._propose_null(anchor, at, row, mates, own, name)

    def _near(self, row: Row, mates: list[Row], own: tuple[str, ...], name: str) -> Iterator[Row]:
        """Yield rows like one that differ from it in one column of the key, and where they must."""
        values = [mate[name] for mate in mates if mate[name] not in (None, row[name])]
        values += others(row[name], self.bench.columns[name].type) if row[name] is not None else []
        for value in values[: _OTHERS * 2]:
            for mate in mates or [row]:
                yield from self._apart({**row, name: value}, row, mate, own)
        linked = joined(self.bench.table, [name]) - set(own)
        for mate in mates:
            if mate[name] not in (None, row[name]):
                start = {**row, name: mate[name], **{each: mate[each] for each in sorted(linked)}}
                yield from self._apart(start, row, mate, own)

    def _propose_null(
        self, anchor: Anchor, at: int, row: Row, mates: list[Row], own: tuple[str, ...], name: str
    ) -> None:
        first = self.bench.add({**row, name: None}, at)
        twins = [
            self.bench.add({**changed, name: None}, at)
            for mate in mates or [row]
            for changed in self._apart(row, row, mate, own)
        ]
        anchor.null[name] = first, twins

    def _propose_folded(self, anchor: Anchor, at: int, row: Row, own: tuple[str, ...]) -> None:
        collated = any(self.bench.columns[name].collation for name in own)
        if self.unique.expressions or collated or self.bench.pool.schema.dialect == "mysql":
            for name in own:
                value = row[name]
                if (
                    isinstance(value, str)
                    and value.swapcase() != value
                    and self.bench.columns[name].type.kind == "text"
                ):
                    anchor.folded.append(self.bench.add({**row, name: value.swapcase()}, at))

    def _outside(self, place: int, own: tuple[str, ...]) -> list[int]:
        """Add the candidates that differ from one in columns of the predicate."""
        if self.unique.predicate is None:
            return []
        condition = condition_of(self.bench, self.constraint, self.unique.predicate, self.unique.dialect)
        columns = self._read_by(condition, own)
        values = {name: values_of(self.bench, condition, place, name)[:_OTHERS] for name in columns}
        alone = [{name: value} for name in columns for value in values[name]]
        kept = self.bench.candidates[place].row
        together = islice(product(*([kept[name], *values[name]] for name in columns)), 1, _MOST_TOGETHER)
        changes = [*alone, *(dict(zip(columns, chosen, strict=True)) for chosen in together if len(columns) > 1)]
        return [self.bench.mutant(place, each) for each in changes]

    def _read_by(self, condition: Condition, own: Collection[str]) -> list[str]:
        """Return the columns that decide about a predicate as they are written, but for those of the key."""
        written = (each for name in condition.own for each in self.bench.written.get(name, ()))
        return [name for name in dict.fromkeys(written) if name not in own]

    def _apart(self, start: Row, row: Row, mate: Row, kept: Collection[str]) -> Iterator[Row]:
        """Yield rows like one that differ from another under every other unique, changed in as few columns as that takes.

        Args:
            start: The row to change.
            row: The row that it must differ from.
            mate: A third row, which gives values.
            kept: Columns that stay.
        """
        choices: list[list[tuple[str, object]]] = []
        for other in keys(self.bench.table):
            columns = self._written(other)
            if other.name == self.unique.name or any(start[name] != row[name] for name in columns):
                continue
            names = [*columns, *self._excusing(other)]
            free = [pair for name in names if name not in kept for pair in self._instead(name, start, mate)]
            # Under another spelling the key may be the same to an expression, and another one to the columns themselves.
            free += [pair for name in columns if name in kept for pair in self._spelled(name, start)]
            if any(start[name] is None for name in columns) and (other.nulls_distinct or not free):
                continue
            choices.append(free)
        if not all(choices):
            return
        seen: list[dict[str, object]] = []
        for chosen in islice(product(*choices), _MOST_WAYS):
            changes = dict(chosen)
            if changes not in seen:
                seen.append(changes)
                yield {**start, **changes}
                linked = joined(self.bench.table, changes) - set(kept)
                if linked != set(changes):
                    yield {**start, **changes, **{name: mate[name] for name in sorted(linked) if name in start}}

    def _spelled(self, name: str, start: Row) -> Iterator[tuple[str, object]]:
        """Yield a column of the key in other letters, where the key is an expression."""
        value = start.get(name)
        if self.unique.expressions and isinstance(value, str) and value.swapcase() != value:
            yield name, value.swapcase()

    def _excusing(self, other: Unique) -> list[str]:
        """Return the columns by which a row may lie outside of a unique's predicate."""
        if other.predicate is None:
            return []
        condition = condition_of(self.bench, self.constraint, other.predicate, other.dialect)
        return self._read_by(condition, other.columns)

    def _instead(self, name: str, start: Row, mate: Row) -> Iterator[tuple[str, object]]:
        """Yield other values for a column: that of another row, else of another parent, or one made up where it refers to nothing."""
        if name not in start:
            return
        if mate[name] not in (None, start[name]):
            yield name, mate[name]
            return
        yield from ((name, value) for value in self._led(name, start))
        column = self.bench.columns[name]
        if start[name] is None or any(name in reference.columns for reference in self.bench.table.references):
            yield from ((name, limit) for limit in (limit_of(self.bench, start, column.low),) if limit is not None)
            return
        yield from ((name, value) for value in others(start[name], column.type)[:1])

    def _led(self, name: str, start: Row) -> Iterator[object]:
        """Yield what another parent holds, for a column that refers by itself."""
        for reference in self.bench.table.references:
            if reference.columns == (name,):
                held = (row.get(reference.target[0]) for row in self.bench.pool.rows.get(reference.table, ()))
                yield from islice((value for value in held if value not in (None, start[name])), 1)

    def wishes(self, enforcement: Enforcement) -> Iterator[Wish]:
        """Yield the wishes, about the first anchor that is a valid row."""
        judge, name = enforcement.judge(self.constraint), self.constraint.name
        keys_ = self.bench.keys.get(name)
        valid = [each for each in self.anchors if self._valid(each.place)]
        if keys_ is not None:
            valid = [each for each in valid if keys_[each.place] is not None]
        said = ", ".join(self.unique.columns) or "the row"
        if not valid or keys_ is None:
            reason = "its key cannot be judged from frames" if keys_ is None else "no valid row has a whole key"
            yield self._wish("duplicate", f"{said} twice", [], 0, breaks=True, reason=reason)
            return
        anchor = valid[0]
        same = [place for place in anchor.same if keys_[place] == keys_[anchor.place] and self._differs(place, anchor)]
        yield self._wish(
            "duplicate",
            f"{said} twice",
            same,
            anchor.place,
            breaks=True,
            ordered=True,
            judge=judge,
            reason=self._implied(),
        )
        folded = [place for place in anchor.folded if keys_[place] == keys_[anchor.place]]
        if folded:
            way = f"{said} twice, in other letters"
            yield self._wish("folded", way, folded, anchor.place, breaks=True, judge=judge, silent=True)
        for column, places in anchor.near.items():
            apart = [place for place in places if keys_[place] != keys_[anchor.place]]
            way = f"all of {said} but {column}" if len(self.unique.columns) > 1 else f"another {column}"
            yield self._wish(f"other {column}", way, apart, anchor.place, breaks=False, judge=judge)
        yield from self._null_wishes(anchor, judge)
        free = [place for place in anchor.free if keys_[place] is None]
        if free:
            way = f"{said} twice, one of them outside of the predicate"
            yield self._wish("outside", way, free, anchor.place, breaks=False, judge=judge, silent=True)

    def _null_wishes(self, anchor: Anchor, judge: str) -> Iterator[Wish]:
        found = self.bench.keys[self.constraint.name]
        for column, (first, twins) in anchor.null.items():
            if not self._valid(first):
                continue
            equal = not self.unique.nulls_distinct
            places = [
                place for place in twins if not equal or (found[place] is not None and found[place] == found[first])
            ]
            way = f"{', '.join(self.unique.columns)} twice with NULL in {column}"
            yield self._wish(f"null {column}", way, places, first, breaks=equal, judge=judge, silent=True)

    def _implied(self) -> str:
        """Return why a row that repeats the key repeats another one, if that is so."""
        if self.unique.expressions or self.unique.predicate is not None:
            return ""
        for other in self.bench.constraints:
            key = other.subject
            if isinstance(key, Unique) and key is not self.unique and not key.expressions and key.predicate is None:
                free = any(self.bench.columns[name].nullable for name in key.columns)
                if set(key.columns) <= set(self.unique.columns) and not free:
                    return f"every row that breaks it breaks {other.name} as well"
        return ""

    def _differs(self, place: int, anchor: Anchor) -> bool:
        one, other = self.bench.candidates[place].row, self.bench.candidates[anchor.place].row
        return all(None not in (one[name], other[name]) and one[name] != other[name] for name in self.unequal)

    def _valid(self, place: int) -> bool:
        return not any(flags[place] for flags in self.bench.bad.values())

    def _wish(self, suffix: str, way: str, places: list[int], beside: int, **more: object) -> Wish:
        return Wish(constraint=self.constraint, suffix=suffix, way=way, places=places, beside=beside, **more)  # type: ignore[arg-type] # keywords of Wish


def keys(table: Table) -> list[Unique]:
    """Return the primary key and the uniques of a table, and its exclusions as uniques."""
    alike = [
        Unique(columns=each.columns, name=each.name, predicate=each.predicate, dialect="postgresql")
        for each in table.exclusions
    ]
    return [*([table.primary_key] if table.primary_key is not None else []), *table.uniques, *alike]
