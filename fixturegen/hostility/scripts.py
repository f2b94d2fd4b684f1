"""Texts beyond ASCII: what is one character, one letter, one width, one direction."""

# ruff: noqa: RUF001 - ambiguous characters are the point

from __future__ import annotations

from fixturegen.hostility.contract import HostileClass, family

_UNICODE = family({"text"}, "UAX #15, #29, UTS #10")
_COLLATED = family({"text"}, "MySQL manual, collations; UTS #10; SpecialCasing.txt")
_UNSEEN = family({"text"}, "UAX #9, CVE-2021-42574")

UNICODE: tuple[HostileClass, ...] = (
    _COLLATED("upper case", "equal under a collation, different in the app", "ADMIN", "A"),
    _COLLATED("accents", "equal under a collation, different in the app", "résumé", "é"),
    _COLLATED("sharp s", "ss under a collation; its upper case is longer", "straße", "ß"),
    _COLLATED("dotless i", "its upper case is I", "ılık", "ı"),
    _COLLATED("dotted capital i", "its lower case is longer", "İstanbul", "İ"),
    _COLLATED("ligature", "folding changes its length", "ﬁne", "ﬁ"),
    _UNICODE("NFC", "different from NFD, looks the same", "caf\u00e9", "\u00e9"),
    _UNICODE("NFD", "different from NFC, looks the same, longer", "cafe\u0301", "e\u0301"),
    _UNICODE("astral", "refused or cut by utf8mb3; two units in UTF-16", "𝒳😀", "😀"),
    _UNICODE("ZWJ emoji", "one grapheme of many characters, cut within", "👨\u200d👩\u200d👧\u200d👦", "👩\u200d💻"),
    _UNICODE("flag", "one grapheme of two characters", "🇳🇴"),
    _UNICODE("combining marks", "one grapheme of many characters", "z\u0351\u036b\u0343\u036a\u0302", "a\u0301\u0323"),
    _UNICODE("right to left", "order on the screen is not order in memory", "שלום עולם", "אב"),
    _UNICODE("wide", "twice as wide on a terminal", "漢字かな", "漢"),
    _UNICODE("other digits", "digits to one library, none to another", "١٢٣", "१"),
    _UNICODE("superscript", "isdigit() but no number", "x²", "²"),
    _UNICODE("homoglyph", "looks like ASCII: the first letter is Cyrillic", "аdmin", "а"),
    _UNICODE("no-break space", "blank that trimming leaves", "a\u00a0b", "\u00a0"),
    _UNICODE("line separator", "ends a line in JavaScript and str.splitlines()", "a\u2028b", "\u2028"),
    _UNICODE("next line", "ends a line in str.splitlines() and XML 1.1", "a\x85b", "\x85"),
    _UNICODE("private use", "means what a font says", "\ue000"),
    _UNICODE("noncharacter", "refused by some decoders", "\uffff", "\ufdd0"),
    _UNICODE("replacement character", "taken for damage", "a\ufffdb", "\ufffd"),
    _UNICODE("lone surrogate", "no UTF-8 at all", unheld="no UTF-8 text, and so no frame, can hold one"),
    _UNSEEN("bidi override", "shown in another order: spoofing", "user\u202egpj.exe", "\u202e"),
    _UNSEEN("bidi isolate", "shown in another order: spoofing", "a\u2067b\u2069c", "\u2067"),
    _UNSEEN("zero width", "unseen: two names that look the same", "ad\u200bmin", "\u200b"),
    _UNSEEN("soft hyphen", "unseen: two names that look the same", "ad\u00admin", "\u00ad"),
    _UNSEEN("tag characters", "unseen text", "a\U000e0041\U000e007f", "\U000e0041"),
)  # fmt: skip
