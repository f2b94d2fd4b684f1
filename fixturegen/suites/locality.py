"""Which columns constraints read: two changes of a row that no constraint reads together may be made at once.

Every constraint of the row then sees what one of the two rows, or the one that both were made from, showed it before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fixturegen.breaking.keeping import alike
from fixturegen.constraints.base import constraints as declared
from fixturegen.constraints.contract import Constraint, of_column
from fixturegen.schema import Column, Exclusion, Path, Schema, Table, Unique

_WORDS = re.compile(r"\w+")
_LITERALS = re.compile(r"'(?:[^']|'')*'")
_OF_MANY = frozenset({"aggregate", "ordinal"})
_BESIDE = frozenset({"primary_key", "unique", "reference", "exclusion", "length", "precision"})
"""Kinds that ask other rows, and those of which values of the same type and form say nothing new."""
OF_VALUE = frozenset({"type", "length", "precision", "enum", "not_null"})
"""Kinds that look at nothing but whether a value is one of its type."""


@dataclass(frozen=True)
class Locality:
    """What reads which columns of a table.

    Attributes:
        schema: The schema.
        table: The table.
        donors: Values of columns that no constraint reads with any others: as rows that are taken hold them together.
    """

    schema: Schema
    table: Table
    donors: tuple[Mapping[str, object], ...] = ()

    @cached_property
    def readers(self) -> Mapping[str, frozenset[str]]:
        """The columns that each constraint reads, computed ones and those they are computed from included; by its name.

        That a column may be NULL is asked of it alone.
        """
        free = (of_column("nullable", self.table, column) for column in self.table.columns)
        return {
            **{str(each): frozenset(each.columns) for each in free},
            **{str(each): self._columns(each) for each in self.constraints},
        }

    @cached_property
    def keys(self) -> tuple[tuple[Unique, frozenset[str]], ...]:
        """Each unique, the primary key included, and the columns it reads."""
        table = self.table
        uniques = (*((table.primary_key,) if table.primary_key is not None else ()), *table.uniques)
        return tuple((each, self._closed([*each.columns, *self._named(each)])) for each in uniques)

    @cached_property
    def numbered(self) -> frozenset[str]:
        """The columns in which a database may put a number in place of NULL."""
        key = self.table.primary_key
        single = key.columns if key is not None and len(key.columns) == 1 else ()
        return frozenset(
            column.name for column in self.table.columns if column.identity is not None or column.name in single
        )

    @cached_property
    def exclusions(self) -> frozenset[str]:
        """The columns that exclusion constraints read."""
        return self._closed(name for each in self.table.exclusions for name in (*each.columns, *self._named(each)))

    @cached_property
    def outward(self) -> frozenset[str]:
        """The columns that references of any table lead to."""
        return frozenset(
            name
            for other in self.schema.tables.values()
            for each in other.references
            if each.table == self.table.name
            for name in each.target
        )

    @cached_property
    def leading(self) -> frozenset[str]:
        """The columns by which rows refer to others."""
        return frozenset(name for each in self.table.references for name in each.columns)

    @cached_property
    def free(self) -> frozenset[str]:
        """The columns that only uniques read: another value of the type is as good."""
        tied = {name for each in self.constraints if each.kind not in OF_VALUE and not _is_key(each)
                for name in self.readers[str(each)]}  # fmt: skip
        tied |= {name for unique, names in self.keys if unique.expressions or unique.predicate for name in names}
        return frozenset(column.name for column in self.table.columns) - tied

    def apart(self, some: Iterable[str], others: Iterable[str]) -> bool:
        """Whether two sets share no column, and no constraint reads columns of both; uniques, which look at other rows as well, are not asked."""
        first, second = frozenset(some), frozenset(others)
        return first.isdisjoint(second) and not any(first & names and second & names for names in self._tying)

    def says_the_same(
        self, before: Mapping[str, object], after: Mapping[str, object], *, besides: frozenset[str] = frozenset()
    ) -> bool:
        """Whether what judges a row by itself takes or refuses it as it did before; uniques and references are not asked.

        Args:
            before: The row as it was.
            after: The row as it is to be.
            besides: More kinds of constraint that are not asked.
        """
        changed = {name for name, value in after.items() if value != before.get(name)}
        asked = [
            each
            for each in self.constraints
            if each.kind not in _BESIDE | besides and not changed.isdisjoint(self.readers[str(each)])
        ]
        return alike(self.schema, self.table, asked, [before], [after])

    def component(self, names: Iterable[str]) -> frozenset[str]:
        """Return columns and all that some constraint reads together with one of them, and so on; uniques tie no values."""
        found = frozenset(names)
        while True:
            wider = found.union(*(reads for reads in self._tying if reads & found))
            if wider == found:
                return found
            found = wider

    def reads(self, constraint: str) -> frozenset[str]:
        """Return the columns that a constraint of the table reads; none where there is no such constraint."""
        return self.readers.get(constraint, frozenset())

    @cached_property
    def _tying(self) -> tuple[frozenset[str], ...]:
        """The columns that each constraint but the uniques reads, where those are several."""
        read = (self.readers[str(each)] for each in self.constraints if not _is_key(each))
        return tuple(dict.fromkeys(names for names in read if len(names) > 1))

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(column.name for column in self.table.columns)

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints of the table that a database can enforce: none over several tables but references."""
        return tuple(each for each in declared(self.schema, self.table.name) if each.kind not in _OF_MANY)

    def _columns(self, constraint: Constraint) -> frozenset[str]:
        texts = _bounds(constraint) if isinstance(constraint.subject, Column) else _texts(constraint.subject)
        named = [name for text in texts for name in self._mentioned(text)]
        columns = self._closed([*constraint.columns, *named])
        return columns or self._all

    def _named(self, declared: Unique | Exclusion) -> Iterator[str]:
        return (name for text in _texts(declared) for name in self._mentioned(text))

    def _mentioned(self, text: str) -> Iterator[str]:
        """Yield every column whose name stands in a text, outside of its literals: rather too many than one too few."""
        folded = (text if "\\" in text else _LITERALS.sub("''", text)).casefold()
        words = frozenset(_WORDS.findall(folded))
        return (name for name in self._all if _stands_in(name.casefold(), folded, words))

    def _closed(self, names: Iterable[str]) -> frozenset[str]:
        """Add what computed columns are computed from."""
        found, waiting = set[str](), list(names)
        formulas = {column.name: column.generated for column in self.table.columns if column.generated is not None}
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._mentioned(formulas.get(name, ""))
        return frozenset(found)


def _stands_in(name: str, text: str, words: frozenset[str]) -> bool:
    """Whether a name stands in a text, one with odd characters also as it is quoted: with its quotes doubled."""
    if _WORDS.fullmatch(name):
        return name in words
    return any(spelled in text for spelled in {name, *(name.replace(mark, mark * 2) for mark in '"`]')})


def _is_key(constraint: Constraint) -> bool:
    return isinstance(constraint.subject, Unique)


def _texts(subject: object) -> Iterator[str]:
    """Yield the SQL that a declaration holds."""
    for name in ("sql", "predicate"):
        text = getattr(subject, name, None)
        if isinstance(text, str):
            yield text
    yield from getattr(subject, "expressions", ())


def _bounds(constraint: Constraint) -> Iterator[str]:
    """Yield the column that is the bound of another."""
    assert isinstance(constraint.subject, Column)
    bound = {"min": constraint.subject.low, "max": constraint.subject.high}.get(constraint.kind)
    if isinstance(bound, Path):
        yield bound.column
