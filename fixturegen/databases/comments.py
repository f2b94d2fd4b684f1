"""The marker as the last line of a table's comment, behind whatever the comment says already."""

from __future__ import annotations

import re

from fixturegen.databases.base import Marker

_MARKER = re.compile(r"\n?\[seeded by fixturegen: ([0-9a-f]+) ([0-9a-f]+)\]\Z")


def with_marker(comment: str | None, marker: Marker) -> str:
    r"""Return a comment with the marker, in the place of one that is there already.

    >>> with_marker("Who buys.", Marker("c0", "f1"))
    'Who buys.\n[seeded by fixturegen: c0 f1]'
    """
    plain = _MARKER.sub("", comment or "")
    line = f"[seeded by fixturegen: {marker.content} {marker.rows}]"
    return f"{plain}\n{line}" if plain else line


def marker_of(comment: str | None) -> Marker | None:
    r"""Return the marker of a comment, None where it has none.

    >>> marker_of("Who buys.\n[seeded by fixturegen: c0 f1]")
    Marker(content='c0', rows='f1')
    """
    found = _MARKER.search(comment or "")
    return None if found is None else Marker(found.group(1), found.group(2))
