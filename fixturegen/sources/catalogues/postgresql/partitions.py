"""Partitions: what a row must be so that one of them takes it, as one CHECK on the partitioned table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from fixturegen.sources.ddl_lexer import Token, tokens_of

_OPEN = frozenset({"MINVALUE", "MAXVALUE"})


@dataclass(frozen=True, slots=True)
class Bound:
    """Which rows a partition takes.

    Attributes:
        kind: ``range``, ``list``, ``hash`` or ``default``.
        low: Least key of a range, inclusive, as SQL texts; ``MINVALUE`` for none.
        high: End of a range, exclusive.
        values: Keys of a list, ``NULL`` among them.
        share: Part of all rows that a hash gives to this partition.
    """

    kind: str
    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    share: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition: its bounds, and its own partitions by number."""

    oid: int
    name: str
    kind: str
    bound: str


class Partitions:
    """All partitions by their parent's number."""

    def __init__(self, rows: Iterable[Row[Any]], keys: Mapping[int, str]) -> None:
        """Take the catalogue's rows, and the keys of the partitioned tables (``RANGE (day)``) by number."""
        self._keys = keys
        self._children: dict[int, list[Partition]] = defaultdict(list)
        self._parents: dict[int, int] = {}
        for row in rows:
            self._children[row.parent].append(Partition(row.oid, row.name, row.kind, row.bound))
            self._parents[row.oid] = row.parent

    def root(self, oid: int) -> int:
        """Return the table that a partition is part of in the end; any other table itself."""
        while oid in self._parents:
            oid = self._parents[oid]
        return oid

    def below(self, oid: int) -> list[Partition]:
        """Return the partitions of a table, and theirs."""
        found = []
        for child in self._children.get(oid, ()):
            found += [child, *self.below(child.oid)]
        return found

    def condition(self, oid: int, own_checks: Mapping[int, Sequence[str]]) -> str | None:
        """Return which rows a partitioned table takes, as SQL.

        Args:
            oid: The table.
            own_checks: CHECKs that a partition does not share with its parent, by the partition's number.

        Returns:
            A condition that is not false for these rows; empty where it takes every row, None where it takes none.
        """
        key = parts_of_key(self._keys.get(oid, ""))
        parts: list[str] = []
        plain: list[Bound] = []
        hashed = Fraction(0)
        for child in self._children.get(oid, ()):
            if child.kind == "f":
                continue  # rows there live in another database
            bound = read_bound(child.bound)
            more = self._more(child, own_checks)
            if more is None:
                continue
            if bound.kind == "hash":
                hashed += bound.share
            if not more and (bound.kind == "default" or hashed == 1):
                return ""
            if more:
                inside = [*([_condition(bound, key)] if bound.kind in ("range", "list") else []), *more]
                parts.append(" AND ".join(f"({text})" for text in inside))
            elif bound.kind in ("range", "list"):
                plain.append(bound)
        if hashed and not parts:
            return ""  # which rows the missing parts would take, only the database can tell
        parts += [_condition(bound, key) for bound in _merged(plain)]
        return " OR ".join(f"({text})" for text in parts) if parts else None

    def _more(self, child: Partition, own_checks: Mapping[int, Sequence[str]]) -> list[str] | None:
        """Return what a partition demands beyond its bounds; None where it takes no row."""
        found = list(own_checks.get(child.oid, ()))
        if child.kind == "p":
            inner = self.condition(child.oid, own_checks)
            if inner is None:
                return None
            found += [inner] if inner else []
        return found


def parts_of_key(text: str) -> tuple[str, ...]:
    """Return the columns and expressions of a partition key.

    >>> parts_of_key("RANGE (tenant, date_trunc('day'::text, at))")
    ('tenant', "date_trunc('day'::text, at)")
    """
    return tuple(_split(text[text.find("(") + 1 : text.rfind(")")])) if "(" in text else ()


def read_bound(text: str) -> Bound:
    """Return a partition's bounds.

    >>> read_bound("FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)").high
    ('MAXVALUE',)
    >>> read_bound("for values in('a', null)").values
    ("'a'", 'NULL')
    >>> read_bound("FOR VALUES WITH (modulus 4, remainder 1)").share
    Fraction(1, 4)
    """
    words = [token.word for token in tokens_of(text, "postgresql")]
    if words[:1] == ["DEFAULT"]:
        return Bound("default")
    groups = [tuple(_plain(each) for each in _split(group)) for group in _groups(text)]
    match words[2]:
        case "FROM":
            return Bound("range", low=groups[0], high=groups[1])
        case "IN":
            return Bound("list", values=groups[0])
        case _:
            return Bound("hash", share=Fraction(1, int(groups[0][0].split()[-1])))


def _plain(value: str) -> str:
    return value.upper() if value.upper() in {"NULL", *_OPEN} else value


def _merged(bounds: Sequence[Bound]) -> list[Bound]:
    """Join ranges of one column that meet, and all lists into one."""
    lists = [bound for bound in bounds if bound.kind == "list"]
    ranges = {bound.low: bound for bound in bounds if bound.kind == "range"}
    found = [Bound("list", values=tuple(value for bound in lists for value in bound.values))] if lists else []
    ends = {bound.high for bound in ranges.values()}
    for low, bound in ranges.items():
        if low in ends:
            continue  # it continues another
        high = bound.high
        while high in ranges:
            high = ranges[high].high
        found.append(Bound("range", low=low, high=high))
    return found


def _condition(bound: Bound, key: Sequence[str]) -> str:
    if bound.kind == "list":
        return _listed(bound.values, key[0])
    filled = [f"{part} IS NOT NULL" for part in key]
    limits = [_beyond(key, bound.low, ">", ">="), _beyond(key, bound.high, "<", "<")]
    return " AND ".join([*filled, *(limit for limit in limits if limit)])


def _listed(values: Sequence[str], key: str) -> str:
    known = [value for value in values if value != "NULL"]
    inside = f"{key} IS NOT NULL AND {key} IN ({', '.join(known)})" if known else ""
    if len(known) == len(values):
        return inside
    return f"{key} IS NULL OR ({inside})" if inside else f"{key} IS NULL"


def _beyond(key: Sequence[str], limit: Sequence[str], strict: str, last: str) -> str:
    """Compare keys in order of their columns: ``a > 1 OR (a = 1 AND b >= 2)``."""
    steps = []
    for at, value in enumerate(limit):
        equal = [f"{key[before]} = {limit[before]}" for before in range(at)]
        if value in _OPEN:
            # From here on nothing is too small (or too great); all columns before are equal.
            steps.append(" AND ".join(equal))
            break
        relation = last if at == len(limit) - 1 else strict
        steps.append(" AND ".join([*equal, f"{key[at]} {relation} {value}"]))
    if not all(steps):
        return ""
    return f"({' OR '.join(f'({step})' for step in steps)})" if len(steps) > 1 else steps[0]


def _groups(text: str) -> list[str]:
    """Return what stands in each of the outer pairs of parentheses."""
    found, depth, start = [], 0, 0
    for token in tokens_of(text, "postgresql"):
        if token.text == "(" and token.kind == "mark":
            depth += 1
            start = token.end if depth == 1 else start
        elif token.text == ")" and token.kind == "mark":
            depth -= 1
            if depth == 0:
                found.append(text[start : token.start])
    return found


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no parentheses."""
    depth, commas = 0, list[Token]()
    for token in tokens_of(text, "postgresql"):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]")) if token.kind == "mark" else 0
        if token.kind == "mark" and token.text == "," and depth == 0:
            commas.append(token)
    starts = [0, *(comma.end for comma in commas)]
    ends = [*(comma.start for comma in commas), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
