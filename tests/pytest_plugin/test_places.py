"""Names of databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from fixturegen.errors import RefusedError
from pytest_fixturegen.places import place
from pytest_fixturegen.whereabouts import Whereabouts


def test_a_name_that_no_other_run_has(tmp_path: Path) -> None:
    url = make_url("sqlite:///shop.db")
    made = place(Whereabouts(url=url, worker="gw1", run="aa", folder=tmp_path, kept=None))
    taken: list[str] = []
    found = made.own_name("key", lambda name: taken.append(name) is None and len(taken) == 3)
    assert taken == ["shop_fixturegen_key_gw1", "shop_fixturegen_key_gw1_2", "shop_fixturegen_key_gw1_3"]
    assert found == taken[-1]
    with pytest.raises(RefusedError, match="99 runs at once"):
        made.own_name("key", lambda name: False)
