"""The applications among the examples pass their own tests, as somebody runs them who copies them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from following import run

EXAMPLES = Path(__file__).parents[2] / "examples"
APPLICATIONS = {"flask_app": ("flask", 7), "fastapi_app": ("fastapi", 5), "django_app": ("django", 8)}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_passes_its_tests(name: str, tmp_path: Path) -> None:
    guide, number = APPLICATIONS[name]
    place = Path(shutil.copytree(EXAMPLES / name, tmp_path / name))
    printed = run("pytest -q", place, guide, None)
    assert f"{number} passed" in printed, printed


def test_every_application_is_tried() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/pytest.ini")} == set(APPLICATIONS)
