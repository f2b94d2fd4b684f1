"""Schemas on which hostile rows are shown."""

from __future__ import annotations

from pathlib import Path

from fixturegen.schema import Column, Schema, Table, Type, Unique
from fixturegen.sources import load

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
SHIPPED = [ROOT / "schemas" / f"{name}.yaml" for name in ("shop", "saas", "bank", "forum")]
SQLITE = [CORPUS / "sqlite" / f"{name}.sql" for name in ("hard", "chinook")]


def loaded(path: Path) -> Schema:
    return load(str(path))


def of(*columns: Column, name: str = "t", **more: object) -> Schema:
    """A schema of one table."""
    held = (Column(name="id", type=Type(kind="integer")), *columns)
    table = Table(name=name, columns=held, primary_key=Unique(columns=("id",)), **more)  # type: ignore[arg-type]
    return Schema(tables={name: table})


def every_kind_schema(table: Table) -> Schema:
    return Schema(tables={table.name: table})
