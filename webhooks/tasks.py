"""Celery tasks: they take ids and call a service or a sender."""

from __future__ import annotations

import uuid

from celery import shared_task

from mino.common.waking import send
from webhooks.retention import deleted_purge, deliveries_expire
from webhooks.sending.handing_out import hand_out as hand_out_events
from webhooks.sending.sender import SECONDS, room_for_sender, send_due
from webhooks.sending.sweeping import sweep
from webhooks.sending.telling_owners import owners_tell
from webhooks.sending.waking import DELIVER_TASK


@shared_task
def hand_out(organization_id: str) -> None:
    """Make deliveries of what happened in an organization."""
    hand_out_events(uuid.UUID(organization_id))


@shared_task
def deliver() -> None:
    """Be a sender for about half a minute; then make room, and come back if there is more to do."""
    with room_for_sender() as has_room:
        calls = send_due(SECONDS) if has_room else 0
    if calls:
        send(DELIVER_TASK)


@shared_task
def tell_owners(subscription_id: str) -> None:
    """Tell the owners by mail that a subscription was disabled."""
    owners_tell(uuid.UUID(subscription_id))


@shared_task
def sweep_webhooks() -> None:
    """Find events, deliveries and mails that were left behind. Sent by beat every five seconds."""
    sweep()


@shared_task
def expire_deliveries() -> None:
    """Remove deliveries that were kept long enough, and those of deleted subscriptions. Sent by beat every hour."""
    deliveries_expire()
    deleted_purge()
