"""Tells the audit trail how people get in and what they change about it, from the signals of Django and allauth."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest

from accounts.audit.recording import record, record_of_person
from accounts.models import User
from mino.common.values.clean import clean_text

METHODS = "account_authentication_methods"
"""Where allauth keeps in the session by what somebody signed in."""


def listen() -> None:
    """Connect all receivers; called once, when the application is ready."""
    account.user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_failed)
    mfa.authentication_failed.connect(_second_factor_failed)
    account.user_signed_up.connect(_signed_up)
    for signal, action in CHANGES.items():
        signal.connect(_about(action), weak=False)
    for signal, action in FACTORS.items():
        signal.connect(_about_factor(action), weak=False)
    account.email_confirmed.connect(_email_confirmed)
    social.social_account_added.connect(_identity_connected)
    social.social_account_removed.connect(_identity_removed)


CHANGES: dict[Signal, str] = {
    account.password_set: "user.password_set",
    account.password_changed: "user.password_changed",
    account.password_reset: "user.password_reset",
    account.email_added: "user.email_added",
    account.email_changed: "user.email_changed",
    account.email_removed: "user.email_removed",
}
FACTORS: dict[Signal, str] = {
    mfa.authenticator_added: "user.second_factor_added",
    mfa.authenticator_removed: "user.second_factor_removed",
    mfa.authenticator_reset: "user.recovery_codes_made",
}


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    methods = request.session.get(METHODS, [])
    by = [one.get("provider") or one.get("type") or one.get("method", "") for one in methods if isinstance(one, dict)]
    record_of_person("sign_in.succeeded", user, after={"by": ", ".join(filter(None, by)) or None}, by=user)


def _signed_out(user: Any, **_: Any) -> None:
    if isinstance(user, User):
        record_of_person("sign_in.ended", user, by=user)


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """Somebody gave a wrong password. An address that nobody has is not kept: it may be a password in the wrong box."""
    given = next((credentials[name] for name in ("email", "login", "username") if credentials.get(name)), "")
    user = User.objects.filter(email=clean_text(str(given)).lower()[:254]).first()
    if user is None:
        record("sign_in.failed", None, organization=None)
    else:
        record_of_person("sign_in.failed", user)


def _second_factor_failed(user: User, authenticator: Any = None, **_: Any) -> None:
    record_of_person("sign_in.second_factor_failed", user, after={"factor": _kind_of(authenticator)}, by=user)


def _signed_up(user: User, **_: Any) -> None:
    record_of_person("user.created", user, after={"email": user.email}, by=user)


def _about(action: str) -> Any:
    def receive(user: User, **given: Any) -> None:
        sides = [given.get("from_email_address"), given.get("to_email_address") or given.get("email_address")]
        before, after = [{"email": one.email} if one else None for one in sides]
        if action == "user.email_removed":
            before, after = after, None
        record_of_person(action, user, before=before, after=after, by=user)

    return receive


def _about_factor(action: str) -> Any:
    def receive(user: User, authenticator: Any, **_: Any) -> None:
        shown = {"factor": _kind_of(authenticator)}
        before, after = (shown, None) if action.endswith("removed") else (None, shown)
        record_of_person(action, user, before=before, after=after, by=user)

    return receive


def _email_confirmed(email_address: Any, **_: Any) -> None:
    record_of_person("user.email_confirmed", email_address.user, after={"email": email_address.email})


def _identity_connected(sociallogin: Any, **_: Any) -> None:
    found = sociallogin.account
    record_of_person("user.identity_connected", sociallogin.user, after={"provider": found.provider})


def _identity_removed(socialaccount: Any, **_: Any) -> None:
    before = {"provider": socialaccount.provider}
    record_of_person("user.identity_removed", socialaccount.user, before=before)


def _kind_of(authenticator: Any) -> str | None:
    kind = getattr(authenticator, "type", None)
    return {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}.get(str(kind), kind)
