import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from fixturegen.errors import InputError, RefusedError
from fixturegen.sources import load
from fixturegen.sources.catalogues import catalogue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(folder: Path) -> Path:
    path = folder / "shop.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE tags (id INTEGER PRIMARY KEY)")
    database.close()
    return path


def module(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


MODELS = """
from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): pass
metadata = Base.metadata
Table("tags", metadata, Column("id", Integer, primary_key=True))
number = 5
"""


def test_every_form_ends_in_the_same_schema(shop: Path) -> None:
    ddl = shop.parent / "shop.SQL"
    ddl.write_text("CREATE TABLE tags (id INTEGER PRIMARY KEY)", encoding="utf-8")
    yaml = shop.parent / "shop.yaml"
    yaml.write_text(
        "version: 1\ntables:\n  tags:\n    columns:\n      id: {type: integer, primary_key: true}\n", encoding="utf-8"
    )
    module(shop.parent, "models_of_the_load_test", MODELS)
    engine = sa.create_engine(f"sqlite:///{shop}")
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        sources = [
            "shop.SQL", ddl, "shop.yaml", yaml, "sqlite:///shop.db", f"sqlite:///{shop}", "sqlite+aiosqlite:///shop.db",
            f"sqlite:///file:{shop}?mode=ro&uri=true", engine, connection, engine.url, metadata, metadata.tables["tags"],
            "models_of_the_load_test:Base", "models_of_the_load_test:metadata", "models_of_the_load_test:Base.metadata",
            load(metadata),
        ]  # fmt: skip
        for source in sources:
            assert list(load(source).tables) == ["tags"], source  # type: ignore[arg-type]  # each is a source
    engine.dispose()
    assert "" not in sys.path


def test_a_database_file_that_is_missing_is_not_made(folder: Path) -> None:
    with pytest.raises(InputError, match="no such database file"):
        load("sqlite:///missing.db")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("shop.yml", "shop.yml: there is no such file. Exists: shop.sql. Did you mean 'shop.sql'?"),
        ("nope/shop.sql", "there is no such file"),
        ("shop.txt", "there is no such file"),
        ("shop.db", "For an SQLite database say sqlite:///shop.db."),
        ("code.py", "For models say module:attribute, such as code:Base."),
        (".", "this is a folder"),
        ("", "no source is given"),
        ("sqlite:///", "there is no table in it"),
        ("sqlite:///.", "this is a folder, not a database file"),
        ("oracle://me:secret@host/x", "the database 'oracle' is not known. Exists: mariadb, mysql, postgres,"),
        ("postgresql+pg8000://me:secret@host/x", "the driver of 'postgresql+pg8000' is not installed"),
        ("postgresql+pg8000://me:secret@host/x", 'pip install "fixturegen-db[postgresql]"'),
        ("mysql+mysqlconnector://me:secret@host/x", 'pip install "fixturegen-db[mariadb]"'),
        ("postgresql://me:secret@host:port/x", "this is no database address"),
        ("no_such_module_x:Base", "there is no module 'no_such_module_x'"),
        ("codes:Base", "Did you mean 'code'?"),
        ("code:Bas", "there is no attribute 'Bas'. Exists: Base, metadata. Did you mean 'Base'?"),
        ("code:number", "no schema can be read from this (int)"),
        ("code:Base.nope", "there is no attribute 'nope'"),
        ("broken:Base", "importing the module failed: ZeroDivisionError: division by zero"),
        ("leaving:Base", "importing the module failed: SystemExit: 3"),
        ("needing:Base", "importing the module failed: ModuleNotFoundError: No module named 'absent_x'"),
        ("telling:Base", "importing the module failed: ValueError: postgresql://***@host"),
        ("blank:metadata", "the metadata holds no tables"),
    ],
)  # fmt: skip
def test_what_is_no_source_is_said_in_one_message(shop: Path, source: str, message: str) -> None:
    folder = shop.parent
    (folder / "shop.sql").write_text("", encoding="utf-8")
    for name, text in {
        "code": MODELS,
        "broken": "1 / 0",
        "leaving": "import sys; sys.exit(3)",
        "needing": "import absent_x",
        "telling": "raise ValueError('postgresql://me:secret@host')",
        "blank": "from sqlalchemy import MetaData; metadata = MetaData()",
    }.items():
        sys.modules.pop(name, None)
        module(folder, name, text)
    if source.startswith("code") and not source.endswith(".py"):
        sys.modules.pop("code", None)  # the standard library has one: the current directory goes first
    before = set(folder.iterdir())
    with pytest.raises(InputError) as caught:
        load(source)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)
    assert {path for path in folder.iterdir() if path.name != "__pycache__"} == before
    sys.modules.pop("code", None)


def test_an_object_that_is_no_source_is_refused() -> None:
    with pytest.raises(InputError, match=r"no schema can be read from this \(int\)"):
        load(5)  # type: ignore[arg-type]  # that is the point


def test_a_database_that_cannot_be_reached_is_refused_without_its_password() -> None:
    with pytest.raises((RefusedError, InputError)) as caught:
        load("mysql://me:s3cret%40word@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


def test_databases_without_a_catalogue_say_which_there_are() -> None:
    with pytest.raises(InputError, match=r"a live oracle database cannot be read.*Exists: .*sqlite"):
        catalogue("oracle", "oracle://db")
