"""Few texts are made one by one, many by queries: the same texts."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.generator import Batch
from fixturegen.vocabularies.drawing import FEW, Compiled, compiled, concatenated, decimal_text, gathered
from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool

TEXTS = st.one_of(st.none(), st.text(max_size=3))
WORDS = Pool(("alpha", "beta", "gamma"), (3, 2, 1))
PLANS: tuple[Plan, ...] = (
    Pool(("only",)),
    WORDS,
    Joined((WORDS, Pool(("-",)), Numeral(7, 912, 3), Pool(("!", "?")))),
    Choice((WORDS, Joined((WORDS, WORDS)), Numeral(0, 9)), (1, 1, 1)),
    Choice((WORDS, Numeral(0, 9)), (99, 1)),
)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.text(max_size=2)), min_size=1, max_size=4))
def test_joined_texts(rows: list[tuple[str | None, str | None, str]]) -> None:
    left, right = (pl.Series([row[at] for row in rows], dtype=pl.String) for at in (0, 1))
    for parts in ([left, "·", right], [left, right, left], [left, right], ["a", right]):
        many = [part if isinstance(part, str) else pl.concat([part] * (FEW + 1)) for part in parts]
        assert concatenated(many).head(len(rows)).equals(concatenated(parts), null_equal=True)


@given(st.lists(st.integers(-(10**6), 10**18), min_size=1, max_size=4), st.integers(0, 9))
def test_written_numbers(numbers: list[int], width: int) -> None:
    few = np.array(numbers, dtype=np.int64)
    assert decimal_text(np.tile(few, FEW + 1), width).head(len(few)).equals(decimal_text(few, width))


def test_a_single_value_of_a_pool_keeps_type_and_place() -> None:
    pool = pl.Series("name", ["a", "b", None], dtype=pl.String)
    for at in range(3):
        assert gathered(pool, np.array([at])).to_list() == gathered(pool, np.array([at, at])).to_list()[:1]


@given(st.data())
def test_a_row_alone_has_the_text_that_it_has_among_others(data: st.DataObject) -> None:
    for plan in PLANS:
        made: Compiled = compiled(plan)
        height = 40
        draws = {
            draw.name: np.array(
                data.draw(st.lists(st.integers(draw.low, draw.high), min_size=height, max_size=height)), dtype=np.int64
            )
            for draw in made.draws
        }
        whole = made.build(Batch(height=height, draws=draws))
        for at in (0, 17, 39):
            alone = made.build(Batch(height=1, draws={name: values[at : at + 1] for name, values in draws.items()}))
            assert alone.equals(whole[at : at + 1])
