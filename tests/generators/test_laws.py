"""Every registered generator keeps every law, on every case listed for it; golden values pin what it gives."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path

import laws
import pytest
from laws import Case

from fixturegen.generator import Builder, Generator, generators

GOLDEN = Path(__file__).parents[1] / "golden"
REWRITE = "FIXTUREGEN_WRITE_GOLDEN"
"""Set to 1, it makes the golden test write what it finds: a change of values, to be explained where it is made."""

MODULES = {
    path.stem: import_module(f"generators.{path.stem}") for path in sorted(Path(__file__).parent.glob("requests*.py"))
}
CASES = {case.label: case for module in MODULES.values() for case in module.CASES}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
_MADE: dict[str, Generator] = {}


def made(case: Case) -> Generator:
    """Make each generator once: they are pure."""
    if case.label not in _MADE:
        _MADE[case.label] = case.made()
    return _MADE[case.label]


def test_every_generator_has_a_case() -> None:
    without = sorted(set(generators()) - {case.generator for case in CASES.values()})
    assert not without, f"add a case for {', '.join(without)} to tests/generators/requests.py"


def test_labels_are_unique() -> None:
    assert len(CASES) == sum(len(module.CASES) for module in MODULES.values())


@EVERY
def test_draws_are_sound(case: Case) -> None:
    laws.draws_are_sound(made(case))


@EVERY
def test_slices_agree(case: Case) -> None:
    laws.slices_agree(case, made(case))


@EVERY
def test_one_row_agrees(case: Case) -> None:
    one = made(case)
    if not isinstance(one.build, Builder):
        pytest.skip("built as a series, one row or many")
    laws.one_row_agrees(case, one)


@EVERY
def test_dtypes_are_exact(case: Case) -> None:
    laws.dtypes_are_exact(case, made(case))


@EVERY
def test_values_are_allowed(case: Case) -> None:
    one = made(case)
    laws.values_are_allowed(case, one, rows=100 if one.sequential else 2_000)
    laws.ends_build(case, one)


@EVERY
def test_distinct_draws_differ(case: Case) -> None:
    one = made(case)
    if one.draws:
        laws.distinct_draws_differ(case, one)


@EVERY
def test_small_domains_are_covered(case: Case) -> None:
    laws.small_domains_are_covered(case, made(case))


@EVERY
def test_simplest_value(case: Case) -> None:
    if case.simplest is None:
        pytest.skip("pinned by the golden values alone")
    one = made(case)
    assert one.build(laws.fixed(case, one, [laws.simplest(one)])).to_list() == [case.simplest]


@pytest.mark.parametrize("name", MODULES)
def test_golden_values(name: str) -> None:
    path = GOLDEN / f"{name.replace('requests', 'generators')}.json"
    found = {case.label: laws.golden(case, made(case)) for case in MODULES[name].CASES}
    if os.environ.get(REWRITE) == "1":
        path.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    assert path.exists(), f"run this test once with {REWRITE}=1 to pin the values"
    assert found == json.loads(path.read_text(encoding="utf-8"))
