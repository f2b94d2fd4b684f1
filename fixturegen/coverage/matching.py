"""Who is whose parent: rows of known classes find parents of the classes they ask for, and parents as many children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.coverage.factors import Factor, numbers_of_children
from fixturegen.coverage.feasible import Tied
from fixturegen.schema import Reference, Schema, Table

Row = tuple[int, ...]
"""The classes of a row, one a factor."""
Identity = tuple[str, str, int]
"""What a value is the same as: a column of a row of a table."""


@dataclass(slots=True)
class Placed:
    """A table's rows with their parents.

    Attributes:
        table: The table.
        factors: Its factors.
        rows: Classes of every row.
        parents: Number of the parent of each row by reference name, None where it has none; only references that we choose.
    """

    table: Table
    factors: tuple[Factor, ...]
    rows: list[Row] = field(default_factory=list)
    parents: list[dict[str, int | None]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows)


@dataclass(slots=True)
class Matching:
    """Knows which parents the rows of one table may have, and which have been taken.

    Args:
        schema: The schema.
        placed: Tables that come before, and this one, by name.
        here: The table whose rows are placed.
        chosen: Its references whose parents are chosen here, in the order in which they are decided.
        tied: Its factors that checks tie.
        barred: By reference name, classes of a parent that conditions on the reference rule out, as (factor, class).
    """

    schema: Schema
    placed: Mapping[str, Placed]
    here: Placed
    chosen: Sequence[Reference]
    tied: Sequence[Tied]
    barred: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    taken: set[tuple[object, ...]] = field(default_factory=set)
    _shared: dict[tuple[int, str], frozenset[int]] = field(default_factory=dict)
    _fitting: dict[tuple[Row, str], dict[Row, bool]] = field(default_factory=dict)

    def add(self, row: Row, parents: Mapping[str, int | None]) -> None:
        """Add a row of these classes with these parents."""
        self.here.rows.append(row)
        self.here.parents.append(dict(parents))
        self._count(parents, 1)
        self.taken.update(self._keys(parents))

    def remove_last(self) -> None:
        """Take back what was added last."""
        self.here.rows.pop()
        parents = self.here.parents.pop()
        self._count(parents, -1)
        self.taken.difference_update(self._keys(parents))

    def _count(self, parents: Mapping[str, int | None], change: int) -> None:
        for name, parent in parents.items():
            if parent is not None:
                self.counts[name, parent] = self.counts.get((name, parent), 0) + change

    def clear(self, parents: Mapping[str, int | None]) -> bool:
        """Whether no row has what uniques make of these parents."""
        return self.taken.isdisjoint(self._keys(parents))

    def unmet(self) -> Iterator[tuple[Reference, int]]:
        """Yield each parent that still needs a child, once for each child needed."""
        for reference in self.chosen:
            for parent in range(len(self.placed[reference.table].rows)):
                least, _ = self._demand(reference, parent)
                for _ in range(least - self.counts.get((reference.name, parent), 0)):
                    yield reference, parent

    def lacks(self, reference: Reference, parent: int) -> bool:
        """Whether a parent still needs a child."""
        return self.counts.get((reference.name, parent), 0) < self._demand(reference, parent)[0]

    def named(self, name: str) -> Reference:
        """Return the chosen reference of that name."""
        return next(one for one in self.chosen if one.name == name)

    def anchored(self, reference: Reference, found: Mapping[str, int | None]) -> dict[str, int]:
        """Return which parents a new parent must have to agree with the other parents of a row, by its reference names."""
        own = dict(zip(reference.columns, reference.target, strict=True))
        parents: dict[str, int] = {}
        for other in self.chosen:
            settled = found.get(other.name)
            if settled is None:
                continue
            for name, target in zip(other.columns, other.target, strict=True):
                if name not in own:
                    continue
                table, column, row = self.identity(other.table, target, settled)
                for up in self.placed[reference.table].table.references:
                    pairs = dict(zip(up.columns, up.target, strict=True))
                    if up.table == table and pairs.get(own[name]) == column:
                        parents[up.name] = row
        return parents

    def implied(self, reference: Reference, parent: int) -> dict[str, int]:
        """Return a parent, and those that come with it: parents of the parent's that share columns with this row."""
        parents = {reference.name: parent}
        there = dict(zip(reference.columns, reference.target, strict=True))
        for other in self.chosen:
            for name, target in zip(other.columns, other.target, strict=True):
                if other.name not in parents and name in there:
                    table, column, row = self.identity(reference.table, there[name], parent)
                    if (table, column) == (other.table, target):
                        parents[other.name] = row
        return parents

    def candidates(
        self, row: Row, reference: Reference, fixed: Mapping[str, int], found: Mapping[str, int | None]
    ) -> Sequence[int | None]:
        """Parents of the classes asked for, those that lack children first."""
        if self.absent(row, reference):
            return [None]
        if reference.name in fixed:
            parent = fixed[reference.name]
            fits = (
                self._room(reference, parent)
                and self._agrees(reference, parent, found)
                and self.compatible(dict(enumerate(row)), reference, parent)
            )
            return [parent] if fits else []
        parents = [
            parent
            for parent in self.fitting(row, reference)
            if self._room(reference, parent) and self._agrees(reference, parent, found)
        ]
        return sorted(parents, key=lambda parent: self._preference(reference, parent))

    def absent(self, row: Row, reference: Reference) -> bool:
        """Whether a row's classes say that it has no such parent."""
        return any(
            factor.reference == reference.name and not factor.within and value == 0
            for factor, value in zip(self.here.factors, row, strict=True)
        )

    def fitting(self, row: Row, reference: Reference) -> list[int]:
        """Return the parents of the classes that a row asks for, whatever number of children they have."""
        known = self._fitting.setdefault((row, reference.name), {})
        found = []
        for number, parent in enumerate(self.placed[reference.table].rows):
            fits = known.get(parent)
            if fits is None:
                fits = known[parent] = self._fits(row, reference, parent)
            if fits:
                found.append(number)
        return found

    def _fits(self, row: Row, reference: Reference, parent: Row) -> bool:
        classes = dict(enumerate(row))
        return all(parent[source] in held for source, held in self.asked(classes, reference).items()) and self.suits(
            classes, reference, dict(enumerate(parent))
        )

    def asked(self, row: Mapping[int, int], reference: Reference) -> dict[int, frozenset[int]]:
        """Return the classes that a row of such classes asks of its parent, by the parent's factor."""
        asked: dict[int, frozenset[int]] = {}
        for at, value in row.items():
            factor = self.here.factors[at]
            if factor.reference == reference.name and factor.within:
                held = factor.within[value] or frozenset()
                asked[factor.source] = asked.get(factor.source, held) & held
        return asked

    def compatible(self, row: Mapping[int, int], reference: Reference, parent: int) -> bool:
        """Whether checks that read the parent's columns leave a row of these classes something under such a parent."""
        return self.suits(row, reference, dict(enumerate(self.placed[reference.table].rows[parent])))

    def opened(self, row: Mapping[int, int], reference: Reference) -> set[int]:
        """Return the numbers of children that a parent may not limit, as its factors: the row's own children share them."""
        return {
            there
            for at, value in row.items()
            if self.here.factors[at].children and self.here.factors[at].children[value].least > 0
            for there in self.shared(at, reference)
        }

    def shared(self, at: int, reference: Reference) -> frozenset[int]:
        """Return the factors of a parent that count rows which children of this one refer to, or are, in agreement with it."""
        key = at, reference.name
        if key not in self._shared:
            self._shared[key] = frozenset(self._shared_now(at, reference))
        return self._shared[key]

    def _shared_now(self, at: int, reference: Reference) -> Iterator[int]:
        child_name, name = self.here.factors[at].child or ("", "")
        child = self.schema.tables[child_name]
        up = next(one for one in child.references if one.name == name)
        own = dict(zip(up.columns, up.target, strict=True))
        here = self.here.table.name, reference.name
        factors = self.placed[reference.table].factors
        siblings = [number for number, factor in enumerate(factors) if factor.child == here]
        for other in child.references:
            common = [column for column in other.columns if own.get(column) in reference.columns]
            if other.name == name or not common:
                continue
            for number, factor in enumerate(factors):
                if factor.child == (child_name, other.name) and other.table == reference.table:
                    yield number
                if factor.child is not None and factor.child[0] == other.table:
                    yield number
                    yield from siblings

    def suits(self, row: Mapping[int, int], reference: Reference, parent: Mapping[int, int]) -> bool:
        """Whether a row of these classes may have a parent of those: checks leave it something, its children have room."""
        factors = self.placed[reference.table].factors
        if any(parent.get(at, 0) != len(factors[at].classes) - 1 for at in self.opened(row, reference)):
            return False
        if not self.barred.get(reference.name, frozenset()).isdisjoint(parent.items()):
            return False
        kinds = {factors[at].column: factors[at].kinds[value] for at, value in parent.items() if _own(factors[at])}
        for tied in self.tied:
            related = tuple((name, kinds[column]) for name, column in tied.read_from(reference.name) if column in kinds)
            own = tuple((at, row[at]) for at in tied.members if at in row and not self.here.factors[at].within)
            if related and tied.refuses(own, related):
                return False
        return True

    def read(self, reference: Reference) -> list[int]:
        """Return the factors of a parent that checks read."""
        columns = {column for tied in self.tied for _, column in tied.read_from(reference.name)}
        factors = self.placed[reference.table].factors
        read = {at for at, factor in enumerate(factors) if factor.column in columns and _own(factor)}
        return sorted(read | {at for at, _ in self.barred.get(reference.name, ())})

    def _preference(self, reference: Reference, parent: int) -> tuple[bool, int, int]:
        least, _ = self._demand(reference, parent)
        have = self.counts.get((reference.name, parent), 0)
        return have >= least, have if have < least else 0, parent

    def _room(self, reference: Reference, parent: int) -> bool:
        _, most = self._demand(reference, parent)
        return most is None or self.counts.get((reference.name, parent), 0) < most

    def open_ended(self, reference: Reference, parent: int) -> bool:
        """Whether a parent takes as many children as any does."""
        every = numbers_of_children(self.here.table, reference)
        return bool(every) and self._demand(reference, parent)[1] == every[-1].most

    def _demand(self, reference: Reference, parent: int) -> tuple[int, int | None]:
        there = self.placed[reference.table]
        for factor, value in zip(there.factors, there.rows[parent], strict=True):
            if factor.child == (self.here.table.name, reference.name):
                return factor.children[value].least, factor.children[value].most
        every = numbers_of_children(self.here.table, reference)
        return every[0].least, every[-1].most

    def _agrees(self, reference: Reference, parent: int, found: Mapping[str, int | None]) -> bool:
        """Whether the parent shares the values of the columns that other references of the row have settled."""
        own = dict(zip(reference.columns, reference.target, strict=True))
        for other in self.chosen:
            settled = found.get(other.name)
            if settled is None:
                continue
            for name, target in zip(other.columns, other.target, strict=True):
                if name in own and self.identity(other.table, target, settled) != self.identity(
                    reference.table, own[name], parent
                ):
                    return False
        return True

    def identity(self, table: str, column: str, row: int) -> Identity:
        """Return where a value comes from: followed through references to the row that it is a value of."""
        placed = self.placed[table]
        for reference in placed.table.references:
            parent = placed.parents[row].get(reference.name) if row < len(placed.parents) else None
            if parent is not None and column in reference.columns:
                target = reference.target[reference.columns.index(column)]
                return self.identity(reference.table, target, parent)
        return table, column, row

    def _keys(self, found: Mapping[str, int | None]) -> list[tuple[object, ...]]:
        """What the row holds of uniques that references make up alone."""
        table = self.here.table
        keys: list[tuple[object, ...]] = []
        for unique in (*([table.primary_key] if table.primary_key else []), *table.uniques):
            values = {name: self._value(name, found) for name in unique.columns}
            if unique.expressions or unique.predicate is not None or None in values.values():
                continue
            keys.append((unique.name, *values.values()))
        return keys

    def _value(self, column: str, found: Mapping[str, int | None]) -> Identity | None:
        for reference in self.chosen:
            parent = found.get(reference.name)
            if parent is not None and column in reference.columns:
                return self.identity(reference.table, reference.target[reference.columns.index(column)], parent)
        return None


def _own(factor: Factor) -> bool:
    """Whether a factor is a column of the table itself."""
    return bool(factor.kinds) and not factor.within and factor.reference is None
