"""What the markers of a test say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

_KEYWORDS = ("rows", "seed", "schema", "isolation")
_ISOLATIONS = ("rollback", "clone")


def told(item: pytest.Item) -> Mapping[str, Any]:
    """Return what the markers of a test say, nearer ones before farther ones; what is None is not said.

    Raises:
        pytest.fail.Exception: For what no marker can say.
    """
    found: dict[str, Any] = {}
    for marker in item.iter_markers("fixturegen"):
        unknown = [name for name in marker.kwargs if name not in _KEYWORDS]
        if marker.args or unknown:
            given = repr(marker.args[0]) if marker.args else unknown[0]
            text = f"the marker fixturegen does not take {given}; it takes {', '.join(_KEYWORDS)}, by keyword"
            pytest.fail(f"fixturegen: {text}", pytrace=False)
        found = {**{name: value for name, value in marker.kwargs.items() if value is not None}, **found}
    if found.get("isolation", _ISOLATIONS[0]) not in _ISOLATIONS:
        text = f"isolation is {found['isolation']!r}; it can be {' or '.join(map(repr, _ISOLATIONS))}"
        pytest.fail(f"fixturegen: {text}", pytrace=False)
    return found
