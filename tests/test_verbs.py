"""The Python face: the same verbs as on the command line, on frames, engines and directories."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

import fixturegen as fg
from fixturegen.content import content_hash, schema_hash
from fixturegen.errors import InputError

TEXT = """\
version: 1
tables:
  parents:
    rows: 8
    columns:
      id: {type: integer, primary_key: true}
      at: {type: date, max: as_of}
  children:
    rows: 0..3 per parents
    columns:
      id: {type: integer, primary_key: true}
      parent_id: {references: parents.id}
"""


@pytest.fixture
def schema(tmp_path: Path) -> fg.Schema:
    path = tmp_path / "family.yaml"
    path.write_text(TEXT)
    return fg.load(str(path))


def test_generate_gives_what_stream_gives(schema: fg.Schema) -> None:
    dataset = fg.generate(schema, seed=7)
    assert list(dataset) == ["parents", "children"]
    for chunk_rows in (1, 3):
        chunks = list(fg.stream(schema, seed=7, chunk_rows=chunk_rows))
        assert max(frame.height for _, frame in chunks) <= chunk_rows
        for name, frame in dataset.items():
            assert pl.concat([chunk for table, chunk in chunks if table == name]).equals(frame)
    assert not fg.generate(schema, seed=8)["parents"].equals(dataset["parents"])


@pytest.mark.parametrize("chunk_rows", [0, -1, 1.5, True])
def test_a_chunk_holds_a_whole_number_of_rows(schema: fg.Schema, chunk_rows: int) -> None:
    with pytest.raises(fg.InputError, match="chunk_rows"):
        fg.stream(schema, chunk_rows=chunk_rows)


def test_frames_files_and_databases_are_verified(schema: fg.Schema, tmp_path: Path) -> None:
    fg.export(schema, tmp_path / "out", format="csv", as_of=date(2030, 1, 1))
    assert fg.verify(schema, tmp_path / "out").violations == ()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'family.sqlite'}")
    result = fg.seed(schema, engine, create=True, rows={"parents": 5})
    assert result.tables["parents"].rows == 5
    assert fg.verify(schema, engine).violations == ()
    assert fg.verify(schema, str(engine.url)).violations == ()
    engine.dispose()
    dataset = fg.generate(schema)
    assert fg.verify(schema, dataset).violations == ()
    broken = {**dataset, "parents": dataset["parents"].head(0)}
    assert [violation.constraint.kind for violation in fg.verify(schema, broken).violations] == ["reference"]
    assert fg.verify(schema, dataset, as_of=date(1900, 1, 1)).violations


def test_a_plan_prints_itself(schema: fg.Schema) -> None:
    assert "parents: 16 rows" in str(fg.plan(schema, scale=2))


def test_content_is_what_is_said_not_where(schema: fg.Schema, tmp_path: Path) -> None:
    (tmp_path / "moved.yaml").write_text("# moved\n\n" + TEXT)
    moved = fg.load(tmp_path / "moved.yaml")
    assert schema_hash(moved) == schema_hash(schema)
    assert content_hash(fg.plan(moved)) == content_hash(fg.plan(schema))
    hashes = {
        content_hash(fg.plan(schema)),
        content_hash(fg.plan(schema, seed=1)),
        content_hash(fg.plan(schema, rows={"parents": 9})),
        content_hash(fg.plan(schema, as_of=date(2030, 1, 1))),
    }
    assert len(hashes) == 4
    (tmp_path / "other.yaml").write_text(TEXT.replace("0..3", "0..4"))
    assert schema_hash(fg.load(tmp_path / "other.yaml")) != schema_hash(schema)


def test_every_public_name_is_there() -> None:
    for name in fg.__all__:
        assert getattr(fg, name) is not None
        assert name in dir(fg)
    with pytest.raises(AttributeError, match="no attribute 'generat'"):
        _ = fg.generat  # type: ignore[attr-defined] - that is the point


def test_no_module_bears_the_name_of_a_verb() -> None:
    verbs = {name for name in fg.__all__ if name.islower()} - {"__version__"}
    verbs |= {"make", "datasets", "rows", "hostile", "negatives", "covering"}
    assert [name for name in sorted(verbs) if find_spec(f"fixturegen.{name}") is not None] == []


def test_counts_that_a_scale_makes_impossible_are_lowered_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "roles.yaml"
    path.write_text(
        """
version: 1
tables:
  roles:
    rows: 10
    columns: {id: {type: integer, primary_key: true}}
  rights:
    rows: 8
    columns: {id: {type: integer, primary_key: true}}
  matrix:
    rows: 60
    columns:
      role_id: {references: roles.id}
      right_id: {references: rights.id}
    primary_key: [role_id, right_id]
"""
    )
    assert {name: frame.height for name, frame in fg.generate(path).items()} == {"roles": 10, "rights": 8, "matrix": 60}
    small = fg.plan(path, scale=0.2)
    assert [(one.table, one.asked, one.rows) for one in small.lowered] == [("matrix", 12, 4)]
    assert "2 rows of" in small.lowered[0].reason
    with pytest.raises(fg.FixturegenError, match="matrix"):
        fg.plan(path, rows={"matrix": 81})


def test_more_rows_than_memory_holds_are_refused_before_the_first_is_made(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(
        "version: 1\ntables:\n  wide:\n    columns: {id: {type: bigint, primary_key: true}, at: {type: datetime}}\n"
    )
    with pytest.raises(fg.FixturegenError, match="GiB") as caught:
        fg.generate(path, rows=10**12)
    assert "1,000,000,000,000 rows take about 14,901 GiB" in str(caught.value)
    assert "stream" in str(caught.value)
    assert next(fg.stream(path, rows=10**12))[1].height > 0


def test_directories_named_by_nothing_are_refused(
    schema: fg.Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(InputError, match="the directory is '', which names nothing"):
        fg.export(schema, "")
    with pytest.raises(InputError, match="the directory of files is '', which names nothing"):
        fg.verify(schema, "")
    assert list(Path().iterdir()) == []
