"""Examples: by themselves and in tests of Hypothesis, with references in circles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Outcome = Callable[..., pytest.RunResult]


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
    assert any(empty for _, empty in fixturegen._run.databases.built), "built before any example"
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
