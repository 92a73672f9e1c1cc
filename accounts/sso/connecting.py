"""Connects an organization's own provider, changes and disconnects it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import IdentityProvider, Organization, Protocol, User
from accounts.permissions import require
from accounts.sso.door import checked_target, door_fetch
from accounts.sso.providers import sealed
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.outbound import OutboundError
from mino.sign_in_providers import saml_metadata

OK = 200
LONGEST = {"name": 40, "issuer": 500, "sign_in_url": 1000, "client_id": 191, "metadata_url": 1000}
MANAGE = "accounts.manage_sso"
WELL_KNOWN = "/.well-known/openid-configuration"
Values = dict[str, Any]


@sensitive_variables("client_secret")
def openid_connect(
    *, organization: Organization, user: User, name: str, issuer: str, client_id: str, client_secret: str, joins_as: str
) -> IdentityProvider:
    """Connect a provider that speaks OpenID Connect, in place of an earlier one.

    An empty secret keeps the one of before, if the issuer and the client stay. Raises InvalidInput, PermissionDenied.
    """
    require(user, MANAGE, organization)
    issuer = issuer.strip().removesuffix(WELL_KNOWN)
    config = _asked("issuer", issuer.rstrip("/") + WELL_KNOWN)
    if str(config.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        _wrong("issuer", f"The provider there calls itself {str(config.get('issuer'))[:200]!r}. Give that address.")
    for part in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        if part != "userinfo_endpoint" or part in config:
            _checked("issuer", str(config.get(part, "")), f"The provider names no usable {part}")
    values = {
        "protocol": Protocol.OPENID,
        "name": name,
        "issuer": config["issuer"],
        "sign_in_url": config["authorization_endpoint"],
        "client_id": client_id.strip(),
        "joins_as": joins_as,
        "metadata_url": "",
        "certificates": [],
    }
    return _connect(organization, user, values, client_secret.strip())


def saml_connect(
    *, organization: Organization, user: User, name: str, metadata_url: str, metadata: str, joins_as: str
) -> IdentityProvider:
    """Connect a SAML identity provider by its metadata: what stands at an address, or a text.

    Raises InvalidInput, PermissionDenied.
    """
    require(user, MANAGE, organization)
    place = "metadata" if metadata.strip() else "metadata_url"
    xml = metadata.strip().encode() if metadata.strip() else _fetched(place, metadata_url.strip())
    try:
        found = saml_metadata(xml)
    except ValueError as error:
        _wrong(place, str(error))
    _checked(place, found["sso_url"], "The address to sign in at can't be used")
    values = {
        "protocol": Protocol.SAML,
        "name": name,
        "issuer": found["entity_id"],
        "sign_in_url": found["sso_url"],
        "client_id": "",
        "joins_as": joins_as,
        "metadata_url": "" if metadata.strip() else metadata_url.strip(),
        "certificates": found["certificates"],
    }
    return _connect(organization, user, values, "")


def provider_switch(*, organization: Organization, user: User, is_enabled: bool) -> None:
    """Switch the provider off, or on again. Off, it opens nothing and can't be required. Raises PermissionDenied."""
    with transaction.atomic():
        held = _held(organization, user)
        provider = _provider(held)
        before = {"is_enabled": provider.is_enabled}
        provider.is_enabled = is_enabled
        provider.save(update_fields=["is_enabled", "updated_at"])
        record(
            "sso.provider_changed",
            provider,
            organization=held,
            before=before,
            after={"is_enabled": is_enabled},
            by=user,
        )
        if not is_enabled:
            _require_no_more(held, user)


def provider_remove(*, organization: Organization, user: User) -> None:
    """Disconnect the provider: it opens nothing any more, and what linked accounts with it goes."""
    with transaction.atomic():
        held = _held(organization, user)
        _remove(held, _provider(held), user)
        _require_no_more(held, user)


def _connect(organization: Organization, user: User, values: Values, secret: str) -> IdentityProvider:
    _check_fields(values)
    with transaction.atomic():
        held = _held(organization, user)
        before = IdentityProvider.objects.filter(organization=held).first()
        if before is not None and (before.issuer, before.protocol) != (values["issuer"], values["protocol"]):
            _remove(held, before, user)
            before = None
        provider = before or IdentityProvider(organization=held)
        old = _shown(provider)
        same_client = provider.client_id == values["client_id"]
        for field, value in values.items():
            setattr(provider, field, value)
        if secret or not same_client:
            provider.secret = sealed(secret, provider.pk)
        provider.save()
        event = "sso.provider_changed" if before else "sso.provider_added"
        after = {**_shown(provider), "renewed": bool(secret)}
        known = {**old, "renewed": False} if before else None
        record(event, provider, organization=held, before=known, after=after, by=user)
        return provider


def _remove(held: Organization, provider: IdentityProvider, user: User) -> None:
    count, _ = SocialAccount.objects.filter(provider=str(held.pk)).delete()
    record("sso.provider_removed", provider, organization=held, before=_shown(provider), count=count or None, by=user)
    provider.delete()


def _require_no_more(held: Organization, user: User) -> None:
    if held.requires_own_sign_in:
        held.requires_own_sign_in = False
        held.save(update_fields=["requires_own_sign_in", "updated_at"])
        before, after = {"requires_own_sign_in": True}, {"requires_own_sign_in": False}
        record("sso.requirement_changed", held, organization=held, before=before, after=after, by=user)


def _held(organization: Organization, user: User) -> Organization:
    held = organization_held(organization)
    required_now(user, MANAGE, held)
    return held


def _provider(held: Organization) -> IdentityProvider:
    found: IdentityProvider | None = IdentityProvider.objects.filter(organization=held).first()
    if found is None:
        raise InvalidState("No identity provider is connected.")
    return found


def _shown(provider: IdentityProvider) -> Mapping[str, Any]:
    fields = ("protocol", "name", "issuer", "client_id", "joins_as", "metadata_url")
    return {**{field: getattr(provider, field) for field in fields}, "certificates": len(provider.certificates)}


def _check_fields(values: Values) -> None:
    for field, most in LONGEST.items():
        if len(values[field]) > most:
            _wrong(field, f"That is longer than {most} characters.")
    if values["protocol"] == Protocol.OPENID and not re.fullmatch(r"[!-~]+", values["client_id"]):
        _wrong("client_id", "Copy the client's ID from the provider; it has no spaces.")


def _asked(field: str, url: str) -> dict[str, Any]:
    try:
        config = json.loads(_fetched(field, url))
    except ValueError:
        config = None
    if not isinstance(config, dict):
        _wrong(field, f"At {url} stands no configuration of an OpenID Connect provider.")
    found: dict[str, Any] = config
    return found


def _fetched(field: str, url: str) -> bytes:
    try:
        answer = door_fetch(url)
    except OutboundError as error:
        _wrong(field, error.reason)
    if answer.status != OK:
        _wrong(field, f"{answer.url} answered with status {answer.status}.")
    return answer.body


def _checked(field: str, url: str, otherwise: str) -> None:
    try:
        checked_target(url)
    except OutboundError as error:
        _wrong(field, f"{otherwise}: {error.reason}")


def _wrong(field: str, message: str) -> NoReturn:
    raise InvalidInput(message, details=[Detail(field, message)])
