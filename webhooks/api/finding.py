"""Finds what addresses name, within the organization that is meant."""

from __future__ import annotations

import uuid

from django.http import Http404

from accounts.api.base import ApiRequest
from accounts.permissions import require
from webhooks.models import Delivery, Subscription
from webhooks.services.subscriptions import MANAGE


def find_webhook(request: ApiRequest, webhook_id: uuid.UUID) -> Subscription:
    """The webhook, for those who may manage it. Raises Http404 or PermissionDenied."""
    mine = Subscription.objects.visible_to(request.user).filter(organization=request.organization)
    found = mine.select_related("organization").filter(pk=webhook_id).first()
    if found is None:
        raise Http404("There is no such webhook, or you can't see it.")
    require(request.user, MANAGE, request.organization)
    return found


def find_delivery(request: ApiRequest, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
    """The delivery of that webhook. Raises Http404 or PermissionDenied."""
    subscription = find_webhook(request, webhook_id)
    mine = Delivery.objects.filter(subscription=subscription).select_related("subscription__organization")
    found = mine.filter(pk=delivery_id).first()
    if found is None:
        raise Http404("There is no such delivery of this webhook.")
    return found
