"""What the plugin costs: nothing heavy without a fixture, and types that hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Outcome = Callable[..., pytest.RunResult]


def test_a_run_without_its_fixtures_loads_nothing_of_the_core(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_light():
            loaded = {name for name in sys.modules if name.split(".")[0] in {"fixturegen", "pytest_fixturegen"}}
            assert loaded == {"pytest_fixturegen", "pytest_fixturegen.plugin", "pytest_fixturegen.fixtures", "pytest_fixturegen.settings"}
    """)
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", timeout=60)
    result.assert_outcomes(passed=1)


def test_a_second_run_reads_no_schema_and_makes_no_rows(run: Outcome, project: pytest.Pytester) -> None:
    source = """
import sys

def test_it(fixturegen_connection):
    assert count(fixturegen_connection) == 8
    heavy = {"sqlglot", "yaml", "polars", "numpy", "faker", "fixturegen.planning", "fixturegen.sources", "sqlalchemy.orm"}
    with open("loaded", "a") as file:
        print(*sorted(heavy & sys.modules.keys()), file=file)
"""
    others = ("randomly", "asyncio", "django", "anyio", "hypothesispytest", "faker", "xdist")
    alone = tuple(word for name in others for word in ("-p", f"no:{name}"))
    for _ in range(2):
        run(source, "--fixturegen-reuse", apart=True, quiet=alone).assert_outcomes(passed=1)
    assert (project.path / "loaded").read_text().splitlines()[1] == ""


@pytest.mark.slow
def test_types(tmp_path: Path) -> None:
    (tmp_path / "pytest_fixturegen").symlink_to(ROOT / "pytest_plugin")
    command = [sys.executable, "-m", "mypy", "-p", "pytest_fixturegen", "--config-file", str(ROOT / "pyproject.toml")]
    search = os.pathsep.join([str(tmp_path), str(ROOT)])
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "MYPYPATH": search}, capture_output=True, text=True, check=False
    )
    assert [line for line in run.stdout.splitlines() if str(tmp_path) in line] == []
    assert "Found" in run.stdout or "Success" in run.stdout
