"""Tests made of records: one for each way to break a constraint, or for each hostile row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import fixturegen
from fixturegen.errors import FixturegenError, InputError
from pytest_fixturegen.running import run_of

_ARGUMENTS = {"fixturegen_negatives": "negative", "fixturegen_hostile": "hostile"}
_ONCE = pytest.StashKey[dict[tuple[str, str], Sequence[Any]]]()


def parametrize(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    """Parametrize a test that has the marker.

    Raises:
        pytest.Collector.CollectError: If the marker, the schema or the test's arguments are not what they have to be.
    """
    argument = _ARGUMENTS[marker.name]
    if argument not in metafunc.fixturenames:
        text = f"the marker {marker.name} gives the argument {argument!r}, which {metafunc.function.__name__} does not take"
        raise pytest.Collector.CollectError(f"fixturegen: {text}")
    try:
        cases = _cases(metafunc.config, marker)
    except (FixturegenError, pytest.UsageError) as error:
        raise pytest.Collector.CollectError(f"fixturegen: {error}") from None
    metafunc.parametrize(argument, [case for _, case in cases], ids=[name for name, _ in cases])


def _cases(config: pytest.Config, marker: pytest.Mark) -> list[tuple[str, Any]]:
    unknown = next((name for name in marker.kwargs if name != "table"), None)
    if unknown is not None:
        message = f"the marker {marker.name} does not take {unknown!r}; it takes tables, or table=NAME"
        raise InputError(message)
    run = run_of(config)
    schema = run.configured.schema
    tables = [*marker.args, *([marker.kwargs["table"]] if "table" in marker.kwargs else [])]
    for name in tables:
        if name not in schema.tables:
            message = f"there is no table {name!r}"
            raise InputError(message, given=str(name), exists=schema.tables)
    made = config.stash.setdefault(_ONCE, {})
    key = (marker.name, run.settings.schema)
    if marker.name == "fixturegen_negatives":
        if key not in made:
            made[key] = list(fixturegen.negatives(schema, dialect=run.dialect, seed=run.settings.seed))
        wanted = [each for each in made[key] if each.expect == "reject" and (not tables or each.table in tables)]
        return [(record.id, record) for record in wanted]
    if key not in made:
        made[key] = [fixturegen.hostile(schema, seed=run.settings.seed)]
    frames = made[key][0]
    return [
        (f"{name}-{number}", row)
        for name in tables or schema.tables
        for number, row in enumerate(frames[name].to_dicts(), 1)
    ]
