"""The repository keeps its own rules: documents, sizes, names, packages."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import fixturegen

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fixturegen"
SCHEMAS = sorted((ROOT / "schemas").glob("*.yaml"))

MOST_LINES = 400
LONGER = {}

# Modules without a test file of their own name: a pattern, and the tests that judge them.
ELSEWHERE = {
    "access/*": ["access/test_reading.py", "access/test_scanning.py"],
    "working/*": ["working/test_crew.py"],
    "addresses.py": ["sources/test_load.py"],
    "breaking/*": ["breaking/test_finding.py"],
    "commands/*": ["test_cli.py"],
    "constraints/*": ["constraints/test_kinds.py", "test_verification.py"],
    "runs.py": ["test_verbs.py"],
    "content.py": ["test_loading.py", "test_repository.py"],
    "coverage/*": ["coverage/test_dataset.py"],
    "covering_arrays/*": ["covering_arrays/test_array.py", "covering_arrays/test_constructions.py"],
    "databases/*": ["databases/test_create.py", "test_loading.py"],
    "distributions.py": ["vocabularies/test_distributions.py", "generators/test_distributed.py"],
    "domain.py": ["generators/test_laws.py"],
    "dtypes.py": ["generators/test_laws.py", "sinks/test_formats.py"],
    "errors.py": ["test_cli.py"],
    "trials.py": ["test_seeding.py"],
    "expressions/*": ["expressions/test_normalisation_law.py", "expressions/test_evaluation_against_engines.py"],
    "fills/*": ["test_golden.py", "test_verification.py", "test_verbs.py"],
    "generator.py": ["generators/test_laws.py"],
    "generators/*": ["generators/test_laws.py"],
    "hostile_rows.py": ["hostility/test_dataset.py"],
    "hostility/*": ["hostility/test_dataset.py", "hostility/test_matrix.py", "hostility/test_share.py"],
    "lattice.py": ["generators/test_laws.py", "planning/test_classes.py"],
    "making/*": [
        "making/test_make.py",
        "making/test_maker.py",
        "making/test_every_table.py",
        "making/test_overrides.py",
    ],
    "options.py": ["test_verbs.py", "test_cli.py"],
    "planning/*": ["planning/test_cases.py", "test_golden.py"],
    "probing/*": ["probing/test_asking.py", "probing/test_probe.py"],
    "schema.py": ["sources/test_yaml_file.py"],
    "sinks/*": ["sinks/test_formats.py", "sinks/test_export.py"],
    "sources/catalogues/*": ["sources/test_reflection.py"],
    "sources/*": ["sources/test_yaml_file.py", "sources/test_ddl.py", "sources/test_load.py"],
    "strategies/*": ["strategies/test_validity.py", "strategies/test_shrinking.py", "strategies/test_strategy.py"],
    "suites/*": ["suites/test_building.py", "suites/test_suite.py"],
    "verdict.py": ["test_verification.py"],
    "vocabularies/*": ["generators/test_faker_fill.py", "generators/test_groups.py", "vocabularies/test_plans.py"],
}


def modules() -> list[str]:
    paths = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return sorted(path for path in paths if not Path(path).name.startswith("__"))


def listed(*patterns: str) -> list[Path]:
    """Files that the repository holds or would hold: what git ignores is left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


# Documents


@pytest.mark.parametrize("name", [name for name in fixturegen.__all__ if name != "__version__"])
def test_public_names_say_what_they_are(name: str) -> None:
    text = inspect.getdoc(getattr(fixturegen, name))
    assert text
    assert text.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", ["load", "verify"])
def test_verbs_say_what_their_keywords_mean(name: str) -> None:
    verb = getattr(fixturegen, name)
    text = inspect.getdoc(verb) or ""
    missing = [keyword for keyword in inspect.signature(verb).parameters if f"\n    {keyword}: " not in text]
    assert missing == []


def test_every_module_says_its_one_idea() -> None:
    bare = [name for name in modules() if not (PACKAGE / name).read_text().lstrip().startswith(('"""', 'r"""'))]
    assert bare == []


def test_changelog_fragments_are_named_by_kind_and_say_one_thing() -> None:
    fragments = [path for path in (ROOT / "changelog.d").iterdir() if path.name != ".gitignore"]
    for path in fragments:
        assert re.fullmatch(r"(\+[a-z0-9-]+|[0-9]+)\.(added|changed|fixed|removed)\.md", path.name), path.name
        text = path.read_text()
        assert text.endswith(".\n"), path.name
        assert text.count("\n") == 1, f"{path.name}: one line a change"


@pytest.mark.slow
def test_fragments_make_a_changelog() -> None:
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9", "--date", "2026-01-01"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "## 9.9.9 (2026-01-01)" in made
    for path in (ROOT / "changelog.d").glob("*.md"):
        assert path.read_text()[:40].strip() in made


# Sizes and leftovers


def test_files_are_short_or_say_why_not() -> None:
    lengths = {name: len((PACKAGE / name).read_text().splitlines()) for name in modules()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES and name not in LONGER} == {}
    assert [name for name in LONGER if lengths.get(name, 0) < MOST_LINES * 0.9] == [], "these are short by now"


def test_nothing_is_left_to_be_done_in_comments() -> None:
    words = re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b")
    places = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in listed("*.py", "*.md", "*.yaml", "*.toml", "Makefile", ".ci/*")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert places == []


# Tests


def test_every_module_has_its_test_or_is_judged_elsewhere() -> None:
    own = {name for name in modules() if (ROOT / "tests" / Path(name).parent / f"test_{Path(name).name}").is_file()}
    homeless = [
        name for name in modules() if name not in own and not any(fnmatch(name, pattern) for pattern in ELSEWHERE)
    ]
    assert homeless == []


def test_the_tests_elsewhere_exist() -> None:
    assert [test for tests in ELSEWHERE.values() for test in tests if not (ROOT / "tests" / test).is_file()] == []
    unused = [pattern for pattern in ELSEWHERE if not any(fnmatch(name, pattern) for name in modules())]
    assert unused == []


# Schemas


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_shipped_schemas_load_and_name_their_json_schema(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=fixturegen.schema.json"
    assert fixturegen.plan(str(path)).lowered == ()


def test_schemas_are_shipped() -> None:
    assert {path.stem for path in SCHEMAS} >= {"shop", "saas", "bank", "forum"}


# Packages


def test_every_package_is_packed() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        packed = set(tomllib.load(file)["tool"]["setuptools"]["packages"])
    folders = {path.parent.relative_to(ROOT).as_posix() for path in listed("fixturegen/**.py")}
    assert packed == {folder.replace("/", ".") for folder in folders} | {"fixturegen.schemas", "pytest_fixturegen"}


def test_entry_points_resolve() -> None:
    command = [each for each in entry_points(group="console_scripts") if each.name == "fixturegen"]
    plugin = [each for each in entry_points(group="pytest11") if each.name == "fixturegen"]
    assert callable(command[0].load())
    assert plugin[0].load().__name__ == "pytest_fixturegen.plugin"


def test_pytest_runs_beside_the_plugin_and_stays_light(tmp_path: Path) -> None:
    light = "import sys\n\ndef test_light():\n    assert not {'polars', 'sqlalchemy', 'sqlglot'} & set(sys.modules)\n"
    (tmp_path / "test_it.py").write_text(light)
    # Other plugins at hand load what they please: randomly takes factory_boy along, and so SQLAlchemy.
    others = [
        word
        for name in ("asyncio", "randomly", "django", "postgresql", "cacheprovider")
        for word in ("-p", f"no:{name}")
    ]
    command = [sys.executable, "-m", "pytest", "-W", "error", "--trace-config", *others]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout
    assert "pytest_fixturegen" in run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy, for building leaves files beside the sources."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in listed("fixturegen", "schemas", "pytest_plugin", "pyproject.toml", "README.md", "LICENSE"):
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(copy)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return next(out.glob("fixturegen_db-*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    schemas = {f"fixturegen/schemas/{path.name}" for path in (ROOT / "schemas").iterdir() if path.is_file()}
    code = {f"fixturegen/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*.py")}
    assert names >= schemas | code | {"fixturegen/py.typed", "pytest_fixturegen/plugin.py"}
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"fixturegen", "pytest_fixturegen"}


@pytest.mark.slow
def test_the_demo_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = f"import sys, fixturegen.cli as cli; assert cli.__file__.startswith({str(site)!r}); sys.exit(cli.run(['demo', 'shop', '--scale', '0.01']))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "shop" / "shop.sqlite").is_file()
    assert sorted(path.name for path in (tmp_path / "shop" / "parquet").glob("*.parquet"))
