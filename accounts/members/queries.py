"""What the pages about people show."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Guest, Invitation, Membership, Organization

SEARCH_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members, guests and pending invitations an organization has."""

    members: int
    guests: int
    invitations: int


def counts_of(organization: Organization) -> Counts:
    """The counts that stand on the pages' tabs."""
    return Counts(
        members=Membership.objects.filter(organization=organization).count(),
        guests=Guest.objects.filter(organization=organization).count(),
        invitations=Invitation.objects.pending().filter(organization=organization).count(),
    )


def members_of(organization: Organization, search: str = "") -> QuerySet[Membership]:
    """The members, those whose name or address has `search` in it, with who invited them."""
    members = Membership.objects.filter(organization=organization).select_related("user", "invited_by")
    return members.filter(named(search))


def guests_of(organization: Organization, search: str = "") -> QuerySet[Guest]:
    """The guests, in the same way."""
    guests = Guest.objects.filter(organization=organization).select_related("user", "invited_by")
    return guests.filter(named(search))


def named(search: str) -> Q:
    """The condition for having `search` in the name or the address; empty: everybody."""
    return Q(user__name__icontains=search) | Q(user__email__icontains=search) if search else Q()
