"""How each unique is kept: by structure, by a permuted column, by one row a parent, or by drawing repeated rows again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.collation import folding
from fixturegen.planning.apart import apart
from fixturegen.planning.choosing import Choice, group_of
from fixturegen.planning.domains import FOLDING
from fixturegen.planning.plan import Link
from fixturegen.schema import Column, Count, Dialect, PerParent, Schema, Table, Unique

LARGEST = 2**62
PLENTY = 2**31
"""A column with so many values carries a unique of several columns by itself, whatever the number of rows."""
"""Domain of the largest permutation."""
_PREFERENCE = ("uuid", "text", "integer", "bytes", "url", "decimal", "datetime", "json", "ip", "mac", "date", "float")
"""Which column of several carries a unique: kinds with many values first, numbers of business meaning last."""


@dataclass(slots=True)
class Carrier:
    """A column that a permutation fills.

    Attributes:
        choice: Its generator.
        index: Name that keys the permutation.
        parts: Capacities of the columns that share the permutation and come before this one.
        whole: Size of the permutation's domain.
        alone: Whether the column is distinct by itself; otherwise only all columns of the permutation are, together.
        fellow: A column of the group of one that is distinct; by itself it is not, nor with its like.
    """

    choice: Choice
    index: str
    parts: tuple[int, ...]
    whole: int
    alone: bool = True
    fellow: bool = False


@dataclass(slots=True)
class Kept:
    """How the uniques of a table are kept.

    Attributes:
        carriers: Permuted columns, by name.
        links: Links, with those that became one to one.
        open: Uniques for which rows are drawn again.
        limits: How many rows there can be at most, each with its arithmetic.
        crowds: How many rows a parent can have at most where the scale left no more, each with its arithmetic.
        folded: Columns whose texts must differ without regard to case.
    """

    links: dict[str, Link]
    carriers: dict[str, Carrier] = field(default_factory=dict)
    open: list[Unique] = field(default_factory=list)
    limits: list[tuple[int, str]] = field(default_factory=list)
    crowds: list[tuple[int, str]] = field(default_factory=list)
    folded: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Decides for one table.

    Attributes:
        table: The table.
        count: Its count.
        rows: How many rows are wanted.
        filled: Rows by table.
        choose: Gives a column's generator for so many distinct values; raises where there is none.
        domains: Domain of every column.
        plain: Columns whose values are free to be permuted.
        sought: Columns that another table's unique reads through a reference: distinct where that is free to have.
        dialect: The schema's dialect, which decides what collations take for equal.
        agreed: Columns in which rows should agree with others, so that others carry a unique rather.
        scaled: Whether counts were scaled down, so that rows per parent may have to follow.
    """

    table: Table
    count: Count
    rows: int
    filled: Mapping[str, int]
    choose: Callable[[Column, Domain, int], Choice]
    domains: Mapping[str, Domain]
    plain: frozenset[str]
    sought: tuple[str, ...] = ()
    dialect: Dialect = "sqlite"
    scaled: bool = False
    agreed: Collection[str] = ()

    def keep(self, links: Mapping[str, Link]) -> Kept:
        """Return how every unique is kept, the primary key first and narrow ones before wide ones."""
        kept = Kept(dict(links))
        done: list[frozenset[str]] = []
        for name in self.sought:
            self._carried_softly(name, kept)
        for unique in self._ordered():
            if self._structural(unique, kept):
                continue
            if not unique.expressions and any(columns <= set(unique.columns) for columns in done):
                continue
            if self._carried(unique, kept) or self._one_to_one(unique, kept) or self._shared(unique, kept):
                if self._collides(unique, kept):
                    kept.open.append(unique)
                    continue
                if unique.predicate is None and not unique.expressions:
                    done.append(frozenset(unique.columns))
                continue
            kept.open.append(unique)
            self._limit(unique, kept)
        return kept

    def _ordered(self) -> Sequence[Unique]:
        uniques = ([self.table.primary_key] if self.table.primary_key else []) + list(self.table.uniques)
        whole = [unique for unique in uniques if unique.predicate is None and not unique.expressions]
        rest = [unique for unique in uniques if unique not in whole]
        return [*sorted(whole, key=lambda unique: len(unique.columns)), *rest]

    def _structural(self, unique: Unique, kept: Kept) -> bool:
        """Whether the counts per parent keep it: one row a parent, or a number among the parent's rows."""
        if unique.expressions:
            return False
        columns = set(unique.columns)
        if self._covered(columns, kept):
            return True
        numbered = {column.ordinal for column in self.table.columns if column.name in columns and column.ordinal}
        for link in kept.links.values():
            inside = set(link.reference.columns) <= columns
            alone = link.pin is not None and len(set(link.pin.parents)) == len(link.pin.parents)
            if inside and (link.kind == "one to one" or alone):
                return True
            if link.kind == "parent" and set(link.reference.columns) == columns and unique.predicate is None:
                self._refuse_several(link)
            single = isinstance(self.count, PerParent) and self.count.high <= 1 and link.kind == "parent"
            if inside and (single or link.reference.name in numbered):
                return True
        return False

    def _covered(self, columns: set[str], kept: Kept) -> bool:
        """Whether the columns hold one that is distinct alone, or all that share a permutation."""
        shared: dict[str, set[str]] = {}
        for name, carrier in kept.carriers.items():
            if carrier.alone and not carrier.fellow and name in columns:
                return True
            if not carrier.alone:
                shared.setdefault(carrier.index, set()).add(name)
        return any(names <= columns for names in shared.values())

    def _refuse_several(self, link: Link) -> None:
        """A reference that is unique leaves a parent one row at most, whatever is drawn."""
        assert isinstance(self.count, PerParent)
        if self.count.high > 1:
            names = ", ".join(link.reference.columns)
            message = f"{self.count.low}..{self.count.high} rows per {link.reference.table}, but {names} is unique"
            raise ImpossibleError(message, where=self.table.where, hint="Say 0..1, or drop the unique.")

    def _carried(self, unique: Unique, kept: Kept) -> bool:
        """Let one column with enough values carry it."""
        folding_by = self._folding(unique)
        if unique.expressions and folding_by is None:
            return False
        names = (folding_by,) if folding_by else unique.columns
        # Rows of which each has a value of its own where they should agree would all be alone.
        for column in sorted(self._candidates(names, kept.carriers), key=lambda column: column.name in self.agreed):
            domain = self._domain(column, folding_by)
            choice = self._distinct(column, domain)
            if choice is not None and self._wide_enough(column, choice, unique, kept):
                size = min(choice.generator.capacity or 0, LARGEST)
                index = choice.names[0] if choice.names[1:] else column.name
                kept.carriers[column.name] = Carrier(choice, index, (), size)
                for fellow, own in self._fellows(column, choice).items():
                    kept.carriers[fellow] = Carrier(own, index, (), size, fellow=True)
                kept.folded |= {column.name} if folding_by else set()
                return True
        return False

    def _collides(self, unique: Unique, kept: Kept) -> bool:
        """Whether values that a permutation keeps apart may be equal to the database, which folds case or accents."""
        carried = [
            column for column in self.table.columns if column.name in unique.columns and column.name in kept.carriers
        ]
        return not unique.expressions and any(
            folding(column.type, column.collation, self.dialect)
            and not apart(kept.carriers[column.name].choice.generator, column, self.dialect)
            for column in carried
            if column.name not in kept.folded
        )

    def _fellows(self, column: Column, choice: Choice) -> Mapping[str, Choice]:
        """Return the other columns of a carrier's group: they take their draws from the same permutation."""
        group = group_of(self.table, column.name)
        if group is None:
            return {}
        held = [one for one in self.table.columns if one != column and group_of(self.table, one.name) == group]
        fellows = {one.name: self.choose(one, self.domains[one.name], max(self.rows, 1)) for one in held}
        assert all(fellow.generator.draws == choice.generator.draws for fellow in fellows.values()), group.name
        return fellows

    def _carried_softly(self, name: str, kept: Kept) -> None:
        """Make a column distinct that no unique of this table asks for, where it has the values."""
        for column in self._candidates((name,), kept.carriers):
            choice = self._distinct(column, self.domains[name])
            capacity = 0 if choice is None else choice.generator.capacity or 0
            if choice is not None and capacity >= self.rows and not choice.generator.sequential:
                kept.carriers[name] = Carrier(choice, name, (), min(capacity, LARGEST))

    def _wide_enough(self, column: Column, choice: Choice, unique: Unique, kept: Kept) -> bool:
        capacity = choice.generator.capacity
        if choice.generator.sequential:
            return True
        if capacity is None or capacity == 0:
            return False
        if capacity < self.rows and (len(unique.columns) == 1 or unique.expressions) and unique.predicate is None:
            if self._may_be_null(column.name):
                return False
            kept.limits.append((capacity, f"{column.name} is unique and has {capacity:,} values"))
            return True
        return capacity >= (self.rows if len(unique.columns) == 1 else max(self.rows, PLENTY))

    def _candidates(self, names: Sequence[str], taken: Collection[str]) -> list[Column]:
        free = self.plain - set(taken)
        columns = [column for column in self.table.columns if column.name in names and column.name in free]
        rank = {kind: at for at, kind in enumerate(_PREFERENCE)}
        return sorted(columns, key=lambda column: (column.nullable, rank.get(column.type.kind, 99)))

    def _folding(self, unique: Unique) -> str | None:
        """Return the column of a unique on ``lower(column)`` alone, or with a collation that folds case."""
        if len(unique.expressions) > 1:
            return None
        if unique.expressions:
            texts = [text.replace('"', "").replace("(", " ").replace(")", " ").split() for text in unique.expressions]
            lowered = [words[1] for words in texts if len(words) == 2 and words[0].lower() in {"lower", "upper"}]
            return lowered[0] if lowered and lowered[0] in unique.columns else None
        for column in self.table.columns:
            if column.name in unique.columns and (column.collation or "").lower() in FOLDING:
                return column.name if column.name in self.plain else None
        return None

    def _domain(self, column: Column, folding_by: str | None) -> Domain:
        domain = self.domains[column.name]
        return replace(domain, letters=domain.letters or "lower") if folding_by == column.name else domain

    def _distinct(self, column: Column, domain: Domain) -> Choice | None:
        choice = self.choose(column, domain, max(self.rows, 1))
        return choice if choice.generator.distinct or choice.generator.sequential else None

    def _one_to_one(self, unique: Unique, kept: Kept) -> bool:
        """Let each parent have at most one row, where the unique is one reference and nothing else."""
        if unique.predicate is not None or unique.expressions:
            return False
        for name, link in kept.links.items():
            reference = link.reference
            if set(reference.columns) <= set(unique.columns) and link.kind in {"uniform", "tickets", "self"}:
                if set(reference.columns) != set(unique.columns) or link.only:
                    continue
                parents = self.filled.get(reference.table, 0)
                kept.links[name] = replace(link, kind="chain" if link.kind == "self" else "one to one")
                if not link.nullable and link.kind != "self":
                    kept.limits.append((parents, f"one row for each of the {parents:,} rows of {reference.table}"))
                return True
        return False

    def _shared(self, unique: Unique, kept: Kept) -> bool:
        """Let all columns share one permutation of their combinations, where all are free and none is NULL."""
        columns = [column for column in self.table.columns if column.name in unique.columns]
        free = all(
            column.name in self.plain and column.name not in kept.carriers and not self._may_be_null(column.name)
            for column in columns
        )
        if unique.expressions or unique.predicate or not free or len(columns) < 2:
            return False
        choices = [self._distinct(column, self.domains[column.name]) for column in columns]
        if any(choice is None or choice.generator.sequential for choice in choices):
            return False
        sizes = [choice.generator.capacity or 0 for choice in choices if choice is not None]
        whole = min(prod(sizes), LARGEST)
        if whole < self.rows:
            kept.limits.append((whole, f"{_product(sizes)} combinations of {', '.join(unique.columns)}"))
        index = "+".join(unique.columns)
        for at, (column, choice) in enumerate(zip(columns, choices, strict=True)):
            assert choice is not None
            kept.carriers[column.name] = Carrier(choice, index, tuple(sizes[:at]), whole, alone=False)
        return True

    def _limit(self, unique: Unique, kept: Kept) -> None:
        """Note how many combinations there are, where that can be counted beforehand."""
        if unique.predicate is not None or unique.expressions:
            return
        factors: list[tuple[int, str]] = []
        covered: set[str] = set()
        for link in kept.links.values():
            own = set(link.given) - covered
            if own and set(link.reference.columns) <= set(unique.columns) and link.kind != "via":
                factors.append((self.filled.get(link.reference.table, 0), f"rows of {link.reference.table}"))
                covered |= set(link.given)
        for column in self.table.columns:
            if column.name in unique.columns and column.name not in covered:
                capacity = self._capacity(column)
                if capacity is None:
                    return
                factors.append((capacity, f"values of {column.name}"))
        if any(self._may_be_null(name) for name in unique.columns) and unique.nulls_distinct:
            return
        self._uncrowd(unique, kept, factors)
        whole = prod(size for size, _ in factors)
        words = " x ".join(f"{size:,} {what}" for size, what in factors)
        kept.limits.append((whole, f"{', '.join(unique.columns)} is unique: {words} = {whole:,}"))

    def _uncrowd(self, unique: Unique, kept: Kept, factors: Sequence[tuple[int, str]]) -> None:
        """A parent cannot have more rows than what else the unique holds has combinations: refused, or fewer at a small scale."""
        counting = next((link for link in kept.links.values() if link.kind == "parent"), None)
        if counting is None or not set(counting.reference.columns) <= set(unique.columns):
            return
        assert isinstance(self.count, PerParent)
        own = (self.filled.get(counting.reference.table, 0), f"rows of {counting.reference.table}")
        others = list(factors)
        others.remove(own)
        most = prod(size for size, _ in others)
        if self.count.high <= most:
            return
        words = " x ".join(f"{size:,} {what}" for size, what in others)
        message = f"up to {self.count.high:,} rows for each of {counting.reference.table}, but {', '.join(unique.columns)} is unique: {words}"
        if not self.scaled:
            raise ImpossibleError(
                message, where=self.table.where, hint="Ask for fewer rows per parent, or for more of those."
            )
        kept.crowds.append((most, message))

    def _capacity(self, column: Column) -> int | None:
        domain = self.domains[column.name]
        if domain.values is not None:
            return len(domain.values)
        if column.type.kind == "boolean":
            return 2
        if column.name in self.plain:
            return self.choose(column, domain, max(self.rows, 1)).generator.capacity
        return None

    def _may_be_null(self, name: str) -> bool:
        """Whether some rows of the column are NULL, and so free of a unique."""
        return any(one.nullable and one.nulls != 0 for one in self.table.columns if one.name == name)


def _product(sizes: Sequence[int]) -> str:
    return " x ".join(f"{size:,}" for size in sizes) + f" = {prod(sizes):,}"


def sought(schema: Schema, table: Table) -> tuple[str, ...]:
    """Return the columns that a unique of another table reads through a reference without the rest of its columns.

    Two parents that agree on such a column cannot both have children there: few values would leave few rows.
    """
    names: dict[str, None] = {}
    for other in schema.tables.values():
        for reference in other.references:
            if reference.table != table.name or len(reference.columns) < 2:
                continue
            pairs = dict(zip(reference.columns, reference.target, strict=True))
            for unique in other.uniques:
                read = [pairs[name] for name in unique.columns if name in pairs]
                if len(read) == len(unique.columns) == 1 and not unique.expressions:
                    names |= dict.fromkeys(read)
    return tuple(names)
