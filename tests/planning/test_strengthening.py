"""What planning makes of constraints before it keeps them: computed columns that may not be NULL bind what they read."""

from __future__ import annotations

from pathlib import Path

import fixturegen as fg


def test_what_a_computed_column_that_is_never_null_reads_is_never_null(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text(
        """
        CREATE TABLE t (
          id integer PRIMARY KEY, x integer, y text, free integer,
          above integer GENERATED ALWAYS AS (x + 1) STORED NOT NULL,
          small text GENERATED ALWAYS AS (lower(y)) STORED NOT NULL,
          open integer GENERATED ALWAYS AS (free + 1) STORED,
          some text GENERATED ALWAYS AS (coalesce(y, 'none')) STORED NOT NULL
        );
        """
    )
    frame = fg.generate(fg.load(path, dialect="postgresql"), rows=400)["t"]
    assert frame["x"].null_count() == frame["y"].null_count() == 0
    assert frame["free"].null_count() > 0
