"""Accepting an invitation: the link is worth a place for one person, once."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.members.holding import organization_held
from accounts.models import Ending, Guest, Invitation, Membership, User
from accounts.permissions import forget_roles
from mino.common.errors import Forbidden, InvalidState
from mino.common.hooks import invitation_accepted


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is the user's own: the one they sign in with, or another one they confirmed."""
    if user.email.lower() == invitation.email:
        return True
    confirmed: bool = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()
    return confirmed


def invitation_accept(*, invitation: Invitation, user: User) -> Invitation:
    """Let the user in as the invitation says. Who is a member already keeps their role.

    Raises Forbidden for another person's invitation, and InvalidState for one that was used, revoked or has expired.
    """
    if not is_for(invitation, user):
        raise Forbidden(f"This invitation is for {invitation.email}, and you are signed in as {user.email}.")
    with transaction.atomic():
        organization_held(invitation.organization)
        found: Invitation = Invitation.objects.select_related("organization").get(pk=invitation.pk)
        refuse_worthless(found)
        now = timezone.now()
        origin = {"invited_by_id": found.invited_by_id, "invited_at": found.invited_at, "joined_at": now}
        place = {"organization": found.organization, "user": user}
        member = Membership.objects.filter(**place).exists()
        if found.is_for_guest and not member:
            Guest.objects.get_or_create(**place, defaults=origin)
        elif not found.is_for_guest and not member:
            joined = Membership.objects.create(**place, role=found.role, **origin)
            told = {"person": user.email, "role": found.role}
            record("member.joined", joined, organization=found.organization, after=told, by=user)
            Guest.objects.filter(**place).delete()  # what was granted to the guest stays granted to the member
        found.ended_at, found.ending = now, Ending.ACCEPTED
        found.save(update_fields=["ended_at", "ending"])
        invitation_accepted.call(found.pk, user.pk)
        record(
            "invitation.accepted",
            found,
            organization=found.organization,
            after={"email": found.email, "role": found.role, "person": user.email},
            by=user,
        )
    forget_roles(user)
    return found


def refuse_worthless(invitation: Invitation) -> None:
    """Raise InvalidState, with the remedy, for an invitation that can't be accepted any more."""
    ask = "Ask for a new one."
    if invitation.ending == Ending.ACCEPTED:
        raise InvalidState("This invitation was used already. If it was you, sign in.")
    if invitation.ending == Ending.REPLACED:
        raise InvalidState("This invitation was sent again: only the link of the newest mail works.")
    if invitation.ending == Ending.REVOKED:
        raise InvalidState(f"This invitation was taken back. {ask}")
    if invitation.is_expired():
        raise InvalidState(f"This invitation has expired: a link works for seven days. {ask}")
