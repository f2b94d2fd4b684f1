"""What the plugin costs: nothing heavy without a fixture, and types that hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_a_run_without_its_fixtures_loads_nothing_of_the_core(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_light():
            loaded = {name for name in sys.modules if name.split(".")[0] in {"fixturegen", "pytest_fixturegen"}}
            assert loaded == {"pytest_fixturegen", "pytest_fixturegen.plugin", "pytest_fixturegen.fixtures", "pytest_fixturegen.settings"}
    """)
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", timeout=60)
    result.assert_outcomes(passed=1)


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
