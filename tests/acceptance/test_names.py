"""Names with quotes, spaces, semicolons and reserved words are names like others: nothing is cut, nothing is executed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

TABLES = ("select", 'a "quoted" name', "x; DROP TABLE victims; --", "semi;colon", "o'brien", "Ünïcode ☃", "a.b", "per")
COLUMNS = ("order", 'say "hi"', "two words", "it's", "; --", "ключ", "c.d", "{brace}", "%s", ":p", "back\\slash", "[b]")


def yaml_of(tables: tuple[str, ...] = TABLES) -> str:
    """A schema in which every table has every column, and refers to the table before it."""
    lines = ["tables:", "  victims: {columns: {id: {type: integer, primary_key: true}}}"]
    before = "victims"
    for table in tables:
        key = "id" if before == "victims" else "order"
        to = f"{{{json.dumps(before)}: [{key}]}}"
        lines += [
            f"  {json.dumps(table)}:",
            "    primary_key: [order]",
            "    references:",
            f"      - {{columns: [two words], to: {to}}}",
            "    unique: [['it''s', '; --']]",
            "    rules:",
            '      - \'"say ""hi""" <> \'\'x; DROP TABLE victims\'\' OR "%s" IS NULL\'',
            "    columns:",
            *(f"      {json.dumps(name)}: {_column(name)}" for name in COLUMNS),
        ]
        before = table
    return "\n".join(lines) + "\n"


def _column(name: str) -> str:
    return {
        "order": "{type: integer}",
        "two words": "{type: integer}",
        'say "hi"': '{type: varchar(60), choices: {"x; DROP TABLE victims": 1, "\'": 1, \'"\': 1}}',
        "%s": "{type: integer, nulls: 0.5}",
    }.get(name, "{type: integer}")


@pytest.fixture
def schema(tmp_path: Path) -> str:
    (tmp_path / "names.yaml").write_text(yaml_of(), encoding="utf-8")
    return "names.yaml"


@pytest.mark.parametrize("format_", ["parquet", "csv", "ndjson", "ipc", "sql"])
def test_every_format_keeps_every_name(format_: str, schema: str, succeeds: Any, tmp_path: Path) -> None:
    exported = succeeds("export", schema, "out", "--format", format_, "--rows", "20", "--json").json
    assert set(exported["tables"]) == {*TABLES, "victims"}
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in written} <= {tmp_path, tmp_path / "out"}
    if format_ != "sql":
        assert succeeds("verify", schema, "--data", "out", "--json").json["violations"] == []


def test_a_database_takes_every_name(schema: str, succeeds: Any, ask: Any) -> None:
    url = "sqlite:///names.db"
    succeeds("seed", url, "--schema", schema, "--create", "--rows", "20")
    assert succeeds("verify", schema, "--database", url, "--json").json["violations"] == []
    assert succeeds("verify", url, "--database", url, "--json").json["violations"] == []
    found = {name for (name,) in ask("names.db", "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert found - {"_fixturegen"} == {*TABLES, "victims"}
    assert ask("names.db", "SELECT count(*) FROM victims") == [(20,)]
    succeeds("seed", url, "--schema", schema, "--seed", "1", "--rows", "20", "--existing", "append")
    succeeds("seed", url, "--schema", schema, "--seed", "1", "--rows", "20", "--existing", "replace")
    succeeds("init", url, "-o", "again.yaml")
    succeeds("verify", "again.yaml", "--database", url)


def test_ddl_with_every_name_is_read(schema: str, succeeds: Any, tmp_path: Path) -> None:
    succeeds("seed", "sqlite:///names.db", "--schema", schema, "--create", "--rows", "1")
    with closing(sqlite3.connect(tmp_path / "names.db")) as connection:
        script = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    (tmp_path / "names.sql").write_text(";\n".join(each for each in script if "_fixturegen" not in each) + ";\n")
    succeeds("export", "names.sql", "out", "--rows", "20")
    assert succeeds("verify", "names.sql", "--data", "out", "--json").json["violations"] == []
    assert succeeds("verify", schema, "--data", "out", "--json").json["violations"] == []


def test_options_take_every_name(schema: str, succeeds: Any) -> None:
    for table in TABLES:
        planned = succeeds("plan", schema, "--rows", f"{table}=3", "--only", table, "--json").json
        assert planned["tables"][table]["rows"] == 3
        assert f"{table}: 3 of 3 rows" in succeeds("preview", schema, table, "--rows", f"{table}=3").out


def test_names_of_files_never_leave_the_folder_or_meet(succeeds: Any, tmp_path: Path) -> None:
    names = [
        "..",
        "../up",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "CON",
        "manifest",
        "x" * 300,
        "T",
        "t",
        ".hidden",
        "-rf",
        "a\nb",
    ]
    tables = "".join(f"  {json.dumps(name)}: {{columns: {{id: {{type: integer}}}}}}\n" for name in names)
    (tmp_path / "files.yaml").write_text(f"tables:\n{tables}")
    exported = succeeds("export", "files.yaml", "out", "--rows", "2", "--format", "csv", "--json").json
    files = [file for table in exported["tables"].values() for file in table["files"]]
    assert len({file.lower() for file in files}) == len(names)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {
        tmp_path / "files.yaml",
        tmp_path / "out" / "manifest.json",
        *(tmp_path / "out" / file for file in files),
    }
    assert all((tmp_path / "out" / file).parent == tmp_path / "out" for file in files)
    succeeds("verify", "files.yaml", "--data", "out")
