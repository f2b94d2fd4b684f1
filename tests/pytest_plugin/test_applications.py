"""The plugin beside what applications are made of: models of SQLAlchemy, SQLModel, Flask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Outcome = Callable[..., pytest.RunResult]


def test_models(run: Outcome, with_models: Callable[..., None]) -> None:
    with_models()
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
    # All tables of SQLModel are in one MetaData: a process that has made such a table elsewhere makes it no second time.
    source = """
from sqlmodel import Session, select
from heroes import Hero

def test_it(fixturegen, fixturegen_session):
    assert isinstance(fixturegen_session, Session)
    assert len(fixturegen_session.exec(select(Hero)).all()) == 4
    fixturegen_session.add(Hero(name="new"))
    fixturegen_session.commit()
    assert fixturegen.make("hero", name="made").row["name"] == "made"
    assert len(fixturegen_session.exec(select(Hero)).all()) == 6
"""
    run(source, apart=True).assert_outcomes(passed=1)


def test_flask_sqlalchemy(run: Outcome, project: pytest.Pytester, with_models: Callable[..., None]) -> None:
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
    with_models()
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
