"""Texts of a shape are the same however many are made at once."""

from __future__ import annotations

import numpy as np
import pytest

from fixturegen.draws import bits, bounded, stream
from fixturegen.generators import regular, shapes
from fixturegen.generators.shapes import Shape

ROWS = 2 * shapes._FEW


@pytest.mark.parametrize(
    "text", ["x", "[a-z]{3}", "[A-Z]{3}-[0-9]{6}", "[A-Z]{20}-[0-9]{30}", "[acx-z]é[0-9]", "(?i:ab)[_%]"]
)
def test_few_texts_are_those_of_many_and_of_one(text: str) -> None:
    (shape,), _ = regular.declared(text, 100, 0, None)
    keys = np.arange(ROWS)
    indexes = [
        bounded(bits(stream(0, "limb", str(number)), keys), 0, span - 1) for number, span in enumerate(shape.spans)
    ]
    many = shape.build(indexes)
    few = shape.build([index[: shapes._FEW - 1] for index in indexes])
    assert few.to_list() == many.head(len(few)).to_list()
    assert [shape.text([int(index[row]) for index in indexes]) for row in range(20)] == many.head(20).to_list()


def test_few_texts_make_no_tables() -> None:
    (shape,), _ = regular.declared("[A-Z]{4}[0-9]{4}", 100, 0, None)
    assert isinstance(shape, Shape)
    shape.build([np.arange(10)])
    assert "_groups" not in vars(shape)
