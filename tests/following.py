"""Guides followed to the letter: their files are written, their commands run, and compared with what the guide shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from sqlalchemy import URL

PLUGINS = {"randomly": "", "asyncio": "", "anyio": "", "django": "django", "pytest_postgresql": "pytest-postgresql"}
BLOCK = re.compile(r"(?:<!-- file: (?P<file>[^\n]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)


def followed(guide: Path, place: Path, server: URL | None = None) -> dict[str, str]:
    """Follow a guide in a directory; return what each of its commands printed."""
    printed: dict[str, str] = {}
    text = guide.read_text()
    for folder in re.findall(r"^<!-- all of: (\S+) -->$", text, re.MULTILINE):
        shutil.copytree(guide.parent / folder, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for block in BLOCK.finditer(text):
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
