"""Addresses of webhooks, under the settings of an organization."""

from django.urls import path

from webhooks.views import deliveries, signature, subscriptions

WEBHOOKS = "o/<slug:slug>/settings/webhooks/"
WEBHOOK = f"{WEBHOOKS}<uuid:webhook_id>/"
DELIVERY = f"{WEBHOOK}deliveries/<uuid:delivery_id>/"

urlpatterns = [
    path(WEBHOOKS, subscriptions.webhooks, name="webhooks"),
    path(f"{WEBHOOKS}new/", subscriptions.webhook_create, name="webhook_create"),
    path(WEBHOOK, subscriptions.webhook, name="webhook"),
    path(f"{WEBHOOK}edit/", subscriptions.webhook_edit, name="webhook_edit"),
    path(f"{WEBHOOK}enable/", subscriptions.webhook_enable, name="webhook_enable"),
    path(f"{WEBHOOK}disable/", subscriptions.webhook_disable, name="webhook_disable"),
    path(f"{WEBHOOK}delete/", subscriptions.webhook_delete, name="webhook_delete"),
    path(f"{WEBHOOK}rotate/", subscriptions.webhook_rotate, name="webhook_rotate"),
    path(f"{WEBHOOK}test/", subscriptions.webhook_test, name="webhook_test"),
    path(f"{WEBHOOK}redeliver-failed/", subscriptions.webhook_redeliver_failed, name="webhook_redeliver_failed"),
    path(f"{WEBHOOK}signature/", signature.webhook_signature, name="webhook_signature"),
    path(DELIVERY, deliveries.webhook_delivery, name="webhook_delivery"),
    path(f"{DELIVERY}redeliver/", deliveries.webhook_redeliver, name="webhook_redeliver"),
]
