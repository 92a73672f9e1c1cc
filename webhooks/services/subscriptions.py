"""Changes to subscriptions, by people and programs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import record
from accounts.authors import author_fields
from accounts.models import Organization
from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.outbound import OutboundRefused, policy_from_settings
from mino.common.outbound.urls import parse_target
from mino.common.secrets import SecretUnreadable
from mino.common.values.clean import clean_text
from webhooks.events import EVENTS
from webhooks.models import Delivery, DeliveryStatus, DisabledBy, Subscription
from webhooks.models.subscription import MAX_DESCRIPTION, MAX_URL
from webhooks.secrets import CURRENT, PREVIOUS, new_secret, opened, sealed
from webhooks.sending.claiming import AT_ONCE
from webhooks.sending.waking import wake_senders
from webhooks.services.disabling import disable, end_waiting

MANAGE = "accounts.manage_webhooks"
MOST_SUBSCRIPTIONS = 20
OVERLAP = timedelta(hours=24)
"""How long the secret before the current one signs as well."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription with a secret that is shown this once."""

    subscription: Subscription
    secret: str = field(repr=False)


@sensitive_variables("secret")
def subscription_create(
    *, organization: Organization, user: Principal, url: str, events: Sequence[str], description: str = ""
) -> Shown:
    """Have an address told of events from now on, with a secret of its own.

    Raises InvalidInput with what is wrong, InvalidState when there are too many, PermissionDenied.
    """
    require(user, MANAGE, organization)
    url, events, description = _checked(url, events, description)
    secret = new_secret()
    now = timezone.now()
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if Subscription.objects.filter(organization=organization, deleted_at=None).count() >= MOST_SUBSCRIPTIONS:
            raise InvalidState(f"An organization has at most {MOST_SUBSCRIPTIONS} webhooks. Delete one first.")
        subscription = Subscription(
            organization=organization,
            url=url,
            description=description,
            events=events,
            secret_set_at=now,
            **author_fields(user),
        )
        subscription.secret = sealed(secret, subscription.pk)
        subscription.save(force_insert=True)
        record("webhook.created", subscription, organization=organization, after=_told(subscription), by=user)
    return Shown(subscription, secret)


def subscription_change(
    *, subscription: Subscription, user: Principal, url: str, events: Sequence[str], description: str = ""
) -> Subscription:
    """Give it another address, other events or another description.

    Failures at the address before count no longer; what waits there for its next attempt is sent to the new one at
    once, with fresh attempts.
    Raises InvalidInput with what is wrong, InvalidState when it was deleted, PermissionDenied.
    """
    url, events, description = _checked(url, events, description)
    with _changing(subscription, user) as locked:
        before = _told(locked)
        if url != locked.url:
            locked.failed_attempts = locked.consecutive_failures = 0
            _try_waiting(locked)
        locked.url, locked.events, locked.description = url, events, description
        counts = ("failed_attempts", "consecutive_failures")
        locked.save(update_fields=["url", "events", "description", *counts, "updated_at"])
        after = _told(locked)
        record("webhook.updated", locked, organization=locked.organization, before=before, after=after, by=user)
    return locked


def _try_waiting(subscription: Subscription) -> None:
    """Let what waits for its next attempt be sent now, in a round of its own."""
    now = timezone.now()
    pending = Delivery.objects.filter(subscription=subscription, status=DeliveryStatus.PENDING)
    pending.filter(tries__gt=0).update(tries=0)
    wake_senders(min(pending.filter(claim=None, due_at__gt=now).update(due_at=now), AT_ONCE))


def subscription_enable(*, subscription: Subscription, user: Principal) -> Subscription:
    """Send again from now on. Again changes nothing. Raises InvalidState when it was deleted, PermissionDenied."""
    with _changing(subscription, user) as locked:
        if not locked.is_enabled:
            locked.is_enabled, locked.disabled_at, locked.disabled_by = True, None, ""
            locked.failed_attempts = locked.consecutive_failures = 0
            locked.owners_due_at = None
            locked.save()
            record("webhook.resumed", locked, organization=locked.organization, by=user)
    return locked


def subscription_disable(*, subscription: Subscription, user: Principal) -> Subscription:
    """Send nothing more until it is enabled; what waits has failed. Again changes nothing.

    Raises InvalidState when it was deleted, PermissionDenied.
    """
    with _changing(subscription, user) as locked:
        if locked.is_enabled:
            disable(locked, DisabledBy.PERSON, by=user)
            locked.refresh_from_db()
    return locked


@sensitive_variables("secret")
def subscription_rotate(*, subscription: Subscription, user: Principal) -> Shown:
    """Give it another secret; for 24 hours calls are signed with both. A secret before the last one ends at once.

    Raises InvalidState when it was deleted, PermissionDenied, SecretUnreadable never: what can't be read is dropped.
    """
    secret, now = new_secret(), timezone.now()
    with _changing(subscription, user) as locked:
        locked.previous_secret, locked.previous_secret_until = _kept(locked), now + OVERLAP
        locked.secret, locked.secret_set_at = sealed(secret, locked.pk), now
        locked.save(update_fields=["secret", "secret_set_at", "previous_secret", "previous_secret_until", "updated_at"])
        record("webhook.secret_rotated", locked, organization=locked.organization, by=user)
    return Shown(locked, secret)


def subscription_delete(*, subscription: Subscription, user: Principal) -> None:
    """Remove it with its log, which goes in the background. Again changes nothing. Raises PermissionDenied."""
    require(user, MANAGE, subscription.organization)
    with transaction.atomic():
        locked = Subscription.objects.select_for_update().filter(pk=subscription.pk, deleted_at=None).first()
        if locked is not None:
            Subscription.objects.filter(pk=locked.pk).update(
                deleted_at=timezone.now(), is_enabled=False, secret="", previous_secret="", owners_due_at=None
            )
            end_waiting(locked)
            organization = subscription.organization
            record("webhook.deleted", locked, organization=organization, before=_told(locked), by=user)


@contextmanager
def _changing(subscription: Subscription, user: Principal) -> Iterator[Subscription]:
    """The subscription under lock, in a transaction."""
    require(user, MANAGE, subscription.organization)
    with transaction.atomic():
        yield locked_subscription(subscription.pk)


def locked_subscription(subscription_id: uuid.UUID) -> Subscription:
    """The subscription under lock. Raises InvalidState when it was deleted."""
    of_id = Subscription.objects.select_for_update(of=("self",)).filter(pk=subscription_id, deleted_at=None)
    locked = of_id.select_related("organization").first()
    if locked is None:
        raise InvalidState("This webhook was deleted a moment ago.")
    return locked


def _told(subscription: Subscription) -> dict[str, Any]:
    """What the audit trail keeps of it."""
    return {"url": subscription.url, "events": subscription.events, "description": subscription.description}


@sensitive_variables()
def _kept(subscription: Subscription) -> str:
    """The secret in use as it is stored once it is the previous one; empty when it can't be read."""
    try:
        return sealed(opened(subscription, CURRENT), subscription.pk, PREVIOUS)
    except SecretUnreadable:
        return ""


def _checked(url: Any, events: Iterable[str], description: str) -> tuple[str, list[str], str]:
    """What was given, cleaned. Raises InvalidInput with all that is wrong."""
    wrong: list[Detail] = []
    url, description = clean_text(str(url)).strip(), clean_text(description).strip()
    if complaint := _complaint(url):
        wrong.append(Detail("url", complaint))
    wanted = list(dict.fromkeys(events))
    unknown = [name for name in wanted if name not in EVENTS]
    if unknown:
        wrong.append(Detail("events", f"There is no event “{clean_text(str(unknown[0]))[:60]}”."))
    elif not wanted:
        wrong.append(Detail("events", "Choose at least one event."))
    if len(description) > MAX_DESCRIPTION:
        wrong.append(Detail("description", f"Use at most {MAX_DESCRIPTION} characters."))
    if wrong:
        raise InvalidInput(wrong[0].message, details=wrong)
    return url, [name for name in EVENTS if name in wanted], description


def _complaint(url: str) -> str:
    if not url:
        return "Give the address that MINO shall call."
    if len(url) > MAX_URL:
        return f"Use at most {MAX_URL:,} characters."
    try:
        target = parse_target(url)
    except OutboundRefused as error:
        return error.reason
    if urlsplit(url).fragment:
        return "Leave out what stands behind the #: it is never sent."
    policy = policy_from_settings()
    if target.port not in policy.ports:
        return f"MINO does not call port {target.port}. Use one of the usual ports, 443 or 80."
    if target.address is not None and not policy.permits(target.address):
        return "This address is not on the public internet."
    return ""
