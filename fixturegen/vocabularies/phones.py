"""Telephone numbers that ring nobody: the ranges that numbering authorities keep for fiction, and unassignable ones elsewhere.

- US, CA: 555-0100 to 555-0199 of any area code (ATIS-0300115).
- GB: Ofcom, numbers for drama use (020 7946 0, 0161 496 0, 01632 960, 07700 900, ...).
- DE: Bundesnetzagentur, Mitteilung 148/2021: 030 23125, 069 90009, 040 66969, 0221 4710, 089 99998, each with three more.
- FR: ARCEP decision 2018-0881: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98, each with four more.
- AU: ACMA: (02), (03), (07), (08) 5550 and 7010, 0491 570.
- IE: ComReg: 020 91. SE: PTS: 070-174 06, 031-390 06, 040-628 04, 08-465 004.
- JP: no range is kept for fiction; a mobile number's fourth digit is never 0, so 070-0, 080-0 and 090-0 reach nobody.
- Elsewhere: country code 999, which the ITU has not assigned.
"""

from __future__ import annotations

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.plans import Numeral, Plan, Pool, joined
from fixturegen.vocabularies.vocabulary import Vocabulary, native

_TWO, _THREE, _FOUR = Numeral(0, 99, 2), Numeral(0, 999, 3), Numeral(0, 9_999, 4)


def _american() -> list[tuple[Plan, float]]:
    area, last = Numeral(201, 989, 3), joined("01", _TWO)
    plain = joined(Pool(("", "+1-", "001-")), area, "-555-", last)
    return [
        (plain, 5),
        (joined("(", area, ")555-", last), 3),
        (joined(area, "-555-", last, "x", Numeral(100, 99_999)), 2),
    ]


def _british() -> list[tuple[Plan, float]]:
    cities = ("0113 496 0", "0114 496 0", "0115 496 0", "0116 496 0", "0117 496 0", "0118 496 0", "0121 496 0")
    more = ("0131 496 0", "0141 496 0", "0151 496 0", "0161 496 0", "0191 498 0", "020 7946 0", "01632 960")
    return [
        (joined(Pool((*cities, *more)), _THREE), 2),
        (joined(Pool(("07700 900", "+44 7700 900")), _THREE), 2),
        (joined("+44 20 7946 0", _THREE), 1),
    ]


def _german() -> list[tuple[Plan, float]]:
    areas = ("030 23125", "040 66969", "069 90009", "0221 4710", "089 99998")
    abroad = tuple("+49 " + area.removeprefix("0") for area in areas)
    return [(joined(Pool(areas), _THREE), 3), (joined(Pool(abroad), _THREE), 2)]


def _french() -> list[tuple[Plan, float]]:
    areas = ("01 99 00 ", "02 61 91 ", "03 53 01 ", "04 65 71 ", "05 36 49 ", "06 39 98 ")
    abroad = tuple("+33 " + area.removeprefix("0") for area in areas)
    return [(joined(Pool(areas), _TWO, " ", _TWO), 3), (joined(Pool(abroad), _TWO, " ", _TWO), 2)]


def _japanese() -> list[tuple[Plan, float]]:
    return [(joined(Pool(("090-0", "080-0", "070-0")), _THREE, "-", _FOUR), 1)]


def _australian() -> list[tuple[Plan, float]]:
    areas = (
        "(02) 5550 ",
        "(02) 7010 ",
        "(03) 5550 ",
        "(03) 7010 ",
        "(07) 5550 ",
        "(07) 7010 ",
        "(08) 5550 ",
        "(08) 7010 ",
    )
    return [(joined(Pool(areas), _FOUR), 1)]


def _irish() -> list[tuple[Plan, float]]:
    return [(joined("020 91", Numeral(0, 9), " ", _FOUR), 1)]


def _swedish() -> list[tuple[Plan, float]]:
    return [(joined(Pool(("070-174 06 ", "031-390 06 ", "040-628 04 ", "08-465 004 ")), _TWO), 1)]


def _elsewhere() -> list[tuple[Plan, float]]:
    return [(joined("+999 ", _THREE, " ", _THREE, " ", _FOUR), 1)]


_BY_COUNTRY = {
    "US": _american, "CA": _american, "GB": _british, "DE": _german, "FR": _french, "JP": _japanese,
    "AU": _australian, "IE": _irish, "SE": _swedish,
}  # fmt: skip


def fictional(country: str) -> Plan:
    """Return telephone numbers of a country (ISO 3166-1 code) that belong to nobody.

    >>> plans.combinations(fictional("DE"))
    10000
    """
    options = _BY_COUNTRY.get(country, _elsewhere)()
    return plans.chosen_of((plan for plan, _ in options), (weight for _, weight in options))


@native("phone_number", "basic_phone_number", "cellphone_number", "cellphone", "mobile_number", "home_phone",
        "landline_number", "service_phone_number", "toll_free_number")  # fmt: skip
def phone_number(words: Vocabulary) -> Plan:
    """Plan telephone numbers."""
    return fictional(words.country)


@native("msisdn")
def msisdn(words: Vocabulary) -> Plan:  # noqa: ARG001 - every native plan is asked alike
    """Plan bare international numbers of thirteen digits, under the unassigned country code 999."""
    return joined("999", Numeral(0, 9_999_999_999, 10))
