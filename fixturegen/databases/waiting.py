"""Rows that wait for triggers: a table that triggers of others write to is filled after those, so that our rows can give way.

What a trigger has inserted is what its author wants there. Rows of ours under the same keys give way to it when they come
later; had they come first, the trigger itself would fail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_NAME = r"(?:\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|\[[^\]]+\]|[\w$]+)"
_INSERT = re.compile(
    rf"\b(?:INSERT(?:\s+(?:OR\s+\w+|IGNORE|LOW_PRIORITY|DELAYED))*\s+INTO|REPLACE\s+INTO|MERGE\s+INTO)\s+(?:ONLY\s+)?(?P<name>{_NAME}(?:\s*\.\s*{_NAME})?)",
    re.IGNORECASE,
)
_PART = re.compile(_NAME)


def inserted_into(body: str) -> frozenset[str]:
    """Return the bare names of tables that the text of a trigger inserts into, case folded; it is only read, never run.

    >>> sorted(inserted_into("BEGIN INSERT INTO audit.Log VALUES (1); REPLACE INTO `totals` SELECT 1; END"))
    ['log', 'totals']
    """
    return frozenset(_bare(found["name"]) for found in _INSERT.finditer(body))


def _bare(name: str) -> str:
    last: str = _PART.findall(name)[-1]
    plain = last[1:-1].replace(last[-1] * 2, last[-1]) if last[0] in '"`[' else last
    return plain.casefold()


def written_by(triggers: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return which tables' triggers insert into which tables: bare names, case folded, the latter first.

    Args:
        triggers: The table and the text of each trigger.

    >>> written_by([("film", "INSERT INTO film_text SELECT 1")])
    {'film_text': frozenset({'film'})}
    """
    written: dict[str, frozenset[str]] = {}
    for table, body in triggers:
        for name in inserted_into(body):
            written[name] = written.get(name, frozenset()) | {table.casefold()}
    return written


def held_until(
    tables: Sequence[str], parents: Mapping[str, Collection[str]], writers: Mapping[str, Collection[str]]
) -> Mapping[str, str]:
    """Return which tables wait, and for which last one.

    Args:
        tables: The tables in load order.
        parents: The tables that each one refers to.
        writers: The tables whose triggers insert into each one.

    >>> held_until(["film_text", "notes", "film"], {"notes": ["film_text"]}, {"film_text": ["film"]})
    {'film_text': 'film', 'notes': 'film'}
    """
    place = {name: at for at, name in enumerate(tables)}
    until: dict[str, int] = {}
    for name in tables:
        ahead = [place[other] for other in writers.get(name, ()) if place.get(other, -1) > place[name]]
        needed = [at for at in ahead if not _leads_to(tables[at], name, parents)]
        waiting = [until[parent] for parent in parents.get(name, ()) if until.get(parent, -1) >= place[name]]
        if needed or waiting:
            until[name] = max(needed + waiting)
    return {name: tables[at] for name, at in until.items()}


def circles(edges: Mapping[int, Collection[int]]) -> list[list[int]]:
    """Return nodes grouped into circles (most are alone), each group after all that it refers to.

    Args:
        edges: What each node refers to.

    >>> circles({1: [2], 2: [3], 3: [2], 4: [1, 4]})
    [[2, 3], [1], [4]]
    """
    reached = {node: _reached(node, edges) for node in edges}
    left, groups = dict.fromkeys(edges), list[list[int]]()
    while left:
        node = next(node for node in left if all(node in reached[other] for other in reached[node] if other in left))
        group = [node, *(other for other in left if other != node and other in reached[node])]
        groups.append([other for other in left if other in group])
        for other in group:
            del left[other]
    return groups


def _reached(node: int, edges: Mapping[int, Collection[int]]) -> set[int]:
    seen: set[int] = set()
    ahead = list(edges[node])
    while ahead:
        other = ahead.pop()
        if other not in seen:
            seen.add(other)
            ahead += edges.get(other, ())
    return seen


def _leads_to(table: str, ancestor: str, parents: Mapping[str, Collection[str]]) -> bool:
    """Whether a table refers to another, by way of others if need be: then it cannot be filled before it."""
    seen, ahead = {table}, [table]
    while ahead:
        for parent in parents.get(ahead.pop(), ()):
            if parent == ancestor:
                return True
            if parent not in seen:
                seen.add(parent)
                ahead.append(parent)
    return False


def rearranged(
    frames: Iterable[tuple[str, pl.DataFrame]], tables: Sequence[str], until: Mapping[str, str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield frames in another order: those of tables that wait come once the table that they wait for is complete.

    Args:
        frames: Frames by table, in load order.
        tables: The tables in load order.
        until: What :func:`held_until` says.
    """
    place = {name: at for at, name in enumerate(tables)}
    held: list[tuple[str, pl.DataFrame]] = []
    for name, frame in frames:
        due = [pair for pair in held if place[until[pair[0]]] < place.get(name, -1)]
        held = [pair for pair in held if place[until[pair[0]]] >= place.get(name, -1)]
        yield from due
        if name in until:
            held.append((name, frame))
        else:
            yield name, frame
    yield from held
