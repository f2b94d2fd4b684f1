"""Rows merged: a row that refers to itself still does."""

from __future__ import annotations

from fixturegen.schema import Column, Reference, Schema, Table, Type, Unique
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import strays

INTEGER = Type(kind="integer")


def test_a_row_that_found_itself_strays_where_its_key_alone_changes() -> None:
    columns = tuple(Column(name=name, type=INTEGER) for name in ("id", "up"))
    up = Reference(columns=("up",), table="nodes", target=("id",), name="nodes_up_fkey")
    nodes = Table(name="nodes", columns=columns, primary_key=Unique(columns=("id",)), references=(up,))
    locality = Locality(Schema(tables={"nodes": nodes}), nodes)
    assert strays({"id": 2, "up": 2}, {"id": 9, "up": 2}, locality)
    assert not strays({"id": 2, "up": 2}, {"id": 9, "up": 9}, locality)
    assert not strays({"id": 2, "up": 1}, {"id": 9, "up": 1}, locality)
    assert not strays({"id": 2, "up": None}, {"id": 9, "up": None}, locality)
