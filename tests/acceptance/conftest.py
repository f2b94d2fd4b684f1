"""The command line as a user sees it: run in a folder of its own, with what it printed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixturegen import cli

CORPUS = Path(__file__).parent.parent / "corpus" / "sqlite"


@dataclass(frozen=True)
class Done:
    """What a command left on the terminal."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, within ``tmp_path``."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Done:
        capsys.readouterr()
        code = cli.run(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return command


@pytest.fixture
def succeeds(run: Run) -> Run:
    """Run a command that has to end with exit code 0."""

    def command(*arguments: str) -> Done:
        done = run(*arguments)
        assert done.code == 0, done.err + done.out
        return done

    return command


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Ask an SQLite file in ``tmp_path``."""

    def rows(file: str, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(tmp_path / file)) as connection:
            return connection.execute(sql).fetchall()

    return rows


def made(path: Path, script: str) -> str:
    """Run a script in a new SQLite file and return the file's URL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.commit()
    return f"sqlite:///{path.name}"


@pytest.fixture
def database(tmp_path: Path) -> Callable[[str], str]:
    """Make ``shop.db`` in ``tmp_path`` by a script, and return its URL."""
    return lambda script: made(tmp_path / "shop.db", script)
