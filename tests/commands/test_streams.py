"""Who reads stdout and stderr, or no longer does, ends no work and changes no exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = """
tables:
  users:
    rows: 20
    columns:
      id: {type: integer, primary_key: true}
      size: {type: integer, min: 1, max: 9}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "users.yaml").write_text(SCHEMA)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "users.csv").write_text("id,size\n1,99\n")
    return tmp_path


def shell(place: Path, line: str, *, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which FG is the command; the exit code is that of FG."""
    script = f'FG() {{ "{sys.executable}" -m fixturegen "$@"; }}\n{line}\nexit "${{code:-${{PIPESTATUS[0]}}}}"'
    surroundings = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(
        ["bash", "-c", script], cwd=place, env=surroundings, capture_output=True, text=True, check=False, timeout=60
    )


COMMANDS = [
    ("--help", 0),
    ("schema", 0),
    ("plan users.yaml", 0),
    ("preview users.yaml --json", 0),
    ("verify users.yaml --data bad", 1),
    ("plan absent.yaml --json", 2),
]


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_a_reader_that_goes_away_changes_no_exit_code(place: Path, command: str, code: int, unbuffered: str) -> None:
    done = shell(place, f"FG {command} | sleep 0", unbuffered=unbuffered)
    assert done.returncode == code
    assert done.stderr.count("\n") == (code == 2)


@pytest.mark.slow
@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_a_closed_stdout_changes_no_exit_code(place: Path, command: str, code: int) -> None:
    done = shell(place, f"FG {command} >&-; code=$?")
    assert done.returncode == code
    assert done.stderr.count("\n") == (code == 2)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full", "2> >(sleep 0)"])
def test_nobody_to_be_told_changes_nothing(place: Path, where: str) -> None:
    done = shell(place, f"FG export users.yaml out --rows 5 {where}; code=$?")
    assert (done.returncode, done.stderr) == (0, "")
    assert (place / "out" / "users.parquet").is_file()
    assert shell(place, f"FG plan absent.yaml {where}; code=$?").returncode == 2


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("command", ["schema", "plan users.yaml", "verify users.yaml --data bad"])
def test_a_full_disk_is_exit_code_1_and_one_line(place: Path, command: str) -> None:
    done = shell(place, f"FG {command} >/dev/full; code=$?")
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device\n"
