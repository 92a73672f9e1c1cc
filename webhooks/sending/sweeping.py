"""Finds what lost wake-up calls, dead workers and restarts left behind. Harmless at any time, and twice."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mino.common.waking import wake
from webhooks.events import GATHER_SECONDS
from webhooks.models import PendingEvent, Subscription
from webhooks.sending.claiming import due_deliveries
from webhooks.sending.waking import TELL_OWNERS_TASK, wake_handing_out, wake_senders

MOST = 100


def sweep() -> None:
    """Wake workers for events that were not handed out, deliveries that are due, and owners who were not told."""
    now = timezone.now()
    ripe = PendingEvent.objects.filter(created_at__lte=now - timedelta(seconds=GATHER_SECONDS))
    oldest = ripe.order_by("created_at").values_list("organization_id", flat=True)[: 10 * MOST]
    for organization_id in list(dict.fromkeys(oldest))[:MOST]:
        wake_handing_out(organization_id)
    wake_senders(len(due_deliveries(now).values_list("pk")[: settings.WEBHOOK_THREADS]))
    untold = Subscription.objects.filter(owners_due_at__lte=now).values_list("pk", flat=True)[:MOST]
    for subscription_id in untold:
        wake(TELL_OWNERS_TASK, str(subscription_id))
