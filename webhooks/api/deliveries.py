"""Deliveries: the log, sending again, tests."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from webhooks.api import shapes
from webhooks.api.finding import find_delivery, find_webhook
from webhooks.api.webhooks import HEADING, SCOPE
from webhooks.events import EVENTS
from webhooks.models import Delivery, DeliveryStatus
from webhooks.services import deliveries as services


class DeliveryFilter(ListFilter):
    """What the log can be narrowed to."""

    status = WordsFilter(choices=DeliveryStatus.choices, help_text="States, separated by commas.")
    event = WordsFilter(
        field_name="event_name",
        choices=[(name, name) for name in EVENTS],
        help_text="Names of events, separated by commas.",
    )


DELIVERIES = Listing(
    shapes.Delivery, {"number": Key("number")}, default="-number", last_key="number", filters=DeliveryFilter
)


class DeliveryList(ApiView):
    """The log of a webhook."""

    heading = HEADING

    @operation("webhook_delivery_list", "List deliveries", scope=SCOPE, listing=DELIVERIES)
    def get(self, request: ApiRequest, webhook_id: uuid.UUID) -> Response:
        """What was sent to a webhook, or waits to be, the newest first. Needs an admin."""
        return self.page(Delivery.objects.filter(subscription=find_webhook(request, webhook_id)))


class DeliveryDetail(ApiView):
    """One delivery."""

    heading = HEADING

    @operation("webhook_delivery_read", "Read a delivery", scope=SCOPE, answers=shapes.DeliveryWithAttempts)
    def get(self, request: ApiRequest, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """A delivery; with `include=body,attempt_list` also what was sent and what came back. Needs an admin."""
        return self.answer(find_delivery(request, webhook_id, delivery_id), shapes.DeliveryWithAttempts)


class Redelivery(ApiView):
    """Sending a delivery again."""

    heading = HEADING

    @operation(
        "webhook_redeliver",
        "Send a delivery again",
        scope=SCOPE,
        answers=shapes.DeliveryWithAttempts,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """Send a delivery again at once, with the same id and body, and fresh attempts. Needs an admin.

        At most 300 an hour in an organization, over API and pages together.
        """
        delivery = find_delivery(request, webhook_id, delivery_id)
        services.delivery_redeliver(delivery=delivery, user=request.user)
        return self.answer(delivery, shapes.DeliveryWithAttempts)


class FailedRedelivery(ApiView):
    """Sending all that failed again."""

    heading = HEADING

    @operation(
        "webhook_redeliver_failed",
        "Send all failed deliveries again",
        scope=SCOPE,
        answers=shapes.Redelivered,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, webhook_id: uuid.UUID) -> Response:
        """Send failed deliveries again, at most 10,000 of them, the earliest; says how many. Needs an admin.

        Events of one execution (or batch) go out in the order in which they happened; later ones wait for them.
        At most 30 times an hour in an organization, over API and pages together.
        """
        found = find_webhook(request, webhook_id)
        count = services.deliveries_redeliver_failed(subscription=found, user=request.user)
        return self.answer({"redelivered": count}, shapes.Redelivered)


class WebhookTest(ApiView):
    """Sending an example."""

    heading = HEADING

    @operation(
        "webhook_test",
        "Send a test",
        scope=SCOPE,
        takes=shapes.ExampleEvent,
        answers=shapes.DeliveryWithAttempts,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, webhook_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Send the example of an event; its `data` says `"test": true`. Needs an admin.

        At most 60 an hour in an organization, over API and pages together.
        """
        found = find_webhook(request, webhook_id)
        delivery = services.example_send(subscription=found, user=request.user, **values)
        address = reverse("api_webhook_delivery", args=[found.pk, delivery.pk])
        return self.answer(delivery, shapes.DeliveryWithAttempts, created_at=address)
