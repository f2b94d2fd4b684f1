"""Bad input ends with exit code 2 and one line that names the file: soon, in little memory, with no file left and nothing run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MEMORY = 2**30
"""Most memory, in bytes, that all bombs together may take; threads reserve about as much address space again."""


def column(text: str, rows: object = 5) -> str:
    """A schema whose last line, the sixth, declares one column."""
    return f"""tables:
  t:
    rows: {rows}
    columns:
      id: {{type: integer, primary_key: true}}
      c: {text}
"""


def columns(*texts: str, rows: object = 5, rules: tuple[str, ...] = ()) -> str:
    """A schema with columns a, b, ... and rules."""
    lines = [f"      {name}: {text}" for name, text in zip("abcd", texts, strict=False)]
    told = f"    rules: {json.dumps(rules)}\n" if rules else ""
    return f"tables:\n  t:\n    rows: {rows}\n{told}    columns:\n" + "\n".join(lines) + "\n"


def two(parent: str, child: str, *, table: str = "") -> str:
    """A schema of two tables."""
    return f"tables:\n  p: {{columns: {{id: {{type: integer, primary_key: true}}{parent}}}}}\n  c: {{{table}columns: {{{child}}}}}\n"


def rule(*texts: str) -> str:
    return columns("{type: integer}", "{type: integer}", "{type: varchar(5)}", rules=texts)


LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
KEY_CIRCLE = """tables:
  a: {columns: {id: {type: integer, primary_key: true, references: b.id}}}
  b: {columns: {id: {type: integer, primary_key: true, references: c.id}}}
  c: {columns: {id: {type: integer, primary_key: true, references: a.id}}}
"""
NOBODY = """tables:
  p: {rows: 0, columns: {id: {type: integer, primary_key: true}}}
  c: {rows: 3, columns: {p_id: {references: p.id}}}
"""
COUNT_CIRCLE = """tables:
  a: {rows: 2 per b, columns: {id: {type: integer, primary_key: true}, b_id: {references: b.id}}}
  b: {rows: 2 per a, columns: {id: {type: integer, primary_key: true}, a_id: {references: a.id}}}
"""

BAD: dict[str, tuple[str | bytes, str]] = {
    # What is no schema at all
    "empty": ("", "the file is empty"),
    "comments alone": ("# nothing\n---\n", "the file is empty"),
    "text": ("just text", "a schema is a mapping"),
    "no YAML": ("tables: [", "bad.yaml:2: no YAML"),
    "two documents": (column("{type: integer}") + "---\n" + column("{type: integer}"), "several documents"),
    "binary": (bytes(range(256)), "not text"),
    "NUL": (b"tables:\0", "not text"),
    "UTF-16": (column("{type: integer}").encode("utf-16"), "UTF-8"),
    "duplicate key": (column("{type: integer, type: text}"), ":6: the key 'type' is given twice"),
    "duplicate column": (column("{type: integer}\n      c: {type: text}"), "line 6 and in line 7"),
    "python tag": ("tables: !!python/object/apply:os.system [touch pwned]\n", "the tag !!python"),
    "python name": ("tables: !!python/name:os.system\n", "the tag !!python"),
    "alias within itself": ("tables: &t {t: *t}\n", "its own anchor"),
    # Names that do not exist
    "unknown key": (column("{type: integer, uniqe: true}"), "Did you mean 'unique'?"),
    "unknown type": (column("{type: intger}"), "Did you mean 'integer'?"),
    "unknown table": (two("", "x: {references: pp.id}"), "Did you mean 'p'?"),
    "unknown column": (two("", "x: {references: p.idd}"), "Did you mean 'id'?"),
    "unknown Faker method": (column("{faker: frist_name}"), "Did you mean 'first_name'?"),
    "unknown Faker argument": (column("{faker: {numerify: {txt: '#'}}}"), "Did you mean 'text'?"),
    "unknown locale": (column("{faker: name, locale: xx_XX}"), "unknown locale 'xx_XX'"),
    "unknown distribution": (column("{type: integer, distribution: gauss}"), "unknown distribution 'gauss'"),
    "name of nothing": ("tables: {'': {columns: {id: {type: integer}}}}\n", "must not be empty"),
    "name with NUL": ('tables: {"a\\0b": {columns: {id: {type: integer}}}}\n', "U+0000"),
    "no columns": ("tables: {t: {columns: {}}}\n", "has no columns"),
    # Rules
    "rule that is no SQL": (rule("a >"), ":4 t: 'a >' is no SQL expression"),
    "rule with a name that is no column": (rule("aa > 0"), "t has no column 'aa'"),
    "rule without a column": (rule("1 = 1"), "names no column"),
    "rule of two statements": (rule("a > 0; DROP TABLE t"), "more than one expression"),
    "rule with a subquery": (rule("a IN (SELECT 1)"), "a subquery"),
    "rule with a statement": (rule("DELETE FROM t"), "no SQL expression"),
    "rule in Python": (rule("__import__('os').system('touch pwned')"), "names no column"),
    "rule that loads": (rule("load_extension('pwned') = a"), "bad.yaml"),
    "rule with a parameter": (rule("a > :p"), "a placeholder"),
    # Contradictions
    "rules against each other": (rule("a > 10", "a < 5"), "contradict each other"),
    "columns against each other": (rule("a < b", "b < a"), "contradict each other"),
    "rule against choices": (columns("{choices: [x, y]}", rules=("a = 'z'",)), "a has no value left"),
    "rule against bounds": (columns("{type: integer, max: 9}", rules=("a > 10",)), "a has no value left"),
    "rule against a length": (rule("length(c) > 5"), "c has no value left"),
    "rule against NOT NULL": (rule("a IS NULL"), "a cannot be NULL"),
    "min over max": (column("{type: integer, min: 5, max: 3}"), ":6 t.c: min 5 is above max 3"),
    "min after as_of": (column("{type: datetime, min: 2099-01-01, max: as_of}"), "no value from 2099-01-01"),
    "bound beyond the type": (column("{type: smallint, max: 100000}"), "-32,768 to 32,767"),
    "bound beyond the digits": (column("{type: 'decimal(3,1)', max: 1000}"), "2 digits before the point"),
    "choice of another type": (column("{type: integer, choices: [a]}"), "'a' is not a whole number"),
    "choice that is too long": (column("{type: varchar(2), choices: [abc]}"), "longer than 2"),
    "choice outside bounds": (column("{type: integer, min: 5, choices: [1]}"), "lies outside min and max"),
    "no weight": (column("{choices: {a: 0, b: 0}}"), "weight is above 0"),
    "negative weight": (column("{choices: {a: -1, b: 2}}"), "at least 0"),
    "share beyond 1": (column("{type: integer, nulls: 1.5}"), "nulls lies from 0 to 1"),
    "no date": (column("{type: date, max: 2024-02-30}"), "'2024-02-30' is not a date"),
    "as_of that is no date": ("as_of: tomorrow\n" + column("{type: integer}"), "as_of is a date"),
    "reference between types": (two("", "x: {type: date, references: p.id}"), "of type date, and p.id"),
    "reference to no key": (two(", n: {type: integer}", "x: {references: p.n}"), "no primary key and not unique"),
    "sum into a text": (two(", n: {type: text, sum: c.x}", "p_id: {references: p.id}, x: {type: integer}"), "no sum"),
    "two fills": (column("{type: text, faker: name, regex: a}"), "Keep one"),
    "expression that is NULL": (column("{type: integer, expression: 'id / 0'}"), "may not be"),
    # Capacity and counts
    "unique beyond a range": (column("{type: integer, min: 1, max: 5, unique: true}", 6), "only 5 can exist"),
    "unique beyond choices": (column("{choices: [a, b], unique: true}"), "only 2 can exist"),
    "unique beyond a type": (column("{type: tinyint, unique: true}", 257), "only 256 can exist"),
    "unique beyond Faker": (column("{faker: country_code, unique: true}", 1_000), "1,000 rows are demanded, but only"),
    "unique constant": (column("{type: integer, constant: 5, unique: true}"), "only 1 can exist"),
    "unique template": (columns("{choices: [x, y]}", "{template: '{a}!', unique: true}", rows=3), "only 2 can exist"),
    "unique expression": (
        columns("{type: integer, min: 1, max: 2}", "{type: integer, expression: a + 1, unique: true}"), "only 2 can exist",
    ),
    "absurd count per parent": (two("", "p_id: {references: p.id}", table="rows: 0..100000000000 per p, "), "rows per parent"),
    "reference that its parent never fits": (
        two(", n: {type: integer, unique: true, max: 9}", "x: {references: p.n, min: 10}"), "no value of it fits x",
    ),
    "more children than 1:1": (two("", "p_id: {references: p.id, unique: true}", table="rows: 101, "), "only 100"),
    "children of nobody": (NOBODY, "which has no rows"),
    "negative count": (column("{type: integer}", -1), "rows lies between 0"),
    "count that is no number": (column("{type: integer}", "many"), "rows cannot be read: 'many'"),
    "absurd count": (column("{type: integer}", 10**30), "rows lies between 0 and 1,000,000,000,000"),
    "downward range": (two("", "p_id: {references: p.id}", table="rows: 5..3 per p, "), "from 5 down to 3"),
    "counts per each other": (COUNT_CIRCLE, "whose rows are counted per"),
    "keys from each other": (KEY_CIRCLE, "in a circle"),
    "key from itself": ("tables: {a: {columns: {id: {type: integer, primary_key: true, references: a.id}}}}\n", "in a circle"),
    # Fills
    "regex that is none": (column("{regex: '(a'}"), "no regular expression"),
    "regex that looks around": (column("{regex: '(?=a)b'}"), "look-around"),
    "regex that matches nothing": (column("{regex: '[^\\s\\S]'}"), "no text"),
    "regex beyond the length": (column("{type: varchar(3), regex: abcdef}"), "no text of 0 to 3 characters"),
    "template with an unknown hole": (column("{template: '{nosuch}'}"), "t has no column 'nosuch'"),
    "template with an attribute": (column("{template: '{id.__class__}'}"), "'id.__class__'"),
    "template with an index": (column("{template: '{id[0]}'}"), "'id[0]'"),
    "template with a conversion": (column("{template: '{id!r}'}"), "'id!r'"),
    "template with a width": (column("{template: '{id:>1000000000}'}"), "is no format for id"),
    "template with a nested hole": (column("{template: '{id:{id}}'}"), "a hole within a hole"),
    "template that is open": (column("{template: '{id'}"), "never closed"),
    "templates of each other": (columns("{template: '{b}'}", "{template: '{a}'}"), "in a circle"),
    "template of itself": (column("{template: '{c}'}"), "in a circle"),
    "expression with an unknown name": (column("{type: integer, expression: nosuch + 1}"), "no column 'nosuch'"),
    "expression of another type": (column("{type: date, expression: id}"), "c is date"),
    "expression in Python": (column("{type: integer, expression: \"__import__('os')\"}"), "cannot be computed"),
    "Faker method that is no data": (column("{faker: seed_instance}"), "unknown Faker method 'seed_instance'"),
    "Faker's class": (column("{faker: __class__}"), "unknown Faker method '__class__'"),
    "Faker's machinery in a format": (
        column("{faker: {pystr_format: {string_format: '{{seed_instance}}'}}}"), "unknown Faker method 'seed_instance'",
    ),
    # Sources
    "extends itself": ("extends: bad.yaml\n" + column("{type: integer}"), "extends itself"),
    "extends nothing": ("extends: nosuch.yaml\n" + column("{type: integer}"), ":1: there is no file"),
    "extends no schema": ("extends: os:system\n" + column("{type: integer}"), ":1: what it extends cannot be read"),
    "extends another protocol": ("extends: file:///etc/passwd\n" + column("{type: integer}"), ":1: what it extends"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_with_the_file(text: str | bytes, words: str, run: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("export", "bad.yaml", "out")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert "bad.yaml" in done.err
    assert words in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml"]


DDL = {
    "empty": ("-- nothing", "there is no table"),
    "binary": (bytes(range(256)), "no text in UTF-8"),
    "unfinished": ("CREATE TABLE t (id INTEGER PRIMARY KEY", ":1: SQLite refuses this statement"),
    "unclosed text": ("CREATE TABLE t (id INTEGER DEFAULT 'x);", "never ends"),
    "twice the same": ("CREATE TABLE t (id INT); CREATE TABLE t (id INT);", "already exists"),
    "reference to nothing": ("CREATE TABLE t (p INT REFERENCES nosuch (id));", "which does not exist"),
    "other database": ("ATTACH 'pwned.db' AS p; CREATE TABLE p.t (id INT);", "unknown database p"),
    "rows of a query": ("CREATE TABLE t AS SELECT 1 AS a;", "which is not run"),
    "deep": ("CREATE TABLE t (x INT CHECK (" + "(" * 20_000 + "x" + ")" * 20_000 + " > 0));", "nested parentheses"),
    "no row": ("CREATE TABLE t (id INTEGER PRIMARY KEY CHECK (1 = 0));", "no row can satisfy"),
    "keys from each other": (
        "CREATE TABLE a (id INTEGER PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY REFERENCES a (id));",
        "in a circle",
    ),
}


@pytest.mark.parametrize(("text", "words"), DDL.values(), ids=DDL)
def test_bad_ddl_is_one_line_with_the_file(text: str | bytes, words: str, run: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.sql").write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("export", "bad.sql", "out")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("error: bad.sql")
    assert words in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.sql"]


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("sqlite", "VACUUM INTO 'pwned'"),
        ("sqlite", "SELECT load_extension('pwned')"),
        ("sqlite", "INSERT INTO t VALUES (1)"),
        ("sqlite", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"),
        ("postgresql", "COPY t FROM PROGRAM 'touch pwned'"),
        ("postgresql", "\\! touch pwned\n"),
        ("mysql", "SELECT 1 INTO OUTFILE 'pwned'"),
    ],
)
def test_other_statements_of_ddl_are_not_run(dialect: str, statement: str, succeeds: Any, tmp_path: Path) -> None:
    (tmp_path / "dump.sql").write_text(f"CREATE TABLE t (id integer PRIMARY KEY);\n{statement};\n")
    succeeds("export", "dump.sql", "out", "--rows", "5", "--dialect", dialect)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.sql", "out"]


def test_no_password_is_told_even_to_who_debugs(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIXTUREGEN_DEBUG", "1")
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    for arguments in (["plan", url], ["seed", url, "--schema", url], ["verify", url, "--database", url], ["init", url]):
        done = run(*arguments)
        assert done.code == 1
        assert "hunter2" not in done.out + done.err


def test_more_rows_than_any_disk_holds_are_refused(run: Any, tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_text(column("{type: integer}", 10**12))
    done = run("export", "large.yaml", "out")
    assert done.code == 2
    assert "1,000,000,000,000 rows do not fit" in done.err
    assert not (tmp_path / "out").exists()
    assert run("preview", "large.yaml", "-n", "3").out.startswith("t: 3 of 1,000,000,000,000 rows")


BOMBS: dict[str, str] = {
    "aliases in lists": LAUGHS + "tables: *a9\n",
    "aliases in mappings": "a0: &a0 {x: 1}\n"
    + "".join(
        f"a{level}: &a{level} {{{','.join(f'k{key}: *a{level - 1}' for key in range(10))}}}\n" for level in range(1, 12)
    ),
    "deep lists": "tables: " + "[" * 20_000 + "]" * 20_000,
    "deep mappings": "tables: " + "{a: " * 20_000 + "1" + "}" * 20_000,
    "deep blocks": "tables:\n  " + "- " * 20_000 + "x",
    "regex of regexes": column("{regex: '((a{1,1000}){1,1000}){1,1000}'}"),
    "regex that is deep": column(f"{{regex: '{'(' * 5_000}a{')' * 5_000}'}}"),
    "regex that is long": column(f"{{regex: '{'|'.join(['ab'] * 100_000)}'}}"),
    "rule that is deep": rule("(" * 5_000 + "a" + ")" * 5_000 + " > 0"),
    "rule of NOTs": rule("NOT " * 5_000 + "a > 0"),
    "rule that is long": rule(" OR ".join(f"a = {number}" for number in range(20_000))),
    "rule of sums": rule("+".join(["a"] * 5_000) + " > 0"),
    "rule of a long text": rule("LENGTH(REPEAT('a', 1000000000000)) > a"),
    "rule of a long number": rule("a > " + "9" * 5_000),
    "expression of a long text": column("{type: text, expression: \"REPEAT('a', 1000000000000)\"}"),
    "arrays of arrays": column("{type: 'integer" + "[]" * 1_000 + "'}"),
    "choices without end": column(f"{{choices: [{', '.join(f'v{number:08}' for number in range(150_000))}]}}"),
    "Faker's words": column("{faker: {sentence: {nb_words: 1000000000}}}"),
    "Faker's characters": column("{faker: {pystr: {max_chars: 1000000000}}}"),
    "Faker's digits": column("{type: bigint, faker: {random_number: {digits: 1000000000}}}"),
    "Faker's rows": column("{type: json, faker: {json: {num_rows: 1000000000}}}"),
    "poisson": column("{type: integer, distribution: {poisson: {mean: 1.0e+300}}}"),
    "number without end": column("{type: integer, min: " + "9" * 10_000 + "}"),
    "rows without end": column("{type: integer}", "9" * 10_000),
}

# Bombs go off in a process of its own, which may take no more memory and in which nothing may be started.
GUARDED = """
import json, os, resource, sys
import fixturegen.sources.yaml_file, fixturegen.planning, fixturegen.verbs
from fixturegen import cli
resource.setrlimit(resource.RLIMIT_AS, (2 * int(sys.argv[1]), 2 * int(sys.argv[1])))
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "sqlite3.load_extension")
started = []
sys.addaudithook(lambda event, arguments: started.append(event) if event in FORBIDDEN else None)
for name in sorted(os.listdir("bombs")):
    code = cli.run(["export", "bombs/" + name, "out"])
    with open("told.ndjson", "a") as told:
        told.write(json.dumps([name, code, started]) + "\\n")
with open("peak", "w") as peak:
    peak.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "bombs").mkdir()
    for name, text in BOMBS.items():
        (tmp_path / "bombs" / f"{name}.yaml").write_text(text)
    arguments = [sys.executable, "-c", GUARDED, str(MEMORY)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    told = {name: rest for name, *rest in map(json.loads, (tmp_path / "told.ndjson").read_text().splitlines())}
    assert done.returncode == 0, done.stderr
    assert {name: (code, started) for name, (code, started) in told.items()} == {
        f"{name}.yaml": (2, []) for name in BOMBS
    }, done.stderr
    assert int((tmp_path / "peak").read_text()) * 1024 < MEMORY
    messages = done.stderr.splitlines()
    assert [line.split(":")[0] for line in messages] == ["error"] * len(BOMBS)
    for name, message in zip(sorted(BOMBS), messages, strict=True):
        assert f"bombs/{name}.yaml" in message
        assert len(message) < 2_000
    assert not (tmp_path / "out").exists()
