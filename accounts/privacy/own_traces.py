"""What the erasure of a person takes out of accounts."""

from __future__ import annotations

import uuid

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import transaction
from guardian.models import UserObjectPermission

from accounts.audit import record
from accounts.audit.erasing import ERASED
from accounts.models import ApiKey, Consent, Guest, Invitation, Membership, Organization, PlanRequest, User
from accounts.privacy.addresses import addresses_of
from accounts.privacy.exports import person_exports_remove
from mino.common.bulk import delete_in_chunks, update_in_chunks
from mino.common.hooks import place_ended


def accounts_erase(user_id: uuid.UUID) -> None:
    """End the person's places, remove what is theirs alone, and leave what they made without them."""
    user = User.objects.get(pk=user_id)
    _places_end(user_id)
    person_exports_remove(user)
    _picture_remove(user)
    Invitation.objects.filter(email__in=addresses_of(user)).delete()
    for theirs in (Consent, SocialAccount, Authenticator, UserSession, UserObjectPermission):
        theirs.objects.filter(user=user_id).delete()
    delete_in_chunks(LogEntry.objects.filter(user=user_id))
    about = LogEntry.objects.filter(object_id=str(user_id)).exclude(object_repr=ERASED)
    update_in_chunks(about, object_repr=ERASED, change_message="")
    update_in_chunks(Organization.objects.filter(deleted_by=user_id), deleted_by=None)
    update_in_chunks(ApiKey.objects.filter(created_by=user_id), created_by=None)
    for invited in (Membership, Guest, Invitation):
        update_in_chunks(invited.objects.filter(invited_by=user_id), invited_by=None)
    update_in_chunks(PlanRequest.objects.filter(requested_by=user_id), requested_by=None)
    update_in_chunks(PlanRequest.objects.filter(decided_by=user_id), decided_by=None)


def _places_end(user_id: uuid.UUID) -> None:
    """End each membership and guest's place as if the person had left, with an entry that names nobody."""
    places: list[Membership | Guest] = [
        *Membership.objects.filter(user=user_id),
        *Guest.objects.filter(user=user_id),
    ]
    for place in places:
        with transaction.atomic():
            organization = Organization.objects.select_for_update().get(pk=place.organization_id)
            place.delete()
            place_ended.call(organization.pk, user_id)
            record("user.erased", None, organization=organization)


def _picture_remove(user: User) -> None:
    if name := str(user.avatar.name or ""):
        default_storage.delete(name)
        User.objects.filter(pk=user.pk).update(avatar="")
