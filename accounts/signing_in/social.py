"""Signing in by an identity provider: which there are, and what their word is worth."""

from __future__ import annotations

import logging
from typing import Any

import requests
from allauth.core import context
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.signing_in.openid import OpenIDProvider
from accounts.signing_in.restricting import refuse_restricted
from accounts.signing_in.saml import saml_settings
from accounts.sso.deciding import decide, refuse
from accounts.sso.door import door_session
from accounts.sso.joining import newcomer_join
from accounts.sso.providers import app_of, is_of_organization, provider_of
from mino.common.errors import ServiceError
from mino.common.values.clean import clean_text

logger = logging.getLogger(__name__)
NAMES = {"google": "Google", "github": "GitHub", "microsoft": "Microsoft"}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Called by allauth. Its own table of providers, which would hold secrets in plain text, is not used."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The providers that match: by kind or own name, and by client.

        Those of organizations are found by name alone: nobody sees a list of them.
        """
        own = provider_of(client_id if provider == "saml" else provider)
        if own is not None:
            app = app_of(own)
            return [app] if provider in (app.provider, app.provider_id) else []
        return [
            app
            for app in own_apps()
            if provider in (None, app.provider, app.provider_id) and client_id in (None, "", app.client_id)
        ]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The provider by kind or own name."""
        found = super().get_provider(request, provider, client_id)
        return OpenIDProvider(request, app=found.app) if found.id == OpenIDProvider.id else found

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Fill a new account with what the provider says."""
        user: User = super().populate_user(request, sociallogin, data)
        names = [data.get("name") or "", f"{data.get('first_name') or ''} {data.get('last_name') or ''}"]
        user.name = next((name.strip() for name in names if name.strip()), "")[:100]
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str = "",
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say in the log why a provider's answer was not accepted."""
        reason = exception or (extra_context or {}).get("saml_last_error_reason") or "no sign-in was begun here"
        logger.warning("A sign-in by %s was refused: %s", provider.sub_id, clean_text(str(reason))[:500])

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """What the word of a provider is worth. Raises ImmediateHttpResponse where allauth may not go on."""
        provider = provider_of(sociallogin.account.provider)
        if provider is not None:
            decide(request, sociallogin, provider)
        elif sociallogin.state.get("process") != AuthProcess.LOGIN:
            refuse_restricted(request)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the new account; one that an organization's provider vouches for comes into the organization.

        Raises ImmediateHttpResponse where the organization has closed its door meanwhile: then there is no account.
        """
        provider = provider_of(sociallogin.account.provider)
        if provider is None:
            made: User = super().save_user(request, sociallogin, form)
            return made
        try:
            with transaction.atomic():
                user: User = super().save_user(request, sociallogin, form)
                newcomer_join(user=user, provider=provider)
        except ServiceError as error:
            refuse(request, provider, None, error.message)
        return user

    def get_requests_session(self) -> requests.Session:
        """How a provider is asked: one of an organization through the outbound door."""
        match = context.request.resolver_match if context.request else None
        if match is None or is_of_organization(str(match.kwargs.get("provider_id", ""))):
            return door_session()
        session: requests.Session = super().get_requests_session()
        return session

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Never: no provider signs in to an account that was not connected with it."""


def own_apps() -> list[SocialApp]:
    """The providers that the installation itself offers."""
    apps = [
        SocialApp(provider=kind, **{"name": NAMES.get(kind, ""), **config})
        for kind, configured in settings.SOCIALACCOUNT_PROVIDERS.items()
        for config in configured["APPS"]
    ]
    for app in apps:
        if metadata := app.settings.get("metadata"):
            app.settings = saml_settings(**metadata)
    return apps
