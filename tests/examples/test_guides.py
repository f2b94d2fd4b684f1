"""Every guide is followed to the letter: its files are written, its commands run, and they print what the guide shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest
from servers import own_database
from sqlalchemy import URL

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PLUGINS = {"randomly": "", "asyncio": "", "anyio": "", "django": "django", "pytest_postgresql": "pytest-postgresql"}
FAST = "conftest"
_BLOCK = re.compile(r"(?:<!-- file: (?P<file>[^\n]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)


def followed(guide: Path, place: Path, server: URL | None = None) -> dict[str, str]:
    """Follow a guide in a directory; return what each of its commands printed."""
    printed: dict[str, str] = {}
    text = guide.read_text()
    for folder in re.findall(r"^<!-- all of: (\S+) -->$", text, re.MULTILINE):
        shutil.copytree(guide.parent / folder, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for block in _BLOCK.finditer(text):
        if block["file"]:
            path = place / block["file"]
            assert not path.exists() or path.read_text() == block["text"], (
                f"{block['file']} is another one in the example"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"])
        elif block["language"] == "console":
            for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, _, expected = part.partition("\n")
                printed[line] = run(line, place, guide.stem, server)
                same = OutputChecker().check_output(expected, printed[line], ELLIPSIS | NORMALIZE_WHITESPACE)
                assert same, f"$ {line}\n{printed[line]}"
        else:
            assert block["language"] == "text", f"nothing runs {block[0][:60]!r}"
    return printed


def run(line: str, place: Path, guide: str, server: URL | None) -> str:
    """Run a command as its reader would; only the plugins of which the guide speaks are loaded."""
    words = shlex.split(line)
    assert words[0] == "pytest", line
    absent = [f"no:{name}" for name, user in PLUGINS.items() if user != guide]
    options = [word for name in ["no:cacheprovider", *absent] for word in ("-p", name)]
    if guide == "pytest-postgresql" and server is not None:
        options += [f"--postgresql-host={server.host}", f"--postgresql-port={server.port or 5432}"]
        options += [f"--postgresql-user={server.username}", f"--postgresql-dbname={server.database}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *words, "-W", "error", *options]
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=200
    ).stdout


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
    files = {block["file"]: block["text"] for block in _BLOCK.finditer(text) if block["file"]}
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
