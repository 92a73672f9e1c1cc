"""Finds what the addresses of these pages name."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from webhooks.models import Delivery, Subscription
from webhooks.services.subscriptions import MANAGE


def the_subscription(request: WorkspaceRequest, webhook_id: uuid.UUID) -> Subscription:
    """A webhook of the organization, for those who may manage it. Raises Http404 or PermissionDenied."""
    mine = Subscription.objects.visible_to(request.user).filter(organization=request.organization)
    found = get_object_or_404(mine.select_related("organization"), pk=webhook_id)
    require(request.user, MANAGE, request.organization)
    return found


def the_delivery(request: WorkspaceRequest, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
    """A delivery of a webhook of the organization. Raises Http404 or PermissionDenied."""
    subscription = the_subscription(request, webhook_id)
    mine = Delivery.objects.filter(subscription=subscription).select_related("event", "subscription__organization")
    return get_object_or_404(mine, pk=delivery_id)


def refused(
    request: WorkspaceRequest, error: ServiceError, slug: str, webhook_id: uuid.UUID, *delivery: uuid.UUID
) -> HttpResponse:
    """Back to the webhook, or its delivery, with why something was not done; to all if it was deleted a moment ago."""
    messages.error(request, error.message)
    is_there = Subscription.objects.filter(pk=webhook_id, deleted_at=None).exists()
    if not is_there:
        return redirect("webhooks", slug)
    return redirect("webhook_delivery" if delivery else "webhook", slug, webhook_id, *delivery)
