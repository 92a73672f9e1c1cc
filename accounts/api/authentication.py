"""Who asks the API: a program with an API key, or a signed-in browser."""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from django.conf import settings
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.api_keys.finding import KeyRefused, api_key_find, api_key_used
from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.models import ApiKey

KEYWORDS: Final = frozenset({"bearer", "token"})
NO_TOKEN: Final = (
    "The CSRF token is missing or wrong. A page of MINO sends the value of the cookie "
    f"{settings.CSRF_COOKIE_NAME} as X-CSRFToken; a program sends an API key instead."
)
CHALLENGE: Final = 'Bearer realm="MINO"'


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer mino_pk_…`; `Token` is taken for `Bearer`.

    It stands first, so that the anonymous are answered 401 with a challenge.
    """

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[ApiKeyPrincipal, ApiKey] | None:
        """The principal behind the header; None without one. Raises AuthenticationFailed."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        keyword, _, text = header.partition(" ")
        if keyword.lower() not in KEYWORDS:
            raise NotAuthenticated
        try:
            key = api_key_find(text.strip())
        except KeyRefused as error:
            raise AuthenticationFailed(str(error)) from None
        api_key_used(key, request._request)
        return ApiKeyPrincipal(key), key

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return CHALLENGE


class BrowserAuthentication(SessionAuthentication):
    """A signed-in browser, with its CSRF token for everything that changes."""

    def enforce_csrf(self, request: Request) -> None:
        """Look for the token in the header alone, of requests that may change something.

        Of a POST the framework would read the body too, whatever it is.
        """
        if request.method in SAFE_METHODS:
            return
        asked = copy(request._request)
        asked.method = "PUT"
        try:
            super().enforce_csrf(asked)  # type: ignore[arg-type] # Django's check knows nothing of the framework's request
        except PermissionDenied:
            raise PermissionDenied(NO_TOKEN) from None


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation says it."""

    target_class = ApiKeyAuthentication
    name = "api_key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mino_pk_…", "description": "An API key."}


class BrowserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation says it."""

    target_class = BrowserAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """The cookie of the session."""
        text = "A signed-in browser. What changes something needs the CSRF token as `X-CSRFToken` too."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": text}
