"""The benchmarks run, measure everything they compare, and print what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_they_measure_and_name_rivals_that_exist() -> None:
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.01", "--runs", "1", "--raw"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    results = {each["name"]: each for each in json.loads(run.stdout)}
    assert {"generate", "export to Parquet", "seed SQLite, all constraints", "customers"} <= set(results)
    assert all(each["seconds"] > 0 and each["count"] > 0 for each in results.values())
    assert {each["rival"] for each in results.values()} - {""} <= set(results)


def measured_generators(*arguments: str) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "benchmarks.generators", "--json", "--runs", "1", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(run.stdout)  # type: ignore[no-any-return] # a list, or the tests fail


def test_generators_are_measured_beside_what_is_aimed_at() -> None:
    integers, dates = measured_generators("--rows", "50", "integers", "dates")
    assert (integers["name"], integers["mark"]) == ("integers", None)
    assert (dates["name"], dates["mark"]) == ("dates", 100e6)
    assert dates["values"] == pytest.approx(1e9 / float(str(dates["nanoseconds"])))


@pytest.mark.slow
def test_all_generators_can_be_measured() -> None:
    found = measured_generators("--rows", "20")
    assert len(found) > 20
    assert sum(figure["mark"] is not None for figure in found) == 7
