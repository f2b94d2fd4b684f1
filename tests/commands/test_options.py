"""What commands share: places that are named by nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixturegen import cli

SCHEMA = "version: 1\ntables: {t: {columns: {id: {type: integer, primary_key: true}}}}\n"


@pytest.fixture
def schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "t.yaml").write_text(SCHEMA)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return str(tmp_path / "t.yaml")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["export", "SCHEMA", ""], "DIR"),
        (["demo", ""], "DIR"),
        (["verify", "SCHEMA", "--data", ""], "--data"),
        (["init", "SCHEMA", "-o", ""], "--output"),
        (["suite", "SCHEMA", "-o", ""], "--output"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else None,
)
@pytest.mark.parametrize("blank", ["", " "])
def test_places_named_by_nothing_are_refused(
    schema: str, arguments: list[str], what: str, blank: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [schema if each == "SCHEMA" else each or blank for each in arguments]
    assert cli.run(filled) == 2
    told = capsys.readouterr()
    wanted = (
        f"error: {what} is {blank!r}, which names nothing. Name a file or a directory; . is the current directory.\n"
    )
    assert told.err == wanted
    assert told.out == ""
    assert list(Path().iterdir()) == []


def test_the_current_directory_is_named_by_a_dot(schema: str) -> None:
    assert cli.run(["export", schema, ".", "--quiet"]) == 0
    assert (Path() / "t.parquet").is_file()
    assert cli.run(["verify", schema, "--data", "."]) == 0
