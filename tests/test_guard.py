from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, NullPool, create_engine

import fixturegen
from fixturegen import cli
from fixturegen.errors import ExitCode, InputError, RefusedError
from fixturegen.guard import guarded


@pytest.fixture(autouse=True)
def nothing_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


LOCAL = [
    "sqlite://",
    "sqlite:///shop.db",
    "sqlite:////srv/production/app/shop.db",  # a folder is no name of the database
    "postgresql://me@localhost/shop",
    "postgresql://me@127.0.0.1:5432/shop",
    "postgresql://me@127.8.9.10/shop",
    "postgresql://me@[::1]/shop",
    "postgresql:///shop",
    "postgresql:///shop?host=/var/run/postgresql",
    "postgresql://me@/shop?host=localhost:5432",
    "mysql+pymysql://root@localhost/shop",
    "mysql+pymysql://root@app.localhost/shop",
    "mariadb+pymysql://root@/shop?unix_socket=/run/mysqld/mysqld.sock",
    "postgresql://me@localhost/product_delivery",
    "postgresql://me@localhost/prodigy",
    "postgresql://me@localhost/olive",
    "postgresql://me@localhost/reproduction",
]


@pytest.mark.parametrize("url", LOCAL)
def test_development_databases_pass(url: str) -> None:
    guarded(url)


@pytest.mark.parametrize(
    ("url", "reason", "name"),
    [
        ("postgresql://me@db.example.com/shop", "host 'db.example.com' is not this machine", "db.example.com"),
        ("postgresql://me@10.0.0.7/shop", "host '10.0.0.7'", "10.0.0.7"),
        ("postgresql://me@0.0.0.0/shop", "host '0.0.0.0'", "0.0.0.0"),
        ("postgresql://me@[2001:db8::1]/shop", "host '2001:db8::1'", "2001:db8::1"),
        ("mysql+pymysql://root@db/shop", "host 'db' is not", "db"),
        ("postgresql:///shop?host=localhost,replica.example.com", "host 'replica.example.com'", "replica.example.com"),
        ("postgresql:///shop?host=a.example.com:5432&host=localhost:1", "host 'a.example.com'", "a.example.com"),
        ("postgresql://me@localhost/shop?hostaddr=10.1.2.3", "host '10.1.2.3'", "10.1.2.3"),
        ("postgresql:///?service=shop", "host 'service shop'", "service shop"),
        ("mysql+pymysql:///shop?read_default_file=/etc/my.cnf", "read_default_file /etc/my.cnf", "read_default_file"),
        ("postgresql://me@localhost/prod", "'prod' is a word of its name", "prod"),
        ("postgresql://me@localhost/shop-production", "'production' is a word", "shop-production"),
        ("postgresql://me@localhost/SHOP_LIVE", "'LIVE' is a word", "SHOP_LIVE"),
        ("postgresql://me@localhost/shopProd2", "'Prod' is a word", "shopProd2"),
        ("postgresql://me@localhost/?dbname=prod", "'prod' is a word", "prod"),
        ("sqlite:///data/live.db", "'live' is a word of its name 'live.db'", "live.db"),
        ("postgresql://me@prod.localhost/shop", "'prod' is a word of its host's name", "prod.localhost"),
    ],
)
def test_others_are_refused_with_the_name_that_lets_them_through(url: str, reason: str, name: str) -> None:
    with pytest.raises(RefusedError, match="does not look like a development database") as caught:
        guarded(url)
    assert reason in str(caught.value)
    assert f"--allow {name}" in str(caught.value)
    assert caught.value.exit_code == ExitCode.REFUSED_BY_DATA


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("postgresql://me@db.example.com/shop", ["DB.example.com"]),
        ("postgresql://me@db.example.com/shop", ["shop"]),
        ("postgresql://me@localhost/prod", ["prod"]),
        ("postgresql://me@db.example.com/prod", ["db.example.com", "prod"]),
        ("postgresql://me@db.example.com/prod", ["prod"]),
        ("sqlite:///data/live.db", ["live.db"]),
        ("sqlite:///data/live.db", ["data/live.db"]),
        ("postgresql:///shop?host=a.example.com,b.example.com", ["a.example.com", "b.example.com"]),
    ],
)
def test_named_ones_pass(url: str, allow: list[str]) -> None:
    guarded(url, allow)


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        (
            "postgresql://me@db.example.com/prod",
            ["db.example.com"],
        ),  # the host of CI does not make prod a test database
        ("postgresql://me@live.example.com/shop", ["shop"]),
        ("postgresql:///shop?host=a.example.com,b.example.com", ["a.example.com"]),
        ("postgresql://me@db.example.com/shop", ["example.com"]),
    ],
)
def test_half_a_name_does_not_do(url: str, allow: list[str]) -> None:
    with pytest.raises(RefusedError):
        guarded(url, allow)


def test_the_environment_of_libpq_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.com")
    with pytest.raises(RefusedError, match="db\\.example\\.com"):
        guarded("postgresql:///shop")
    guarded("postgresql://localhost/shop")
    guarded("mysql+pymysql:///shop")
    monkeypatch.delenv("PGHOST")
    monkeypatch.setenv("PGDATABASE", "prod")
    with pytest.raises(RefusedError, match="'prod' is a word of its name"):
        guarded("postgresql://localhost")


def test_the_configuration_file_names_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.fixturegen]\nallow = ["postgres"]\n')
    deeper = tmp_path / "a" / "b"
    deeper.mkdir(parents=True)
    monkeypatch.chdir(deeper)
    guarded("postgresql://me@postgres/shop")
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'nearer'\n")
    with pytest.raises(RefusedError):
        guarded("postgresql://me@postgres/shop")


@pytest.mark.parametrize(
    "text", ["[tool.fixturegen]\nallow = 'postgres'\n", "[tool.fixturegen]\nallow = [1]\n", "[tool.fixturegen\n"]
)
def test_a_wrong_configuration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(InputError, match=r"pyproject\.toml: (cannot be read|\[tool\.fixturegen\] allow is no list)"):
        guarded("sqlite://")


def test_engines_and_connections_are_judged_by_their_address() -> None:
    with pytest.raises(RefusedError):
        guarded(create_engine("postgresql+psycopg://me@db.example.com/shop"))
    with create_engine("sqlite://", poolclass=NullPool).connect() as connection:
        guarded(connection)
    guarded(URL.create("sqlite"))


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="int is no database"):
        guarded(3)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InputError, match="allow is the text 'db'"):
        guarded("sqlite://", "db")
    with pytest.raises(InputError, match="cannot be read") as caught:
        guarded("postgresql://me:hunter2@host:port/x")
    assert "hunter2" not in str(caught.value)


@given(rest=st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S"))))
def test_passwords_never_appear(rest: str) -> None:
    url = URL.create("postgresql", username="me", password=f"Zq7{rest}", host="db.example.com", database="live")
    with pytest.raises(RefusedError) as caught:
        guarded(url.render_as_string(hide_password=False))
    assert "Zq7" not in str(caught.value)


@pytest.mark.parametrize("options", [[], ["--schema", "none.yaml"], ["--dry-run", "--existing", "replace"]])
def test_the_command_line_asks_the_guard_before_anything_else(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["seed", "postgresql://me:hunter2@db.invalid/shop", *options]) == ExitCode.REFUSED_BY_DATA
    told = capsys.readouterr()
    assert "does not look like a development database" in told.err
    assert "hunter2" not in told.err + told.out


def test_the_command_line_lets_named_ones_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "a.yaml"
    schema.write_text("version: 1\ntables: {a: {columns: {id: {type: integer, primary_key: true}}}}\n")
    arguments = ["seed", "sqlite:///live.db", "--schema", str(schema), "--create"]
    assert cli.run(arguments) == ExitCode.REFUSED_BY_DATA
    assert not Path("live.db").exists()
    assert cli.run([*arguments, "--allow", "other", "--allow", "live.db", "--defer-constraints"]) == ExitCode.DONE
    assert Path("live.db").exists()


def test_python_asks_the_guard_too() -> None:
    schema = fixturegen.load(Path(__file__).parents[1] / "schemas" / "shop.yaml")
    with pytest.raises(RefusedError, match="does not look like a development database"):
        fixturegen.seed(schema, "mysql+pymysql://me@db.invalid/shop")
    with pytest.raises(RefusedError, match="cannot be reached"):
        fixturegen.seed(schema, "mysql+pymysql://me@127.0.0.1:1/live", allow=["live"])
