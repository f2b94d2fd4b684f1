"""Keys repeated alone: where another key must differ meanwhile, any other parent will do."""

from __future__ import annotations

from pathlib import Path

import fixturegen as fg

DDL = """
CREATE TABLE bundles (name VARCHAR(20) NOT NULL PRIMARY KEY);
CREATE TABLE teams (name VARCHAR(20) NOT NULL PRIMARY KEY);
CREATE TABLE owners (
    bundle VARCHAR(20) NOT NULL REFERENCES bundles (name),
    team VARCHAR(20) NOT NULL REFERENCES teams (name),
    PRIMARY KEY (bundle, team),
    UNIQUE (bundle)
);
"""


def test_a_unique_within_a_key_is_repeated_beside_another_parent(tmp_path: Path) -> None:
    (tmp_path / "made.sql").write_text(DDL)
    schema = fg.load(tmp_path / "made.sql")
    for seed in (0, 15, 20, 21):  # in all but the first, the rows at hand have one team
        found = {record.id: record for record in fg.negatives(schema, table="owners", seed=seed)}
        record = found["owners.owners_bundle_key/duplicate"]
        held = record.dataset["owners"]
        assert record.expect == "reject"
        assert len({row["bundle"] for row in held}) == 1
        assert len({row["team"] for row in held}) == 2
