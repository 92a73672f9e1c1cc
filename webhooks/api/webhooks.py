"""Webhooks."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from webhooks.api import shapes
from webhooks.api.finding import find_webhook
from webhooks.models import Subscription
from webhooks.services import subscriptions as services

WEBHOOKS = Listing(shapes.Webhook, {"created_at": Key("created_at")})
HEADING = "Webhooks"
SCOPE = Scope.MANAGE_WEBHOOKS


class WebhookList(ApiView):
    """The webhooks of an organization."""

    heading = HEADING

    @operation("webhook_list", "List webhooks", scope=SCOPE, listing=WEBHOOKS)
    def get(self, request: ApiRequest) -> Response:
        """The webhooks of the organization, the newest first. Needs an admin."""
        require(request.user, services.MANAGE, request.organization)
        return self.page(Subscription.objects.visible_to(request.user).filter(organization=request.organization))

    @operation(
        "webhook_create",
        "Create a webhook",
        scope=SCOPE,
        takes=shapes.WebhookNew,
        answers=shapes.WebhookSecret,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Have an address told of events. The answer has the secret, which can't be read again. Needs an admin."""
        shown = services.subscription_create(organization=request.organization, user=request.user, **values)
        address = reverse("api_webhook", args=[shown.subscription.pk])
        return self.answer(shown.subscription, shapes.WebhookSecret, created_at=address, secret=shown.secret)


class WebhookDetail(ApiView):
    """One webhook."""

    heading = HEADING

    @operation("webhook_read", "Read a webhook", scope=SCOPE, answers=shapes.Webhook)
    def get(self, request: ApiRequest, webhook_id: uuid.UUID) -> Response:
        """A webhook, with when it last worked and why it was disabled. Needs an admin."""
        return self.answer(find_webhook(request, webhook_id), shapes.Webhook)

    @operation(
        "webhook_update",
        "Change a webhook",
        scope=SCOPE,
        takes=shapes.WebhookChange,
        answers=shapes.Webhook,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, webhook_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Change address, events or description, or switch it on and off. What is left out stays. Needs an admin."""
        wanted = values.pop("is_enabled", None)
        with self.edited(find_webhook(request, webhook_id), shapes.Webhook) as subscription:
            if values:
                kept = {name: getattr(subscription, name) for name in ("url", "events", "description")}
                services.subscription_change(subscription=subscription, user=request.user, **{**kept, **values})
            if wanted is not None:
                switch = services.subscription_enable if wanted else services.subscription_disable
                switch(subscription=subscription, user=request.user)
        return self.answer(subscription, shapes.Webhook)

    @operation("webhook_delete", "Delete a webhook", scope=SCOPE, status=204, conditional=True)
    def delete(self, request: ApiRequest, webhook_id: uuid.UUID) -> Response:
        """Delete a webhook with its log; what still waits is not sent. Needs an admin."""
        subscription = find_webhook(request, webhook_id)
        with self.unchanged(subscription, shapes.Webhook, _lock):
            services.subscription_delete(subscription=subscription, user=request.user)
        return self.nothing()


class WebhookRotation(ApiView):
    """The secret of a webhook."""

    heading = HEADING

    @operation(
        "webhook_rotate",
        "Replace the secret",
        scope=SCOPE,
        answers=shapes.WebhookSecret,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, webhook_id: uuid.UUID) -> Response:
        """Give a webhook another secret. For 24 hours calls are signed with both. Needs an admin."""
        found = find_webhook(request, webhook_id)
        shown = services.subscription_rotate(subscription=found, user=request.user)
        return self.answer(shown.subscription, shapes.WebhookSecret, secret=shown.secret)


def _lock(subscription: Subscription) -> None:
    """As the services do."""
    Subscription.objects.select_for_update().get(pk=subscription.pk)
