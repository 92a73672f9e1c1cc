"""Tells the owners of an organization by mail that nothing is sent to an address any more."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from webhooks.models import Subscription

LEASE = timedelta(minutes=5)


def owners_tell(subscription_id: uuid.UUID) -> bool:
    """Send the mail if it is due and nobody else does; answers whether it was. Where it fails, the sweep comes back."""
    now = timezone.now()
    mine = Subscription.objects.filter(pk=subscription_id)
    if not mine.filter(owners_due_at__lte=now).update(owners_due_at=now + LEASE):
        return False
    subscription = mine.select_related("organization").get()
    owners = Membership.objects.filter(organization=subscription.organization, role=Role.OWNER, user__is_active=True)
    path = reverse("webhook", args=[subscription.organization.slug, subscription.pk])
    text = render_to_string(
        "webhooks/mail/disabled.txt",
        {"subscription": subscription, "organization": subscription.organization, "url": settings.PUBLIC_URL + path},
    )
    for address in owners.values_list("user__email", flat=True):
        send_mail(f"A webhook of {subscription.organization.name} was disabled", text, None, [address])
    mine.update(owners_due_at=None)
    return True
