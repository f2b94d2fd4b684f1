"""Addresses of databases: opened with the right driver, shown without secrets."""

import pytest

from fixturegen.engines import masked, opened, scrubbed


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:pa$$@db/shop", "postgresql://me:***@db/shop"),
        ("postgresql://me:p@ss/w@db/shop", "postgresql://***@db/shop"),
        ("mysql://db/x?ssl_key=k&password=p&charset=utf8", "mysql://db/x?charset=utf8&password=***&ssl_key=***"),
        ("sqlite:///shop.db", "sqlite:///shop.db"),
        ("sqlite:////x/@y.db", "sqlite:////x/%40y.db"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_secrets_are_scrubbed_from_messages() -> None:
    text = scrubbed("no user me with p@ss w or p%40ss+w or tok", "mysql://me:p%40ss%20w@db/x?token=tok")
    assert text == "no user me with *** or *** or ***"


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://me@db/x", "postgresql+psycopg"), ("postgresql+asyncpg://me@db/x", "postgresql+psycopg"),
        ("mysql://me@db/x", "mysql+pymysql"), ("mariadb://me@db/x", "mysql+pymysql"), ("sqlite://", "sqlite"),
    ],
)  # fmt: skip
def test_addresses_open_with_the_driver_of_the_extra(url: str, driver: str) -> None:
    engine = opened(url)
    engine.dispose()
    assert engine.url.drivername == driver
