"""The command line: each command, each exit code, the shapes of --json, and what bad input is told."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from fixturegen import cli

SHOP = """\
version: 1
tables:
  customers:
    rows: 20
    columns:
      id: {type: integer, primary_key: true}
      code: {type: varchar(8), unique: true}
      at: {type: datetime, min: 2024-01-01, max: as_of}
  orders:
    columns:
      id: {type: integer, primary_key: true}
      customer_id: {references: customers.id}
      at: {type: datetime, min: customers.at, max: as_of}
      price: {type: "decimal(10,2)", min: 1, max: 500}
      note: {type: text, nulls: 0.5}
    rules:
      - price > 2
  flags:
    columns:
      on: {type: boolean, primary_key: true}
"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    return str(path)


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(cli.DEBUG, raising=False)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fixturegen", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


# Commands


def test_plan_prints_no_value_and_everything_decided(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", shop, "--rows", "customers=7"]) == 0
    printed = capsys.readouterr()
    assert "customers: 7 rows" in printed.out
    assert printed.err == ""


def test_plan_as_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", shop, "--json", "--rows", "10", "--seed", "5"]) == 0
    document = told(capsys)
    assert document["order"] == list(document["tables"])  # type: ignore[call-overload] - JSON is what it is
    assert document["seed"] == 5
    assert {
        key: document["lowered"][0][key]  # type: ignore[index] - JSON is what it is
        for key in ("table", "asked", "rows")
    } == {"table": "flags", "asked": 10, "rows": 2}


def test_preview_of_one_table(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["preview", shop, "customers", "-n", "3"]) == 0
    printed = capsys.readouterr().out
    assert "customers: 3 of 20 rows" in printed
    assert "orders" not in printed
    assert cli.run(["preview", shop, "--json", "-n", "2"]) == 0
    assert {name: len(rows) for name, rows in told(capsys).items()} == {"customers": 2, "orders": 2, "flags": 2}  # type: ignore[arg-type]


def test_export_then_verify(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for format_ in ("parquet", "csv", "ndjson", "ipc"):
        assert cli.run(["export", shop, f"out-{format_}", "--format", format_, "--json"]) == 0
        document = told(capsys)
        assert document["tables"]["orders"]["rows"] == 100  # type: ignore[index] - JSON is what it is
        assert cli.run(["verify", shop, "--data", f"out-{format_}", "--json"]) == 0
        assert told(capsys)["violations"] == []
    assert (tmp_path / "out-csv" / "manifest.json").is_file()


def test_verify_says_no_with_exit_code_1(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["export", shop, "out"]) == 0
    frame = pl.read_parquet("out/orders.parquet")
    frame.with_columns(customer_id=pl.lit(10**6, dtype=frame.schema["customer_id"])).write_parquet("out/orders.parquet")
    capsys.readouterr()
    assert cli.run(["verify", shop, "--data", "out", "--json"]) == 1
    document = told(capsys)
    assert set(document) == {"violations", "checked", "unverified"}
    assert [set(violation) for violation in document["violations"]] == [{"table", "constraint", "rows", "example"}]  # type: ignore[attr-defined]
    assert cli.run(["verify", shop, "--data", "out"]) == 1
    assert "violated: orders." in capsys.readouterr().out
    assert cli.run(["verify", shop, "--data", "out", "--only", "customers"]) == 0
    assert cli.run(["verify", shop, "--data", "out", "--exclude", "orders"]) == 0


def test_verify_takes_the_clock_of_the_export(shop: str) -> None:
    assert cli.run(["export", shop, "out", "--as-of", "2030-01-01"]) == 0
    assert cli.run(["verify", shop, "--data", "out"]) == 0
    assert cli.run(["verify", shop, "--data", "out", "--as-of", "2024-06-01"]) == 1


def test_seed_creates_verifies_and_repeats_nothing(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = "sqlite:///shop.sqlite"
    assert cli.run(["seed", url, "--schema", shop, "--create", "--json"]) == 0
    document = told(capsys)
    assert set(document) == {"tables", "lowered", "rejected", "unverified"}
    assert set(document["tables"]["orders"]) == {"rows", "seconds"}  # type: ignore[index] - JSON is what it is
    assert cli.run(["verify", shop, "--database", url]) == 0
    assert cli.run(["seed", url, "--schema", shop]) == 0
    assert "there already" in capsys.readouterr().out
    assert cli.run(["seed", url, "--schema", shop, "--seed", "1"]) == 1
    assert "--existing" in capsys.readouterr().err
    assert cli.run(["seed", url, "--schema", shop, "--seed", "1", "--existing", "replace"]) == 0


def test_a_rejected_row_is_told_in_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect("shop.sqlite") as connection:
        connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, code TEXT CHECK (code = 'x'), at TEXT)")
    connection.close()
    arguments = ["seed", "sqlite:///shop.sqlite", "--schema", shop, "--only", "customers", "--json"]
    assert cli.run(arguments) == 1
    document = told(capsys)
    assert document["rejected"][0]["table"] == "customers"  # type: ignore[index] - JSON is what it is
    assert "error" in document


def test_dry_run_leaves_nothing(shop: str) -> None:
    assert cli.run(["seed", "sqlite:///shop.sqlite", "--schema", shop, "--create"]) == 0
    with sqlite3.connect("shop.sqlite") as connection:
        connection.execute("DELETE FROM orders")
    connection.close()
    assert cli.run(["seed", "sqlite:///shop.sqlite", "--schema", shop, "--existing", "append", "--dry-run"]) == 0
    assert cli.run(["seed", "sqlite:///shop.sqlite", "--schema", shop, "--existing", "replace", "--dry-run"]) == 0
    with sqlite3.connect("shop.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    connection.close()


def test_init_writes_yaml_that_loads_and_overwrites_nothing(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["seed", "sqlite:///shop.sqlite", "--schema", shop, "--create"]) == 0
    assert cli.run(["init", "sqlite:///shop.sqlite", "-o", "again.yaml"]) == 0
    assert cli.run(["export", "again.yaml", "out", "--rows", "customers=5"]) == 0
    assert cli.run(["init", "sqlite:///shop.sqlite", "-o", "again.yaml"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert cli.run(["init", "sqlite:///shop.sqlite", "-o", "again.yaml", "--force"]) == 0
    assert cli.run(["init", "sqlite:///shop.sqlite", "-o", "no/such/again.yaml"]) == 2
    capsys.readouterr()
    assert cli.run(["init", "sqlite:///shop.sqlite"]) == 0
    assert capsys.readouterr().out.startswith("# yaml-language-server: $schema=fixturegen.schema.json\n")


def test_schema_is_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["schema"]) == 0
    assert "draft-07" in str(told(capsys)["$schema"])


def test_demo_verifies_what_it_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["demo", "shop", "--scale", "0.05"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("all hold") == 2
    assert (tmp_path / "shop" / "shop.sqlite").is_file()
    assert (tmp_path / "shop" / "parquet" / "orders.parquet").is_file()
    assert cli.run(["demo", "shop", "--scale", "0.05"]) == 0


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fixturegen ")
    assert cli.run(["--help"]) == 0
    for name in ("demo", "init", "plan", "preview", "export", "seed", "verify", "schema"):
        assert cli.run([name, "--help"]) == 0
        assert capsys.readouterr().err == ""


# Failures


BAD_YAML = {
    "empty": "",
    "text": "just text",
    "broken": "tables: [",
    "unknown key": SHOP.replace("rules:", "rulez:"),
    "unknown type": SHOP.replace("varchar(8)", "varchr(8)"),
    "unknown table": SHOP.replace("references: customers.id", "references: custmers.id"),
    "unknown column": SHOP.replace("references: customers.id", "references: customers.idd"),
    "unknown faker method": SHOP.replace("{type: text, nulls: 0.5}", "{faker: emial}"),
    "seed as a faker method": SHOP.replace("{type: text, nulls: 0.5}", "{faker: seed_instance}"),
    "tag": SHOP.replace("rows: 20", "rows: !!python/object/apply:os.system [touch pwned]"),
    "no sql": SHOP.replace("price > 2", "price >"),
    "no column": SHOP.replace("price > 2", "prize > 2"),
    "contradiction": SHOP.replace("price > 2", "price > 600"),
    "min over max": SHOP.replace("min: 1, max: 500", "min: 501, max: 500"),
    "negative": SHOP.replace("rows: 20", "rows: -1"),
    "unique beyond capacity": SHOP.replace("varchar(8)", "varchar(1)").replace("rows: 20", "rows: 2000000"),
    "regex bomb": SHOP.replace("{type: text, nulls: 0.5}", "{regex: '((a{1,1000}){1,1000}){1,1000}'}"),
}


@pytest.mark.parametrize("text", BAD_YAML.values(), ids=BAD_YAML.keys())
def test_bad_yaml_is_one_line_with_the_file(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    assert cli.run(["export", "bad.yaml", "out"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    assert "bad.yaml" in printed.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "absent.yaml"], "absent.yaml"),
        (["plan"], "Missing argument"),
        (["plna", "shop.yaml"], "No such command"),
        (["plan", "shop.yaml", "--sede", "1"], "No such option"),
        (["plan", "shop.yaml", "--seed", "one"], "--seed"),
        (["plan", "shop.yaml", "--rows", "many"], "neither a number nor TABLE=NUMBER"),
        (["plan", "shop.yaml", "--rows", "-1"], "-1"),
        (["plan", "shop.yaml", "--rows", "_"], "neither a number nor TABLE=NUMBER"),
        (["plan", "shop.yaml", "--rows", "9" * 5000], "neither a number nor TABLE=NUMBER"),
        (["plan", "shop.yaml", "--rows", "orders=1" + "0" * 13], "rows of orders is 10000000000000"),
        (["plan", "a" * 5000 + ".yaml"], "there is no such file"),
        (["plan", "shop.yaml", "--rows", "custmers=1"], "customers"),
        (["plan", "shop.yaml", "--rows", "flags=3"], "flags"),
        (["plan", "shop.yaml", "--only", "custmers"], "customers"),
        (["plan", "shop.yaml", "--exclude", "custmers"], "customers"),
        (["plan", "shop.yaml", "--scale", "nan"], "scale"),
        (["plan", "shop.yaml", "--scale", "-1"], "scale"),
        (["plan", "shop.yaml", "--as-of", "yesterday"], "--as-of 'yesterday' is no date"),
        (["preview", "shop.yaml", "custmers"], "Did you mean 'customers'?"),
        (["preview", "shop.yaml", "-n", "-1"], "-n"),
        (["export", "shop.yaml", "out", "--format", "xlsx"], "xlsx"),
        (["export", "shop.yaml", "out", "--format", "parket"], "Did you mean 'parquet'? See fixturegen export --help."),
        (["plan", "shop.yaml", "--dialect", "postgres"], "'--dialect': 'postgres' is not one of"),
        (["demo", "shop.yaml"], "shop.yaml: cannot be made: File exists"),
        (["seed", "absent.db"], "'absent.db' is no URL"),
        (["probe", "me:hunter2@host/name"], "what is given is no URL"),
        (["hostile", "shop.yaml", "--url", "absent.db"], "--url 'absent.db' is no URL"),
        (["export", "shop.yaml", "shop.yaml"], "shop.yaml"),
        (["seed", "sqlite:///absent/dir/x.db", "--schema", "shop.yaml", "--create"], "absent"),
        (["seed", "sqlite:///absent.db"], "absent.db"),
        (["verify", "shop.yaml"], "--data DIR or --database URL"),
        (["verify", "shop.yaml", "--data", "a", "--database", "b"], "--data DIR or --database URL"),
        (["verify", "shop.yaml", "--data", "absent"], "no such directory"),
        (["verify", "shop.yaml", "--database", "absent.db"], "is no URL"),
        (["verify", "shop.yaml", "--database", "sqlite:///absent.db"], "no such database file"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    arguments: list[str], words: str, shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    printed = capsys.readouterr()
    assert words in printed.err
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert cli.run([*arguments, "--json"]) == 2
    assert words in str(told(capsys)["error"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.yaml"]


def test_an_option_without_its_argument_names_the_help_of_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", "shop.yaml", "--rows"]) == 2
    assert capsys.readouterr().err == "error: Option '--rows' requires an argument. See fixturegen plan --help.\n"


def test_no_password_is_told(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["plan", "postgresql://me:hunter2@127.0.0.1:1/none"],
        ["verify", shop, "--database", "postgresql://me:hunter2@127.0.0.1:1/none"],
        ["seed", "postgresql://me:hunter2@127.0.0.1:1/none", "--schema", shop],
    ):
        assert cli.run([*arguments, "--json"]) in {1, 2}
        printed = capsys.readouterr()
        assert "hunter2" not in printed.out + printed.err
        assert printed.err.startswith("error: ")


def test_a_mistake_of_ours_is_one_line(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*arguments: object, **keywords: object) -> None:
        message = "secret value"
        raise RuntimeError(message)

    monkeypatch.setattr("fixturegen.runs.plan_of", broken)
    assert cli.run(["plan", shop]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("error: internal error: RuntimeError at test_cli.py:")
    assert "secret value" not in printed
    assert printed.count("\n") == 1
    monkeypatch.setenv(cli.DEBUG, "1")
    assert cli.run(["plan", shop]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(shop: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*arguments: object, **keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fixturegen.sinks.export.place", interrupted)
    assert cli.run(["export", shop, "out"]) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.yaml"]


def test_options_that_mean_nothing_are_taken_and_not_shown(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["export", shop, "out", "--format", "csv"]) == 0
    assert cli.run(["verify", shop, "--data", "out", "--seed", "7", "--rows", "3"]) == 0
    capsys.readouterr()
    cli.run(["verify", "--help"])
    shown = capsys.readouterr().out
    assert "--only" in shown
    assert not any(option in shown for option in ("--rows", "--scale", "--seed", "--hostile", "--accept"))


@pytest.mark.parametrize("command", ["demo", "preview", "hostile"])
def test_optional_arguments_stand_in_one_pair_of_brackets(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run([command, "--help"])
    assert "[[" not in capsys.readouterr().out


# As a process


@pytest.mark.slow
def test_results_go_to_stdout_and_all_else_to_stderr(shop: str) -> None:
    done = command("export", shop, "out", "--rows", "10")
    assert done.returncode == 0
    assert done.stdout.startswith("out: 3 tables, 32 rows as parquet")
    assert "flags: 2 rows in place of 10" in done.stderr
    assert command("export", shop, "out", "--rows", "10", "--quiet").stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_nothing_behind(shop: str, tmp_path: Path, number: signal.Signals) -> None:
    arguments = [sys.executable, "-m", "fixturegen", "export", shop, "out", "--rows", "orders=20000000"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 30
        while not any(tmp_path.glob("out/.*/*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(process.pid, number)
        assert process.wait(timeout=30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "error: interrupted; nothing was left behind\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.yaml"]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from fixturegen.cli import run; run(['--help']); import fixturegen; "
        "heavy = {'polars', 'numpy', 'faker', 'sqlalchemy', 'sqlglot', 'hypothesis', 'yaml'} & set(sys.modules); "
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")
