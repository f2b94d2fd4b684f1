"""SQLAlchemy models, our own example's and those of published packages, generate and seed with no hint."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

MODELS = {
    "example": "examples.models:Base",
    "optuna": "optuna.storages._rdb.models:BaseModel",
    "jupyterhub": "jupyterhub.orm:Base",
}


@pytest.fixture(params=MODELS, ids=MODELS)
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "example":
        monkeypatch.syspath_prepend(str(request.config.rootpath))
    else:
        pytest.importorskip(request.param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        yield MODELS[request.param]


def metadata_of(source: str) -> sa.MetaData:
    module, _, attribute = source.partition(":")
    return getattr(import_module(module), attribute).metadata  # type: ignore[no-any-return]  # a declarative base


@pytest.mark.parametrize("rows", [3, 100])
def test_tables_made_by_us_are_filled(source: str, rows: int, succeeds: Any, tmp_path: Any) -> None:
    url = "sqlite:///own.db"
    seeded = succeeds("seed", url, "--schema", source, "--create", "--rows", str(rows), "--json").json
    assert seeded["rejected"] == []
    lowered = {each["table"] for each in seeded["lowered"]}
    assert {name for name, told in seeded["tables"].items() if told["rows"] != rows} == lowered
    assert all(told["rows"] for told in seeded["tables"].values())
    _verify(succeeds, source, url)


def test_tables_made_by_their_own_metadata_are_filled(source: str, succeeds: Any, tmp_path: Any) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    metadata_of(source).create_all(engine)
    engine.dispose()
    url = "sqlite:///theirs.db"
    seeded = succeeds("seed", url, "--schema", source, "--rows", "50", "--json").json
    assert seeded["rejected"] == []
    assert all(told["rows"] for told in seeded["tables"].values())
    _verify(succeeds, source, url)
    succeeds("verify", url, "--database", url)  # by what the database says of itself


def test_models_export_and_init(source: str, succeeds: Any) -> None:
    succeeds("export", source, "out", "--rows", "20")
    assert succeeds("verify", source, "--data", "out", "--json").json["violations"] == []
    succeeds("init", source, "-o", "models.yaml")
    succeeds("verify", "models.yaml", "--data", "out")
    succeeds("export", "models.yaml", "again", "--rows", "20")
    succeeds("verify", source, "--data", "again")


def _verify(succeeds: Any, source: str, url: str) -> None:
    verified = succeeds("verify", source, "--database", url, "--json").json
    assert verified["violations"] == []
    assert verified["unverified"] == []
