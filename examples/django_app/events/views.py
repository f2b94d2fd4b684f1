"""What the web sees of events."""

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from events.models import Booking, Event


def taken(event: Event) -> int:
    return event.bookings.aggregate(sum=Sum("seats"))["sum"] or 0


def upcoming(request: HttpRequest) -> JsonResponse:
    events = Event.objects.filter(cancelled=False).select_related("venue").order_by("starts_at", "id")
    return JsonResponse({"events": [{"title": each.title, "venue": each.venue.name} for each in events]})


def event(request: HttpRequest, number: int) -> JsonResponse:
    found = get_object_or_404(Event, pk=number)
    return JsonResponse({"title": found.title, "city": found.venue.city, "left": found.places - taken(found)})


@require_POST
def book(request: HttpRequest, number: int) -> JsonResponse:
    found = get_object_or_404(Event, pk=number)
    seats = int(request.POST["seats"])
    if found.cancelled or taken(found) + seats > found.places:
        return JsonResponse({"error": "no places"}, status=409)
    try:
        with transaction.atomic():
            booking = Booking.objects.create(event=found, email=request.POST["email"], seats=seats)
    except IntegrityError:
        return JsonResponse({"error": "booked already, or too many seats"}, status=409)
    return JsonResponse({"booking": booking.pk, "left": found.places - taken(found)}, status=201)
