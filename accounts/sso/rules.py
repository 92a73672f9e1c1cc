"""What an organization asks of everybody who signs in."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import IdentityProvider, Membership, Organization, Role, User
from accounts.signing_in.second_factors import has_second_factor, second_factors_of
from accounts.sso.connecting import MANAGE
from mino.common.errors import Detail, InvalidState


def rules_set(
    *, organization: Organization, user: User, requires_second_factor: bool, requires_own_sign_in: bool
) -> None:
    """Say what is asked. It holds at once, also for who is signed in.

    Raises InvalidState where it would lock out who asks for it, and PermissionDenied.
    """
    with transaction.atomic():
        held = organization_held(organization)
        required_now(user, MANAGE, held)
        before = _rules(held)
        if (requires_second_factor and not held.requires_second_factor) and not has_second_factor(user):
            _refuse("requires_second_factor", "Set up a second factor for yourself first, under Profile, Security.")
        if requires_own_sign_in and not held.requires_own_sign_in:
            _check_own_sign_in(held, user)
        held.requires_second_factor, held.requires_own_sign_in = requires_second_factor, requires_own_sign_in
        held.save(update_fields=["requires_second_factor", "requires_own_sign_in", "updated_at"])
        after = _rules(held)
        for event, name in (
            ("organization.security_changed", "requires_second_factor"),
            ("sso.requirement_changed", "requires_own_sign_in"),
        ):
            if before[name] != after[name]:
                was, now = {name: before[name]}, {name: after[name]}
                record(event, held, organization=held, before=was, after=now, by=user)


def owners_without_second_factor(organization: Organization) -> list[User]:
    """Owners who could not come in if the provider failed."""
    owners = Membership.objects.filter(organization=organization, role=Role.OWNER).select_related("user")
    lacking = owners.exclude(Exists(second_factors_of(OuterRef("user"))))
    return [membership.user for membership in lacking.order_by("user__email")]


def _check_own_sign_in(held: Organization, user: User) -> None:
    provider = IdentityProvider.objects.filter(organization=held, is_enabled=True).first()
    if provider is None or provider.last_sign_in_at is None:
        _refuse("requires_own_sign_in", "Connect a provider and sign in by it once, so that it is known to work.")
    if not has_second_factor(user):
        _refuse(
            "requires_own_sign_in",
            "Set up a second factor for yourself first: with it you come in when the provider does not work.",
        )


def _rules(organization: Organization) -> dict[str, bool]:
    return {
        "requires_second_factor": organization.requires_second_factor,
        "requires_own_sign_in": organization.requires_own_sign_in,
    }


def _refuse(field: str, message: str) -> None:
    raise InvalidState(message, details=[Detail(field, message)])
