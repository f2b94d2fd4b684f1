"""Several processes write the bytes of one; who dies is named, and leaves nothing."""

from __future__ import annotations

import os
import signal
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError, InputError, RefusedError
from fixturegen.runs import export_plan
from fixturegen.sinks import export as export_module
from fixturegen.sources.yaml_file import parse_schema
from fixturegen.working import crew, jobs
from fixturegen.working.crew import Crew

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
FLAT = parse_schema("tables: {events: {rows: 600001, columns: {id: {type: bigint, primary_key: true}}}}")
TWO = parse_schema("""
tables:
  events: {rows: 600001, columns: {id: {type: bigint, primary_key: true}}}
  kinds: {rows: 3, columns: {id: {type: integer, primary_key: true}}}
""")


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave all files to the other processes: this one would be done before they have started."""
    monkeypatch.setattr(Crew, "_work", lambda _: None)


def kill(table: str, rows: int) -> None:
    for child in psutil.Process().children():
        os.kill(child.pid, signal.SIGKILL)


def files(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_another_process_writes_the_bytes_of_this_one(tmp_path: Path) -> None:
    told: dict[str, int] = {}
    made = fg.plan(SHOP, rows={"orders": 500}, exclude=())
    one = export_plan(made, tmp_path / "1", "csv")
    two = export_plan(made, tmp_path / "2", "csv", workers=2, progress=told.__setitem__)
    assert files(tmp_path / "1") == files(tmp_path / "2")
    assert one == two
    assert told == {name: table.rows for name, table in made.tables.items()}
    assert not fg.verify(SHOP, tmp_path / "2").violations


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "ipc", "sql"])
@pytest.mark.parametrize("workers", [2, 3])
def test_no_byte_depends_on_the_workers(tmp_path: Path, form: str, workers: int) -> None:
    fg.export(SHOP, tmp_path / "one", format=form)
    fg.export(SHOP, tmp_path / "many", format=form, workers=workers)
    assert files(tmp_path / "one") == files(tmp_path / "many")


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_this_process_begins_at_once(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fg.export(SHOP, tmp_path / "one", format=form)
    monkeypatch.setattr(crew, "_PROGRAM", "import time; time.sleep(60)  # {path}")
    fg.export(SHOP, tmp_path / "many", format=form, workers=3)
    assert files(tmp_path / "one") == files(tmp_path / "many")
    assert psutil.Process().children() == []


@pytest.mark.slow
def test_this_process_and_others_share_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, shared = Crew._work, []

    def slowly(self: Crew) -> None:
        while len(self._found) < 2:  # others write two of the four tables
            self._hear(*self._said.get())
        shared.append(sorted(unit.table for unit in self._waiting))
        work(self)

    monkeypatch.setattr(Crew, "_work", slowly)
    fg.export(SHOP, tmp_path / "many", workers=2)
    fg.export(SHOP, tmp_path / "one")
    assert files(tmp_path / "one") == files(tmp_path / "many")
    assert len(shared[0]) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("name", ["bank", "forum", "saas"])
def test_schemas_with_all_kinds_of_references_are_written_alike(tmp_path: Path, name: str) -> None:
    schema = SHOP.parent / f"{name}.yaml"
    fg.export(schema, tmp_path / "one", seed=3, hostile=0.1)
    fg.export(schema, tmp_path / "many", seed=3, hostile=0.1, workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "many")


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_tables_left_out_are_left_out_by_every_worker(tmp_path: Path) -> None:
    fg.export(SHOP, tmp_path / "one", exclude=["order_items"], rows={"order_items": 5, "customers": 7})
    fg.export(SHOP, tmp_path / "many", exclude=["order_items"], rows={"order_items": 5, "customers": 7}, workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "many")


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_parts_of_one_table_are_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "PART_ROWS", 250_000)
    monkeypatch.setattr(jobs, "PART_ROWS", 250_000)
    one = fg.export(FLAT, tmp_path / "one")
    many = fg.export(FLAT, tmp_path / "many", workers=3)
    assert [file.rows for file in many.tables["events"].files] == [250_000, 250_000, 100_001]
    assert one == many
    assert files(tmp_path / "one") == files(tmp_path / "many")


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_a_killed_worker_is_named_and_a_rerun_completes(tmp_path: Path) -> None:
    made, target = fg.plan(TWO), tmp_path / "out"
    words = r"worker 2 \(process \d+\) was ended by SIGKILL while it wrote events; nothing"
    with pytest.raises(RefusedError, match=words):
        export_plan(made, target, "csv", workers=2, progress=kill)
    assert not target.exists()
    export_plan(made, target, "csv", workers=2)
    fg.export(TWO, tmp_path / "one", format="csv")
    assert files(target) == files(tmp_path / "one")


@pytest.mark.slow
def test_a_worker_killed_while_it_starts_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "_work", lambda _: kill("", 0))
    words = r"worker 2 \(process \d+\) was ended by SIGKILL while it started; nothing"
    with pytest.raises(RefusedError, match=words):
        export_plan(fg.plan(TWO), tmp_path / "out", "csv", workers=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("here", [True, False])
def test_what_a_worker_cannot_make_is_said_as_by_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, here: bool
) -> None:
    if not here:
        monkeypatch.setattr(Crew, "_work", lambda _: None)
    schema = parse_schema("""
tables:
  parents: {rows: 3, columns: {id: {type: integer, primary_key: true}, total: {type: smallint, sum: children.amount}}}
  children:
    rows: 9
    columns:
      id: {type: integer, primary_key: true}
      parent_id: {references: parents.id}
      amount: {type: integer, min: 30000, max: 32000}
""")
    messages = []
    for workers in (1, 2):
        with pytest.raises(ImpossibleError) as caught:
            fg.export(schema, tmp_path / "out", workers=workers)
        messages.append(str(caught.value))
        assert not (tmp_path / "out").exists()
    assert messages[0] == messages[1]


@pytest.mark.slow
def test_an_interrupt_ends_all_workers(tmp_path: Path) -> None:
    made = fg.plan(TWO)

    def interrupt(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_plan(made, tmp_path / "out", "csv", workers=2, progress=interrupt)
    assert psutil.Process().children() == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("workers", [0, -1, True, 1.5, "two", 257])
def test_a_wrong_number_of_workers_is_an_error(tmp_path: Path, workers: object) -> None:
    with pytest.raises(InputError, match="workers is"):
        fg.export(FLAT, tmp_path / "out", workers=workers)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
