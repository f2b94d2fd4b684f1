"""Sets of texts as few shapes: joined, repeated, intersected and narrowed without listing a text.

There may be too many shapes (every width of every part); then some are kept, evenly from the narrowest to the widest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fixturegen.domain import Domain
from fixturegen.generators.characters import ASCII, SPACE, Characters, cased
from fixturegen.generators.shapes import Shape

MOST_SHAPES = 512
_MOST_PLACES = 200_000
_MOST_COUNTS = 33
_MOST_PLAIN_COUNTS = 257
"""Of one shape, whose repetitions cost nothing."""

Language = tuple[Shape, ...]
EMPTY: Language = (Shape(()),)


def joined(left: Language, right: Language, widest: int) -> Language:
    """Return the texts made of one of ``left`` and one of ``right``, at most ``widest`` characters."""
    left, right = thinned(left, MOST_SHAPES), thinned(right, MOST_SHAPES)
    if len(left) * len(right) > MOST_SHAPES:
        # The larger side gives way first, so that few alternatives are never lost.
        if len(left) >= len(right):
            left = thinned(left, max(1, MOST_SHAPES // len(right)))
            right = thinned(right, max(1, MOST_SHAPES // len(left)))
        else:
            right = thinned(right, max(1, MOST_SHAPES // len(left)))
            left = thinned(left, max(1, MOST_SHAPES // len(right)))
    return ordered(
        Shape(one.places + other.places) for one in left for other in right if one.width + other.width <= widest
    )


def repeated(part: Language, low: int, high: int, widest: int) -> Language:
    """Return the texts made of ``low`` to ``high`` of ``part`` (both inclusive), at most ``widest`` characters."""
    least = min((shape.width for shape in part), default=0)
    if not part:
        return EMPTY if low == 0 else ()
    if least:
        high = min(high, widest // least)
    texts: list[Shape] = []
    for count in _spread(low, high, _MOST_PLAIN_COUNTS if len(part) == 1 else _MOST_COUNTS):
        texts += _power(part, count, widest)
    return ordered(texts)


def _spread(low: int, high: int, most: int) -> Iterable[int]:
    """Return the counts between two bounds, or some of them, evenly, both ends included."""
    if high - low < most:
        return range(low, high + 1)
    return [low + (high - low) * step // (most - 1) for step in range(most)]


def _power(part: Language, count: int, widest: int) -> Language:
    if len(part) == 1:
        return (Shape(part[0].places * count),) if part[0].width * count <= widest else ()
    whole, square = EMPTY, part
    while count:
        if count & 1:
            whole = joined(whole, square, widest)
        count >>= 1
        square = joined(square, square, widest) if count else square
    return whole


def intersected(left: Language, right: Language) -> Language:
    """Return the texts that are in both."""
    widths: dict[int, list[Shape]] = {}
    for shape in right:
        widths.setdefault(shape.width, []).append(shape)
    return ordered(both for one in left for other in widths.get(one.width, ()) if (both := one & other) is not None)


def ordered(shapes: Iterable[Shape]) -> Language:
    """Return each shape once, the narrowest first, thinned where they are too many."""
    unique = sorted(dict.fromkeys(shapes), key=lambda shape: shape.width)
    places = max((shape.width for shape in unique), default=0)
    return thinned(tuple(unique), min(MOST_SHAPES, max(8, _MOST_PLACES // max(1, places))))


def thinned(shapes: Language, most: int) -> Language:
    """Return at most so many shapes, evenly, the first and the last included."""
    if len(shapes) <= most:
        return shapes
    if most == 1:
        return shapes[:1]
    return tuple(shapes[(len(shapes) - 1) * step // (most - 1)] for step in range(most))


def narrowed(shapes: Language, domain: Domain, longest: int | None, level: int) -> Language:
    """Return the texts that also keep a domain's lengths, letters and margins, broad characters made readable.

    Args:
        shapes: The texts.
        domain: ``min_length``, ``max_bytes``, ``letters`` and ``trimmed`` are kept.
        longest: Most characters, inclusive; None for no limit.
        level: How far from readable characters may go, 0 to 2.
    """
    kept = []
    for shape in shapes:
        if shape.width < domain.min_length or (longest is not None and shape.width > longest):
            continue
        places = _within(_margins([_lettered(place, domain) for place in shape.places], domain), domain.max_bytes)
        places = [place.readable(level) for place in places]
        if all(place.size for place in places):
            kept.append(Shape(tuple(places)))
    return ordered(kept)


def _lettered(place: Characters, domain: Domain) -> Characters:
    return place & cased(domain.letters) if domain.letters else place


def _margins(places: list[Characters], domain: Domain) -> list[Characters]:
    """Keep spaces from the ends: always where the domain says so, else where another character will do."""
    solid = SPACE.inverted()
    for at in {0, len(places) - 1} if places else ():
        without = places[at] & solid
        if domain.trimmed or without.size:
            places[at] = Characters(without.ranges, places[at].broad)
    return places


def _within(places: list[Characters], most: int | None) -> list[Characters]:
    if most is None or sum(place.widest for place in places) <= most:
        return places
    plain = [place & ASCII for place in places]
    return plain if len(plain) <= most else [Characters(()) for _ in places] or [Characters(())]


def disjoint(shapes: Sequence[Shape]) -> Language:
    """Return the shapes that share no text with one before them."""
    kept: dict[int, list[Shape]] = {}
    for shape in sorted(shapes, key=lambda one: (one.width, -one.size)):
        same = kept.setdefault(shape.width, [])
        if not any(shape.meets(other) for other in same):
            same.append(shape)
    return tuple(shape for width in sorted(kept) for shape in kept[width])
