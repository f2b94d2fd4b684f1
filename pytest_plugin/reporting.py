"""What a failure says: which schema and seed its rows came from, and the one command that shows the same rows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fixturegen.addresses import is_url
from fixturegen.engines import masked

if TYPE_CHECKING:
    import pytest

    from pytest_fixturegen.content import Asked


def section(item: pytest.Item, asked: Asked, told: Mapping[str, object]) -> str:
    """Return the text of the section.

    Args:
        item: The test.
        asked: The content that served it.
        told: What its markers said; a seed of theirs is said by nobody else.
    """
    words = [test_id(item)]
    if "seed" not in told:
        words.append(f"--fixturegen-seed={asked.seed}")
    database = item.config.getoption("fixturegen_database")
    if database:
        words.append(f"--fixturegen-database={masked(database)}")
    return (
        f"schema {_name(asked.source) or '(none)'}, seed {asked.seed}\nthe same rows again: pytest {shlex.join(words)}"
    )


def _name(source: object) -> str:
    """Return what a schema's source is called; an address without its password."""
    if isinstance(source, str | Path):
        name = str(source)
        return masked(name) if is_url(name) else name
    return str(getattr(source, "__name__", type(source).__name__))


def test_id(item: pytest.Item) -> str:
    """Return the test's id, without what pytest-xdist adds to it for groups."""
    marker = item.get_closest_marker("xdist_group")
    if marker is None:
        return item.nodeid
    name = marker.args[0] if marker.args else marker.kwargs.get("name", "default")
    return item.nodeid.removesuffix(f"@{name}")
