"""Addresses about webhooks."""

from django.urls import path

from webhooks.api import deliveries, webhooks

WEBHOOK = "webhooks/<str:webhook_id>"
DELIVERY = f"{WEBHOOK}/deliveries/<str:delivery_id>"

urlpatterns = [
    path("webhooks", webhooks.WebhookList.as_view(), name="api_webhooks"),
    path(WEBHOOK, webhooks.WebhookDetail.as_view(), name="api_webhook"),
    path(f"{WEBHOOK}/rotate", webhooks.WebhookRotation.as_view(), name="api_webhook_rotation"),
    path(f"{WEBHOOK}/test", deliveries.WebhookTest.as_view(), name="api_webhook_test"),
    path(f"{WEBHOOK}/deliveries", deliveries.DeliveryList.as_view(), name="api_webhook_deliveries"),
    path(f"{WEBHOOK}/redeliver-failed", deliveries.FailedRedelivery.as_view(), name="api_webhook_redeliver_failed"),
    path(DELIVERY, deliveries.DeliveryDetail.as_view(), name="api_webhook_delivery"),
    path(f"{DELIVERY}/redeliver", deliveries.Redelivery.as_view(), name="api_webhook_redeliver"),
]
