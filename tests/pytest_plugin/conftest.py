"""Projects for the plugin to be tried on: a schema, a configuration, and test files, run by pytest itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

import pytest
from sqlalchemy import create_engine

import fixturegen
import pytest_fixturegen

SCHEMA = """
version: 1
tables:
  teams:
    rows: 3
    columns:
      id: {type: integer, primary_key: true}
      name: {type: varchar(40), unique: true}
  players:
    rows: 8
    columns:
      id: {type: integer, primary_key: true}
      team_id: {references: teams.id}
      name: {type: varchar(40)}
      score: {type: integer, min: 0, max: 100}
      born: {type: date, min: 1990-01-01, max: 2005-12-31}
"""
INI = """
[pytest]
strict = true
filterwarnings = error
fixturegen_schema = league.yaml
"""
HEAD = """
import pytest
from sqlalchemy import text

def count(connection, table="players"):
    return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()

def add(connection, number=900):
    connection.execute(text(f"INSERT INTO teams (id, name) VALUES ({number}, 'team {number}')"))
"""
MODELS = """
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    players: Mapped[list["Player"]] = relationship(back_populates="team")

class Player(Base):
    __tablename__ = "players"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    name: Mapped[str] = mapped_column(String(40))
    team: Mapped[Team] = relationship(back_populates="players")
"""
QUIET = ("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", "-p", "no:anyio")
Outcome = Callable[..., pytest.RunResult]


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """Load all modules once: a run within this process takes those that it loads away again, which some do not bear."""
    for package in (fixturegen, pytest_fixturegen):
        names = walk_packages(package.__path__, f"{package.__name__}.")
        for module in (each for each in names if not each.name.endswith("__main__")):
            with suppress(ImportError):  # such as a module for a library that is not installed
                import_module(module.name)
    for address in ("sqlite://", "postgresql+psycopg://", "mysql+pymysql://"):
        create_engine(address)
    fixturegen.generate(fixturegen.Schema(tables={}))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with the schema of a league and a strict configuration."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "league.yaml").write_text(SCHEMA)
    pytester.makeini(INI)
    return pytester


@pytest.fixture
def with_models(project: pytest.Pytester) -> Callable[..., None]:
    """Let the project's schema be that of models; ``more`` lines of configuration may follow."""

    def with_models(more: str = "") -> None:
        (project.path / "league_models.py").write_text(MODELS)
        settings = (
            f"fixturegen_schema = league_models:Base\nfixturegen_rows = teams=3 players=8\npythonpath = .\n{more}"
        )
        project.makeini(f"[pytest]\nstrict = true\nfilterwarnings = error\n{settings}")

    return with_models


@pytest.fixture
def run(project: pytest.Pytester) -> Outcome:
    """Run a test file in this process; with ``apart=True`` in a new one."""

    def run(source: str, *arguments: str, apart: bool = False, quiet: tuple[str, ...] = QUIET) -> pytest.RunResult:
        (project.path / "test_it.py").write_text(HEAD + source)
        if apart:
            return project.runpytest_subprocess(*quiet, *arguments, timeout=200)
        return project.runpytest_inprocess(*quiet, *arguments)

    return run
