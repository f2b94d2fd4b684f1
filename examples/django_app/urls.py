"""Addresses of the project."""

from django.urls import path
from events import views

urlpatterns = [
    path("events/", views.upcoming),
    path("events/<int:number>/", views.event),
    path("events/<int:number>/book/", views.book),
]
