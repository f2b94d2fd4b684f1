"""Tests made of records: negatives and hostile rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Outcome = Callable[..., pytest.RunResult]


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
