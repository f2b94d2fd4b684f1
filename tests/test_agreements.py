"""References guessed from names."""

from __future__ import annotations

from fixturegen.agreements import agreeing
from fixturegen.schema import Column, Reference, Schema, Table, Type, Unique

TEXT = Type(kind="text", length=20)


def table(name: str, *columns: str, refers: dict[str, str] | None = None) -> Table:
    references = tuple(
        Reference(columns=(column,), table=parent, target=(f"{parent[:-1]}_id",), name=column)
        for column, parent in (refers or {}).items()
    )
    made = tuple(Column(name=column, type=TEXT) for column in columns)
    return Table(name=name, columns=made, primary_key=Unique(columns=columns[:1]), references=references)


def schema(*tables: Table) -> Schema:
    return Schema(tables={each.name: each for each in tables})


ROOMS = table("rooms", "room_id")
LINKS = table("links", "link_id", "event_id", "room_id", refers={"event_id": "events", "room_id": "rooms"})


def test_a_parents_column_refers_to_what_that_name_means() -> None:
    made = agreeing(schema(ROOMS, table("events", "event_id", "room_id"), LINKS), "links")
    assert [(one.columns, one.table, one.target) for one in made.tables["events"].references] == [
        (("room_id",), "rooms", ("room_id",))
    ]
    assert made.tables["links"] == LINKS


def test_what_is_declared_or_would_make_a_circle_stays() -> None:
    declared = schema(ROOMS, table("events", "event_id", "room_id", refers={"room_id": "rooms"}), LINKS)
    assert agreeing(declared, "links") is declared
    circle = schema(
        table("rooms", "room_id", "event_id", refers={"event_id": "events"}),
        table("events", "event_id", "room_id"),
        LINKS,
    )
    assert agreeing(circle, "links") is circle
    strangers = schema(ROOMS, table("events", "event_id", "hall"), LINKS)
    assert agreeing(strangers, "links") is strangers
