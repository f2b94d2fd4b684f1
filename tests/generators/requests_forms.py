"""Cases of the law kit: types of a database's own, by their form."""

from __future__ import annotations

from laws import Case

from fixturegen.domain import Domain
from fixturegen.generator import Request
from fixturegen.schema import Column, Type

DAY, INSTANT = Type(kind="date"), Type(kind="datetime", zone=True)
NUMBER, MONEY = Type(kind="integer", bits=32), Type(kind="decimal", scale=2)
RECORD = (("name", Type(kind="text", length=9)), ("day", DAY), ("flags", Type(kind="array", element=NUMBER)))


def form(
    name: str,
    simplest: object = None,
    *,
    kind: str = "unknown",
    distinct: int = 0,
    label: str = "",
    barred: frozenset[object] = frozenset(),
    **type_: object,
) -> Case:
    column = Column(name="c", type=Type(kind=kind, form=name, **type_))  # type: ignore[arg-type]  # fields of Type by name
    request = Request(table="t", column=column, domain=Domain(barred=barred), distinct=distinct)
    return Case(generator="form", label=f"form: {label or name}", request=request, simplest=simplest)


CASES = (
    form("ltree", "aaa"),
    form("ltree", label="ltree distinct", distinct=100_000),
    form("hstore", '"aaaa"=>"aaaa"'),
    form("tsvector", "'aaaa':1 'naaa':2"),
    form("xml", "<item>aaaa</item>"),
    form("bit", "00000", length=5),
    form("bit", label="bits, distinct", length=70, distinct=1_000),
    form("varbit", "0", length=3),
    form("varbit", label="varying bits, distinct", length=40, distinct=1_000),
    form("point", "(1,0.1)"),
    form("regclass", "pg_class"),
    form("vector", "[1,1,1]", length=3),
    form("vector", label="long vector", length=1_536, distinct=1_000),
    form("sparsevec", "{1:1}/4", length=4),
    form("isbn", "9780000000002", distinct=1_000),
    form("isbn", "9780000000019", label="isbn, first barred", barred=frozenset({"978-0-00-000000-2"})),
    form("inet4", "10.0.0.0", kind="ip", distinct=1_000),
    form("inet4", "10.0.0.1", kind="ip", label="inet4, first barred", barred=frozenset({"10.0.0.0"})),
    form("inet6", "2001:db8::1:1:1", kind="ip"),
    form("range", "[1,11)", element=NUMBER),
    form("range", "[1.00,11.00)", label="range of decimals", element=MONEY),
    form("range", "[2021-01-01,2021-01-04)", label="ranges of days", element=DAY, distinct=1_000),
    form(
        "range",
        "[2021-01-10,2021-01-13)",
        label="ranges of days, two barred",
        element=DAY,
        distinct=1_000,
        barred=frozenset({"[2021-01-01,2021-01-04)", "[2021-01-06,2021-01-08)"}),
    ),
    form("range", '["2021-01-01 00:00:00+00","2021-01-01 02:00:00+00")', label="ranges of instants", element=INSTANT),
    form("multirange", "{[1,11)}", element=NUMBER, distinct=10),
    form("record", fields=RECORD),
    form("record", '("a")', label="record of one", fields=(("one", Type(kind="text", length=1)),)),
    form("geometry", "POINT(0.0000 0.0000)"),
    form(
        "geometry",
        "SRID=4326;POLYGON((0.0000 0.0000,0.0001 0.0000,0.0001 0.0001,0.0000 0.0001,0.0000 0.0000))",
        label="polygon",
        native="geometry(Polygon,4326)",
    ),
    form("geometry", "POINT ZM(0.0000 0.0000 0 0)", label="point of four", native="geometry(PointZM)"),
    form("wkb", bytes(4) + b"\x01\x01\x00\x00\x00" + bytes(16), kind="bytes", native="point"),
    form("wkb", label="polygon of bytes", kind="bytes", native="polygon"),
)
