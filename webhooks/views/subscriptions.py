"""Webhooks: the list, one of them with its log, and what can be done with it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.pagination import keyset_page
from webhooks.filters import DeliveryFilter
from webhooks.forms import ExampleForm, SubscriptionForm
from webhooks.models import DeliveryStatus, Subscription
from webhooks.services import deliveries as delivery_services
from webhooks.services import subscriptions as services
from webhooks.views.finding import refused, the_subscription


@require_safe
def webhooks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """All webhooks of the organization."""
    require(request.user, services.MANAGE, request.organization)
    mine = Subscription.objects.visible_to(request.user).filter(organization=request.organization)
    context = {"subscriptions": list(mine), "most": services.MOST_SUBSCRIPTIONS}
    return render(request, "webhooks/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A new webhook; its secret is shown this once."""
    require(request.user, services.MANAGE, request.organization)
    form = SubscriptionForm(request.POST or None, initial={"events": ["execution.completed"]})
    if request.method == "POST" and form.is_valid():
        try:
            shown = services.subscription_create(
                organization=request.organization, user=request.user, **form.cleaned_data
            )
        except ServiceError as error:
            add_service_error(form, error)
        else:
            return _secret(request, shown, is_new=True)
    return render(request, "webhooks/form.html", {"form": form, "subscription": None})


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Another address, other events, another description."""
    subscription = the_subscription(request, webhook_id)
    values = {"url": subscription.url, "description": subscription.description, "events": subscription.events}
    form = SubscriptionForm(request.POST or None, initial=values)
    if request.method == "POST" and form.is_valid():
        try:
            services.subscription_change(subscription=subscription, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "The webhook is saved.")
            return redirect("webhook", slug, webhook_id)
    return render(request, "webhooks/form.html", {"form": form, "subscription": subscription})


@require_safe
def webhook(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """One webhook with its deliveries, the newest first."""
    subscription = the_subscription(request, webhook_id)
    chosen = DeliveryFilter(request.GET, queryset=subscription.deliveries.select_related("event").defer("event__body"))
    most = delivery_services.MOST_AT_ONCE
    failed = subscription.deliveries.filter(status=DeliveryStatus.FAILED).order_by()
    context = {
        "subscription": subscription,
        "filter": chosen,
        "page": keyset_page(chosen.qs, request.GET, keys=("number",)),
        "failed": failed.values("pk")[: most + 1].count(),
        "most": most,
        "previous_holds": (subscription.previous_secret_until or timezone.now()) > timezone.now(),
        "test": ExampleForm(initial={"event": subscription.events[0]}),
    }
    return render(request, "webhooks/detail.html", context)


@require_POST
def webhook_enable(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Send again."""
    try:
        services.subscription_enable(subscription=the_subscription(request, webhook_id), user=request.user)
    except ServiceError as error:
        return refused(request, error, slug, webhook_id)
    messages.success(request, "The webhook is enabled. What happens from now on is sent.")
    return redirect("webhook", slug, webhook_id)


@require_POST
def webhook_disable(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Send nothing more."""
    try:
        services.subscription_disable(subscription=the_subscription(request, webhook_id), user=request.user)
    except ServiceError as error:
        return refused(request, error, slug, webhook_id)
    messages.success(request, "The webhook is disabled. What happens meanwhile is not kept for it.")
    return redirect("webhook", slug, webhook_id)


@require_POST
def webhook_delete(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Remove it with its log."""
    services.subscription_delete(subscription=the_subscription(request, webhook_id), user=request.user)
    messages.success(request, "The webhook is deleted.")
    return redirect("webhooks", slug)


@never_cache
@require_POST
def webhook_rotate(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Another secret, shown this once."""
    subscription = the_subscription(request, webhook_id)
    try:
        shown = services.subscription_rotate(subscription=subscription, user=request.user)
    except ServiceError as error:
        return refused(request, error, slug, webhook_id)
    return _secret(request, shown, is_new=False)


@require_POST
def webhook_test(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Send the example of an event."""
    subscription = the_subscription(request, webhook_id)
    try:
        delivery = delivery_services.example_send(
            subscription=subscription, user=request.user, event=request.POST.get("event", "")
        )
    except ServiceError as error:
        return refused(request, error, slug, webhook_id)
    messages.success(request, "The test is on its way. This page shows what came of it in a moment.")
    return redirect("webhook_delivery", slug, webhook_id, delivery.pk)


@require_POST
def webhook_redeliver_failed(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Send all failed deliveries again."""
    subscription = the_subscription(request, webhook_id)
    try:
        count = delivery_services.deliveries_redeliver_failed(subscription=subscription, user=request.user)
    except ServiceError as error:
        return refused(request, error, slug, webhook_id)
    what = "1 delivery is" if count == 1 else f"{count:,} deliveries are"
    messages.success(request, f"{what} sent again, the earliest first." if count else "Nothing has failed.")
    return redirect("webhook", slug, webhook_id)


def _secret(request: WorkspaceRequest, shown: services.Shown, *, is_new: bool) -> HttpResponse:
    context = {"subscription": shown.subscription, "secret": shown.secret, "is_new": is_new}
    return render(request, "webhooks/secret.html", context)
