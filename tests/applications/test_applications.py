"""Applications that others wrote, as they are published, over seeded rows: their questions get the answers that the frames give."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

PROJECTS = Path(__file__).parent / "projects"
QUIET = ("no:cacheprovider", "no:randomly", "no:asyncio", "no:anyio", "no:django", "no:pytest_postgresql")
TESTS = {"jupyterhub": 11, "optuna": 11}


def passed(name: str, place: Path, *options: str) -> int:
    """Run a project's tests and return how many passed; none may fail."""
    copy = shutil.copytree(PROJECTS / name, place / name)
    plugins = [word for plugin in QUIET for word in ("-p", plugin)]
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *plugins, *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stdout
    found = re.search(r"(\d+) passed", run.stdout)
    assert found, run.stdout
    return int(found[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTS)
def test_sqlite(name: str, tmp_path: Path) -> None:
    assert passed(name, tmp_path) == TESTS[name]


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("name", TESTS)
def test_postgresql(name: str, tmp_path: Path, postgresql_url: URL) -> None:
    address = postgresql_url.render_as_string(hide_password=False)
    assert passed(name, tmp_path, f"--fixturegen-database={address}") == TESTS[name]


def test_every_project_is_run() -> None:
    assert {path.name for path in PROJECTS.iterdir() if path.is_dir()} == set(TESTS)
