"""The type a column declares, as SQL text in one of the dialects, into a :class:`fixturegen.schema.Type`.

One table of names serves all dialects, because people write one database's names in another's files (SQLite takes any);
where a name means different things, the dialect's own table goes first. Choices made where a type leaves something open:

- ``NUMERIC`` or ``DECIMAL`` without digits has no limit in PostgreSQL (precision None) and 18 digits here elsewhere, but for
  MySQL's own 10; two of them after the point, except MySQL's none. Two suit money and shares; a type that says more is obeyed.
- ``INTEGER`` in SQLite has 64 bits, while ``INT``, ``SMALLINT``, ... keep the width of their names, so that rows made for
  SQLite fit the same declarations elsewhere.
- MySQL's ``TINYTEXT`` to ``MEDIUMTEXT`` are limited in bytes; the length here is that of text whose every character takes four.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from fixturegen.schema import Dialect, Kind, Type
from fixturegen.sources.ddl_lexer import Token, tokens_of
from fixturegen.sources.naming import LONGEST_NAME


@dataclass(frozen=True, slots=True)
class Declared:
    """A type's text, taken apart.

    Attributes:
        name: Its words in lower case without the dialect's attributes, such as ``timestamp with time zone``.
        numbers: Numbers in its parentheses: length, or precision and scale.
        texts: Quoted texts in its parentheses: labels.
        quoted: Whether the name was quoted (PostgreSQL's ``"char"`` is not ``char``).
        dimensions: How many array dimensions follow.
        unsigned: Whether MySQL's ``UNSIGNED`` or ``ZEROFILL`` follows.
    """

    name: str
    numbers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    quoted: bool = False
    dimensions: int = 0
    unsigned: bool = False


Maker = Callable[[Declared], Type]


def type_of(native: str, dialect: Dialect, named: Mapping[str, Type] | None = None) -> Type:
    """Return what a column of a declared type can hold.

    Args:
        native: The type as written, such as ``numeric(10,2)[]`` or ``enum('a','b')``; empty for SQLite's untyped column.
        dialect: Whose type it is.
        named: Types that the schema itself defines (enums, domains), by name as the database keeps it, with its
            schema where that is not the default one.

    Returns:
        The type, ``native`` kept in it; of kind ``unknown`` where the name says nothing.

    Example:
        >>> type_of("character varying(45)", "postgresql").length
        45
        >>> type_of("TINYINT(1)", "mysql").kind, type_of("mediumint(8) unsigned", "mysql").signed
        ('boolean', False)
    """
    declared = taken_apart(native, dialect)
    found = _named(declared, named or {}) or _built_in(declared, dialect)
    # PostgreSQL keeps no count of dimensions: one fits whatever was declared.
    if declared.dimensions:
        found = Type(kind="array", element=found)
    return replace(found, native=native or None)


def taken_apart(native: str, dialect: Dialect) -> Declared:
    """Take a type's text apart.

    >>> taken_apart("TIMESTAMP(3) WITH TIME ZONE", "postgresql")
    Declared(name='timestamp with time zone', numbers=(3,), texts=(), quoted=False, dimensions=0, unsigned=False)
    """
    words, numbers, texts, quoted = list[str](), list[int](), list[str](), False
    dimensions = depth = 0
    for token in tokens_of(native, dialect):
        depth += (token.text in "([") - (token.text in ")]") if token.kind == "mark" else 0
        dimensions += token.kind == "mark" and token.text == "["
        if depth == 0 and token.kind in ("word", "name"):
            words.append(_folded(token, dialect))
            quoted = quoted or token.kind == "name"
        elif depth == 0 and token.text == ".":
            words.append(".")
        elif token.kind == "number" and not dimensions and token.text.isdigit():
            numbers.append(int(token.text))
        elif token.kind == "string":
            texts.append(token.text)
    return _without_attributes(words, tuple(numbers), tuple(texts), quoted, dimensions)


def _folded(token: Token, dialect: Dialect) -> str:
    return token.text if token.kind == "name" and dialect == "postgresql" else token.text.lower()


def _without_attributes(
    words: list[str], numbers: tuple[int, ...], texts: tuple[str, ...], quoted: bool, dimensions: int
) -> Declared:
    name = " ".join(words).replace(" . ", ".").removeprefix("pg_catalog.")
    for clause in (" character set ", " charset ", " collate "):
        name = name.partition(clause)[0]
    kept = [word for word in name.split(" ") if word not in _ATTRIBUTES]
    if len(kept) > 1 and kept[-1] == "array":
        kept, dimensions = kept[:-1], dimensions or 1
    unsigned = bool({"unsigned", "zerofill"} & set(words))
    return Declared(" ".join(kept), numbers, texts, quoted, dimensions, unsigned)


_ATTRIBUTES = frozenset({"unsigned", "zerofill", "signed", "ascii", "unicode"})


def _named(declared: Declared, named: Mapping[str, Type]) -> Type | None:
    folded = {name.lower(): kind for name, kind in named.items()}
    bare = declared.name.removeprefix("public.")
    return named.get(declared.name) or named.get(bare) or folded.get(bare.lower())


def _built_in(declared: Declared, dialect: Dialect) -> Type:
    if declared.quoted and dialect == "postgresql" and declared.name == "char":
        return Type(kind="text", length=1)
    maker = _OWN[dialect].get(declared.name) or _COMMON.get(declared.name)
    if maker is not None:
        made = maker(declared)
        # SQLite has no wider integer than a signed one of 64 bits, whatever the declaration says.
        return replace(made, signed=True) if dialect == "sqlite" and made.bits == 64 else made
    return _by_affinity(declared) if dialect == "sqlite" else Type(kind="unknown")


def _by_affinity(declared: Declared) -> Type:
    """Return what SQLite's own rules make of a name (sqlite.org/datatype3.html, 3.1), least specific kind first."""
    name = declared.name
    if "int" in name:
        return Type(kind="integer")
    if any(part in name for part in ("char", "clob", "text")):
        return _text(declared)
    if "blob" in name:
        return Type(kind="bytes")
    return Type(kind="float") if any(part in name for part in ("real", "floa", "doub")) else Type(kind="unknown")


def _always(made: Type) -> Maker:
    return lambda _: made


def _integer(bits: int) -> Maker:
    return lambda declared: Type(kind="integer", bits=bits, signed=not declared.unsigned)


def _text(declared: Declared) -> Type:
    return Type(kind="text", length=declared.numbers[0] if declared.numbers else None)


def _char(declared: Declared) -> Type:
    return Type(kind="text", length=declared.numbers[0] if declared.numbers else 1, fixed=True)


def _bytes(declared: Declared) -> Type:
    return Type(kind="bytes", length=declared.numbers[0] if declared.numbers else None)


def _binary(declared: Declared) -> Type:
    return Type(kind="bytes", length=declared.numbers[0] if declared.numbers else 1, fixed=True)


def _decimal(precision: int | None, scale: int) -> Maker:
    def made(declared: Declared) -> Type:
        if not declared.numbers:
            return Type(kind="decimal", precision=precision, scale=scale)
        return Type(kind="decimal", precision=declared.numbers[0], scale=(*declared.numbers, 0)[1])

    return made


def _float(declared: Declared) -> Type:
    """Return FLOAT(p): single precision up to 24 bits, as the standard and PostgreSQL say."""
    return Type(kind="float", bits=32 if declared.numbers and declared.numbers[0] <= 24 else 64)


def _mysql_float(declared: Declared) -> Type:
    return Type(kind="float", bits=64 if len(declared.numbers) == 1 and declared.numbers[0] > 24 else 32)


def _moment(kind: str, zone: bool, precision: int | None) -> Maker:
    def made(declared: Declared) -> Type:
        digits = declared.numbers[0] if declared.numbers else precision
        return Type(kind=kind, zone=zone, precision=digits)  # type: ignore[arg-type]  # called with three literals below

    return made


def _labels(declared: Declared) -> Type:
    return Type(kind="enum", labels=declared.texts) if declared.texts else Type(kind="unknown")


def _tinyint(declared: Declared) -> Type:
    return Type(kind="boolean") if declared.numbers == (1,) else _integer(8)(declared)


def _bit(declared: Declared) -> Type:
    return Type(kind="boolean") if declared.numbers in ((), (1,)) else Type(kind="unknown")


def _mysql_bit(declared: Declared) -> Type:
    return Type(kind="boolean") if declared.numbers in ((), (1,)) else Type(kind="integer", signed=False)


def _form(name: str, kind: Kind = "unknown") -> Maker:
    """Return the maker of a type of which only the spelling is known; a number counts its bits or dimensions."""
    return lambda declared: Type(kind=kind, form=name, length=declared.numbers[0] if declared.numbers else None)


def _range(form: str, element: Type) -> Maker:
    return _always(Type(kind="unknown", form=form, element=element))


def _ranges() -> Iterator[tuple[str, Maker]]:
    """Give PostgreSQL's range types and those of several ranges."""
    of = {
        "int4": Type(kind="integer", bits=32), "int8": Type(kind="integer"), "num": Type(kind="decimal", scale=2),
        "ts": Type(kind="datetime"), "tstz": Type(kind="datetime", zone=True), "date": Type(kind="date"),
    }  # fmt: skip
    for name, element in of.items():
        yield f"{name}range", _range("range", element)
        yield f"{name}multirange", _range("multirange", element)


def _by_name(*groups: tuple[str, Maker]) -> dict[str, Maker]:
    """Read ``("int, integer", maker)`` as one maker under several names."""
    return {name.strip(): maker for names, maker in groups for name in names.split(",")}


_COMMON = _by_name(
    ("int, integer, int4, serial, serial4, signed", _integer(32)),
    ("bigint, int8, bigserial, serial8, long, unsigned big int, int64", _integer(64)),
    ("smallint, int2, smallserial, serial2", _integer(16)),
    ("mediumint, int3, middleint", _integer(24)),
    ("tinyint", _tinyint),
    ("int1", _integer(8)),
    ("boolean, bool, logical", _always(Type(kind="boolean"))),
    ("bit", _bit),
    ("numeric, decimal, dec, fixed, number", _decimal(18, 2)),
    ("money, currency", _always(Type(kind="decimal", precision=19, scale=2))),
    ("smallmoney", _always(Type(kind="decimal", precision=10, scale=2))),
    ("real, double, double precision, float8, binary_double", _always(Type(kind="float"))),
    ("float4, binary_float", _always(Type(kind="float", bits=32))),
    ("float", _float),
    ("varchar, character varying, char varying, varchar2, nvarchar, nvarchar2, string", _text),
    ("national varchar, national character varying, national char varying, varying character", _text),
    ("native character, text, ntext, clob, nclob, longtext, long varchar, citext", _text),
    ("blob sub_type text, character large object, tinytext, mediumtext, name", _text),
    ("bpchar", lambda declared: replace(_text(declared), fixed=bool(declared.numbers))),
    ("char, character, nchar, national char, national character", _char),
    ("blob, bytea, longblob, mediumblob, tinyblob, varbinary, binary varying, image, raw", _bytes),
    ("binary large object, binary", _bytes),
    ("date", _always(Type(kind="date"))),
    ("time, time without time zone", _moment("time", zone=False, precision=None)),
    ("timetz, time with time zone", _moment("time", zone=True, precision=None)),
    ("timestamp, datetime, timestamp without time zone, datetime2", _moment("datetime", zone=False, precision=None)),
    ("smalldatetime", _moment("datetime", zone=False, precision=0)),
    ("timestamptz, timestamp with time zone, datetimeoffset", _moment("datetime", zone=True, precision=None)),
    ("timestamp with local time zone", _moment("datetime", zone=True, precision=None)),
    ("uuid, guid, uniqueidentifier", _always(Type(kind="uuid"))),
    ("json, jsonb", _always(Type(kind="json"))),
    ("inet, cidr, inet4, inet6", _always(Type(kind="ip"))),
    ("macaddr, macaddr8", _always(Type(kind="mac"))),
    ("interval", _moment("interval", zone=False, precision=None)),
    ("enum, set", _labels),
)

_INTERVAL_FIELDS = ("year", "month", "day", "hour", "minute", "second", "year to month", "day to hour", "day to minute",
                    "day to second", "hour to minute", "hour to second", "minute to second")  # fmt: skip

_FORMS = ("ltree", "lquery", "ltxtquery", "hstore", "tsvector", "tsquery", "xml", "jsonpath", "point", "lseg", "box", "path",
          "polygon", "line", "circle", "cube", "seg", "pg_lsn", "tid", "vector", "sparsevec", "geometry", "regclass", "regtype",
          "regproc", "regprocedure", "regoper", "regoperator", "regnamespace", "regrole", "regcollation", "regconfig",
          "regdictionary", "ean13", "isbn", "issn", "ismn", "upc")  # fmt: skip
"""Types of PostgreSQL and its modules whose form bears their own name."""
_GEOMETRIES = "point, linestring, polygon, multipoint, multilinestring, multipolygon, geometrycollection, geomcollection, geometry"

_OWN: dict[Dialect, dict[str, Maker]] = {
    "sqlite": _by_name(
        (" , any", _text),  # no type at all, and STRICT's ANY: whatever is stored stays as it is
        ("integer", _integer(64)),
        ("year", _integer(16)),
    ),
    "postgresql": _by_name(
        ("numeric, decimal, dec", _decimal(None, 2)),
        ("real", _always(Type(kind="float", bits=32))),
        ("name", _always(Type(kind="text", length=LONGEST_NAME))),
        ("oid", _always(Type(kind="integer", bits=32, signed=False))),
        ("bit", _form("bit")),
        ("bit varying, varbit", _form("varbit")),
        ("money", _always(Type(kind="decimal", precision=18, scale=2))),  # 2**63 hundredths hold no more digits
        ("xid, xid8, cid", _form("xid")),
        ("halfvec", _form("vector")),
        ("geography", _form("geometry")),
        ("txid_snapshot, pg_snapshot", _form("snapshot")),
        ("int2vector, oidvector", _form("vectors of numbers")),
        ("isbn13", _form("isbn")),
        ("issn13", _form("issn")),
        ("ismn13", _form("ismn")),
        *((name, _form(name)) for name in _FORMS),
        *_ranges(),
        *((f"interval {fields}", _moment("interval", zone=False, precision=None)) for fields in _INTERVAL_FIELDS),
    ),
    "mysql": _by_name(
        ("numeric, decimal, dec, fixed", _decimal(10, 0)),
        ("float", _mysql_float),
        ("time", _moment("time", zone=False, precision=0)),
        ("timestamp, datetime", _moment("datetime", zone=False, precision=0)),
        ("serial", _always(Type(kind="integer", signed=False))),
        ("year", _integer(16)),
        ("bit", _mysql_bit),
        ("inet4", _form("inet4", "ip")),
        ("inet6", _form("inet6", "ip")),
        (_GEOMETRIES, _form("wkb", "bytes")),
        ("binary, char byte", _binary),
        ("tinytext", _always(Type(kind="text", length=255 // 4))),
        ("text", _always(Type(kind="text", length=65_535 // 4))),
        ("mediumtext", _always(Type(kind="text", length=16_777_215 // 4))),
        ("tinyblob", _always(Type(kind="bytes", length=255))),
        ("blob", _always(Type(kind="bytes", length=65_535))),
        ("mediumblob", _always(Type(kind="bytes", length=16_777_215))),
    ),
}
