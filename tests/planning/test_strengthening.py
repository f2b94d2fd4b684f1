"""What planning makes of constraints before it keeps them: computed columns that may not be NULL bind what they read."""

from __future__ import annotations

from pathlib import Path

import fixturegen as fg
from fixturegen.planning.strengthening import strengthened


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


def test_uniques_over_columns_computed_from_computed_ones_read_what_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text(
        """
        CREATE TABLE t (
          id integer PRIMARY KEY, a text NOT NULL, n integer NOT NULL CHECK (n BETWEEN 1 AND 3),
          low text AS (lower(a)), bare text AS (trim(low)), UNIQUE (bare, n)
        );
        CREATE UNIQUE INDEX folded ON t (upper(bare)) WHERE low > 'b' AND n = 1;
        CREATE UNIQUE INDEX alone ON t (id) WHERE n = 1;
        """
    )
    schema = fg.load(path)
    bare, folded, alone = strengthened(schema).tables["t"].uniques
    assert (set(bare.columns), set(folded.columns)) == ({"a", "n"}, {"a"})
    assert folded.expressions == ("UPPER((TRIM((LOWER(a)))))",)
    assert folded.predicate == "(LOWER(a)) > 'b' AND n = 1"
    assert alone == schema.tables["t"].uniques[2]
    assert fg.verify(schema, fg.generate(schema, rows=200))
