"""Texts constructed from their conditions: CHECK patterns, and declared regular expressions.

Nothing is generated and then matched: conditions become shapes (:mod:`fixturegen.generators.regular`), shapes are intersected,
and a draw numbers their texts. Only what shapes cannot say (``NOT LIKE``, word boundaries) is matched, once, against a pool.
"""

from __future__ import annotations

from dataclasses import replace

from fixturegen.domain import Pattern
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Generator, Request, generator
from fixturegen.generators import arguments as given
from fixturegen.generators import languages, numbered, regular
from fixturegen.generators.languages import Language

_TEXTUAL = frozenset({"text", "enum", "uuid", "json", "ip", "mac", "url", "unknown"})
WIDEST = regular.LONGEST
_HOSTS = ("example.com", "example.org", "example.net")


@generator("patterned")
def patterned(request: Request) -> Generator:
    """Return texts that meet every pattern of the domain, its lengths, letters and margins.

    Shrinks to the shortest text with the first letters. Broad parts (``%``, ``.``) are filled with lower-case letters, or
    with other printable ASCII where the conditions want it.

    Raises:
        ImpossibleError: If no text was found that meets them all.
        SchemaError: If a pattern is none, or only look-around or back references.
    """
    for host in (
        _HOSTS if any("@" in pattern.text for pattern in request.domain.patterns if not pattern.negated) else ()
    ):
        # What looks like an address should reach nobody: reserved hosts where the patterns let them be.
        try:
            return constructed(_with(request, f"%_@{host}"), "patterned")
        except ImpossibleError:
            continue
    return constructed(request, "patterned")


def _with(request: Request, like: str) -> Request:
    patterns = (*request.domain.patterns, Pattern("like", like))
    return replace(request, domain=replace(request.domain, patterns=patterns))


@generator("regex")
def regex(request: Request) -> Generator:
    r"""Return texts that match a declared regular expression as a whole.

    Arguments: ``pattern``, in Python's syntax: literals, classes, alternatives, groups, counts, ``(?i)``. ``*`` and ``+``
    repeat at most ten times more than they must; ``.`` gives letters; ``\d`` and ``\w`` are ASCII. Patterns of CHECKs hold too.

    Shrinks to the shortest text with the first characters of its classes.

    Raises:
        SchemaError: If it is no expression, needs look-around or back references, or may pass 10,000 characters.
        ImpossibleError: If none of its texts is in the domain.
    """
    if request.column.type.kind not in _TEXTUAL:
        message = f"regex fills text, and {request.column.name} is {request.column.type.kind}"
        raise SchemaError(message, where=request.where)
    read = given.arguments(request, "regex", pattern=given.text)
    given.needed(read, request, "regex", "pattern")
    return constructed(request, "regex", (str(read["pattern"]),))


def constructed(
    request: Request, name: str, expressions: tuple[str, ...] = (), among: Language | None = None
) -> Generator:
    """Return texts that match every one of ``expressions`` as a whole and every condition of the domain.

    Args:
        request: For the domain.
        name: The generator's name.
        expressions: Regular expressions.
        among: The only texts to choose from; None for any.

    Raises:
        ImpossibleError: If no text was found.
        SchemaError: If a pattern cannot be constructed.
    """
    longest = longest_text(request)
    shapes, exact = _intersection(request, expressions, among, folded=False)
    if not shapes and any(pattern.insensitive for pattern in request.domain.patterns):
        shapes, exact = _intersection(request, expressions, among, folded=True)
    exact &= not any(pattern.negated for pattern in request.domain.patterns)
    # Fewer readable characters give fewer texts: go further from them until there are enough, or no more.
    best: Language = ()
    for level in range(3):
        best = languages.narrowed(shapes, request.domain, longest, level) or best
        if sum(shape.size for shape in best) >= max(1, request.distinct):
            break
    if not best:
        raise _impossible(request, expressions, longest)
    if exact:
        return numbered.texts(request, name, best)
    return numbered.matching(request, name, best, expressions)


def longest_text(request: Request) -> int | None:
    """Return the most characters that type and domain allow, or None for no limit."""
    limits = [request.column.type.length, request.domain.max_length, request.domain.max_bytes]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _intersection(
    request: Request, expressions: tuple[str, ...], among: Language | None, *, folded: bool
) -> tuple[Language, bool]:
    """Return the texts of all conditions that are not negated, and whether all of them surely meet them."""
    longest, least, where = longest_text(request), request.domain.min_length, request.where
    widest = WIDEST if longest is None else longest
    parts: list[tuple[Language, bool]] = [] if among is None else [(among, True)]
    parts += [regular.declared(expression, widest, least, where) for expression in expressions]
    # What repeats without bound has to reach the width of what does not.
    least = max([least, *(shape.width for shapes, _ in parts for shape in shapes)])
    for pattern in request.domain.patterns:
        if not pattern.negated:
            cased = pattern if folded else replace(pattern, insensitive=False)
            parts.append(regular.searched(cased, widest, least, where))
    if not parts:
        return regular.searched(Pattern("like", "%"), widest, least, where)
    shapes, exact = parts[0]
    for others, sure in parts[1:]:
        shapes, exact = languages.intersected(shapes, others), exact and sure
    return shapes, exact


def _impossible(request: Request, expressions: tuple[str, ...], longest: int | None) -> ImpossibleError:
    patterns = request.domain.patterns
    wanted = [*map(repr, expressions), *(f"{'not ' * one.negated}{one.kind} {one.text!r}" for one in patterns)]
    limits = f"{request.domain.min_length} to {'any number of' if longest is None else longest} characters"
    message = (
        f"no text of {limits} was found for {request.column.name} that matches {' and '.join(wanted) or 'its limits'}"
    )
    return ImpossibleError(message, where=request.where)
