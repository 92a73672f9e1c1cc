"""Disables subscriptions, by people or because nothing reaches them."""

from __future__ import annotations

from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal
from mino.common.waking import wake
from webhooks.models import Delivery, DeliveryStatus, DisabledBy, Subscription
from webhooks.sending.waking import TELL_OWNERS_TASK

ENDED = "The webhook was disabled, or its organization deleted, before this was delivered."


def disable(subscription: Subscription, reason: DisabledBy, *, by: Principal | None = None) -> None:
    """Send nothing more; what waits has failed, and can be redelivered when the webhook is enabled again.

    Calls under way end by themselves. The caller holds the lock of the subscription. The owners are told by mail
    unless a person did it.
    """
    now = timezone.now()
    is_own_doing = reason is DisabledBy.PERSON
    Subscription.objects.filter(pk=subscription.pk).update(
        is_enabled=False,
        disabled_at=now,
        disabled_by=reason,
        owners_due_at=None if is_own_doing else now,
        updated_at=now,
    )
    end_waiting(subscription)
    after = {"disabled": reason.label}
    record("webhook.paused", subscription, organization=subscription.organization, after=after, by=by)
    if not is_own_doing:
        wake(TELL_OWNERS_TASK, str(subscription.pk))


def end_waiting(subscription: Subscription) -> None:
    """Let what waits for its turn or its next attempt have failed. The caller holds the lock of the subscription."""
    waiting = Delivery.objects.filter(subscription=subscription.pk, status=DeliveryStatus.PENDING, claim=None)
    waiting.update(status=DeliveryStatus.FAILED, due_at=None, error=ENDED, finished_at=timezone.now())
