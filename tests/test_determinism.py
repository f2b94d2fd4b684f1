"""The same seed gives the same values: in any chunks, process, environment and version of Python."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import fixturegen as fg

ROOT = Path(__file__).parent.parent
SCHEMAS = sorted(path.name for path in (ROOT / "schemas").glob("*.yaml"))
CORPUS = sorted((ROOT / "tests" / "corpus" / "sqlite").glob("*.sql"))
ALL = [*(ROOT / "schemas" / name for name in SCHEMAS), *CORPUS]
SCALES = {"shop": 0.02, "bank": 0.01, "saas": 0.5, "forum": 0.15}
"""Small, but not so small that join tables ask for more pairs than there are."""


def small(source: Path) -> dict[str, Any]:
    """Options for few rows of a schema."""
    return {"scale": SCALES[source.stem]} if source.suffix == ".yaml" else {"rows": 25}


PROGRAM = """
import sys
import json
from hashlib import blake2b
import fixturegen as fg

digests = {}
options = json.loads(sys.argv[1])
for source in sys.argv[2:]:
    for name, frame in fg.generate(source, **options[source], seed=11).items():
        text = repr((list(frame.schema.items()), frame.rows()))
        digests[f"{source}:{name}"] = blake2b(text.encode(), digest_size=12).hexdigest()
print(json.dumps(digests))
"""


def digests(sources: list[Path]) -> dict[str, str]:
    found = {}
    for source in sources:
        for name, frame in fg.generate(str(source), **small(source), seed=11).items():
            text = repr((list(frame.schema.items()), frame.rows()))
            found[f"{source}:{name}"] = blake2b(text.encode(), digest_size=12).hexdigest()
    return found


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    return digests(ALL)


def elsewhere(
    sources: list[Path],
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    python: str = sys.executable,
    flags: tuple[str, ...] = (),
) -> dict[str, str]:
    """What another process makes of these sources."""
    plain = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "LC_", "LANG", "TZ", "NPY_", "POLARS_"))
    }
    plain["PYTHONPATH"] = str(ROOT)
    options = json.dumps({str(source): small(source) for source in sources})
    command = [python, *flags, "-c", PROGRAM, options, *map(str, sources)]
    done = subprocess.run(
        command, env=plain | dict(environment or {}), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


# ---- chunks


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.stem)
def test_chunks_change_no_value(source: Path) -> None:
    schema = fg.load(str(source))
    whole = fg.generate(schema, **small(source), seed=5)
    for chunk_rows in (7, 100_000):
        parts: dict[str, list[pl.DataFrame]] = {}
        for name, frame in fg.stream(schema, **small(source), seed=5, chunk_rows=chunk_rows):
            assert frame.height <= chunk_rows
            parts.setdefault(name, []).append(frame)
        assert list(parts) == list(whole)
        for name, frame in whole.items():
            assert pl.concat(parts[name]).equals(frame), (name, chunk_rows)


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.stem)
def test_three_rows_made_one_by_one_are_the_same(source: Path) -> None:
    schema = fg.load(str(source))
    whole = fg.generate(schema, rows=3)
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, frame in fg.stream(schema, rows=3, chunk_rows=1):
        parts.setdefault(name, []).append(frame)
    for name, frame in whole.items():
        assert pl.concat(parts[name]).equals(frame), name


@pytest.mark.slow
@pytest.mark.parametrize("source", ALL, ids=lambda source: source.stem)
def test_rows_made_one_by_one_are_the_same(source: Path) -> None:
    schema = fg.load(str(source))
    whole = fg.generate(schema, **small(source), seed=5)
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, frame in fg.stream(schema, **small(source), seed=5, chunk_rows=1):
        parts.setdefault(name, []).append(frame)
    for name, frame in whole.items():
        assert pl.concat(parts[name]).equals(frame), name


def test_tables_made_alone_are_the_same() -> None:
    schema = fg.load(str(ROOT / "schemas" / "shop.yaml"))
    whole = fg.generate(schema, scale=0.05)
    for only in ("customers", "orders", "order_items"):
        for name, frame in fg.generate(schema, scale=0.05, only=(only,)).items():
            # Aggregates over tables that are left out cannot be the same.
            kept = [column for column in frame.columns if column in whole[name].columns and column != "total"]
            assert frame.select(kept).equals(whole[name].select(kept)), (only, name)


def test_tables_left_out_change_no_other() -> None:
    schema = fg.load(str(ROOT / "schemas" / "forum.yaml"))
    whole = fg.generate(schema, scale=0.15)
    for name, frame in fg.generate(schema, scale=0.15, exclude=("votes", "post_tags")).items():
        assert frame.equals(whole[name])


# ---- environments

SHOP = [ROOT / "schemas" / "shop.yaml"]


def cpu_features() -> str:
    """The features that this machine has and that NumPy can switch off."""
    from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name) and name not in __cpu_baseline__)


ENVIRONMENTS: dict[str, dict[str, str]] = {
    "hash seed 1, east": {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    "hash seed random, west, one thread": {"PYTHONHASHSEED": "random", "TZ": "America/Los_Angeles", "POLARS_MAX_THREADS": "1"},
    "other language": {"PYTHONHASHSEED": "0", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "de", "TZ": "Asia/Kathmandu"},
    "no UTF-8": {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONOPTIMIZE": "1"},
}  # fmt: skip


def test_a_wholly_different_environment_gives_the_same(tmp_path: Path, expected: dict[str, str]) -> None:
    """Hash seed, zone, language, threads, folder, warnings and processor at once; each alone is a slower test."""
    environment = {
        "PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "POLARS_MAX_THREADS": "1",
        "NPY_DISABLE_CPU_FEATURES": cpu_features(),
    }  # fmt: skip
    assert elsewhere(ALL, environment, tmp_path, flags=("-W", "error")) == expected


@pytest.mark.slow
@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_other_environments_give_the_same(environment: dict[str, str], expected: dict[str, str]) -> None:
    assert elsewhere(ALL, environment) == expected


@pytest.mark.slow
def test_processors_without_features_give_the_same(expected: dict[str, str]) -> None:
    features = cpu_features()
    if not features:
        pytest.skip("NumPy has nothing to switch off here")
    assert elsewhere(ALL, {"NPY_DISABLE_CPU_FEATURES": features}) == expected


@pytest.mark.slow
def test_other_folders_and_strict_warnings_give_the_same(tmp_path: Path, expected: dict[str, str]) -> None:
    assert elsewhere(ALL, folder=tmp_path, flags=("-W", "error")) == expected


def runs(python: str) -> bool:
    """Whether there is such a program and it runs (a version manager's name for it may not)."""
    return (
        shutil.which(python) is not None
        and subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_other_versions_of_python_give_the_same(version: str, tmp_path: Path, expected: dict[str, str]) -> None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version or not runs(f"python{version}"):
        pytest.skip(f"no other python{version} here")
    subprocess.run([f"python{version}", "-m", "venv", tmp_path / "venv"], check=True)
    inside = str(tmp_path / "venv" / "bin" / "python")
    # The same libraries: a promise about another version of Faker or Polars would be another one.
    pinned = [
        f"{name}=={metadata.version(name)}" for name in ("polars", "numpy", "faker", "sqlalchemy", "sqlglot", "pyyaml")
    ]
    command = [inside, "-m", "pip", "install", "-q", *pinned, "hypothesis", "typer", "rich"]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"cannot install there: {installed.stderr[-200:]}")
    assert elsewhere(ALL, python=inside) == expected


# ---- nothing but the seed


def test_other_seeds_give_other_values() -> None:
    schema = fg.load(str(SHOP[0]))
    datasets = [fg.generate(schema, scale=0.05, seed=seed) for seed in (0, 1, -1, 2**64, 2**200)]
    for name in datasets[0]:
        for column in datasets[0][name].columns:
            if column == "id":
                continue
            kinds = {repr(dataset[name][column].to_list()) for dataset in datasets}
            assert len(kinds) == len(datasets), (name, column)


@pytest.fixture
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every way to the wall clock and to shared randomness fail."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the wall clock or a shared random generator was asked")

    class Frozen(dt.datetime):
        now = utcnow = today = classmethod(refuse)  # type: ignore[assignment]

    class FrozenDate(dt.date):
        today = classmethod(refuse)  # type: ignore[assignment]

    for name in ("time", "time_ns", "localtime", "gmtime"):
        monkeypatch.setattr(time, name, refuse)
    for name in (
        "random",
        "randrange",
        "randint",
        "choice",
        "choices",
        "shuffle",
        "sample",
        "seed",
        "getrandbits",
        "uniform",
    ):
        monkeypatch.setattr(random, name, refuse)
    for name in ("random", "rand", "randint", "seed", "shuffle", "choice", "default_rng", "permutation"):
        monkeypatch.setattr(np.random, name, refuse)
    for name in ("uuid1", "uuid4"):
        monkeypatch.setattr(uuid, name, refuse)
    monkeypatch.setattr(os, "urandom", refuse)
    for name, module in list(sys.modules.items()):
        if name.startswith(("fixturegen", "faker")):
            for key, real, fake in (
                ("datetime", dt.datetime, Frozen),
                ("date", dt.date, FrozenDate),
            ):
                if getattr(module, key, None) is real and name.startswith("fixturegen"):
                    monkeypatch.setattr(module, key, fake)


def test_nothing_asks_the_clock_or_a_shared_generator(expected: dict[str, str], no_clock: None) -> None:
    assert digests(SHOP).items() <= expected.items()


def numpy_state() -> bytes:
    return bytes(np.random.get_state()[1].tobytes())  # noqa: NPY002 (the shared generator is what is looked at)


def test_generating_leaves_shared_generators_alone() -> None:
    random.seed(5)
    before, numpy_before = random.getstate(), numpy_state()
    fg.generate(str(ROOT / "schemas" / "saas.yaml"), scale=0.5)
    assert random.getstate() == before
    assert numpy_state() == numpy_before


def test_a_dataset_made_twice_or_after_others_is_the_same() -> None:
    schema, other = fg.load(str(SHOP[0])), fg.load(str(ROOT / "schemas" / "bank.yaml"))
    first = fg.generate(schema, scale=0.02)
    fg.generate(other, scale=0.02, seed=9)
    fg.generate(schema, scale=0.03, seed=9)
    for name, frame in fg.generate(schema, scale=0.02).items():
        assert frame.equals(first[name])


def test_the_frozen_clock_alone_moves_dates() -> None:
    schema = fg.load(str(SHOP[0]))
    later = fg.generate(schema, scale=0.02, as_of=dt.date(2030, 1, 1))
    now = fg.generate(schema, scale=0.02)
    assert later["customers"]["signup_at"].max() > now["customers"]["signup_at"].max()  # type: ignore[operator]
    for column in ("email", "country_code", "city"):
        assert later["customers"][column].equals(now["customers"][column])
