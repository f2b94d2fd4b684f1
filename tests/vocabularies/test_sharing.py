"""Columns that are alike share what they gather from, as long as one of them is there."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import fixturegen as fg
from fixturegen.generator import Request
from fixturegen.generator import made as made_by
from fixturegen.schema import Column, Type
from fixturegen.vocabularies import sharing
from fixturegen.vocabularies.plans import Pool, joined
from fixturegen.vocabularies.sharing import shared

TEXT = Type(kind="text")


def test_equal_plans_share_one_and_others_do_not() -> None:
    first = shared(joined(Pool(("a", "b")), "-", Pool(("c", "d"))))
    assert shared(joined(Pool(("a", "b")), "-", Pool(("c", "d")))) is first
    assert shared(joined(Pool(("a", "b")), "-", Pool(("c", "e")))) is not first
    assert shared(joined(Pool(("a", "b"), (1.0, 3.0)), "-", Pool(("c", "d")))) is not first


def test_what_nobody_holds_is_let_go() -> None:
    held = weakref.ref(shared(Pool(("let", "go"))))
    gc.collect()
    assert held() is None


def test_columns_that_are_alike_share_their_plan_and_differ_in_values(tmp_path: Path) -> None:
    requests = [
        Request(table="t", column=Column(name=name, type=TEXT), arguments={"method": "paragraph"}) for name in "ab"
    ]
    before = len(sharing._held)
    generators = [made_by("faker", request) for request in requests]
    assert len(sharing._held) <= before + 1
    assert generators[0].draws is generators[1].draws
    source = tmp_path / "alike.yaml"
    source.write_text("""
version: 1
tables: {t: {columns: {a: {type: text, faker: paragraph}, b: {type: text, faker: paragraph}}}}
""")
    frame = fg.generate(source, rows=50)["t"]
    assert (frame["a"] != frame["b"]).all()
