"""What can be told of a database's address without SQLAlchemy: that it is one, and where its password stands."""

from __future__ import annotations

import re

HIDDEN = "***"
_URL = re.compile(r"[A-Za-z][\w+.-]*://")
_CREDENTIALS = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*://)[^\s/]*@")


def is_url(text: str) -> bool:
    """Tell whether a text is a database's address.

    >>> is_url("sqlite:///shop.db"), is_url("shop.yaml")
    (True, False)
    """
    return _URL.match(text) is not None


def without_passwords(text: str) -> str:
    """Return a text with the user and password of every address in it made unreadable.

    >>> without_passwords("cannot reach postgresql://me:p@ss@db/shop")
    'cannot reach postgresql://***@db/shop'
    """
    return _CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", text)
