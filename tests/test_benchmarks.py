"""The benchmarks run, measure everything they compare, and print what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generators import COLUMNS, MARKS, figures

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_they_measure_and_name_rivals_that_exist() -> None:
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.01", "--runs", "1", "--raw"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    results = {each["name"]: each for each in json.loads(run.stdout)}
    assert {"generate", "export to Parquet", "seed SQLite, all constraints", "customers"} <= set(results)
    assert all(each["seconds"] > 0 and each["count"] > 0 for each in results.values())
    assert {each["rival"] for each in results.values()} - {""} <= set(results)


def test_every_generator_that_is_aimed_at_is_measured() -> None:
    assert MARKS.keys() <= COLUMNS.keys()
    found = list(figures(["integers", "dates"], rows=50, runs=1))
    assert [figure.name for figure in found] == ["integers", "dates"]
    assert [figure.mark for figure in found] == [None, MARKS["dates"]]
    assert all(figure.values == pytest.approx(1e9 / figure.nanoseconds) for figure in found)


@pytest.mark.slow
def test_all_generators_can_be_measured() -> None:
    assert [figure.name for figure in figures(rows=20, runs=1)] == list(COLUMNS)
