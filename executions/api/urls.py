"""Addresses about executions and what is in them."""

from django.urls import path

from executions.api import events

urlpatterns = [
    path("executions/<str:execution_id>/events", events.ExecutionEvents.as_view(), name="api_execution_events"),
    path(
        "executions/<str:execution_id>/events/poll",
        events.ExecutionEventsPoll.as_view(),
        name="api_execution_events_poll",
    ),
]
