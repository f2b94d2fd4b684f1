"""Every guide is followed to the letter, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from following import BLOCK, followed
from servers import own_database

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
FAST = "conftest"
SLOW = [guide for guide in GUIDES if guide.stem not in (FAST, "pytest-postgresql")]


@pytest.mark.slow
@pytest.mark.parametrize("guide", SLOW, ids=lambda path: path.stem)
def test_a_guide_can_be_followed(guide: Path, tmp_path: Path) -> None:
    assert followed(guide, tmp_path)


def test_the_guide_of_an_existing_conftest_can_be_followed(tmp_path: Path) -> None:
    assert followed(ROOT / "docs" / "guides" / f"{FAST}.md", tmp_path)


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_guide_of_pytest_postgresql_can_be_followed(tmp_path: Path) -> None:
    with own_database("FIXTUREGEN_TEST_POSTGRESQL") as server:
        spare = server.set(database=f"{server.database}_guide")
        assert followed(ROOT / "docs" / "guides" / "pytest-postgresql.md", tmp_path, spare)


@pytest.mark.parametrize("name", ["factory-boy", "polyfactory"])
def test_before_and_after_are_the_same_tests(name: str) -> None:
    text = (ROOT / "docs" / "guides" / f"{name}.md").read_text()
    files = {block["file"]: block["text"] for block in BLOCK.finditer(text) if block["file"]}
    names = [
        re.findall(r"^def (test_\w+)", files[f"{side}/test_shop.py"], re.MULTILINE) for side in ("before", "after")
    ]
    assert names[0] == names[1]
    assert len(names[0]) == 10


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_links_lead_somewhere(guide: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", guide.read_text())
    assert [target for target in targets if "://" not in target and not (guide.parent / target).exists()] == []


def test_there_is_a_guide_for_everyone() -> None:
    names = ["conftest", "django", "factory-boy", "fastapi", "flask", "polyfactory", "pytest-postgresql"]
    assert [guide.stem for guide in GUIDES] == names
    listed = (ROOT / "docs" / "pytest.md").read_text()
    assert [name for name in names if f"(guides/{name}.md)" not in listed] == []
