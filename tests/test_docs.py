"""The documents are true: their code runs, their commands print what they show, and nothing that exists is left out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest
import typer

import fixturegen
from fixturegen import cli
from fixturegen.generator import generators
from fixturegen.generators.groups import ADDRESS_FIELDS, PERSON_FIELDS
from fixturegen.sinks.base import sinks
from fixturegen.sources.yaml_format import DISTRIBUTIONS, PARTS, SCHEMA
from fixturegen.sources.yaml_types import TYPE_WORDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/yaml.md",
        "docs/covering.md",
        "docs/hypothesis.md",
        "docs/scale.md",
        "docs/benchmarks.md",
        "docs/negatives.md",
        "docs/hostile.md",
        "docs/make.md",
        "docs/pytest.md",
        "docs/suite.md",
    )
]
README = (ROOT / "README.md").read_text()
FORMAT = (ROOT / "docs" / "yaml.md").read_text()

_BLOCK = re.compile(r"(?:<!-- (?P<note>[^\n]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the note in the comment right before it."""

    language: str
    text: str
    note: str


def blocks(text: str) -> list[Block]:
    return [Block(each["language"], each["text"], each["note"] or "") for each in _BLOCK.finditer(text)]


# Code that runs


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own in which the shipped schemas lie, as in a clone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemas").symlink_to(ROOT / "schemas")
    return tmp_path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_blocks_run_one_after_the_other(path: Path, place: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks(path.read_text()):
        prepare(block, place)
        match block.language:
            case "console":
                for line, expected in sessions(block.text):
                    run_line(line, expected)
            case "python" if block.note.startswith("file: test_"):
                continue  # pytest runs it
            case "python":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(block.text, path.name, "exec"), names)
            case "text":
                continue
            case "yaml" | "sql" | "ini":
                assert block.note.startswith(("file: ", "base")), "a block of data is a file that something uses"
            case other:
                pytest.fail(f"nothing runs {other}")


def prepare(block: Block, place: Path) -> None:
    """Do what the note before a block says: keep it as a file, or run a command whose program may be missing here."""
    if block.note.startswith("file: "):
        path = place / block.note.removeprefix("file: ")
        path.write_text(block.text)
        if path.suffix == ".yaml" and "extends: " not in block.text:
            fixturegen.plan(path)
    if block.note.startswith("before: sqlite3 "):
        database, script = block.note.removeprefix("before: sqlite3 ").split(" < ")
        with contextlib.closing(sqlite3.connect(place / database)) as connection:
            connection.executescript((place / script).read_text())


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, expected = part.partition("\n")
        yield line, expected


def run_line(line: str, expected: str) -> None:
    words = shlex.split(line)
    match words[0]:
        case "fixturegen":
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                code = cli.run(words[1:])
            assert code == 0, out.getvalue()
            assert OutputChecker().check_output(expected, out.getvalue(), ELLIPSIS | NORMALIZE_WHITESPACE), (
                out.getvalue()
            )
        case "pytest":
            quiet = ["-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", "-p", "no:cacheprovider"]
            # That profile measures no time.
            command = [sys.executable, "-m", *words, *quiet, "--hypothesis-profile=ci"]
            run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            assert OutputChecker().check_output(expected, run.stdout, ELLIPSIS | NORMALIZE_WHITESPACE), run.stdout
        case "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line
        case "pip":
            assert words == ["pip", "install", "fixturegen-db"]
        case "towncrier":
            assert words[1] == "build"
        case other:
            pytest.fail(f"nothing runs {other}")


def test_the_overlay_of_the_readme_adds_to_the_database(place: Path) -> None:
    for block in blocks(README):
        prepare(block, place)
    made = fixturegen.generate(place / "more.yaml")
    hired = made["employees"]["hired_on"]
    assert str(hired.min()) >= "2015-01-01"
    assert made["employees"].height >= made["departments"].height


# Links and lists


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text())
    assert [target for target in targets if "://" not in target and not (path.parent / target).exists()] == []


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = set(re.findall(r"^\| `fixturegen (\w+)", README, re.MULTILINE))
    assert listed == {
        command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback
    }


def test_the_readme_lists_every_option_that_commands_share() -> None:
    group = typer.main.get_command(cli.app)
    command = group.get_command(typer.Context(group), "export")  # type: ignore[attr-defined]  # a group
    options = {name for each in command.params for name in each.opts if name.startswith("--")}
    missing = sorted(option for option in options if option not in README)
    assert missing == []


def test_the_readme_lists_every_verb_and_no_other() -> None:
    listed = set(re.findall(r"^\| `fg\.(\w+)\(", README, re.MULTILINE))
    assert listed == {name for name in fixturegen.__all__ if name[0].islower()}


def test_the_readme_lists_every_format() -> None:
    row = next(line for line in README.splitlines() if line.startswith("| `fixturegen export"))
    assert [name for name in sinks() if f"`{name}`" not in row] == []


# The YAML format


def keys_of(part: str) -> dict[str, str]:
    """The rows of a table of keys in docs/yaml.md: the key, and its example."""
    block = FORMAT.split(f"<!-- keys: {part} -->\n")[1].split("<!-- /keys -->")[0]
    rows = [re.fullmatch(r"\| `(\w+)` \| .+ \| `(.+)` \|", line) for line in block.strip().splitlines()[2:]]
    assert all(rows)
    return {row[1]: row[2] for row in rows if row}


KEYS = {"schema": SCHEMA, **PARTS}
EXAMPLES = [(part, key, example) for part in KEYS for key, example in keys_of(part).items()]


@pytest.mark.parametrize("part", KEYS)
def test_every_key_is_explained(part: str) -> None:
    assert sorted(keys_of(part)) == sorted(KEYS[part])


@pytest.mark.parametrize(("part", "key", "example"), EXAMPLES, ids=lambda text: re.sub(r"\W+", "-", text)[:30])
def test_the_example_of_a_key_uses_it_and_plans(part: str, key: str, example: str, place: Path) -> None:
    assert re.search(rf"\b{key}: ", example)
    base = next(block.text for block in blocks(FORMAT) if block.note == "base")
    (place / "base.yaml").write_text(base)
    path = place / "example.yaml"
    path.write_text(with_example(base, part, example))
    assert fixturegen.plan(path).tables["orders"].rows > 0


def with_example(base: str, part: str, example: str) -> str:
    """The base schema with an example in its place."""
    if part == "schema":
        return {
            "version": base,
            "extends": f"version: 1\n{example}\n",
            "tables": f"version: 1\nextends: base.yaml\n{example}\n",
        }.get(example.split(":", maxsplit=1)[0], f"{example}\n{base}")
    if part == "column":
        return base.replace("  orders:\n    columns:\n", f"  orders:\n    columns:\n      example: {example}\n", 1)
    in_list = {"unique": "unique", "reference": "references", "rule": "rules", "exclusion": "exclusions"}
    line = {"table": example, "rows": f"rows: {example}"}.get(part) or f"{in_list[part]}: [{example}]"
    if line.startswith("columns: "):
        return base.replace("  orders:\n    columns:\n", f"  orders:\n    columns:\n      {line[10:-1]}\n", 1)
    if "name: note" in line:
        base = base.replace("  orders:\n    columns:\n", "  orders:\n    columns:\n      note: {type: text}\n", 1)
    return base.replace("  orders:\n", f"  orders:\n    {line}\n", 1)


def words(marker: str) -> set[str]:
    """All words in backquotes of the section that a heading begins."""
    section = _BLOCK.sub("", FORMAT.split(f"\n## {marker}")[1].split("\n## ")[0])
    return {word.split("(")[0].removesuffix("[]") for word in re.findall(r"`([^`]+)`", section)}


def test_every_type_is_named() -> None:
    assert sorted(set(TYPE_WORDS) - words("Types")) == []


def test_every_distribution_is_named() -> None:
    assert sorted(set(DISTRIBUTIONS) - words("Distributions")) == []


def test_every_field_of_a_group_is_named() -> None:
    assert sorted({*PERSON_FIELDS, *ADDRESS_FIELDS} - words("Groups")) == []


def test_every_generator_is_named_and_no_other() -> None:
    named = words("Generators, as the plan names them") - {"choices"}
    assert named == set(generators())


def test_documents_are_those_that_exist() -> None:
    folder = {path for path in (ROOT / "docs").iterdir() if path.suffix == ".md"}
    assert folder <= set(DOCUMENTS)
    assert all(os.path.getsize(path) > 0 for path in DOCUMENTS)  # noqa: PTH202 - one word
