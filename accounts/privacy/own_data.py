"""What accounts keep about a person."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts.models import ApiKey, AuditEntry, Consent, Guest, Invitation, Membership, Organization, PlanRequest, User
from accounts.privacy.addresses import addresses_of
from accounts.privacy.rows import made_rows, rows_of
from mino.common.hooks import Section


def accounts_export(user_id: uuid.UUID, section: Section) -> None:
    """The account itself, how it is signed in to, and its places in organizations. No secret is among it."""
    user = User.objects.get(pk=user_id)
    section("profile", rows_of(User.objects.filter(pk=user_id), *PROFILE))
    section("email_addresses", rows_of(EmailAddress.objects.filter(user=user_id), "email", "verified", "primary"))
    accounts = SocialAccount.objects.filter(user=user_id)
    section("connected_accounts", rows_of(accounts, "provider", "uid", "date_joined", "last_login", "extra_data"))
    factors = Authenticator.objects.filter(user=user_id)
    section("second_factors", rows_of(factors, "type", "created_at", "last_used_at"))
    sessions = UserSession.objects.filter(user=user_id)
    section("sign_ins", rows_of(sessions, "created_at", "last_seen_at", "ip", "user_agent"))
    consents = Consent.objects.filter(user=user_id)
    agreed = ("legal_text__kind", "legal_text__version", "given_at", "address", "user_agent")
    section("consents", rows_of(consents, *agreed))
    memberships = Membership.objects.filter(user=user_id)
    section("memberships", rows_of(memberships, *PLACE, "role"))
    section("guest_places", rows_of(Guest.objects.filter(user=user_id), *PLACE))
    received = Invitation.objects.filter(email__in=addresses_of(user))
    section("invitations_received", rows_of(received, "organization__name", "role", "sent_at", "expires_at", "ending"))
    seen = Q(organization__in=Organization.objects.visible_to(user))
    sent = Invitation.objects.filter(invited_by=user_id)
    section("invitations_sent", made_rows(sent, seen, ("id", "sent_at"), ("organization__name", "email", "role")))
    keys = ApiKey.objects.filter(created_by=user_id)
    section("api_keys_created", made_rows(keys, seen, ("id", "created_at"), ("organization__name", "name", "prefix")))
    requests = PlanRequest.objects.filter(requested_by=user_id)
    section("plan_requests", made_rows(requests, seen, ("id", "created_at"), ("plan", "message", "state")))
    section("own_acts", made_rows(AuditEntry.objects.filter(actor=user_id), seen | Q(organization=None), *ACTS))


PROFILE = ("id", "email", "name", "time_zone", "date_joined", "last_login", "is_staff")
PLACE = ("organization__name", "organization__slug", "invited_at", "joined_at")
ACTS = (
    ("id", "timestamp", "event", "channel", "remote_addr", "user_agent"),
    ("organization_id", "object_repr", "changes", "count"),
)
