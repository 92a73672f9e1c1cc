"""Changes to memberships: another role, the end of one, and the handing over of an organization."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.members.holding import organization_held, refuse_above, required_now
from accounts.models import Guest, Membership, Organization, Role, User
from accounts.permissions import Principal, forget_roles
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState
from mino.common.hooks import place_ended

Values = Mapping[str, object]


def member_add(*, organization: Organization, person: User, role: str) -> Membership:
    """Let somebody in without an invitation, for platform staff. A guest's grants stay.

    Raises AlreadyExists for who is a member, and InvalidState for a deleted organization.
    """
    with transaction.atomic():
        held = organization_held(organization)
        place = {"organization": held, "user": person}
        if Membership.objects.filter(**place).exists():
            raise AlreadyExists(f"{person.email} is in {held.name} already.")
        made = Membership.objects.create(**place, role=role, joined_at=timezone.now())
        Guest.objects.filter(**place).delete()
        _tell("member.added", made, None, after={"person": person.email, "role": role})
    _forget(person)
    return made


def role_change(*, membership: Membership, role: str, user: User | None) -> Membership:
    """Give a member another role. The role that they have already changes nothing.

    Raises InvalidInput for what is no role, InvalidState for the last owner and for a membership that has ended,
    Forbidden when an admin touches an owner or makes one, or PermissionDenied.
    """
    if role not in Role.values:
        message = "There is no such role. Choose viewer, member, admin or owner."
        raise InvalidInput(message, details=[Detail("role", message)])
    with transaction.atomic():
        found = _found(membership)
        required_now(user, "accounts.change_roles", found.organization)
        refuse_above(user, found.organization, found.role, role)
        if role == found.role:
            return found
        if found.role == Role.OWNER:
            _keep_an_owner(found)
        before, found.role = found.role, role
        found.save(update_fields=["role"])
        _tell("member.role_changed", found, user, before={"role": before}, after={"role": role})
    _forget(user, membership.user)
    return found


def member_remove(*, membership: Membership, user: User | None) -> None:
    """End somebody's membership, and with it all that they were granted there. Again changes nothing.

    Raises InvalidState for the last owner, Forbidden when an admin removes an owner, or PermissionDenied.
    """
    with transaction.atomic():
        organization = organization_held(membership.organization)
        required_now(user, "accounts.manage_members", organization)
        found = Membership.objects.select_related("organization", "user").filter(pk=membership.pk).first()
        if found is None:
            return
        refuse_above(user, organization, found.role)
        _end(found, "member.removed", user)
    _forget(user, membership.user)


def member_leave(*, organization: Organization, user: User) -> None:
    """End one's own membership. Again changes nothing. Raises InvalidState for the last owner."""
    with transaction.atomic():
        held = organization_held(organization)
        found = Membership.objects.select_related("organization", "user").filter(organization=held, user=user).first()
        if found is not None:
            _end(found, "member.left", user)
    forget_roles(user)


def ownership_transfer(*, membership: Membership, user: User) -> None:
    """Make another member an owner, and oneself an admin. Raises InvalidState, InvalidInput or PermissionDenied."""
    if membership.user_id == user.pk:
        raise InvalidInput("You own it already. Choose somebody else.")
    with transaction.atomic():
        found = _found(membership)
        own = Membership.objects.filter(organization=found.organization_id, user=user).first()
        if own is None or own.role != Role.OWNER:
            raise PermissionDenied("Only an owner can hand an organization over.")
        if found.user.erasure_due_at is not None:
            raise InvalidState(f"The account of {found.user.display_name} is about to be erased. Choose somebody else.")
        if not found.user.is_active:
            raise InvalidState(f"The account of {found.user.display_name} is switched off, so they can't own it.")
        Membership.objects.filter(pk=found.pk).update(role=Role.OWNER)
        Membership.objects.filter(pk=own.pk).update(role=Role.ADMIN)
        _tell(
            "member.ownership_transferred", found, user, before={"owner": user.email}, after={"owner": found.user.email}
        )
    _forget(user, membership.user)


def guest_remove(*, guest: Guest, user: User | None) -> None:
    """Show a guest out: what they were granted ends. Again changes nothing. Raises PermissionDenied."""
    with transaction.atomic():
        organization = organization_held(guest.organization)
        required_now(user, "accounts.manage_members", organization)
        guest_end(guest=guest, organization=organization, by=user)
    _forget(user, guest.user)


def guest_end(*, guest: Guest, organization: Organization, by: Principal | None) -> None:
    """End a guest's place, for inside a transaction that holds the organization. Again changes nothing.

    Whether `by` is allowed was asked about what ends it: the guest's last grant, or the project of it.
    """
    if Guest.objects.filter(pk=guest.pk).delete()[0]:
        place_ended.call(organization.pk, guest.user_id)
        told = {"person": guest.user.email}
        record("guest.removed", guest.user, organization=organization, before=told, by=by)


def guest_leave(*, organization: Organization, user: User) -> None:
    """End one's own place as a guest. Again changes nothing."""
    with transaction.atomic():
        held = organization_held(organization)
        for guest in Guest.objects.filter(organization=held, user=user).select_related("user"):
            guest_end(guest=guest, organization=held, by=user)
    forget_roles(user)


def _found(membership: Membership) -> Membership:
    """The membership as it is now, its organization locked."""
    organization_held(membership.organization)
    found = Membership.objects.select_related("organization", "user").filter(pk=membership.pk).first()
    if found is None:
        raise InvalidState("This person has left the organization.")
    return found


def _end(membership: Membership, event: str, user: User | None) -> None:
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    Membership.objects.filter(pk=membership.pk).delete()
    place_ended.call(membership.organization_id, membership.user_id)
    _tell(event, membership, user, before={"person": membership.user.email, "role": membership.role})


def _tell(
    event: str, membership: Membership, user: User | None, before: Values | None = None, after: Values | None = None
) -> None:
    record(event, membership, organization=membership.organization, by=user, before=before, after=after)


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(
        organization=membership.organization_id, role=Role.OWNER, user__is_active=True, user__erasure_due_at=None
    ).exclude(pk=membership.pk)
    if not owners.exists():
        raise InvalidState(
            "An organization needs an owner, and there is no other. Make somebody else an owner first, "
            "or delete the organization."
        )


def _forget(*users: User | None) -> None:
    for user in users:
        if user is not None:
            forget_roles(user)
