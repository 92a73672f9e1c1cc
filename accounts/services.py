"""Changes to people and organizations."""

from __future__ import annotations

from functools import partial

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record, record_of_person
from accounts.models import Membership, Organization, Plan, Role, User
from accounts.organizations.services import refuse_reserved, slug_taken
from accounts.permissions import forget_roles
from mino.common.errors import InvalidState

PROFILE = ("name", "email", "time_zone", "avatar")
RIGHTS = ("is_active", "is_staff", "is_superuser")


def organization_create(*, name: str, slug: str, owner: User | None, plan: str = Plan.FREE) -> Organization:
    """Create an organization, with `owner` as its first member.

    Without an owner (the command line's own workspace) it has no members. Raises AlreadyExists when the short name is
    taken, and InvalidState when the owner's account is about to be erased or was switched off a moment ago.
    """
    try:
        with transaction.atomic():
            organization = Organization.objects.create(name=name, slug=slug, plan=plan)
            refuse_reserved(slug)
            if owner is not None:
                _refuse_leaving(owner)
                now = timezone.now()
                Membership.objects.create(organization=organization, user=owner, role=Role.OWNER, joined_at=now)
            after = {"name": name, "slug": slug, "plan": plan}
            record("organization.created", organization, organization=organization, after=after, by=owner)
    except IntegrityError:
        raise slug_taken(slug) from None
    if owner is not None:
        forget_roles(owner)
    return organization


def _refuse_leaving(owner: User) -> None:
    """Lock the account, so that it is not on its way out while it becomes the only owner. Raises InvalidState."""
    held = User.objects.select_for_update().filter(pk=owner.pk, is_active=True, erasure_due_at=None).first()
    if held is None:
        raise InvalidState("This account is about to be erased or is switched off, so it can't own an organization.")


def user_save(user: User, *, avatar_before: str) -> None:
    """Save a changed user; the file of an avatar that was replaced or taken away goes after the commit."""
    with transaction.atomic():
        before = User.objects.filter(pk=user.pk).first()
        user.save()
        for action, names in (("user.updated", PROFILE), ("user.rights_changed", RIGHTS)):
            if before is not None:
                was, now = ({name: getattr(one, name) for name in names} for one in (before, user))
                record_of_person(action, user, before=was, after=now)
        if avatar_before and avatar_before != user.avatar.name:
            transaction.on_commit(partial(default_storage.delete, avatar_before), robust=True)
