"""What the page about a project's people shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Invitation, Membership, User
from projects.models import InvitedGrant, Project
from projects.models.project import ProjectUserObjectPermission


@dataclass(frozen=True, slots=True)
class Granted:
    """Somebody with a grant, and their role in the organization (empty for a guest)."""

    person: User
    level: str
    role: str


def grants_on(project: Project) -> QuerySet[ProjectUserObjectPermission]:
    """The grants on a project, with who has them."""
    return ProjectUserObjectPermission.objects.filter(content_object=project).select_related("user", "permission")


def with_roles(project: Project, grants: Sequence[ProjectUserObjectPermission]) -> list[Granted]:
    """The same with the people's roles, asked for once."""
    people = [grant.user_id for grant in grants]
    places = Membership.objects.filter(organization=project.organization_id, user__in=people)
    roles = {place.user_id: place.get_role_display() for place in places}
    return [Granted(grant.user, grant.permission.codename, roles.get(grant.user_id, "")) for grant in grants]


def promised_on(project: Project) -> QuerySet[InvitedGrant]:
    """What invitations that were not answered yet promise of a project."""
    return InvitedGrant.objects.filter(project=project, invitation__in=Invitation.objects.pending())


def invited_to(project: Project, at_most: int = 50) -> list[InvitedGrant]:
    """Who is invited to the project and has not answered, the newest first."""
    return list(promised_on(project).select_related("invitation").order_by("-id")[:at_most])
