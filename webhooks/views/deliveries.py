"""One delivery: what was sent, what came back, and sending it again."""

from __future__ import annotations

import json
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from mino.common.errors import ServiceError
from webhooks.models import Delivery, DeliveryStatus
from webhooks.services.deliveries import delivery_redeliver
from webhooks.views.finding import refused, the_delivery


@require_safe
def webhook_delivery(
    request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID, delivery_id: uuid.UUID
) -> HttpResponse:
    """A delivery with its attempts, the newest first."""
    delivery = the_delivery(request, webhook_id, delivery_id)
    context = {
        "delivery": delivery,
        "subscription": delivery.subscription,
        "attempts": list(delivery.newest_attempts()),
        "body": json.dumps(json.loads(delivery.event.body), indent=2, ensure_ascii=False),
        "is_waiting": delivery.status == DeliveryStatus.PENDING,
        "held_by": _held_by(delivery),
    }
    template = "webhooks/_delivery.html" if request.headers.get("HX-Request") else "webhooks/delivery.html"
    return render(request, template, context)


@require_POST
def webhook_redeliver(
    request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID, delivery_id: uuid.UUID
) -> HttpResponse:
    """Send it again."""
    delivery = the_delivery(request, webhook_id, delivery_id)
    try:
        delivery_redeliver(delivery=delivery, user=request.user)
    except ServiceError as error:
        return refused(request, error, slug, webhook_id, delivery_id)
    messages.success(request, "It is sent again, with the same id and the same body.")
    return redirect("webhook_delivery", slug, webhook_id, delivery_id)


def _held_by(delivery: Delivery) -> Delivery | None:
    """The earlier delivery about the same subject for which it waits."""
    if delivery.status != DeliveryStatus.PENDING or delivery.due_at is not None:
        return None
    earlier = Delivery.objects.filter(
        subscription=delivery.subscription_id,
        subject_id=delivery.subject_id,
        status=DeliveryStatus.PENDING,
        is_first=True,
        number__lt=delivery.number,
    )
    return earlier.order_by("number").first()
