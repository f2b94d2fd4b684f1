"""Addresses that lead nowhere: IP ranges for documentation, locally administered MACs, reserved host names.

Sources: RFC 5737 (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24), RFC 3849 (2001:db8::/32), RFC 5952 (spelling),
IEEE 802 (the second bit of the first octet marks a local address, the first a group), RFC 2606 (example.com, .org, .net).
"""

from __future__ import annotations

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.generator import Batch, Draw, Generator, Request, gathered, generator
from fixturegen.generators import numbered
from fixturegen.generators.characters import DIGITS, LOWER, characters
from fixturegen.generators.holes import skipping
from fixturegen.generators.patterned import constructed
from fixturegen.generators.shapes import Shape
from fixturegen.generators.words import WORDS

_NETS = ("192.0.2", "198.51.100", "203.0.113")
_GROUPS = 0xFFFF
_HOSTS = ("example.com", "example.org", "example.net")


@generator("ips")
def ips(request: Request) -> Generator:
    """Return IPv4 addresses of the documentation ranges (762 hosts), or IPv6 ones where all are to be distinct.

    Distinct addresses are IPv6 whatever their number, so that a table that grows keeps the old ones: ``2001:db8::a:b:c`` with
    groups 1 to ffff. Shrinks to 192.0.2.1, or 2001:db8::1:1:1.
    """
    if not request.distinct:
        hosts = [f"{net}.{host}" for net in _NETS for host in range(1, 255)]
        return numbered.pooled(request, "ips", pl.Series(hosts))
    if request.domain.patterns:
        message = f"distinct addresses of {request.column.name} cannot be fitted to patterns"
        raise ImpossibleError(message, where=request.where)
    pool = pl.Series([f"{group:x}" for group in range(1, _GROUPS + 1)])
    barred = {number for value in request.domain.barred if (number := _place(str(value))) is not None}
    left, place = skipping(0, _GROUPS**3 - 1, barred)

    def build(batch: Batch) -> pl.Series:
        number = place(batch.draws["at"])
        parts = [gathered(pool, number // _GROUPS**power % _GROUPS) for power in (2, 1, 0)]
        return pl.select(pl.format("2001:db8::{}:{}:{}", *map(pl.lit, parts))).to_series()

    return Generator(name="ips", dtype=pl.String(), draws=(Draw("at", 0, left - 1),), build=build, distinct=True)


def _place(text: str) -> int | None:
    head, *groups = text.lower().rsplit(":", 3)
    if head != "2001:db8:" or len(groups) != 3 or not all(groups):
        return None
    try:
        digits = [int(group, 16) - 1 for group in groups]
    except ValueError:
        return None
    return digits[0] * _GROUPS**2 + digits[1] * _GROUPS + digits[2] if max(digits) < _GROUPS else None


@generator("macs")
def macs(request: Request) -> Generator:
    """Return locally administered unicast addresses, ``02:xx:xx:xx:xx:xx`` in lower case. Shrinks to zeros after 02."""
    digit, colon = DIGITS | characters((97, 102)), characters(":")
    places = [characters("0"), characters("2")]
    for _ in range(5):
        places += [colon, digit, digit]
    return constructed(request, "macs", among=(Shape(tuple(places)),))


@generator("urls")
def urls(request: Request) -> Generator:
    """Return addresses on reserved hosts: ``https://example.com/luna/4k2x``, with a longer code where all are distinct.

    Lengths are kept by a shorter path. Shrinks to the first host, word and code.
    """
    room = min(
        (limit for limit in (request.column.type.length, request.domain.max_length) if limit is not None), default=80
    )
    head = "https://"
    if not request.distinct:
        pool = [f"{head}{host}/{word}" for word in WORDS for host in _HOSTS]
        short = [f"{head}{host}/" for host in _HOSTS]
        return numbered.pooled(
            request, "urls", pl.Series([text for text in [*short, *pool] if len(text) <= room] or short)
        )
    letters = DIGITS | LOWER
    width = min(12, room - len(head) - len(_HOSTS[0]) - 1)
    text = f"{head}{_HOSTS[0]}/"
    places = [characters(letter) for letter in text] + [letters] * max(0, width)
    return constructed(request, "urls", among=(Shape(tuple(places)),))
