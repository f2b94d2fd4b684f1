"""Imports go one way: the tables of ARCHITECTURE.md, held against every import of the package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import fixturegen

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fixturegen"
HEAVY = ("faker", "hypothesis", "numpy", "polars", "rich.progress", "sqlalchemy", "sqlglot", "yaml")


@dataclass(frozen=True)
class Import:
    module: str
    imported: str
    line: int
    typing_only: bool


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "fixturegen"


@cache
def modules() -> Mapping[str, Path]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        names[name.removesuffix(".__init__")] = path
    return names


@cache
def imports() -> tuple[Import, ...]:
    return tuple(each for name, path in modules().items() for each in imports_of(name, path.read_text()))


def imports_of(module: str, source: str) -> Iterator[Import]:
    tree = ast.parse(source)
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are absolute"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules() else str(node.module) for name in whole]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(module, name, node.lineno, id(node) in typing_only)


def table(marker: str) -> dict[str, tuple[str, ...]]:
    """The rows of a table of ARCHITECTURE.md: first cell to the words of another."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    block = text.split(f"<!-- {marker} -->")[1].split(f"<!-- /{marker} -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines()[2:]]
    column = {"layers": 2, "libraries": 1}[marker]
    return {row[0].strip("`"): tuple(re.findall(r"[\w.]+", row[column])) for row in rows}


LAYERS = table("layers")
LIBRARIES = table("libraries")


def allows(layer: str, imported: str) -> bool:
    """A row names layers, or single modules of a layer (``planning.plan``) where no more is allowed."""
    return bool({layer_of(imported), imported.removeprefix("fixturegen.")} & set(LAYERS[layer]))


def test_the_table_names_every_layer_and_no_other() -> None:
    assert sorted(LAYERS) == sorted({layer_of(name) for name in modules()} - {"fixturegen"})


def test_the_table_goes_one_way() -> None:
    order = list(LAYERS)
    for name, allowed in LAYERS.items():
        for other in allowed:
            assert order.index(other.split(".")[0]) < order.index(name), (
                f"{name} imports {other}, which stands below it"
            )


def test_layers_import_only_what_the_table_allows() -> None:
    wrong = [
        f"{each.module}:{each.line} imports {each.imported}"
        for each in imports()
        if each.imported.startswith("fixturegen.")
        and layer_of(each.module) not in {"fixturegen", layer_of(each.imported)}
        and not allows(layer_of(each.module), each.imported)
    ]
    assert wrong == []


def test_the_table_allows_nothing_that_nobody_does() -> None:
    used = {(layer_of(each.module), layer_of(each.imported)) for each in imports()}
    used |= {(layer_of(each.module), each.imported.removeprefix("fixturegen.")) for each in imports()}
    unused = [(name, other) for name, allowed in LAYERS.items() for other in allowed if (name, other) not in used]
    assert unused == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_stays_in_its_place(library: str) -> None:
    wrong = [
        f"{each.module}:{each.line}"
        for each in imports()
        if each.imported.split(".")[0] == library
        and not each.typing_only
        and layer_of(each.module) not in LIBRARIES[library]
    ]
    assert wrong == []


def test_within_a_layer_imports_make_no_circle() -> None:
    """Circles at run time only: what is imported for types or within a function is loaded later."""
    edges: dict[str, set[str]] = {name: set() for name in modules()}
    for name, path in modules().items():
        top = ast.Module([node for node in ast.parse(path.read_text()).body if not isinstance(node, ast.If)], [])
        for node in top.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                edges[name] |= {each.imported for each in imports_of(name, ast.unparse(node)) if each.imported in edges}
    done: set[str] = set()
    while len(done) < len(edges):
        free = {name for name in edges if name not in done and edges[name] - {name} <= done}
        assert free, f"a circle among {sorted(set(edges) - done)}"
        done |= free


def test_no_module_bears_the_name_of_a_public_verb() -> None:
    taken = {name.removeprefix("fixturegen.") for name in modules()} & set(fixturegen.__all__)
    assert taken == set()


def loaded_by(code: str) -> set[str]:
    """The heavy libraries that are loaded once some code has run in a new process."""
    ending = f"import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{ending}"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import fixturegen",
        "import fixturegen; fixturegen.__version__; dir(fixturegen)",
        "from fixturegen import InputError, Schema",
        "import pytest_fixturegen.plugin",
    ],
)
def test_importing_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["--version"], ["schema"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by(f"from fixturegen.cli import run; run({arguments!r})") == set()


def test_heavy_libraries_would_be_seen() -> None:
    assert loaded_by("from fixturegen import plan") >= {"polars", "numpy"}
