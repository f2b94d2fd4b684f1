"""What `fixturegen seed` says of a load."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from fixturegen import cli
from fixturegen.commands import seed


def test_the_seconds_are_those_of_the_whole_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables know the seconds of their inserts alone: next to none where other connections insert meanwhile."""
    monkeypatch.setattr(seed, "perf_counter", itertools.count(10.0, 3.5).__next__)
    schema = tmp_path / "things.yaml"
    schema.write_text("tables: {things: {rows: 3, columns: {id: {type: integer, primary_key: true}}}}")
    assert cli.run(["seed", f"sqlite:///{tmp_path / 'things.sqlite'}", "--schema", str(schema), "--create"]) == 0
    assert "1 tables, 3 rows loaded in 3.5 s" in capsys.readouterr().out
