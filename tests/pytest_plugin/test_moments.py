"""Moments that an application binds are equal to those of seeded rows, and within the schema's bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from pytest_fixturegen.moments import written_as_seeded

Outcome = Callable[..., pytest.RunResult]
WHOLE = datetime(2024, 2, 29, 12, 0, 1)  # noqa: DTZ001 - zone-less is what SQLite holds
SCHEMA = """
version: 1
tables:
  visits:
    rows: 5
    columns:
      id: {type: integer, primary_key: true}
      at: {type: datetime, min: 2024-01-01, max: 2024-01-02}
      clock: {type: time}
"""
MODELS = """
from datetime import datetime, time
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column()
    clock: Mapped[time] = mapped_column()
"""


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    made = sa.create_engine("sqlite://")
    yield made
    made.dispose()


def held(engine: sa.Engine, kind: sa.types.TypeEngine[object], value: object) -> object:
    table = sa.Table("t", sa.MetaData(), sa.Column("value", kind))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert().values(value=value))
        return connection.exec_driver_sql("SELECT value FROM t").scalar()


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (sa.DateTime(), WHOLE, "2024-02-29 12:00:01"),
        (sa.DateTime(timezone=True), WHOLE.replace(microsecond=50), "2024-02-29 12:00:01.000050"),
        (sa.TIMESTAMP(), WHOLE, "2024-02-29 12:00:01"),
        (sa.Time(), time(1, 2, 3), "01:02:03"),
        (sa.Time(), time(1, 2, 3, 400), "01:02:03.000400"),
        (sa.Interval(), timedelta(days=1), "1970-01-02 00:00:00"),
        (sqlite.DATETIME(storage_format="%(year)04d/%(month)02d/%(day)02d"), WHOLE, "2024/02/29"),
        (sa.DateTime(), None, None),
    ],
)
def test_what_is_bound(engine: sa.Engine, kind: sa.types.TypeEngine[object], value: object, text: str | None) -> None:
    written_as_seeded(engine)
    assert held(engine, kind, value) == text


def test_other_engines_are_left_alone(engine: sa.Engine) -> None:
    other = sa.create_engine("sqlite://")
    written_as_seeded(other)
    other.dispose()
    assert held(engine, sa.DateTime(), WHOLE) == "2024-02-29 12:00:01.000000"


def test_applications_find_seeded_and_made_rows_by_their_moments(run: Outcome, project: pytest.Pytester) -> None:
    (project.path / "league.yaml").write_text(SCHEMA)
    (project.path / "visits.py").write_text(MODELS)
    project.makeini("[pytest]\nfixturegen_schema = league.yaml\npythonpath = .\n")
    result = run("""
from datetime import datetime
from sqlalchemy import select
from visits import Visit

def found(session, row):
    return session.scalars(select(Visit.id).where(Visit.at == row["at"], Visit.clock == row["clock"])).all()

def test_rows(fixturegen, fixturegen_dataset, fixturegen_session):
    for row in fixturegen_dataset["visits"].to_dicts():
        assert row["id"] in found(fixturegen_session, row)
    assert found(fixturegen_session, fixturegen.make("visits").row) == [6]

def test_bounds(fixturegen_session):
    for number, day in ((8, 1), (9, 2)):
        fixturegen_session.add(Visit(id=number, at=datetime(2024, 1, day), clock=datetime.min.time()))
    fixturegen_session.commit()

@pytest.mark.fixturegen(isolation="clone")
def test_clone(fixturegen_dataset, fixturegen_session):
    for row in fixturegen_dataset["visits"].to_dicts():
        assert row["id"] in found(fixturegen_session, row)
""")
    result.assert_outcomes(passed=3)
