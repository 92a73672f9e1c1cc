"""Webhooks for platform staff: to look at. Their organization's admins change them, on pages that audit it."""

from __future__ import annotations

from django.contrib import admin

from mino.common.admin import ReadOnlyInline
from mino.common.admin_search import IndexedAdmin
from webhooks.models import Attempt, Delivery, Event, PendingEvent, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(IndexedAdmin):
    """Subscriptions, without their secrets."""

    list_display = [
        *("url", "organization", "is_enabled", "disabled_by", "consecutive_failures"),
        *("last_success_at", "last_failure_at", "created_at", "deleted_at"),
    ]
    list_select_related = ["organization"]
    list_filter = ["is_enabled", "disabled_by"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of a webhook, or the short name of an organization."
    exclude = ["secret", "previous_secret"]


class AttemptInline(ReadOnlyInline):
    """The attempts of a delivery."""

    model = Attempt
    fields = ["number", "started_at", "duration", "url", "status_code", "error"]


@admin.register(Delivery)
class DeliveryAdmin(IndexedAdmin):
    """Deliveries, the newest first, with their attempts."""

    list_display = [
        *("event_name", "organization", "subscription", "number", "status", "attempts"),
        *("status_code", "duration", "due_at", "created_at"),
    ]
    list_select_related = ["organization", "subscription"]
    list_filter = ["status"]
    id_fields = ["pk", "subscription", "event"]
    search_help_text = "The id of a delivery, a webhook or an event."
    inlines = [AttemptInline]


@admin.register(Event)
class EventAdmin(IndexedAdmin):
    """What was told, the newest first."""

    list_display = ["name", "organization", "is_test", "created_at"]
    list_select_related = ["organization"]
    heavy_fields = ["body"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of an event, or the short name of an organization."


@admin.register(PendingEvent)
class PendingEventAdmin(IndexedAdmin):
    """What happened and is not told yet."""

    list_display = ["id", "name", "organization", "created_at"]
    list_select_related = ["organization"]
    heavy_fields = ["data"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of an event, or the short name of an organization."


@admin.register(Attempt)
class AttemptAdmin(IndexedAdmin):
    """Each try to tell something, without the signed headers."""

    exclude = ["request_headers"]
    list_display = ["id", "delivery_id", "number", "status_code", "error", "started_at", "duration"]
    heavy_fields = ["request_headers", "response_headers", "response_body"]
    id_fields = ["pk", "delivery"]
    search_help_text = "The id of an attempt or a delivery."
    raw_id_fields = ["delivery"]
