"""The end of an account: asked for by the person, taken back within 14 days, then done piece by piece.

What the person made for organizations stays theirs, without an author. Everything is found by the account itself, which
goes last: what was interrupted goes on at the next call.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.audit import record, record_of_person
from accounts.audit.erasing import address_erase, identity_erase
from accounts.models import Membership, Organization, Role, User
from accounts.privacy.addresses import addresses_of
from accounts.privacy.mails import erasure_mail
from accounts.signing_in.signed_in import sign_ins_end
from mino.common.errors import InvalidState
from mino.common.hooks import person_erase

logger = logging.getLogger(__name__)
GRACE = timedelta(days=14)


def sole_organizations(user: User) -> list[Organization]:
    """The organizations that nobody else owns, of those that are there; owners who leave too are nobody."""
    mine = Organization.objects.filter(memberships__user=user, memberships__role=Role.OWNER, deleted_at=None)
    others = Membership.objects.filter(role=Role.OWNER, user__is_active=True, user__erasure_due_at=None)
    shared = others.exclude(user=user).values("organization")
    return list(mine.exclude(pk__in=shared).order_by("name", "id"))


def erasure_request(user: User) -> datetime:
    """Have the account erased in 14 days, sign it out everywhere, and say when it is due.

    Raises InvalidState for platform staff, for an account that waits for its erasure already, and, naming them, while
    organizations have no other owner.
    """
    with transaction.atomic():
        held = _held(user.pk)
        if held is None or held.erasure_due_at is not None:
            raise InvalidState("Your account is about to be erased already.")
        if held.is_staff or held.is_superuser:
            raise InvalidState("Platform staff can't be erased. Have your rights on the platform taken away first.")
        if alone := sole_organizations(held):
            names = ", ".join(one.name for one in alone[:10])
            raise InvalidState(
                f"Nobody else owns {names}. Make somebody else an owner there, or delete it, before your account goes."
            )
        due = timezone.now() + GRACE
        held.erasure_due_at = due
        held.save(update_fields=["erasure_due_at"])
        record_of_person("user.erasure_requested", held, after={"due": due}, by=held)
        sign_ins_end(held, current=None)
        transaction.on_commit(lambda: erasure_mail(held, due), robust=True)
    return due


def erasure_cancel(user: User) -> None:
    """Take the request back. Again changes nothing. Raises InvalidState when it is too late."""
    with transaction.atomic():
        held = _held(user.pk)
        if held is None or held.erasure_begun_at is not None:
            raise InvalidState("Your account is being erased. That can't be taken back any more.")
        if held.erasure_due_at is None:
            return
        before, held.erasure_due_at = held.erasure_due_at, None
        held.save(update_fields=["erasure_due_at"])
        record_of_person("user.erasure_cancelled", held, before={"due": before}, by=held)


def erasures_run(*, now: datetime | None = None) -> int:
    """Erase the accounts whose grace is over, and answer how many went. One that fails does not keep the others."""
    due = User.objects.filter(erasure_due_at__lte=now or timezone.now()).order_by("erasure_due_at")
    gone = 0
    for user_id in list(due.values_list("pk", flat=True)):
        try:
            gone += _erase(user_id)
        except Exception:
            logger.exception("An account could not be erased. It is tried again.")
    return gone


def _held(user_id: uuid.UUID) -> User | None:
    """The account, locked, and before it the organizations that it owns, as with every change to their people."""
    owned = Organization.objects.filter(memberships__user=user_id, memberships__role=Role.OWNER).values("pk")
    list(Organization.objects.select_for_update().filter(pk__in=owned).order_by("pk"))
    return User.objects.select_for_update().filter(pk=user_id).first()


def _erase(user_id: uuid.UUID) -> bool:
    if not _begin(user_id):
        return False
    user = User.objects.get(pk=user_id)
    addresses = addresses_of(user)
    for address in addresses:
        address_erase(address)
    person_erase.call(user_id)
    while identity_erase(user_id):
        pass
    with transaction.atomic():
        EmailAddress.objects.filter(user=user_id).delete()
        record("user.erased", None, organization=None)
        user.delete()
    for address in addresses:  # what was written meanwhile
        address_erase(address)
    return True


def _begin(user_id: uuid.UUID) -> bool:
    """Close the account: from here on nothing can be taken back. Not while an organization would lose its owner."""
    with transaction.atomic():
        held = _held(user_id)
        if held is None or held.erasure_due_at is None:
            return False
        if held.erasure_begun_at is None:
            if sole_organizations(held):
                logger.warning("An account is not erased: it is the only owner of an organization.")
                return False
            held.erasure_begun_at = timezone.now()
            held.is_active = False
            held.save(update_fields=["erasure_begun_at", "is_active"])
            sign_ins_end(held, current=None)
    return True
