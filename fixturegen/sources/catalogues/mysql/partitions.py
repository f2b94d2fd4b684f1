"""Partitions of MariaDB and MySQL: what a row must be so that one of them takes it."""

from __future__ import annotations

from collections.abc import Sequence

from fixturegen.sources.ddl_lexer import tokens_of

_TAKES_ALL = frozenset({"MAXVALUE", "DEFAULT"})


def accepted(method: str, expression: str, bounds: Sequence[str | None]) -> str:
    """Return the condition of the rows that some partition takes; empty where every row finds one.

    Args:
        method: How rows are parted: ``RANGE``, ``LIST``, ``RANGE COLUMNS``, ``LIST COLUMNS``, ``HASH``, ``KEY``, ...
        expression: What is compared; for ``COLUMNS``, the columns.
        bounds: ``PARTITION_DESCRIPTION`` of every partition, in order: the end of a range (exclusive), or the values of a list.

    Example:
        >>> accepted("RANGE", "year(`day`)", ["2024", "2025"])
        'year(`day`) < 2025 OR year(`day`) IS NULL'
        >>> accepted("RANGE", "year(`day`)", ["2024", "MAXVALUE"])
        ''
        >>> accepted("LIST COLUMNS", "`kind`", ["'a','b'", "'c',NULL"])
        "`kind` IN ('a', 'b', 'c') OR `kind` IS NULL"
    """
    known = [bound for bound in bounds if bound]
    if (
        not known
        or method.partition(" ")[0] not in ("RANGE", "LIST")
        or any(bound.upper() in _TAKES_ALL for bound in known)
    ):
        return ""
    key = split(expression)
    if method.startswith("RANGE"):
        return _below(key, split(known[-1]))
    return _listed(key, [value for bound in known for value in split(bound)])


def _below(key: Sequence[str], end: Sequence[str]) -> str:
    """Compare keys in order of their columns. A NULL is less than anything."""
    steps = []
    for at, limit in enumerate(end):
        equal = [f"{key[before]} = {end[before]}" for before in range(at)]
        if limit.upper() == "MAXVALUE":
            steps.append(" AND ".join(equal))
            break
        steps.append(" AND ".join([*equal, f"{key[at]} < {limit}"]))
    if not all(steps):
        return ""
    return " OR ".join([*(steps if len(steps) == 1 else [f"({step})" for step in steps]), f"{key[0]} IS NULL"])


def _listed(key: Sequence[str], values: Sequence[str]) -> str:
    if len(key) > 1:
        # Each value is a tuple in parentheses.
        rows = [zip(key, split(value.strip()[1:-1]), strict=True) for value in values]
        texts = (" AND ".join(_equal(column, value) for column, value in row) for row in rows)
        return " OR ".join(f"({text})" for text in texts)
    known = [value for value in values if value.upper() != "NULL"]
    inside = f"{key[0]} IN ({', '.join(known)})" if known else ""
    if len(known) < len(values):
        return f"{inside} OR {key[0]} IS NULL" if inside else f"{key[0]} IS NULL"
    return f"{key[0]} IS NOT NULL AND {inside}"


def _equal(column: str, value: str) -> str:
    return f"{column} IS NULL" if value.upper() == "NULL" else f"{column} = {value}"


def split(text: str) -> list[str]:
    """Split at the commas that stand in no parentheses.

    >>> split("(1,'a,b'),(2,NULL)")
    ["(1,'a,b')", '(2,NULL)']
    """
    depth, start, found = 0, 0, []
    for token in tokens_of(text, "mysql"):
        if token.kind == "mark":
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "," and depth == 0:
                found.append(text[start : token.start].strip())
                start = token.end
    return [*found, text[start:].strip()]
