"""Changes to who sees a project.

A grant is django-guardian's, `view` or `work`, one for each person and project. It is given to people who have a place
in the organization (members and guests) only, and ends with that place. All changes lock the organization, so that
nobody is granted something while they leave.
"""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet
from guardian.shortcuts import assign_perm

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.members.invitations import checked_addresses, invitation_resend, invitations_create
from accounts.models import GUEST, Guest, Invitation, Membership, User
from accounts.permissions import forget_roles
from mino.common.errors import Detail, InvalidInput, InvalidState
from projects.access.ending import end_guests_of_nothing, end_invitations_to_nothing
from projects.models import InvitedGrant, Level, Project
from projects.models.project import ProjectUserObjectPermission

MANAGE = "accounts.manage_members"


def project_set_private(*, project: Project, is_private: bool, user: User | None) -> Project:
    """Hide a project from those without a grant, or show it to the whole organization again.

    Who created it keeps working on it. What it is already changes nothing. Raises PermissionDenied, InvalidState.
    """
    with transaction.atomic():
        held = _held(project, user)
        if held.is_private == is_private:
            return held
        held.is_private = is_private
        held.save(update_fields=["is_private", "updated_at"])
        before, after = {"private": not is_private}, {"private": is_private}
        record("project.visibility_changed", held, organization=held.organization, before=before, after=after, by=user)
        creator = held.created_by
        if is_private and creator is not None and _has_place(held, creator) and not _level(held, creator):
            _grant(held, creator, Level.WORK, user)
    return held


def grant_set(*, project: Project, person: User, level: str, user: User | None) -> None:
    """Give a member or a guest `view` or `work` on a project, in the place of what they have.

    Raises InvalidInput for what is no level and for who is not in the organization, PermissionDenied, InvalidState.
    """
    _check_level(level)
    with transaction.atomic():
        held = _held(project, user)
        if not _has_place(held, person):
            message = f"{person.email} is not in {held.organization.name}. Invite them as a guest."
            raise InvalidInput(message, details=[Detail("email", message)])
        _grant(held, person, level, user)


def grant_remove(*, project: Project, person: User, user: User | None) -> None:
    """Take a grant away; a guest who has none left is a guest no more. Again changes nothing.

    Raises PermissionDenied, InvalidState.
    """
    with transaction.atomic():
        held = _held(project, user)
        before = _level(held, person)
        if not before:
            return
        _grants(held, person).delete()
        told = {"person": person.email, "level": before}
        record("guest.removed", held, organization=held.organization, before=told, by=user)
        end_guests_of_nothing(held.organization, [person.pk], by=user)
    forget_roles(person)


def access_give(
    *, project: Project, email: str, level: str, user: User | None
) -> ProjectUserObjectPermission | InvitedGrant:
    """Give somebody access by their address: a grant if they are in the organization, else one with an invitation.

    Raises InvalidInput, TooManyRequests beyond the invitations of a day, PermissionDenied, InvalidState.
    """
    _check_level(level)
    try:
        [address] = checked_addresses([email])
    except InvalidInput as error:
        raise InvalidInput(error.message, details=[Detail("email", error.message)]) from None
    with transaction.atomic():
        held = _held(project, user)
        person = User.objects.filter(email=address).first()
        if person is not None and _has_place(held, person):
            return _grant(held, person, level, user)
        return _invite(held, address, level, user)


def invited_grant_remove(*, grant: InvitedGrant, user: User | None) -> None:
    """Take a grant out of an invitation that was not accepted yet. One that offers a guest nothing more is withdrawn.

    Again changes nothing. Raises PermissionDenied, InvalidState.
    """
    with transaction.atomic():
        held = _held(grant.project, user)
        if InvitedGrant.objects.filter(pk=grant.pk).delete()[0]:
            told = {"person": grant.invitation.email, "level": grant.level}
            record("guest.removed", held, organization=held.organization, before=told, by=user)
            end_invitations_to_nothing([grant.invitation_id], by=user)


def _invite(project: Project, address: str, level: str, user: User | None) -> InvitedGrant:
    found = Invitation.objects.pending().filter(organization=project.organization_id, email=address)
    invitation: Invitation | None = found.select_related("organization").first()
    if invitation is None:
        [invitation] = invitations_create(organization=project.organization, emails=[address], role=GUEST, user=user)
    elif invitation.is_expired():
        invitation = invitation_resend(invitation=invitation, user=user)
    before = InvitedGrant.objects.filter(invitation=invitation, project=project).values_list("level", flat=True).first()
    promised, _ = InvitedGrant.objects.update_or_create(
        invitation=invitation, project=project, defaults={"level": level}
    )
    _tell(project, address, before, level, user)
    return promised


def _held(project: Project, user: User | None) -> Project:
    """The project as it is now, its organization locked, once the user is known to be allowed."""
    organization = organization_held(project.organization)
    required_now(user, MANAGE, organization)
    held: Project | None = (
        Project.objects.select_related("organization", "created_by").filter(pk=project.pk, is_deleted=False).first()
    )
    if held is None:
        raise InvalidState("This project was deleted a moment ago.")
    return held


def _has_place(project: Project, person: User) -> bool:
    place = {"organization": project.organization_id, "user": person}
    return Membership.objects.filter(**place).exists() or Guest.objects.filter(**place).exists()


def _grant(project: Project, person: User, level: str, user: User | None) -> ProjectUserObjectPermission:
    """The grant of that level, in the row of an earlier one: it is the same grant, changed."""
    before = _level(project, person)
    kept: ProjectUserObjectPermission | None = _grants(project, person).order_by("pk").first()
    if kept is None or before == level:
        kept = cast(ProjectUserObjectPermission, assign_perm(f"projects.{level}", person, project))
    else:
        _grants(project, person).exclude(pk=kept.pk).delete()
        kept.permission = Permission.objects.get(content_type=kept.permission.content_type, codename=level)
        kept.save(update_fields=["permission"])
    if before != level:
        forget_roles(person)
        _tell(project, person.email, before, level, user)
    return kept


def _tell(project: Project, email: str, before: str | None, level: str, user: User | None) -> None:
    event = "guest.changed" if before else "guest.granted"
    old = {"person": email, "level": before} if before else None
    new = {"person": email, "level": level}
    record(event, project, organization=project.organization, before=old, after=new, by=user)


def _grants(project: Project, person: User) -> QuerySet[ProjectUserObjectPermission]:
    return ProjectUserObjectPermission.objects.filter(content_object=project, user=person)


def _level(project: Project, person: User) -> str:
    names = set(_grants(project, person).values_list("permission__codename", flat=True))
    return Level.WORK if Level.WORK in names else next(iter(names), "")


def _check_level(level: str) -> None:
    if level not in Level.values:
        message = "Choose what they may do: view or work."
        raise InvalidInput(message, details=[Detail("level", message)])
