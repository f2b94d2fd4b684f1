"""What is kept for later runs, and what of it is dropped when other content takes its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixturegen.errors import RefusedError
from pytest_fixturegen.kept import Kept

Outcome = Callable[..., pytest.RunResult]
TEST = """
def test_it(fixturegen_connection):
    assert count(fixturegen_connection, "teams") == 3
"""
MARKED = """
@pytest.mark.fixturegen(rows={"players": 2})
def test_marked(fixturegen_connection):
    assert count(fixturegen_connection) == 2
"""


def test_what_served_before_is_dropped(tmp_path: Path) -> None:
    dropped: list[str] = []
    kept = Kept(tmp_path)
    for key in ("a", "a", "b", "b"):
        kept.serves("shop", key, lambda old: dropped.append(old) is None)
    kept.serves("another", "c", lambda old: dropped.append(old) is None)
    assert dropped == ["a"]


def test_what_could_not_be_dropped_is_tried_again(tmp_path: Path) -> None:
    def refused(old: str) -> bool:
        raise RefusedError(old)

    kept = Kept(tmp_path)
    kept.serves("shop", "a", refused)
    kept.serves("shop", "b", refused)
    kept.serves("shop", "c", lambda old: False)
    tried: list[str] = []
    kept.serves("shop", "d", lambda old: tried.append(old) is None)
    assert tried == ["c", "b", "a"]
    kept.serves("shop", "e", lambda old: tried.append(old) is None)
    assert tried[3:] == ["d"]


def test_content_that_comes_back_is_not_dropped(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.serves("shop", "a", lambda old: False)
    kept.serves("shop", "b", lambda old: False)
    tried: list[str] = []
    kept.serves("shop", "a", lambda old: tried.append(old) is None)
    assert tried == ["b"]


def test_a_directory_that_cannot_be_written_costs_no_test(tmp_path: Path) -> None:
    Kept(tmp_path / "none").serves("shop", "a", lambda old: True)
    assert not (tmp_path / "none").exists()


def test_a_file_that_cannot_be_written_leaves_nothing_unfinished(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.serves("shop", "a", lambda old: True)
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.mkdir()
    kept.serves("shop", "b", lambda old: True)
    assert list(tmp_path.iterdir()) == [path]


def templates(project: pytest.Pytester) -> set[str]:
    return {path.name for path in (project.path / ".pytest_cache/d/fixturegen").glob("*.sqlite")}


def test_files_under_old_hashes_are_removed(run: Outcome, project: pytest.Pytester) -> None:
    run(TEST + MARKED, "--fixturegen-reuse").assert_outcomes(passed=2)
    first = templates(project)
    run(TEST, "--fixturegen-reuse").assert_outcomes(passed=1)
    assert templates(project) == first, "what this run did not need serves another one"
    run(TEST + MARKED, "--fixturegen-reuse", "--fixturegen-seed=random").assert_outcomes(passed=2)
    second = templates(project)
    assert (len(first), len(second), first & second) == (2, 2, set())
    schema = project.path / "league.yaml"
    schema.write_text(schema.read_text().replace("max: 100", "max: 101"))
    run(TEST, "--fixturegen-reuse").assert_outcomes(passed=1)
    assert len(templates(project)) == len(templates(project) - first) == 2
    assert len(templates(project) & second) == 1, "nobody asked for what the marker says"


def test_contents_of_one_run_do_not_drop_each_other(run: Outcome, project: pytest.Pytester) -> None:
    source = TEST + MARKED + MARKED.replace('"players": 2', '"players": 2, "teams": 3').replace("marked", "again")
    for _ in range(2):
        run(source, "--fixturegen-reuse").assert_outcomes(passed=3)
        assert len(templates(project)) == 3
