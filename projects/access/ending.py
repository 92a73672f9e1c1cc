"""What ends with grants: nobody stays a guest, or is invited as one, who sees nothing.

All of this is for inside a transaction that holds the organization, once it is known that who acts is allowed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef

from accounts.members.invitations import invitation_end
from accounts.members.roles import guest_end
from accounts.models import GUEST, Guest, Invitation, Organization
from accounts.permissions import Principal
from projects.models import InvitedGrant, Project, ProjectUserObjectPermission


def end_access(project: Project, *, by: Principal | None) -> None:
    """Take all grants on a project away, also out of invitations: it is being deleted."""
    grants = ProjectUserObjectPermission.objects.filter(content_object=project)
    promised = InvitedGrant.objects.filter(project=project)
    people = list(grants.values_list("user", flat=True))
    invitations = list(promised.values_list("invitation", flat=True))
    grants.delete()
    promised.delete()
    end_guests_of_nothing(project.organization, people, by=by)
    end_invitations_to_nothing(invitations, by=by)


def end_guests_of_nothing(organization: Organization, people: Collection[uuid.UUID], *, by: Principal | None) -> None:
    """Show those of the people out who are guests and have no grant left in the organization."""
    left = ProjectUserObjectPermission.objects.filter(user=OuterRef("user"), content_object__organization=organization)
    guests = Guest.objects.filter(organization=organization, user__in=people).exclude(Exists(left))
    for guest in guests.select_related("user"):
        guest_end(guest=guest, organization=organization, by=by)


def end_invitations_to_nothing(invitations: Collection[uuid.UUID], *, by: Principal | None) -> None:
    """Withdraw those of the invitations that wait, are for a guest, and promise no project any more."""
    left = InvitedGrant.objects.filter(invitation=OuterRef("pk"))
    empty = Invitation.objects.pending().filter(pk__in=invitations, role=GUEST).exclude(Exists(left))
    for invitation in empty.select_related("organization"):
        invitation_end(invitation=invitation, by=by)
