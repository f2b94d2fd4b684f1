from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Column, Table, Type
from fixturegen.sinks.export import export_frames
from fixturegen.sinks.manifest import Manifest, Metadata, read_manifest
from fixturegen.sinks.names import file_stems
from fixturegen.sinks.placing import explained, refuse_beyond

METADATA = Metadata("cafe", 7, date(2026, 1, 1))


def table(name: str) -> Table:
    return Table(name=name, columns=(Column(name="a", type=Type(kind="integer")),))


def frame(rows: int) -> pl.DataFrame:
    return pl.DataFrame({"a": range(rows)}, schema={"a": pl.Int64})


def export(directory: Path, rows: dict[str, int], form: str = "parquet") -> Manifest:
    frames = [(name, frame(count)) for name, count in rows.items()]
    return export_frames(directory, [table(name) for name in rows], frames, form, METADATA, rows)


def files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def test_manifest_describes_every_file(tmp_path: Path) -> None:
    export(tmp_path / "out", {"parents": 3, "children": 5, "none": 0})
    document = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert document["synthetic"] is True
    assert document["schema_hash"] == "cafe"
    assert document["seed"] == 7
    assert document["as_of"] == "2026-01-01"
    assert set(document["versions"]) == {"fixturegen", "polars", "numpy", "faker"}
    assert all(document["versions"].values())
    assert document["load_order"] == ["parents", "children", "none"]
    held = document["tables"]["children"]
    assert held["rows"] == 5
    assert held["columns"] == {"a": "Int64"}
    path = tmp_path / "out" / held["files"][0]["path"]
    assert held["files"][0]["bytes"] == path.stat().st_size
    assert held["files"][0]["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert files(tmp_path / "out") == ["children.parquet", "manifest.json", "none.parquet", "parents.parquet"]


def test_manifest_reads_back_whole(tmp_path: Path) -> None:
    manifest = export(tmp_path, {"a": 3}, "sql")
    assert read_manifest(tmp_path) == manifest


def test_large_tables_are_cut_by_row_counts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixturegen.sinks.export.PART_ROWS", 200)
    monkeypatch.setattr("fixturegen.sizing.BLOCK_ROWS", 100)
    manifest = export(tmp_path, {"large": 450, "exact": 200, "small": 3})
    assert [(file.path, file.rows) for file in manifest.tables["large"].files] == [
        ("large/part-00000.parquet", 200),
        ("large/part-00001.parquet", 200),
        ("large/part-00002.parquet", 50),
    ]
    assert [file.path for file in manifest.tables["exact"].files] == ["exact.parquet"]
    parts = [pl.read_parquet(tmp_path / file.path) for file in manifest.tables["large"].files]
    assert pl.concat(parts)["a"].to_list() == list(range(450))


def test_interleaved_chunks_give_the_same_files(tmp_path: Path) -> None:
    tables = [table("x"), table("y")]
    chunks = [(name, frame(10).slice(at, 2)) for at in range(0, 10, 2) for name in ("x", "y")]
    mixed = export_frames(tmp_path / "mixed", tables, chunks, "csv", METADATA)
    assert mixed.tables == export(tmp_path / "plain", {"x": 10, "y": 10}, "csv").tables


def test_own_files_are_replaced_and_stale_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with monkeypatch.context() as patched:
        patched.setattr("fixturegen.sinks.export.PART_ROWS", 2)
        patched.setattr("fixturegen.sizing.BLOCK_ROWS", 2)
        export(tmp_path, {"a": 5, "b": 1})
    export(tmp_path, {"a": 3}, "csv")
    assert files(tmp_path) == ["a.csv", "manifest.json", "notes.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "manifest.json", "notes.txt"]


@pytest.mark.parametrize("foreign", ["a.csv", "manifest.json"])
def test_files_of_others_are_never_replaced(tmp_path: Path, foreign: str) -> None:
    (tmp_path / foreign).write_text('{"tables": 1}')
    with pytest.raises(InputError, match=r"Choose another directory"):
        export(tmp_path, {"a": 1}, "csv")
    assert files(tmp_path) == [foreign]
    assert (tmp_path / foreign).read_text() == '{"tables": 1}'


@pytest.mark.parametrize("path", ["../victim.txt", "/etc/hostname", "a/../../victim.txt", "a/b/c", "..\\victim.txt"])
def test_a_forged_manifest_deletes_nothing_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "victim.txt").write_text("precious")
    export(tmp_path / "out", {"a": 1}, "csv")
    manifest = tmp_path / "out" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"a.csv"', json.dumps(path)))
    with pytest.raises(InputError, match="not a manifest that fixturegen wrote"):
        export(tmp_path / "out", {"a": 1}, "csv")
    assert (tmp_path / "victim.txt").read_text() == "precious"


@pytest.mark.parametrize("form", ["parquet", "ipc", "csv", "ndjson", "sql"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, error: type[BaseException]
) -> None:
    monkeypatch.setattr("fixturegen.sizing.BLOCK_ROWS", 10)

    def frames() -> Iterator[tuple[str, pl.DataFrame]]:
        yield "a", frame(100)
        yield "b", frame(35)
        raise error

    before = threading.active_count()
    with pytest.raises(error):
        export_frames(tmp_path / "deep" / "out", [table("a"), table("b")], frames(), form, METADATA)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_failure_keeps_the_export_before(tmp_path: Path) -> None:
    export(tmp_path, {"a": 1, "b": 2}, "csv")
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    with pytest.raises(RefusedError, match=r"a: 2 rows were announced and 1 came"):
        export_frames(tmp_path, [table("a")], [("a", frame(1))], "csv", METADATA, {"a": 2})
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_what_a_killed_export_left_is_removed_but_not_what_another_writes(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="folders are locked by fcntl")
    left, alive, foreign = (
        tmp_path / name for name in (".fixturegen-ab12_xyz", ".fixturegen-00000000", ".fixturegen-mine")
    )
    for folder in (left, alive, foreign):
        folder.mkdir()
        (folder / "half.csv").touch()
    handle = os.open(alive, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        export(tmp_path, {"t": 2}, "csv")
    finally:
        os.close(handle)
    assert files(tmp_path) == [".fixturegen-00000000/half.csv", ".fixturegen-mine/half.csv", "manifest.json", "t.csv"]
    assert not left.exists()


def test_a_move_that_fails_takes_all_moves_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(tmp_path, {"a": 1, "b": 2}, "csv")
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == tmp_path / "c.csv":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(RefusedError, match="no space left on device"):
        export(tmp_path, {"a": 9, "c": 1}, "csv")
    monkeypatch.undo()
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"a: 2 rows were announced and 5 came"):
        export_frames(tmp_path, [table("a")], [("a", frame(2)), ("a", frame(3))], "csv", METADATA, {"a": 2})


def test_rows_for_an_unknown_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'oders'.*Did you mean 'orders'"):
        export_frames(tmp_path, [table("orders")], [("oders", frame(2))], "csv", METADATA)


def test_more_rows_than_the_disk_has_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1,000,000,000,000,000,000 rows do not fit: the disk has [\d,]+ bytes free"):
        refuse_beyond(tmp_path / "not" / "made", 10**18)
    refuse_beyond(tmp_path / "not" / "made", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made: file name too long"):
        export(tmp_path / ("x" * 300), {"a": 1})


def test_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match=r"out: is a file, not a directory"):
        export(tmp_path / "out", {"a": 1})
    with pytest.raises(InputError, match="cannot be made: not a directory"):
        export(tmp_path / "out" / "below", {"a": 1})


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("form", ["parquet", "ipc", "csv", "ndjson", "sql"])
def test_disk_that_is_full(tmp_path: Path, form: str) -> None:
    program = f"""
import resource, signal, sys
from pathlib import Path
import polars as pl
from datetime import date
from fixturegen.errors import RefusedError
from fixturegen.schema import Column, Table, Type
from fixturegen import sizing
from fixturegen.sinks import export
from fixturegen.sinks.manifest import Metadata
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sizing.BLOCK_ROWS = 1000
table = Table(name="t", columns=(Column(name="a", type=Type(kind="integer")),))
rows = pl.DataFrame({{"a": [i * i * 7919 % 1000003 for i in range(50_000)]}})
try:
    export.export_frames(Path({str(tmp_path / "out")!r}), [table], [("t", rows)], {form!r}, Metadata("", 0, date(2026, 1, 1)))
except RefusedError as error:
    sys.exit(f"refused {{error}}")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "nothing of it is left" in done.stderr
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.text(max_size=40), unique=True, min_size=1, max_size=8))
def test_any_names_give_safe_and_distinct_files(names: list[str]) -> None:
    stems = file_stems(names, "csv")
    assert list(stems) == names
    folded = [stem.casefold() for stem in stems.values()]
    assert len(set(folded)) == len(names)
    for stem in stems.values():
        assert stem not in {"", ".", ".."}
        assert not stem.startswith(".")
        assert not any(character in '/\\:*?"<>|\0\n ' for character in stem)
        assert len(f"{stem}.csv".encode()) < 200


@pytest.mark.parametrize("name", ["CON", "nul", "com1.txt", "manifest", "load", "x" * 300, "a.", ".hidden", "../up"])
def test_awkward_names_export_and_are_found_by_the_manifest(tmp_path: Path, name: str) -> None:
    manifest = export(tmp_path, {name: 2, "orders": 1}, "sql")
    path = manifest.tables[name].files[0].path
    assert path.lower() not in {"con.sql", "nul.sql", "manifest.sql", "load.sql"}
    assert "INSERT" in (tmp_path / path).read_text()
    assert {"orders.sql", "load.sql", "manifest.json", path} == set(files(tmp_path))


def test_names_do_not_depend_on_the_order_of_tables() -> None:
    forward = file_stems(["Item", "item", "a", "a.csv"], "csv")
    backward = file_stems(["a.csv", "a", "item", "Item"], "csv")
    assert dict(forward) == dict(backward)


@pytest.mark.parametrize(
    "error",
    [
        OSError("No space left on device (os error 28)"),
        pl.exceptions.ComputeError("writing: (os error 28)"),
        OSError(28, "x"),
    ],
)
def test_a_full_disk_is_called_so_in_whatever_words_it_comes(error: Exception, tmp_path: Path) -> None:
    reason = "x" if getattr(error, "strerror", None) else "no space left on device"
    with pytest.raises(RefusedError, match=f"the export failed: {reason}; nothing of it is left"), explained(tmp_path):
        raise error
