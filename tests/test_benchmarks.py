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
