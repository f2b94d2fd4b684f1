"""Venues, events and bookings."""

from typing import ClassVar

from django.db import models


class Venue(models.Model):
    name = models.CharField(max_length=80, unique=True)
    city = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="events")
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    places = models.PositiveSmallIntegerField()
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(places__gte=1, places__lte=500), name="event_places"),
        ]

    def __str__(self) -> str:
        return self.title


class Booking(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="bookings")
    email = models.EmailField()
    seats = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "email"], name="booking_once"),
            models.CheckConstraint(condition=models.Q(seats__gte=1, seats__lte=6), name="booking_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.seats}"
