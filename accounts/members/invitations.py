"""Inviting people: an invitation is one mail with one link for one address.

To send it again is to replace it, since of the link's token only a digest is kept: the older link is then worthless.
"""

from __future__ import annotations

import math
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import record
from accounts.members.holding import organization_held, refuse_above, required_now
from accounts.members.mails import invitation_mail
from accounts.models import GUEST, Ending, Guest, Invitation, Membership, Organization, Role, User
from accounts.models.invitation import MAX_ADDRESS, digest_of
from accounts.permissions import Principal
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState, Limits, TooManyRequests
from mino.common.hooks import invitation_replaced
from mino.common.values.clean import clean_text

Values = Mapping[str, object]
VALID_FOR = timedelta(days=7)
A_DAY = 50
"""How many mails of invitations an organization may send in 24 hours."""
A_DAY_LONG = timedelta(days=1)


def invitations_create(
    *, organization: Organization, emails: Sequence[str], role: str, user: User | None
) -> list[Invitation]:
    """Invite people by their addresses: all of them, or nobody if something is wrong with one.

    What an expired invitation of an address promised, the new one promises too, as if it was sent again.

    Raises InvalidInput for what is no address or no role, TooManyRequests beyond the number of a day, AlreadyExists for
    who is in or invited already, Forbidden when an admin invites an owner, or PermissionDenied.
    """
    addresses = checked_addresses(emails)
    if role not in {*Role.values, GUEST}:
        message = "There is no such role. Choose viewer, member, admin or owner."
        raise InvalidInput(message, details=[Detail("role", message)])
    with transaction.atomic():
        held = organization_held(organization)
        required_now(user, "accounts.manage_members", held)
        refuse_above(user, held, role)
        _refuse_known(held, addresses, role)
        _refuse_too_many(held, len(addresses))
        now = timezone.now()
        pending = Invitation.objects.pending().filter(organization=held, email__in=list(addresses))
        expired = dict(pending.values_list("email", "pk"))
        pending.update(ended_at=now, ending=Ending.REPLACED)
        made = [
            _send(Invitation(organization=held, email=email, role=role, invited_by=user, invited_at=now), now)
            for email in addresses
        ]
        for one in made:
            if one.email in expired:
                invitation_replaced.call(expired[one.email], one.pk)
            _tell("invitation.created", one, user, after={"email": one.email, "role": role})
    return made


def invitation_resend(*, invitation: Invitation, user: User | None) -> Invitation:
    """Send a new link for seven more days; the one before stops working.

    Raises InvalidState when it was accepted or revoked, TooManyRequests beyond the number of a day, Forbidden or
    PermissionDenied.
    """
    with transaction.atomic():
        organization = organization_held(invitation.organization)
        required_now(user, "accounts.manage_members", organization)
        found = _pending(invitation.pk)
        refuse_above(user, organization, found.role)
        _refuse_too_many(organization, 1)
        Invitation.objects.filter(pk=found.pk).update(ended_at=timezone.now(), ending=Ending.REPLACED)
        again = Invitation(
            organization=organization,
            email=found.email,
            role=found.role,
            invited_by=found.invited_by,
            invited_at=found.invited_at,
        )
        _send(again, timezone.now())
        invitation_replaced.call(found.pk, again.pk)
        _tell(
            "invitation.resent", again, user, before={"expires": found.expires_at}, after={"expires": again.expires_at}
        )
    return again


def invitation_revoke(*, invitation: Invitation, user: User | None) -> None:
    """Make the link worthless. Again changes nothing.

    Raises InvalidState when it was accepted or sent again, since then another link lets people in, or PermissionDenied.
    """
    with transaction.atomic():
        organization = organization_held(invitation.organization)
        required_now(user, "accounts.manage_members", organization)
        invitation.refresh_from_db()
        if invitation.ending == Ending.ACCEPTED:
            raise InvalidState(
                f"{invitation.email} has accepted it already. Remove them from the organization instead."
            )
        if invitation.ending == Ending.REPLACED:
            raise InvalidState("This invitation was sent again. Take back the newest one instead.")
        invitation_end(invitation=invitation, by=user)


def invitation_end(*, invitation: Invitation, by: Principal | None) -> None:
    """Make the link of one that waits worthless, for inside a transaction that holds the organization.

    Whether `by` is allowed was asked before. Again changes nothing.
    """
    if not invitation.ended_at:
        invitation.ended_at, invitation.ending = timezone.now(), Ending.REVOKED
        invitation.save(update_fields=["ended_at", "ending"])
        _tell("invitation.revoked", invitation, by, before={"email": invitation.email, "role": invitation.role})


def checked_addresses(emails: Sequence[str]) -> dict[str, int]:
    """The addresses in lower case, each with its first place. Raises InvalidInput that names each one that is none."""
    addresses, wrong = dict[str, int](), list[Detail]()
    for place, given in enumerate(emails):
        email = clean_text(given).strip().lower()
        if _is_address(email):
            addresses.setdefault(email, place)
        else:
            wrong.append(Detail(f"emails.{place}", f"“{email[:100]}” is no e-mail address."))
    if wrong:
        raise InvalidInput(wrong[0].message, details=wrong[:10])
    if not addresses:
        message = "Give at least one e-mail address."
        raise InvalidInput(message, details=[Detail("emails", message)])
    return addresses


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= MAX_ADDRESS  # Django takes some that are longer, which no mail server does


def remove_ended(*, older_than: timedelta = timedelta(days=30)) -> int:
    """Remove invitations that ended or expired so long ago: they are addresses of people who are not here."""
    before = timezone.now() - older_than
    ended: int = Invitation.objects.filter(ended_at__lt=before).delete()[0]
    expired: int = Invitation.objects.pending().filter(expires_at__lt=before).delete()[0]
    return ended + expired


def _pending(invitation_id: uuid.UUID) -> Invitation:
    found: Invitation | None = (
        Invitation.objects.pending().select_related("organization", "invited_by").filter(pk=invitation_id).first()
    )
    if found is None:
        raise InvalidState("This invitation was accepted, revoked or sent again a moment ago.")
    return found


def _refuse_known(organization: Organization, addresses: Mapping[str, int], role: str) -> None:
    known = {"organization": organization, "user__email__in": list(addresses)}
    email = Membership.objects.filter(**known).values_list("user__email", flat=True).first()
    if role == GUEST and not email:
        email = Guest.objects.filter(**known).values_list("user__email", flat=True).first()
    if email:
        raise _exists(addresses[email], f"{email} is in {organization.name} already.")
    waiting = Invitation.objects.pending().filter(organization=organization, email__in=list(addresses))
    if invitation := waiting.filter(expires_at__gt=timezone.now()).first():
        message = f"{invitation.email} is invited already. Send that invitation again, or revoke it first."
        raise _exists(addresses[invitation.email], message)


def _exists(place: int, message: str) -> AlreadyExists:
    return AlreadyExists(message, details=[Detail(f"emails.{place}", message)])


def _refuse_too_many(organization: Organization, count: int) -> None:
    """Raise TooManyRequests where so many more are too many for now, or InvalidInput where they always are."""
    if count > A_DAY:
        message = f"Invite at most {A_DAY} people at once: an organization can send so many invitations in 24 hours."
        raise InvalidInput(message, details=[Detail("emails", message)])
    now = timezone.now()
    recent = Invitation.objects.filter(organization=organization, sent_at__gt=now - A_DAY_LONG)
    sent = recent.count()
    if sent + count <= A_DAY:
        return
    in_the_way = recent.order_by("sent_at").values_list("sent_at", flat=True)
    reset = in_the_way[sent + count - A_DAY - 1] + A_DAY_LONG  # then there is room for all of these
    wait = max(1, math.ceil((reset - now).total_seconds()))
    hours = math.ceil(wait / 3600)
    later = f"in {hours} hours" if hours > 1 else "in an hour"
    message = (
        f"An organization can send {A_DAY} invitations in 24 hours, and {sent} went out. "
        f"{f'Invite at most {A_DAY - sent} now, or all' if sent < A_DAY else 'Go on'} {later}."
    )
    raise TooManyRequests(message, limits=Limits(sent, A_DAY, reset), headers={"Retry-After": str(wait)})


def _tell(
    event: str,
    invitation: Invitation,
    by: Principal | None,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    record(event, invitation, organization=invitation.organization, by=by, before=before, after=after)


@sensitive_variables("token")
def _send(invitation: Invitation, now: datetime) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation.digest = digest_of(token)
    invitation.sent_at = now
    invitation.expires_at = invitation.sent_at + VALID_FOR
    invitation.save(force_insert=True)
    transaction.on_commit(lambda: invitation_mail(invitation, token), robust=True)
    return invitation
