"""How somebody comes into an organization by its own provider."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.members.accepting import invitation_accept, is_for
from accounts.members.holding import organization_held
from accounts.models import IdentityProvider, Invitation, Membership, User
from accounts.permissions import forget_roles
from mino.common.errors import Forbidden


def invitation_for(provider: IdentityProvider, email: str) -> Invitation | None:
    """The newest invitation of the address to the provider's organization that can still be accepted."""
    waiting: Invitation | None = (
        Invitation.objects.pending()
        .filter(organization=provider.organization_id, email=email, expires_at__gt=timezone.now())
        .order_by("-sent_at")
        .first()
    )
    return waiting


def may_join(provider: IdentityProvider, email: str) -> bool:
    """Whether an address without an account gets one: the organization lets in all of its domain, or invited it."""
    return bool(provider.joins_as) or invitation_for(provider, email) is not None


def newcomer_join(*, user: User, provider: IdentityProvider) -> None:
    """Let a new account in, as it was invited, else as the owners decide for all at this moment.

    Raises Forbidden for who is not let in, and InvalidState for a deleted organization.
    """
    with transaction.atomic():
        held = organization_held(provider.organization)
        if invited_join(user=user, provider=provider):
            return
        now = IdentityProvider.objects.filter(pk=provider.pk, is_enabled=True).first()
        if now is None or not now.joins_as:
            raise Forbidden(f"Nobody has invited you to {held.name}.")
        member = Membership.objects.create(organization=held, user=user, role=now.joins_as, joined_at=timezone.now())
        after = {"role": member.role, "person": user.email, "by": now.name}
        record("member.joined", member, organization=held, after=after, by=user)
    forget_roles(user)


def invited_join(*, user: User, provider: IdentityProvider) -> bool:
    """Accept the user's own invitation; says whether there was one."""
    invitation = invitation_for(provider, user.email)
    if invitation is None or not is_for(invitation, user):
        return False
    invitation_accept(invitation=invitation, user=user)
    return True
