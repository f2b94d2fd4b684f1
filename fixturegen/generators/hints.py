"""What a column's name suggests where nothing is declared. A hint never beats a declaration, a constraint or a type.

Names are read word by word, in snake_case, kebab-case or camelCase. ``name`` alone depends on the table: people have names,
companies have names, tags have words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from fixturegen.schema import Fill, Type

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PEOPLE = frozenset(
    [
        "user",
        "customer",
        "client",
        "person",
        "people",
        "employee",
        "author",
        "contact",
        "member",
        "patient",
        "student",
        "teacher",
        "staff",
        "actor",
        "artist",
        "passenger",
        "guest",
        "owner",
        "manager",
        "driver",
        "subscriber",
        "applicant",
        "candidate",
        "doctor",
        "nurse",
        "player",
        "attendee",
        "visitor",
        "recipient",
        "sender",
        "buyer",
        "seller",
        "tenant_user",
        "account_holder",
        "lead",
        "worker",
    ]
)
_COMPANIES = frozenset(
    [
        "company",
        "companies",
        "supplier",
        "vendor",
        "organization",
        "organisation",
        "firm",
        "employer",
        "manufacturer",
        "shipper",
        "publisher",
        "agency",
        "merchant",
        "brand",
    ]
)
_PLACES: Mapping[str, str] = MappingProxyType({"city": "city", "town": "city", "country": "country", "state": "state"})

# Word sequences at the end of a column's name, the longest match first. None: known, and deliberately no hint.
_TEXT: Mapping[str, str | None] = MappingProxyType({
    "first name": "first_name", "firstname": "first_name", "given name": "first_name", "forename": "first_name",
    "fname": "first_name", "middle name": "first_name", "last name": "last_name", "lastname": "last_name",
    "surname": "last_name", "family name": "last_name", "lname": "last_name", "full name": "name", "fullname": "name",
    "contact name": "name", "person name": "name", "customer name": "name", "display name": "name",
    "employee name": "name", "author name": "name",
    "email": "email", "e mail": "email", "mail": "email", "email address": "email", "mail address": "email",
    "phone": "phone_number", "phone number": "phone_number", "telephone": "phone_number", "mobile": "phone_number",
    "mobile number": "phone_number", "fax": "phone_number", "tel": "phone_number", "cell": "phone_number",
    "street": "street_address", "street address": "street_address", "address": "street_address",
    "address line": "street_address", "address line 1": "street_address", "address 1": "street_address",
    "address1": "street_address", "address 2": "secondary_address", "address line 2": "secondary_address",
    "street name": "street_name", "house number": "building_number", "building number": "building_number",
    "ip address": "ipv4", "mac address": "mac_address", "web address": "url",
    "city": "city", "town": "city", "city name": "city", "country": "country", "country name": "country",
    "country code": "country_code", "country iso": "country_code", "state": None, "status": None,
    "province": "state", "state name": "state", "state province": "state", "region": None,
    "postcode": "postcode", "post code": "postcode", "postal code": "postcode", "postalcode": "postcode",
    "zip": "postcode", "zip code": "postcode", "zipcode": "postcode",
    "company": "company", "company name": "company", "employer": "company", "organization": "company",
    "organisation": "company", "job": "job", "job title": "job", "jobtitle": "job", "profession": "job",
    "occupation": "job", "username": "user_name", "user name": "user_name", "login": "user_name", "nickname": "user_name",
    "url": "url", "website": "url", "homepage": "url", "web site": "url", "hostname": "hostname", "domain": "domain_name",
    "ip": "ipv4", "ipv4": "ipv4", "ipv6": "ipv6", "mac": "mac_address", "user agent": "user_agent",
    "useragent": "user_agent", "currency": "currency_code", "currency code": "currency_code", "iban": "iban",
    "bic": "swift", "swift": "swift", "credit card": "credit_card_number", "card number": "credit_card_number",
    "isbn": "isbn13", "ean": "ean13", "description": "text", "notes": "text", "note": "sentence", "comment": "text",
    "comments": "text", "remarks": "text", "bio": "text", "body": "text", "summary": "text", "content": "text",
    "message": "text", "subject": "sentence", "title": "sentence", "headline": "sentence", "slug": "slug",
    "color": "color_name", "colour": "color_name", "language code": "language_code", "lang": "language_code",
    "locale": "locale", "timezone": "timezone", "time zone": "timezone", "mime type": "mime_type",
    "content type": "mime_type", "filename": "file_name", "file name": "file_name", "file path": "file_path",
    "license plate": "license_plate", "vin": "vin", "md5": "md5", "sha1": "sha1", "sha256": "sha256",
})  # fmt: skip

# Least and greatest value by name, for numeric columns.
_NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType({
    "age": (18, 90), "year": (1990, 2030), "month": (1, 12), "day": (1, 28), "hour": (0, 23), "minute": (0, 59),
    "percent": (0, 100), "percentage": (0, 100), "rating": (1, 5), "stars": (1, 5), "quantity": (1, 20), "qty": (1, 20),
    "price": (1, 500), "unit price": (1, 500), "cost": (1, 500), "amount": (1, 1_000), "total": (1, 5_000),
    "salary": (20_000, 150_000), "latitude": (-90, 90), "lat": (-90, 90), "longitude": (-180, 180), "lon": (-180, 180),
    "lng": (-180, 180), "stock": (0, 500), "discount": (0, 50), "tax": (0, 200), "weight": (1, 100),
    "score": (0, 100), "duration": (1, 600), "port": (1_024, 65_535),
})  # fmt: skip
_WHOLE_ONLY = frozenset({"port", "year", "month", "day", "hour", "minute"})
_ROOM: Mapping[str, int] = MappingProxyType({
    "email": 8, "text": 20, "sentence": 20, "url": 30, "iban": 34, "street_address": 20, "phone_number": 20,
    "name": 12, "company": 15, "job": 12, "user_agent": 200, "hostname": 40, "domain_name": 30, "ipv4": 15, "ipv6": 39,
    "mac_address": 17, "country_code": 2, "currency_code": 3, "language_code": 3, "locale": 7, "isbn13": 17, "ean13": 13,
    "md5": 32, "sha1": 40, "sha256": 64, "vin": 17, "credit_card_number": 19, "user_name": 6, "postcode": 8, "swift": 11,
})  # fmt: skip
_DEFAULT_ROOM = 10


def hint(table_name: str, column_name: str, type_: Type) -> Fill | None:
    """Return the fill that a column's name suggests, or None.

    Args:
        table_name: The table, which decides what ``name`` means.
        column_name: The column.
        type_: Its type; a text too short for the suggested values gets no hint.

    Returns:
        ``Fill("faker", {"method": ...})`` for texts, ``Fill("uniform", {"min": ..., "max": ...})`` for numbers.

    Example:
        >>> hint("users", "firstName", Type(kind="text"))
        Fill(generator='faker', arguments=mappingproxy({'method': 'first_name'}))
        >>> hint("tags", "name", Type(kind="text")) is None
        True
    """
    words = name_words(column_name)
    if not words:
        return None
    if type_.kind == "text":
        return _text_hint(name_words(table_name), words, type_)
    if type_.kind in {"integer", "decimal", "float"}:
        return _number_hint(words, type_)
    return None


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case.

    >>> name_words("ShipToAddressLine1"), name_words("BILLING_E_MAIL")
    (('ship', 'to', 'address', 'line', '1'), ('billing', 'e', 'mail'))
    """
    return tuple(word.lower() for word in _WORD.findall(name.rpartition(".")[2]))


def _text_hint(table: tuple[str, ...], words: tuple[str, ...], type_: Type) -> Fill | None:
    method = _name_method(table, words) if words[-1] == "name" else None
    method = method or _longest(words, _TEXT)
    if method is None:
        return None
    if method == "country" and type_.length is not None and type_.length <= 3:
        method = "country_code"
    needed = _ROOM.get(method, _DEFAULT_ROOM)
    short = type_.length is not None and type_.length < needed
    code = method == "country_code" and type_.length is not None and type_.length != 2
    if short or code:
        return None
    return Fill("faker", MappingProxyType({"method": method}))


def _longest(words: tuple[str, ...], known: Mapping[str, str | None]) -> str | None:
    """Return what the longest known ending says; a last number (``phone2``) is passed over."""
    for ends in (words, words[:-1] if words[-1].isdigit() else ()):
        for start in range(len(ends)):
            # Joined without a space too: digits are words of their own, so that `ipv4` is read as two.
            for ending in (" ".join(ends[start:]), "".join(ends[start:])):
                if ending in known:
                    return known[ending] if _plain(ends[:start], ending) else None
    return None


_OPPOSED = frozenset(
    ["is", "has", "was", "can", "num", "number", "count", "of", "no", "last_seen", "verified", "sent", "confirmed"]
)


def _plain(before: tuple[str, ...], ending: str) -> bool:
    """Whether the words before leave the meaning as it is: ``is_email`` and ``file_title`` are no e-mail and no title."""
    return not any(word in _OPPOSED for word in before) and not (ending == "title" and before[-1:] == ("job",))


def _name_method(table: tuple[str, ...], words: tuple[str, ...]) -> str | None:
    """Return what ``name`` or ``something_name`` means."""
    about = words[-2] if len(words) > 1 else (table[-1] if table else "")
    single = _singular(about)
    if single in _PEOPLE:
        return "name"
    if about in _COMPANIES or single in _COMPANIES:
        return "company"
    return _PLACES.get(single)


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _number_hint(words: tuple[str, ...], type_: Type) -> Fill | None:
    for start in range(len(words)):
        found = _NUMBERS.get(" ".join(words[start:]))
        if found is not None:
            low, high = found
            whole = " ".join(words[start:]) in _WHOLE_ONLY
            return None if whole and type_.kind != "integer" else _bounded(low, high, type_)
    return None


def _bounded(low: int, high: int, type_: Type) -> Fill | None:
    """Return the range where the type can hold all of it."""
    if type_.kind == "integer":
        most = 2 ** (type_.bits - type_.signed) - 1
        least = -most - 1 if type_.signed else 0
    else:
        most = 10 ** (type_.precision - type_.scale) - 1 if type_.precision is not None else high
        least = -most
    if low < least or high > most:
        return None
    return Fill("uniform", MappingProxyType({"min": low, "max": high}))
