"""Golden values of whole data sets: the shipped schemas at a small scale give these very rows, release after release.

A change here is a change for users: it goes into the changelog. To pin anew: ``FIXTUREGEN_PIN=1 pytest tests/test_golden.py``.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

import fixturegen

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "datasets.json"
SCALES = {"shop": 0.05, "saas": 0.5, "bank": 0.05, "forum": 0.2}
PINNING = os.environ.get("FIXTUREGEN_PIN") == "1"


def digest(frame: pl.DataFrame) -> str:
    """A hash of names, dtypes and values in the words of Python, which no release of Polars changes."""
    content = sha256()
    for name, dtype in frame.schema.items():
        content.update(f"{name}\0{dtype}\0".encode())
        for value in frame[name].to_list():
            content.update(f"{value!r}\0".encode())
    return content.hexdigest()[:32]


def described(frames: dict[str, pl.DataFrame]) -> dict[str, dict[str, object]]:
    return {name: {"rows": frame.height, "hash": digest(frame)} for name, frame in frames.items()}


def pinned() -> dict[str, dict[str, dict[str, object]]]:
    held: dict[str, dict[str, dict[str, object]]] = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    return held


@pytest.mark.parametrize("name", SCALES)
def test_a_shipped_schema_gives_its_golden_rows(name: str) -> None:
    frames = fixturegen.generate(str(ROOT / "schemas" / f"{name}.yaml"), scale=SCALES[name], seed=7)
    if PINNING:
        held = pinned() | {name: described(frames)}
        GOLDEN.write_text(json.dumps(dict(sorted(held.items())), indent=2) + "\n")
    assert described(frames) == pinned()[name]


def test_every_shipped_schema_is_pinned() -> None:
    shipped = {path.stem for path in (ROOT / "schemas").glob("*.yaml")}
    assert shipped == set(SCALES) == set(pinned())


@pytest.mark.parametrize("name", SCALES)
def test_another_seed_gives_other_rows(name: str) -> None:
    frames = fixturegen.generate(str(ROOT / "schemas" / f"{name}.yaml"), scale=SCALES[name], seed=8)
    same = [table for table, one in described(frames).items() if one == pinned()[name][table]]
    assert same == []
