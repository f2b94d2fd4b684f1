"""Texts of a form: e-mail addresses, URLs, names, JSON, UUIDs, network addresses. All hosts are reserved ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fixturegen.domain import Domain
from fixturegen.hostility.contract import HostileClass, family
from fixturegen.hostility.texts import greatest_length
from fixturegen.schema import Column

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MAILS = frozenset({"email", "mail", "e-mail"})
_LINKS = frozenset({"url", "uri", "link", "href", "website", "homepage", "webhook", "avatar"})
_NAMES = frozenset({"name", "surname", "firstname", "lastname", "fullname", "author", "forename"})


def words_of(column: Column) -> frozenset[str]:
    """Return the lower-case words of a column's name and of its declared fill.

    >>> from fixturegen.schema import Type
    >>> sorted(words_of(Column(name="homePage_url", type=Type(kind="text"))))
    ['home', 'page', 'url']
    """
    names = [column.name]
    if column.fill is not None:
        names += [column.fill.generator, *(str(value) for value in column.fill.arguments.values())]
    return frozenset(word.lower() for name in names for word in _WORDS.findall(name))


def is_mail(column: Column) -> bool:
    """Whether a column holds e-mail addresses, by its name or fill."""
    return bool(words_of(column) & _MAILS)


def is_link(column: Column) -> bool:
    """Whether a column holds URLs, by its type, name or fill."""
    return column.type.kind == "url" or bool(words_of(column) & _LINKS)


def is_name(column: Column) -> bool:
    """Whether a column holds names, by its own name or fill."""
    return bool(words_of(column) & _NAMES)


def _longest_mail(column: Column, domain: Domain) -> Iterator[object]:
    """An address as long as the column and RFC 5321 (254 characters) let it be: 63 characters a label."""
    most = min(greatest_length(column, domain) or 254, 254)
    tail = "@example.com"
    host = ".".join(["d" * 61] * 3) + ".example"
    yield "a" * 64 + "@" + host[-(most - 65) :].lstrip(".") if most > 90 else "a" * (most - len(tail)) + tail


def _long_link(column: Column, domain: Domain) -> Iterator[object]:
    most = min(greatest_length(column, domain) or 2_048, 2_048)
    head = "https://example.com/"
    yield head + "a" * (most - len(head))


def _long_name(column: Column, domain: Domain) -> Iterator[object]:
    most = min(greatest_length(column, domain) or 200, 200)
    yield ("Wolfeschlegelsteinhausenbergerdorff " * 6)[:most].rstrip()


_MAIL = family({"text"}, "RFC 5321, 5322, 6531")
_URL = family({"text", "url"}, "WHATWG URL, RFC 3986")
_NAME = family({"text"}, "Falsehoods programmers believe about names")
_JSON = family({"json"}, "RFC 8259")
_UUID = family({"uuid"}, "RFC 9562")
_IP = family({"ip"}, "RFC 4291, RFC 6890")
_MAC = family({"mac"}, "IEEE 802")

_MAILS_CLASSES = (
    _MAIL("mail with plus", "refused by a regex; decoded to a blank", "user+tag@example.com", "a+b@example.com", suits=is_mail),
    _MAIL("mail with quotes", "split at the wrong @", '"a@b c"@example.com', suits=is_mail),
    _MAIL("mail with 64 characters", "RFC's limit before the @", "a" * 64 + "@example.com", suits=is_mail),
    _MAIL("longest mail", "254 characters, or the column's length", by=_longest_mail, suits=is_mail),
    _MAIL("mail with IP", "refused by a regex", "user@[192.0.2.1]", suits=is_mail),
    _MAIL("mail with IDN", "host beyond ASCII", "user@bücher.example", suits=is_mail),
    _MAIL("mail beyond ASCII", "local part beyond ASCII (SMTPUTF8)", "δοκιμή@example.com", suits=is_mail),
    _MAIL("mail with specials", "all that an atom may hold", "!#$%&'*+-/=?^_`{|}~@example.com", suits=is_mail),
    _MAIL("mail in capitals", "another user, or the same one", "USER@EXAMPLE.COM", suits=is_mail),
)  # fmt: skip
_LINK_CLASSES = (
    _URL("URL with user", "password in the log; host misread", "https://user:pw@example.com/", suits=is_link),
    _URL("URL with IPv6", "split at the wrong colon", "http://[2001:db8::1]:8080/", "http://[::1]/", suits=is_link),
    _URL("URL in punycode", "shown or compared decoded", "https://xn--bcher-kva.example/", suits=is_link),
    _URL("URL with dot segments", "resolved or not", "https://example.com/a/./b/../c", suits=is_link),
    _URL("URL with escapes", "decoded once too often", "https://example.com/%2e%2e/%25%00", suits=is_link),
    _URL("URL with query", "cut at the second ? or #", "https://example.com/?a=b&c=?#f?", suits=is_link),
    _URL("URL in capitals", "scheme and host ignore case, the path does not", "HTTPS://EXAMPLE.COM/A", suits=is_link),
    _URL("URL beyond ASCII", "encoded or not", "https://example.com/é", suits=is_link),
    _URL("longest URL", "2,048 characters, or the column's length", by=_long_link, suits=is_link),
)  # fmt: skip
_NAME_CLASSES = (
    _NAME("name of one letter", "refused as too short", "X", suits=is_name),
    _NAME("very long name", "cut, or overflows its field", by=_long_name, suits=is_name),
    _NAME("name with apostrophe", "ends a literal", "O'Connor", "O'Hara", suits=is_name),
    _NAME("name with hyphen", "refused by a regex", "Anne-Marie", "A-B", suits=is_name),
    _NAME("name Null", "read as NULL", "Null", suits=is_name),
    _NAME("name of one word", "no last name", "Sukarno", "Cher", suits=is_name),
    _NAME("name with particle", "split or capitalised wrongly", "van der Berg", "de Wit", suits=is_name),
    _NAME("name beyond Latin", "refused by a regex", "李小龍", "李", suits=is_name),
)  # fmt: skip
_JSON_CLASSES = (
    _JSON("duplicate keys", "the last, the first, or both count", '{"a": 1, "a": 2}'),
    _JSON("nesting", "parsers recurse, some to 32 levels", "[" * 100 + "]" * 100, "[" * 30 + "]" * 30),
    _JSON("nesting of 30", "parsers recurse", "[" * 30 + "]" * 30),
    _JSON("big integer", "2^53 + 1 rounded to a double", '{"n": 9007199254740993}'),
    _JSON("long decimal", "digits lost in a double", '{"n": 0.12345678901234567890123}'),
    _JSON("big exponent", "infinite as a double", '{"n": 1e400}'),
    _JSON("escaped surrogates", "decoded as two characters", '{"s": "\\ud83d\\ude00"}'),
    _JSON("lone surrogate escape", "no UTF-8 once decoded", '{"s": "\\ud800"}'),
    _JSON("escaped NUL", "refused by jsonb", '{"s": "\\u0000"}'),
    _JSON("empty JSON object", "falsy, or taken for NULL", "{}"),
    _JSON("empty JSON array", "falsy, or taken for NULL", "[]"),
    _JSON("empty JSON string", "falsy, or taken for NULL", '""'),
    _JSON("JSON null", "taken for SQL's NULL", "null"),
    _JSON("JSON scalar", "no object", "0", "true"),
    _JSON("empty key", "no name for a field", '{"": 1}'),
    _JSON("prototype key", "overwrites an object's prototype", '{"__proto__": {"a": 1}}'),
    _JSON("white space", "compared as text", ' {\n\t"a" :\r\n1 } '),
    _JSON("JSON minus zero", "-0 becomes 0", '{"n": -0.0}'),
)  # fmt: skip
_OTHER_CLASSES = (
    _UUID("nil UUID", "taken for absent", "00000000-0000-0000-0000-000000000000"),
    _UUID("greatest UUID", "beyond every version", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    _UUID("UUID in capitals", "compared as text", "ABCDEF01-2345-4678-9ABC-DEF012345678"),
    _IP("IPv4 zero", "taken for absent", "0.0.0.0"),  # noqa: S104 - a value, nothing is bound to it
    _IP("IPv4 broadcast", "no host", "255.255.255.255"),
    _IP("IPv6 zero", "taken for absent", "::"),
    _IP("IPv6 loopback", "the server itself", "::1"),
    _IP("IPv4 in IPv6", "the same host twice", "::ffff:192.0.2.1"),
    _IP("longest IPv6", "39 characters", "2001:db8:1111:2222:3333:4444:5555:6666"),
    _MAC("MAC zero", "taken for absent", "00:00:00:00:00:00"),
    _MAC("MAC broadcast", "no device", "ff:ff:ff:ff:ff:ff"),
    _MAC("MAC in capitals", "compared as text", "AA:BB:CC:DD:EE:FF"),
)

FORMS: tuple[HostileClass, ...] = (
    *_MAILS_CLASSES,
    *_LINK_CLASSES,
    *_NAME_CLASSES,
    *_JSON_CLASSES,
    *_OTHER_CLASSES,
)
