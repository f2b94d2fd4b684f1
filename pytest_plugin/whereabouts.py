"""Where databases are made, and what tells those of a run, of a worker and of later runs apart."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from fixturegen.errors import FixturegenError, InputError
from pytest_fixturegen.settings import MAIN, settings_of

if TYPE_CHECKING:
    from sqlalchemy import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What places and names of databases follow from.

    Attributes:
        url: The configured address.
        worker: Name of the worker, ``main`` where there is but one.
        run: What tells this run from others at the same time; the same for all of its workers.
        folder: A directory of this run's own, shared by its workers.
        kept: A directory that outlives the run, or None if nothing is to be kept.
        allow: Hosts and databases that may be used although they do not look like development.
    """

    url: URL
    worker: str
    run: str
    folder: Path
    kept: Path | None
    allow: tuple[str, ...] = ()


def whereabouts(config: pytest.Config, url: URL) -> Whereabouts:
    """Return where databases of the configured address are made."""
    settings = settings_of(config)
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # noqa: SLF001 - its only name
    shared = base if settings.worker == MAIN else base.parent
    return Whereabouts(
        url=url,
        worker=settings.worker,
        run=os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid():x}")[:8],
        folder=shared / "fixturegen",
        kept=kept_folder(config),
        allow=settings.allow,
    )


def kept_folder(config: pytest.Config) -> Path | None:
    """Return the directory of what is kept for later runs, or None if nothing is to be.

    Raises:
        InputError: If pytest keeps nothing, or cannot.
    """
    if not config.getoption("fixturegen_reuse"):
        return None
    cache = getattr(config, "cache", None)
    if cache is None:
        message = "--fixturegen-reuse needs pytest's cache, which is turned off (-p no:cacheprovider)"
        raise InputError(message)
    try:
        return Path(cache.mkdir("fixturegen"))
    except OSError as error:
        message = f"--fixturegen-reuse needs pytest's cache, which cannot be written: {error}"
        raise InputError(message, hint="Say cache_dir in pytest's configuration, or leave the option out.") from None


def sweep(config: pytest.Config, names: tuple[str, ...]) -> None:
    """Drop templates at the end of the run; a server that is gone is no failure of the tests."""
    from pytest_fixturegen.places import place  # noqa: PLC0415 - places need their whereabouts

    with suppress(SQLAlchemyError, FixturegenError):
        place(whereabouts(config, make_url(settings_of(config).database))).sweep(names)
