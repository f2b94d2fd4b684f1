"""The plugin beside what applications are made of: models, Flask, asynchronous drivers, Django, Hypothesis."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL

Outcome = Callable[..., pytest.RunResult]
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


def with_models(project: pytest.Pytester, module: str = "league_models", more: str = "") -> None:
    (project.path / f"{module}.py").write_text(MODELS)
    settings = f"fixturegen_schema = {module}:Base\nfixturegen_rows = teams=3 players=8\npythonpath = .\n{more}"
    project.makeini(f"[pytest]\nstrict = true\nfilterwarnings = error\n{settings}")


def test_models(run: Outcome, project: pytest.Pytester) -> None:
    with_models(project)
    result = run("""
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from league_models import Player, Team

def test_orm(fixturegen, fixturegen_session, fixturegen_engine):
    fixturegen.make("players", name="Ada", team={"name": "Engine"})
    ada = fixturegen_session.scalars(select(Player).where(Player.name == "Ada")).one()
    assert ada.team.name == "Engine"
    ada.team.players.append(Player(name="Bob"))
    fixturegen_session.commit()
    with Session(fixturegen_engine) as other:
        assert len(other.scalars(select(Team).where(Team.name == "Engine")).one().players) == 2
        other.add(Team(name="Engine"))
        with pytest.raises(IntegrityError):
            other.commit()
        other.rollback()
        other.delete(other.scalars(select(Player).where(Player.name == "Bob")).one())
        other.commit()
    fixturegen_session.expire_all()
    assert len(ada.team.players) == 1

def test_undone(fixturegen_session):
    assert len(fixturegen_session.scalars(select(Player)).all()) == 8
    assert fixturegen_session.scalars(select(Team).where(Team.name == "Engine")).all() == []

from league_models import Base

@pytest.mark.fixturegen(schema=Base, rows={"players": 1})
def test_the_models_themselves(fixturegen_session):
    assert len(fixturegen_session.scalars(select(Player)).all()) == 1
""")
    result.assert_outcomes(passed=3)


def test_sqlmodel(run: Outcome, project: pytest.Pytester) -> None:
    (project.path / "heroes.py").write_text("""
from sqlmodel import Field, SQLModel

class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True, max_length=30)
    age: int | None = None
""")
    project.makeini(
        "[pytest]\nstrict = true\npythonpath = .\nfixturegen_schema = heroes:Hero\nfixturegen_rows = hero=4\n"
    )
    result = run("""
from sqlmodel import Session, select
from heroes import Hero

def test_it(fixturegen, fixturegen_session):
    assert isinstance(fixturegen_session, Session)
    assert len(fixturegen_session.exec(select(Hero)).all()) == 4
    fixturegen_session.add(Hero(name="new"))
    fixturegen_session.commit()
    assert fixturegen.make("hero", name="made").row["name"] == "made"
    assert len(fixturegen_session.exec(select(Hero)).all()) == 6
""")
    result.assert_outcomes(passed=1)


def test_flask_sqlalchemy(run: Outcome, project: pytest.Pytester) -> None:
    (project.path / "shop_app.py").write_text("""
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

db = SQLAlchemy()

class Team(db.Model):
    __tablename__ = "teams"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(40), unique=True, nullable=False)

def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)

    @app.post("/teams/<name>")
    def add(name):
        db.session.add(Team(name=name))
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return "there is one", 409
        return str(Team.query.count())

    return app
""")
    with_models(project)
    result = run("""
from shop_app import create_app, db

@pytest.fixture
def client(fixturegen_engine):
    app = create_app()
    with app.app_context():
        db.engines[None] = fixturegen_engine
        yield app.test_client()
        db.session.remove()

@pytest.mark.parametrize("number", [1, 2])
def test_it(client, fixturegen, fixturegen_connection, number):
    fixturegen.make("teams", name="made")
    assert client.post("/teams/new").text == "5"
    assert client.post("/teams/new").status_code == 409
    assert client.post("/teams/made").status_code == 409
    assert count(fixturegen_connection, "teams") == 5
""")
    result.assert_outcomes(passed=2)


ASYNC = """
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.asyncio

async def counted(connection, table="players"):
    return (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar()

@pytest.mark.parametrize("number", [1, 2])
async def test_connection(fixturegen, fixturegen_async_connection, number):
    connection = fixturegen_async_connection
    assert await counted(connection) == 8
    await connection.execute(text("INSERT INTO teams (id, name) VALUES (90, 'x')"))
    await connection.commit()
    made = await fixturegen.make_async("players", on=connection, team={"name": "y"})
    await connection.commit()
    with pytest.raises(IntegrityError):
        await connection.execute(text("INSERT INTO teams (id, name) VALUES (91, 'y')"))
    await connection.rollback()
    assert await counted(connection, "teams") == 5
    async with connection.engine.begin() as another:
        await another.execute(text("DELETE FROM players"))
    assert await counted(connection) == 0

@pytest.mark.parametrize("number", [1, 2])
async def test_session(fixturegen, fixturegen_async_session, fixturegen_async_connection, number):
    await fixturegen.make_async("players", on=fixturegen_async_session)
    await fixturegen_async_session.commit()
    assert await counted(fixturegen_async_session) == 9
    assert await counted(fixturegen_async_connection) == 9

@pytest.mark.fixturegen(isolation="clone")
async def test_clone(fixturegen_async_session):
    await fixturegen_async_session.execute(text("DELETE FROM players"))
    await fixturegen_async_session.commit()
    assert await counted(fixturegen_async_session) == 0

async def test_after_all(fixturegen_async_session, fixturegen_connection):
    assert await counted(fixturegen_async_session) == 8
    assert count(fixturegen_connection, "teams") == 3
"""
ASYNC_QUIET = ("-p", "no:randomly", "-p", "no:django", "-p", "no:anyio")


@pytest.mark.slow
def test_aiosqlite(run: Outcome, project: pytest.Pytester) -> None:
    with_models(project, more="asyncio_default_fixture_loop_scope = function\n")
    run(ASYNC, apart=True, quiet=ASYNC_QUIET).assert_outcomes(passed=6)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_asynchronous_postgresql(run: Outcome, project: pytest.Pytester, postgresql_url: URL, driver: str) -> None:
    with_models(project, more="asyncio_default_fixture_loop_scope = function\nasyncio_mode = auto\n")
    address = postgresql_url.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)
    run(ASYNC, f"--fixturegen-database={address}", apart=True, quiet=ASYNC_QUIET).assert_outcomes(passed=6)


@pytest.mark.slow
def test_anyio(run: Outcome, project: pytest.Pytester) -> None:
    with_models(project)
    source = (
        ASYNC.replace("mark.asyncio", "mark.anyio") + "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    )
    quiet = ("-p", "no:randomly", "-p", "no:django", "-p", "no:asyncio")
    run(source, apart=True, quiet=quiet).assert_outcomes(passed=6)


def test_hypothesis(run: Outcome) -> None:
    result = run("""
from hypothesis import given, settings, strategies as st

@settings(max_examples=10, database=None, derandomize=True, deadline=None)
@given(names=st.lists(st.text("abc", min_size=1, max_size=5), unique=True, max_size=4))
def test_examples(fixturegen, fixturegen_dataset, names):
    rows = {"teams": [{"id": number, "name": name} for number, name in enumerate(names, 1)]}
    with fixturegen.example(rows) as connection:
        assert count(connection, "teams") == len(names)
        assert count(connection) == 0
        made = fixturegen.make("players")
        assert made.rows["teams"][0]["id"] == len(names) + 1
        connection.execute(text("INSERT INTO teams (name) VALUES ('by the test')"))
        connection.commit()

@settings(max_examples=5, database=None, deadline=None)
@given(number=st.integers())
def test_the_first_example_does_not_wait(fixturegen, number):
    assert any(empty for _, empty in fixturegen._run._built), "built before any example"
    with fixturegen.example({"teams": [{"id": 1, "name": "x"}]}) as connection:
        assert count(connection, "teams") == 1

@settings(max_examples=5, database=None, deadline=None)
@given(number=st.integers())
def test_sessions_and_seeded_rows(fixturegen, number):
    with fixturegen.example() as connection:
        assert count(connection) == 8
        names = {fixturegen.make("teams").row["name"]}
    with fixturegen.example_session(fixturegen.dataset(seed=2)) as session:
        assert count(session) == 8
        session.execute(text("DELETE FROM players"))
        session.commit()
        session.rollback()
        assert count(session) == 0

def test_wrong_examples(fixturegen):
    for wrong, said in [
        (5, "an example is rows by table"),
        ({"team": []}, "there is no table 'team'.*'teams'"),
        ({"teams": [{"id": 1, "nam": "x"}]}, "no column 'nam'.*'name'"),
        ({"teams": 5}, "are a int"),
    ]:
        with pytest.raises(Exception, match=said), fixturegen.example(wrong):
            pass
    with pytest.raises(Exception, match="UNIQUE"), fixturegen.example({"teams": [{"id": 1, "name": "x"}] * 2}):
        pass
    with fixturegen.example({}) as connection:
        assert count(connection) == 0
""")
    result.assert_outcomes(passed=4)


CIRCLES = """
CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b (id), a_id INTEGER REFERENCES a (id));
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id));
"""
STIFF = """
CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER NOT NULL, a_id INTEGER);
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);
"""
IN_CIRCLES = """
def test_it(fixturegen):
    rows = {
        "a": [{"id": 1, "b_id": 7, "a_id": 2}, {"id": 2, "b_id": 8, "a_id": None}],
        "b": [{"id": 7, "a_id": 2}, {"id": 8, "a_id": 2}],
    }
    with fixturegen.example(rows) as connection:
        found = connection.execute(text("SELECT id, b_id, a_id FROM a ORDER BY id")).all()
        assert [tuple(row) for row in found] == [(1, 7, 2), (2, 8, None)]
        assert connection.execute(text("SELECT a_id FROM b ORDER BY id")).scalars().all() == [2, 2]
        connection.commit()
"""


@pytest.mark.parametrize(
    ("kind", "ddl"),
    [
        ("sqlite", CIRCLES),
        pytest.param("postgresql", STIFF, marks=[pytest.mark.postgresql, pytest.mark.slow]),
        pytest.param("mariadb", STIFF, marks=[pytest.mark.mariadb, pytest.mark.slow]),
    ],
)
def test_examples_with_circles(
    run: Outcome, project: pytest.Pytester, request: pytest.FixtureRequest, kind: str, ddl: str
) -> None:
    (project.path / "circles.sql").write_text(ddl)
    project.makeini("[pytest]\nstrict = true\nfilterwarnings = error\nfixturegen_schema = circles.sql\n")
    url = "sqlite://"
    if kind != "sqlite":
        url = request.getfixturevalue(f"{kind}_url").render_as_string(hide_password=False)
    run(IN_CIRCLES, f"--fixturegen-database={url}").assert_outcomes(passed=1)


DJANGO = {
    "league/__init__.py": "",
    "league/models.py": """
from django.db import models

class Team(models.Model):
    name = models.CharField(max_length=40, unique=True)

class Player(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    score = models.PositiveSmallIntegerField(default=0)
    born = models.DateField(null=True)
""",
    "settings.py": """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "league"]
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_django(run: Outcome, project: pytest.Pytester, request: pytest.FixtureRequest, kind: str) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    if kind == "postgresql":
        url: URL = request.getfixturevalue("postgresql_url")
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": str(url.database),
            "HOST": str(url.host),
            "PORT": str(url.port or 5432),
            "USER": str(url.username),
            "PASSWORD": url.password or "",
        }
    for name, source in DJANGO.items():
        path = project.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source.replace("DATABASE}", f"{database!r}}}"))
    project.makeini(
        "[pytest]\nstrict = true\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n"
        "fixturegen_rows = league_team=3 league_player=8\n"
    )
    result = run(
        """
def test_filled(fixturegen_django):
    from league.models import Player, Team
    assert (Team.objects.count(), Player.objects.count()) == (3, 8)
    made = fixturegen_django.make("league_player", name="Ada", team={"name": "Engine"})
    ada = Player.objects.get(name="Ada")
    assert ada.team.name == "Engine" and ada.pk == made.row["id"]
    assert Team.objects.create(name="new").pk > made.rows["league_team"][0]["id"]
    assert Player.objects.exclude(team__name="Engine").count() == 8

def test_empty_again(db):
    from league.models import Player
    assert Player.objects.count() == 0

def test_once_more(fixturegen_django):
    from league.models import Player
    assert Player.objects.count() == 8
""",
        apart=True,
        quiet=("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:anyio"),
    )
    result.assert_outcomes(passed=3)


def test_negatives_are_tests(run: Outcome) -> None:
    result = run(
        """
from sqlalchemy.exc import IntegrityError

@pytest.mark.fixturegen_negatives("players")
def test_refused(negative, fixturegen):
    assert negative.table == "players" and negative.expect == "reject"
    with fixturegen.example(negative) as connection:
        assert count(connection) == len(negative.dataset["players"]) - len(getattr(negative.last, "rows", ()))
        names = ", ".join(negative.row)
        places = ", ".join(f":{name}" for name in negative.row)
        with pytest.raises(Exception, match="constraint failed"):
            row = dict(negative.row, born=str(negative.row["born"]))  # sqlite3 no longer likes to be given dates
            connection.execute(text(f"INSERT INTO players ({names}) VALUES ({places})"), row)
""",
        "-v",
        "-k",
        "not type",
    )
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 5
    assert "failed" not in outcomes
    result.stdout.fnmatch_lines(["*test_refused[[]players.*[]] PASSED*"])


def test_markers_of_records_that_mean_nothing(run: Outcome) -> None:
    result = run("""
@pytest.mark.fixturegen_negatives("player")
def test_no_such_table(negative):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no table 'player'*'players'*"])
    result = run("""
@pytest.mark.fixturegen_negatives("players")
def test_without(fixturegen):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*gives the argument 'negative', which test_without does not take*"])


def test_hostile_rows_are_tests(run: Outcome) -> None:
    result = run("""
@pytest.mark.fixturegen_hostile("players")
def test_taken(hostile, fixturegen):
    with fixturegen.example({"teams": [{"id": hostile["team_id"], "name": "x"}], "players": [hostile]}) as connection:
        found = connection.execute(text("SELECT name, score FROM players")).one()
        assert tuple(found) == (hostile["name"], hostile["score"])
""")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 5
    assert set(outcomes) == {"passed"}
