"""Names and numbers of the internet that lead nowhere: reserved domains, documentation networks, local hardware addresses.

Domains are those of RFC 2606 (example.com, .net, .org) and names below them; networks those of RFC 5737 and RFC 3849
(and 198.18.0.0/15, RFC 2544); hardware addresses are locally administered.
"""

from __future__ import annotations

from collections.abc import Sequence

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.plans import Numeral, Plan, Pool, joined
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import Native, Vocabulary, native

RESERVED = Pool(("example.com", "example.org", "example.net"))
_BYTE, _PAIR, _HEX4 = Numeral(0, 255), Numeral(0, 255, 2, 16), Numeral(0, 65_535, 4, 16)
_HEX8 = Numeral(0, 2**32 - 1, 8, 16)
DIGITS = Numeral(0, 9_999, 4)
"""Digits after a name wherever an address must be unique: they keep the addresses of namesakes apart."""


@native("user_name", "username")
def user_name(words: Vocabulary) -> Plan:
    """Plan user names in the locale's own formats, slugged in the pools."""
    formats = tuple(words.faker.provider("faker.providers.internet").user_name_formats)
    try:
        return plans.chosen_of(_formatted(words, each) for each in formats)
    except NotTraceableError:
        # Some locales inflect their names by code: the plainest format stands for theirs.
        return joined(words.slugged(words.plan("first_name")), ".", words.slugged(words.plan("last_name")))


def _formatted(words: Vocabulary, form: str) -> Plan:
    plan = words.traced(lambda faker: faker.bothify(faker.parse(form)))
    return _slugged_parts(words, plan)


def _slugged_parts(words: Vocabulary, plan: Plan) -> Plan:
    """Slug what is pooled and keep the dots between."""
    match plan:
        case plans.Joined():
            return joined(*(_slugged_parts(words, part) for part in plan.parts))
        case plans.Choice():
            return plans.chosen_of((_slugged_parts(words, option) for option in plan.options), plan.weights)
        case Pool() if len(plan.values) == 1:
            return plan
        case _:
            return words.slugged(plan)


def unique_local_part(words: Vocabulary) -> Plan:
    """Plan ``first.last1234``: readable, unambiguous, and enough of them."""
    first, last = words.slugged(words.plan("first_name")), words.slugged(words.plan("last_name"))
    return joined(first, ".", last, DIGITS)


@native("email", "safe_email", "ascii_email", "ascii_safe_email", "free_email", "ascii_free_email")
def email(words: Vocabulary, *, safe: bool = True, domain: str | None = None) -> Plan:  # noqa: ARG001 - every address is safe here
    """Plan e-mail addresses in a reserved domain, or the one that is asked for by name."""
    return joined(words.plan("user_name"), "@", RESERVED if domain is None else domain)


@native("company_email", "ascii_company_email")
def company_email(words: Vocabulary) -> Plan:
    """Plan e-mail addresses of companies below a reserved domain."""
    return joined(words.plan("user_name"), "@", words.plan("domain_name"))


@native("domain_word")
def domain_word(words: Vocabulary) -> Plan:
    """Plan the first label of a company's domain."""
    return words.slugged(words.plan("last_name"))


@native("domain_name")
def domain_name(words: Vocabulary, levels: int = 1) -> Plan:
    """Plan host names of ``levels`` labels below a reserved domain."""
    if levels < 1:
        message = "levels must be at least 1"
        raise NotTraceableError(message)
    labels = [part for _ in range(levels) for part in (words.plan("domain_word"), ".")]
    return joined(*labels, RESERVED)


@native("safe_domain_name", "free_email_domain")
def safe_domain_name(words: Vocabulary) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan reserved domains."""
    return RESERVED


def _browser(name: str) -> Native:
    def plan(words: Vocabulary) -> Plan:
        return pooled(words, name)

    return plan


POOLED = ("user_agent", "chrome", "firefox", "safari", "opera")
"""Methods of which there are few texts, made once: the plan names them."""
for _name in POOLED:
    native(_name)(_browser(_name))


def pooled(words: Vocabulary, name: str, size: int = 256) -> Pool:
    """Return texts of a method that cannot be written as a plan, made once from fixed keys."""
    from fixturegen.vocabularies.rowwise import RowWise  # noqa: PLC0415 - it asks this module for safe names

    rows = RowWise(words, name, {})
    return plans.united((str(rows.value(key)), 1.0) for key in range(size))


@native("hostname")
def hostname(words: Vocabulary, levels: int = 1) -> Plan:
    """Plan ``db-01.smith.example.com``."""
    prefixes = Pool(("db", "srv", "desktop", "laptop", "lt", "email", "web"))
    host = joined(prefixes, "-", Numeral(0, 99, 2))
    return host if levels < 1 else joined(host, ".", domain_name(words, levels))


@native("url")
def url(words: Vocabulary, schemes: Sequence[str] | None = None) -> Plan:
    """Plan addresses of start pages."""
    heads = Pool(tuple(f"{scheme}://" for scheme in (schemes if schemes is not None else ("https", "http")) or ("",)))
    return joined(heads, Pool(("www.", "")), words.plan("domain_name"), "/")


@native("uri")
def uri(words: Vocabulary, schemes: Sequence[str] | None = None, deep: int = 1) -> Plan:
    """Plan addresses of pages."""
    paths = [part for _ in range(deep) for part in (words.plan("word_slug"), "/")]
    return joined(url(words, schemes), *paths, words.plan("uri_page"), words.plan("uri_extension"))


@native("word_slug")
def word_slug(words: Vocabulary) -> Plan:
    """Plan one slugged word."""
    return words.slugged(words.plan("word"))


@native("ipv4", "ipv4_public")
def ipv4(words: Vocabulary, **network: object) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan addresses of the documentation networks, now and then of the benchmarking network."""
    if any(value not in (None, False) for value in network.values()):
        message = "networks and classes"
        raise NotTraceableError(message)
    documented = joined(Pool(("192.0.2.", "198.51.100.", "203.0.113.")), Numeral(1, 254))
    return plans.chosen_of([documented, joined(Pool(("198.18.", "198.19.")), _BYTE, ".", Numeral(1, 254))], (9, 1))


@native("ipv4_private")
def ipv4_private(words: Vocabulary, **network: object) -> Plan:
    """Plan addresses of 10.0.0.0/8 (RFC 1918)."""
    ipv4(words, **network)
    return joined("10.", _BYTE, ".", _BYTE, ".", Numeral(1, 254))


@native("ipv6")
def ipv6(words: Vocabulary, *, network: bool = False) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan addresses of 2001:db8::/32, whose groups are never zero, so that the canonical form is the written one."""
    if network:
        message = "networks"
        raise NotTraceableError(message)
    groups = [part for _ in range(6) for part in (":", Numeral(1, 65_535, 0, 16))]
    return joined("2001:db8", *groups)


@native("mac_address")
def mac_address(words: Vocabulary, *, multicast: bool = False) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan locally administered hardware addresses."""
    pairs = [part for _ in range(5) for part in (":", _PAIR)]
    return joined("03" if multicast else "02", *pairs)


@native("uuid4")
def uuid4(words: Vocabulary, cast_to: object = None) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan random UUIDs (RFC 9562, version 4)."""
    if cast_to is not None:
        message = "casts"
        raise NotTraceableError(message)
    three = Numeral(0, 4_095, 3, 16)
    return joined(_HEX8, "-", _HEX4, "-4", three, "-", Pool(("8", "9", "a", "b")), three, "-", _HEX4, _HEX8)


def _digest(words: int, *, raw_output: bool) -> Plan:
    if raw_output:
        message = "raw bytes"
        raise NotTraceableError(message)
    return joined(*(_HEX8 for _ in range(words)))


@native("md5")
def md5(words: Vocabulary, *, raw_output: bool = False) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan 32 hexadecimal digits."""
    return _digest(4, raw_output=raw_output)


@native("sha1")
def sha1(words: Vocabulary, *, raw_output: bool = False) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan 40 hexadecimal digits."""
    return _digest(5, raw_output=raw_output)


@native("sha256")
def sha256(words: Vocabulary, *, raw_output: bool = False) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan 64 hexadecimal digits."""
    return _digest(8, raw_output=raw_output)


def roomier(words: Vocabulary, name: str, max_length: int | None) -> list[Plan]:
    """Return further plans of a method for a unique column or a narrow one, the most readable first."""
    if name in _EMAILS:
        return [joined(unique_local_part(words), "@", RESERVED), _coded_email(max_length)]
    if name in {"user_name", "username"}:
        return [unique_local_part(words), _letters(8 if max_length is None else min(8, max_length))]
    if name in {"domain_name", "domain_word", "url", "uri", "hostname"}:
        host = joined(words.plan("domain_word"), DIGITS)
        whole = host if name == "domain_word" else joined(host, ".", RESERVED)
        return [joined("https://", whole, "/") if name in {"url", "uri"} else whole]
    if name in {"name", "name_male", "name_female", "name_nonbinary"}:
        return [joined(words.plan("first_name"), " ", words.plan("last_name"), "-", words.plan("last_name"))]
    return []


_EMAILS = frozenset({
    "email", "safe_email", "ascii_email", "ascii_safe_email", "free_email", "ascii_free_email", "company_email",
    "ascii_company_email",
})  # fmt: skip


def _coded_email(max_length: int | None) -> Plan:
    """Plan letters at the shortest reserved domain that leaves them room: ``abcdefgh@example.com``, ``ab@a.test``."""
    room = 20 if max_length is None else max_length
    domain = "@example.com" if room >= len("@example.com") + 4 else "@a.test"
    return joined(_letters(max(1, min(8, room - len(domain)))), domain)


def _letters(count: int) -> Plan:
    return joined(*(Pool(tuple("abcdefghijklmnopqrstuvwxyz")) for _ in range(count)))
