"""Tells the owners of an organization by mail that nothing is sent to an address any more."""

from __future__ import annotations

import enum
import logging
import uuid
from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from webhooks.models import Subscription

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
"""How long after a webhook was disabled its owners are still to be told."""


class Outcome(enum.Enum):
    """What came of a mail to one owner."""

    SENT = enum.auto()
    REFUSED = enum.auto()
    """For good: it is not tried again."""
    NOT_SENT = enum.auto()


def owners_tell(subscription_id: uuid.UUID) -> bool:
    """Send the owners their mails if these are due and nobody else does; answers whether any went out.

    While none did, and another time might do better, the sweep comes back: within a day of the disabling.
    """
    now = timezone.now()
    mine = Subscription.objects.filter(pk=subscription_id)
    if not mine.filter(owners_due_at__lte=now).update(owners_due_at=now + LEASE):
        return False
    subscription = mine.select_related("organization").get()
    owners = Membership.objects.filter(organization=subscription.organization, role=Role.OWNER, user__is_active=True)
    subject, text = _mail(subscription)
    addresses = list(owners.values_list("user__email", flat=True))
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: a mail server may take its time
    outcomes = {_send_one(subject, text, address) for address in addresses}
    is_worth_another_time = Outcome.SENT not in outcomes and Outcome.NOT_SENT in outcomes
    if not is_worth_another_time or (subscription.disabled_at or now) <= now - LONGEST:
        mine.filter(owners_due_at=now + LEASE).update(owners_due_at=None)
    return Outcome.SENT in outcomes


def _mail(subscription: Subscription) -> tuple[str, str]:
    """Its subject and its text."""
    organization = subscription.organization
    url = settings.PUBLIC_URL + reverse("webhook", args=[organization.slug, subscription.pk])
    context = {"subscription": subscription, "organization": organization, "url": url}
    return f"A webhook of {organization.name} was disabled", render_to_string("webhooks/mail/disabled.txt", context)


def _send_one(subject: str, text: str, address: str) -> Outcome:
    try:
        send_mail(subject, text, None, [address])
    except (SMTPException, OSError) as error:
        logger.warning("A mail about a disabled webhook could not be sent: %s", type(error).__name__)
        return Outcome.REFUSED if _is_final(error) else Outcome.NOT_SENT
    return Outcome.SENT


def _is_final(error: Exception) -> bool:
    """Whether the mail server refuses this address, or this mail, at any time."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500
