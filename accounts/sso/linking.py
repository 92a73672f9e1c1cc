"""Linking an account with what an organization's provider says of a person: only the account itself does that."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict, dataclass

from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.models import IdentityProvider, Membership, User
from accounts.sso.joining import invited_join
from mino.common.errors import AlreadyExists, Forbidden

KEY = "sso_link"
SECONDS = 600


@dataclass(frozen=True, slots=True)
class PendingLink:
    """Somebody signed in by a provider (its row's id) as `uid`, and an account has to agree."""

    provider: uuid.UUID
    uid: str
    email: str
    next: str


def remember(session: SessionBase, link: PendingLink) -> None:
    """Keep it in the session while the person signs in to the account."""
    session[KEY] = {**asdict(link), "provider": str(link.provider), "until": time.time() + SECONDS}


def remembered(session: SessionBase) -> tuple[PendingLink, IdentityProvider] | None:
    """What waits for an account to agree, with its provider; None if nothing does or it took too long."""
    kept = session.get(KEY)
    if not isinstance(kept, dict) or kept["until"] < time.time():
        return None
    found = IdentityProvider.objects.filter(pk=kept["provider"], is_enabled=True, organization__deleted_at=None)
    provider = found.select_related("organization").first()
    if provider is None:
        return None
    return PendingLink(provider.pk, kept["uid"], kept["email"], kept["next"]), provider


def forget(session: SessionBase) -> None:
    """Nothing waits any more."""
    session.pop(KEY, None)


def signed_in_by(provider: IdentityProvider) -> None:
    """Note that somebody just signed in by the provider: it works."""
    IdentityProvider.objects.filter(pk=provider.pk).update(last_sign_in_at=timezone.now())


def account_link(*, user: User, provider: IdentityProvider, link: PendingLink) -> None:
    """Let the provider sign the user in to its organization as `link.uid`, in place of whom it said before.

    Raises Forbidden for who is not in the organization, AlreadyExists if another account is linked with that person.
    """
    organization = provider.organization
    member = Membership.objects.filter(organization=organization, user=user).exists()
    if not (member or invited_join(user=user, provider=provider)):
        raise Forbidden(f"Your account is not in {organization.name}. Ask one of its admins to invite {user.email}.")
    name = str(organization.pk)
    try:
        with transaction.atomic():
            SocialAccount.objects.filter(user=user, provider=name).exclude(uid=link.uid).delete()
            account, is_new = SocialAccount.objects.get_or_create(provider=name, uid=link.uid, defaults={"user": user})
            if account.user_id != user.pk:
                raise AlreadyExists(f"{organization.name}’s provider opens another account with that sign-in already.")
            if is_new:
                after = {"provider": provider.name, "address": link.email}
                record("sso.linked", user, organization=organization, after=after, by=user)
            signed_in_by(provider)
    except IntegrityError:
        raise AlreadyExists("This was connected a moment ago. Try again.") from None
