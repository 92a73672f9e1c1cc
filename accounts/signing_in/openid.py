"""OpenID Connect: allauth's code flow, with every check of the specification on the ID token.

Source: OpenID Connect Core 1.0, sections 3.1.2.1 (nonce), 3.1.3.7 (ID token validation), 5.3.2 (subject of userinfo).
PKCE (RFC 7636) binds the code to the browser's session, the nonce the ID token.
"""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key pair; with a shared secret, and without any, nothing is signed by the provider alone."""

LEEWAY = 60
"""Seconds by which clocks may differ."""


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Asks the provider and checks its answers."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OAuth2Error where that can't be used."""
        try:
            config: dict[str, Any] = super().openid_config
            wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            missing = [name for name in wanted if not isinstance(config.get(name), str)]
        except (ValueError, AttributeError, TypeError) as error:
            raise OAuth2Error("The provider's configuration is no JSON object.") from error
        if missing:
            raise OAuth2Error(f"The provider's configuration lacks {', '.join(missing)}.")
        agreed = self.get_provider().app.settings.get("issuer")
        if agreed and agreed != config["issuer"]:
            raise OAuth2Error(f"The provider calls itself {config['issuer']}, not {agreed} as when it was connected.")
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who signs in, by the ID token, and by userinfo where there is that. Raises OAuth2Error."""
        claims = self.claims(app, str(kwargs["response"].get("id_token") or ""))
        data = {"id_token": claims}
        if self.openid_config.get("userinfo_endpoint"):
            data["userinfo"] = {**claims, **self._fetch_user_info(token.token)}
            if data["userinfo"]["sub"] != claims["sub"]:
                raise OAuth2Error("Userinfo and ID token are about different people.")
        return self.get_provider().sociallogin_from_response(request, data)

    def claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """What the ID token says, once signature, issuer, audience, time and nonce are right. Raises OAuth2Error."""
        try:
            key = self._signing_key(jwt.get_unverified_header(id_token).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise OAuth2Error(f"The ID token is not valid: {error}") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token was made for another client.")
        if not self.nonce or not secrets.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("The ID token answers another sign-in.")
        return claims

    def _signing_key(self, kid: str | None) -> jwt.PyJWK:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if key.public_key_use in (None, "sig") and kid in (None, key.key_id)]
        if len(fitting) != 1:
            raise OAuth2Error("The ID token is signed with a key that the provider does not show.")
        return fitting[0]


class OpenIDProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """A provider that speaks OpenID Connect, known by its own name: the same client can exist at several."""

    oauth2_adapter_class = OpenIDAdapter
    pkce_enabled_default = True

    def serialize(self) -> dict[str, str]:
        """What finds it again: its own name."""
        return {"id": self.app.provider_id}

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Lead to the provider; the nonce is remembered with the state."""
        nonce = secrets.token_urlsafe(24)
        auth_params = {**(kwargs.pop("auth_params", None) or self.get_auth_params()), "nonce": nonce}
        answer: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=auth_params, nonce=nonce, **kwargs
        )
        return answer


class CallbackView(OAuth2CallbackView):  # type: ignore[misc]
    """Where the provider leads back to."""

    def _get_state(self, request: HttpRequest, provider: OpenIDProvider) -> tuple[Any, Any]:
        state, answer = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, answer


@login_not_required  # type: ignore[untyped-decorator]  # allauth has no types
def openid_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider (POST), or ask before (GET)."""
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required  # type: ignore[untyped-decorator]
def openid_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in by what the provider answers."""
    return _answer(CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = OpenIDAdapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404("There is no such provider.") from None
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except (OAuth2Error, RequestException, ValueError, ImproperlyConfigured) as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer
