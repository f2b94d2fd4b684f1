"""Check digits: what completes a card number, an IBAN, a bar code, an ISBN, vectorised over columns of texts.

Every seal keeps the text it is computed over, so distinct texts stay distinct.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

Characters = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Seal:
    """How texts are completed.

    Attributes:
        sealed: Texts to completed texts, all of one length, ASCII, no nulls.
        opened: A completed text to the text it was made of, or None where its check digits are wrong.
    """

    sealed: Callable[[pl.Series], pl.Series]
    opened: Callable[[str], str | None]


def luhn_digits(characters: Characters) -> Characters:
    """Return the Luhn check digit (ISO/IEC 7812-1, annex B) of each row of digits, as ASCII."""
    digits = (characters - 48).astype(np.int64)
    doubled = digits[:, ::-1][:, ::2] * 2
    total = (doubled - 9 * (doubled > 9)).sum(axis=1) + digits[:, ::-1][:, 1::2].sum(axis=1)
    return _ascii(-total % 10)


def gs1_digits(characters: Characters) -> Characters:
    """Return the check digit of EAN, UPC and ISBN-13 (GS1 General Specifications, 7.9) of each row of digits, as ASCII."""
    digits = (characters - 48).astype(np.int64)[:, ::-1]
    return _ascii(-(3 * digits[:, ::2].sum(axis=1) + digits[:, 1::2].sum(axis=1)) % 10)


def isbn10_digits(characters: Characters) -> Characters:
    """Return the ISBN-10 check character (ISO 2108:1992) of each row of nine digits, ``X`` for ten, as ASCII."""
    digits = (characters - 48).astype(np.int64)
    weights = np.arange(10, 10 - digits.shape[1], -1)
    check = -(digits * weights).sum(axis=1) % 11
    return np.where(check == 10, ord("X"), check + 48).astype(np.uint8)


def iban_digits(characters: Characters) -> Characters:
    """Return the two check digits (ISO 7064, MOD 97-10, as in ISO 13616) of rows ``country + BBAN``, as ASCII."""
    turned = np.concatenate([characters[:, 2:], characters[:, :2]], axis=1).astype(np.int64)
    remainder = np.zeros(len(characters), dtype=np.int64)
    for column in turned.T:
        letter = column >= 65
        remainder = np.where(letter, remainder * 100 + column - 55, remainder * 10 + column - 48) % 97
    check = 98 - remainder * 100 % 97
    return np.stack([_ascii(check // 10), _ascii(check % 10)], axis=1)


def _ascii(digits: npt.NDArray[np.int64]) -> Characters:
    return (digits + 48).astype(np.uint8)


def _matrix(texts: pl.Series) -> Characters:
    """Return texts of one length and one shape as rows of letters and digits, without their separators."""
    whole = np.frombuffer(str(texts.str.join("")[0]).encode("ascii"), dtype=np.uint8).reshape(len(texts), -1)
    return whole[:, whole[0] >= 48]


def _columns(digits: Characters) -> list[pl.Series]:
    """Return each column of check characters as a series of one-character texts."""
    table = pl.Series([chr(code) for code in range(128)])
    columns = digits.reshape(len(digits), -1)
    return [table[pl.Series(column.astype(np.uint32))] for column in columns.T]


def _appending(digits: Callable[[Characters], Characters]) -> Seal:
    def sealed(texts: pl.Series) -> pl.Series:
        return _concatenated(texts, *_columns(digits(_matrix(texts)))) if len(texts) else texts

    def opened(text: str) -> str | None:
        body = text[:-1]
        digits = body.replace("-", "").replace(" ", "")
        return body if digits.isascii() and digits.isdigit() and _scalar(sealed, body) == text else None

    return Seal(sealed, opened)


def _iban_sealed(texts: pl.Series) -> pl.Series:
    if len(texts) == 0:
        return texts
    first, second = _columns(iban_digits(_matrix(texts)))
    return _concatenated(texts.str.slice(0, 2), first, second, texts.str.slice(2))


def _iban_opened(text: str) -> str | None:
    body = text[:2] + text[4:]
    plausible = len(text) > 4 and body.isascii() and body.isalnum() and body.upper() == body
    return body if plausible and _scalar(_iban_sealed, body) == text else None


def _scalar(sealed: Callable[[pl.Series], pl.Series], text: str) -> str:
    return str(sealed(pl.Series([text], dtype=pl.String))[0])


def _concatenated(*parts: pl.Series) -> pl.Series:
    named = [part.alias(str(number)) for number, part in enumerate(parts)]
    return pl.DataFrame(named).select(pl.concat_str(pl.all()).alias("text"))["text"]


SEALS: Mapping[str, Seal] = MappingProxyType({
    "luhn": _appending(luhn_digits),
    "gs1": _appending(gs1_digits),
    "isbn10": _appending(isbn10_digits),
    "iban": Seal(_iban_sealed, _iban_opened),
})  # fmt: skip
"""The seals by name."""
