"""What the configuration and the command line ask for, read once; nothing heavy is needed for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MAIN = "main"
"""The worker's name where there is but one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a run.

    Attributes:
        schema: SOURCE of the schema; empty where none is configured.
        database: The configured address; ours are made beside it.
        rows: Rows of every table without a count, by table, or None.
        seed: The seed.
        drawn: Whether the seed was drawn for this run.
        allow: Hosts and databases that may be used although they do not look like development.
        worker: Name of this worker.
        root: The directory that relative files are relative to.
    """

    schema: str
    database: str
    rows: int | dict[str, int] | None
    seed: int
    drawn: bool
    allow: tuple[str, ...]
    worker: str
    root: Path


def drawn_seed(given: str | None) -> str | None:
    """Return the seed that was asked for, one drawn at random where ``random`` was."""
    return str(int.from_bytes(os.urandom(4)) >> 1) if given == "random" else given


def settings_of(config: pytest.Config) -> Settings:
    """Return the settings.

    Raises:
        pytest.UsageError: For a value that is not understood.
    """
    given = config.getoption("fixturegen_seed")
    database = config.getoption("fixturegen_database") or said(config, "fixturegen_database")
    return Settings(
        schema=said(config, "fixturegen_schema"),
        database=database or "sqlite://",
        rows=_rows(said(config, "fixturegen_rows")),
        seed=said(config, "fixturegen_seed") if given is None else _whole(given, "--fixturegen-seed"),
        drawn=bool(getattr(config.option, "fixturegen_seed_drawn", False)),
        allow=tuple(said(config, "fixturegen_allow")),
        worker=os.environ.get("PYTEST_XDIST_WORKER", MAIN),
        root=config.inipath.parent if config.inipath is not None else config.rootpath,
    )


def said(config: pytest.Config, name: str) -> Any:
    """Return what the configuration says.

    Raises:
        pytest.UsageError: If it is of another type than the setting.
    """
    try:
        return config.getini(name)
    except (pytest.UsageError, TypeError, ValueError) as error:  # their words do not always name the setting
        place = f"{config.inipath}: "
        message = f"{place}{name} cannot be read: {str(error).removeprefix(place)}"
        raise pytest.UsageError(message) from None


def _rows(given: list[str]) -> int | dict[str, int] | None:
    """Read ``["100"]`` or ``["customers=20", "orders=50"]``."""
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return _whole(given[0], "fixturegen_rows")
    pairs = [each.rpartition("=") for each in given]
    for name, _, number in pairs:
        if not name:
            message = (
                f"fixturegen_rows says {number!r} beside others: say one number for all tables, or TABLE=N for each"
            )
            raise pytest.UsageError(message)
    return {name: _whole(number, "fixturegen_rows") for name, _, number in pairs}


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"{what} is {text!r}, which is no whole number"
        raise pytest.UsageError(message) from None
