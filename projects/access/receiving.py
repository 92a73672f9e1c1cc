"""What happens to grants when somebody joins or leaves the organization."""

from __future__ import annotations

import uuid

from guardian.shortcuts import assign_perm

from accounts.models import User
from projects.models import InvitedGrant
from projects.models.project import ProjectUserObjectPermission


def grants_begin(invitation_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Give who accepted an invitation what it promised, where they have nothing stronger already."""
    promised = InvitedGrant.objects.filter(invitation=invitation_id, project__is_deleted=False)
    person = User.objects.get(pk=user_id)
    for one in promised.select_related("project"):
        mine = ProjectUserObjectPermission.objects.filter(content_object=one.project, user=person)
        if not mine.filter(permission__codename__in=[one.level, "work"]).exists():
            mine.delete()
            assign_perm(f"projects.{one.level}", person, one.project)


def grants_follow(old_id: uuid.UUID, new_id: uuid.UUID) -> None:
    """Let the invitation that was sent in the place of another promise the same."""
    InvitedGrant.objects.filter(invitation=old_id).update(invitation=new_id)


def grants_end(organization_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Take away all grants of who has no place in the organization any more."""
    ProjectUserObjectPermission.objects.filter(user=user_id, content_object__organization=organization_id).delete()
