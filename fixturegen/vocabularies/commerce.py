"""Numbers of money, trade and post: test cards, IBANs, bar codes, ISBNs, the postcodes Faker computes."""

from __future__ import annotations

import string

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.plans import Numeral, Plan, Pool, Sealed, joined
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import Vocabulary, native

TEST_CARDS = {
    "visa16": ("4242424242424242", "4111111111111111", "4012888888881881", "4000056655665556"),
    "visa13": ("4222222222222",),
    "mastercard": ("5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222"),
    "amex": ("378282246310005", "371449635398431", "378734493671000"),
    "discover": ("6011111111111117", "6011000990139424", "6011981111111113"),
    "diners": ("30569309025904", "38520000023237", "36227206271667"),
    "jcb16": ("3530111333300000", "3566002020360505"),
    "maestro": ("6759649826438453",),
}
"""Numbers that payment services publish for tests; no bank has issued them."""
_ALIASES = {"visa": "visa16", "jcb": "jcb16"}


@native("credit_card_number")
def credit_card_number(words: Vocabulary, card_type: str | None = None) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan test card numbers: the published ones, and where many are wanted those of the test prefix 424242, valid by Luhn."""
    if card_type is not None:
        numbers = TEST_CARDS.get(_ALIASES.get(card_type, card_type))
        if numbers is None:
            message = f"no test numbers of card type {card_type!r} are published"
            raise NotTraceableError(message)
        return Pool(numbers)
    published = Pool(tuple(number for numbers in TEST_CARDS.values() for number in numbers))
    return plans.chosen_of([published, Sealed(joined("424242", Numeral(0, 10**9 - 1, 9)), "luhn", 1)], (4, 1))


@native("iban")
def iban(words: Vocabulary) -> Plan:
    """Plan IBANs of the locale's country with right check digits; the account numbers are made up."""
    return Sealed(joined(words.plan("bank_country"), _upper_letters(words)), "iban", 2)


def _upper_letters(words: Vocabulary) -> Plan:
    """Return the locale's BBAN, which some locales compute and most write as a format."""
    form = str(words.faker.provider("faker.providers.bank").bban_format)
    kinds: dict[str, Plan] = {"?": Pool(tuple(string.ascii_uppercase)), "#": Numeral(0, 9), "%": Numeral(1, 9)}
    return joined(*(kinds.get(character, character) for character in form))


@native("ean13", "localized_ean13", "jan13")
def ean13(words: Vocabulary, prefixes: object = None, leading_zero: object = None) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan EAN-13 codes under 20 to 29, which no maker of goods has: shops number their own wares with them."""
    if prefixes or leading_zero is not None:
        message = "prefixes"
        raise NotTraceableError(message)
    return Sealed(joined("2", Numeral(0, 10**11 - 1, 11)), "gs1", 1)


@native("ean8", "localized_ean8", "jan8")
def ean8(words: Vocabulary, prefixes: object = None) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan EAN-8 codes under 2, for use within a shop."""
    if prefixes:
        message = "prefixes"
        raise NotTraceableError(message)
    return Sealed(joined("2", Numeral(0, 10**6 - 1, 6)), "gs1", 1)


@native("ean", "localized_ean", "jan")
def ean(words: Vocabulary, length: int = 13, prefixes: object = None) -> Plan:
    """Plan EAN codes of 13 or 8 digits."""
    if length not in {8, 13}:
        message = "length must be 8 or 13"
        raise NotTraceableError(message)
    return ean13(words, prefixes) if length == 13 else ean8(words, prefixes)


@native("upc_a")
def upc_a(words: Vocabulary, **options: object) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan UPC-A codes under 4, for use within a shop."""
    if any(value not in (None, False) for value in options.values()):
        message = "options"
        raise NotTraceableError(message)
    return Sealed(joined("4", Numeral(0, 10**10 - 1, 10)), "gs1", 1)


def _isbn_body(separator: str) -> Plan:
    # 978-0-00 to 978-0-19: the English group's publishers of two digits, so the hyphens stand right.
    return joined("0", separator, Numeral(0, 19, 2), separator, Numeral(0, 999_999, 6), separator)


def _checked_separator(separator: str) -> str:
    if separator not in {"-", "", " "}:
        message = "separators other than '-', ' ' and ''"
        raise NotTraceableError(message)
    return separator


@native("isbn13")
def isbn13(words: Vocabulary, separator: str = "-") -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan ISBNs of 13 digits."""
    return Sealed(joined("978", _checked_separator(separator), _isbn_body(separator)), "gs1", 1)


@native("isbn10")
def isbn10(words: Vocabulary, separator: str = "-") -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan ISBNs of ten characters."""
    return Sealed(_isbn_body(_checked_separator(separator)), "isbn10", 1)


@native("zipcode", "postcode", "postalcode")
def postcode(words: Vocabulary) -> Plan:
    """Plan postcodes: as the locale writes them, where it only computes them as the range it computes with."""
    methods = ("postcode", "zipcode", "postalcode")
    for name in (each for each in methods if words.knows(each)):
        try:
            return words.traced(lambda faker, name=name: getattr(faker, name)())  # type: ignore[misc]  # the default binds the loop's name
        except NotTraceableError:
            continue
    language = words.faker.provider("faker.providers.address").__lang__
    if language == "en_US":
        return Numeral(501, 99_950, 5)
    if language == "ja_JP":
        return joined(Numeral(0, 999, 3), "-", Numeral(0, 9_999, 4))
    message = "the postcode is computed"
    raise NotTraceableError(message)


@native("zipcode_plus4", "postalcode_plus4")
def zipcode_plus4(words: Vocabulary) -> Plan:
    """Plan US ZIP+4 codes."""
    return joined(words.plan("zipcode"), "-", Numeral(1, 9_999, 4))
