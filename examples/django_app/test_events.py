"""The views, with seeded rows and rows made for a test."""

import pytest
from events.models import Booking, Event, Venue


def test_the_seed_is_there(fixturegen_django):
    assert (Venue.objects.count(), Event.objects.count(), Booking.objects.count()) == (3, 8, 30)


def test_events_in_order(fixturegen_django, client):
    shown = [each["title"] for each in client.get("/events/").json()["events"]]
    rows = Event.objects.filter(cancelled=False)
    assert shown == [event.title for event in sorted(rows, key=lambda event: (event.starts_at, event.pk))]


def test_cancelled_events_are_not_shown(fixturegen_django, client):
    fixturegen_django.make("events_event", title="off", cancelled=True)
    fixturegen_django.make("events_event", title="on", cancelled=False, venue={"name": "The Barn"})
    shown = {each["title"]: each["venue"] for each in client.get("/events/").json()["events"]}
    assert shown["on"] == "The Barn"
    assert "off" not in shown


def test_places_left(fixturegen_django, client):
    made = fixturegen_django.make("events_event", places=20, events_booking=[{"seats": 2}, {"seats": 5}])
    assert client.get(f"/events/{made.row['id']}/").json()["left"] == 13


@pytest.mark.parametrize(("seats", "status"), [(3, 201), (4, 409)])
def test_nobody_books_a_place_that_is_taken(fixturegen_django, client, seats, status):
    event = fixturegen_django.make("events_event", places=8, cancelled=False, events_booking={"seats": 5}).row["id"]
    answer = client.post(f"/events/{event}/book/", {"email": "ada@example.com", "seats": seats})
    assert answer.status_code == status
    assert Booking.objects.filter(event=event).count() == (2 if status == 201 else 1)


def test_nobody_books_twice(fixturegen_django, client):
    event = fixturegen_django.make("events_event", places=8, cancelled=False).row["id"]
    wanted = {"email": "ada@example.com", "seats": 1}
    assert [client.post(f"/events/{event}/book/", wanted).status_code for _ in range(2)] == [201, 409]


def test_without_the_fixture_tables_are_empty(db):
    assert not Event.objects.exists()
