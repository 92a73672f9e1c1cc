"""Keeps a sign-in by an organization's own provider within that organization: the account itself stays closed to it."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch

from accounts.models import IdentityProvider
from accounts.signing_in.scope import scope_of, session_scope

ROUTES = ("o/<", "api/", "health/", "sign-in/", "static/", "legal/", "consent/")
"""What lies below these narrows itself to the organizations that the sign-in opens, or is there for everybody."""

NAMES = ("home", "avatar", "error_help", "account_login", "account_logout", "*_login", "*_callback", "saml_*")
"""Further pages that are open: those to sign in and out, and those that show nothing of the account."""


class SessionScopeMiddleware:
    """Tells the user object what the session may open, and refuses the pages of the account where it may not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.session_scope = scope_of(request.session)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Refuse what is not open."""
        if is_restricted(request) and not (request.resolver_match and _is_open(request.resolver_match)):
            return _refusal(request)
        return None


def is_restricted(request: HttpRequest) -> bool:
    """Whether only an organization's provider vouched for who is signed in."""
    scope = session_scope(request.user)
    return scope is not None and scope.only is not None


def refuse_restricted(request: HttpRequest) -> None:
    """Go on only after a full sign-in. Raises ImmediateHttpResponse, as allauth wants it."""
    if is_restricted(request):
        raise ImmediateHttpResponse(_refusal(request))


def _is_open(match: ResolverMatch) -> bool:
    return match.route.startswith(ROUTES) or any(fnmatchcase(match.url_name or "", name) for name in NAMES)


def _refusal(request: HttpRequest) -> HttpResponse:
    scope = session_scope(request.user)
    only = scope.only if scope else None
    provider = IdentityProvider.objects.filter(pk=only).select_related("organization").first() if only else None
    context = {"only": provider.organization if provider else None}
    return render(request, "accounts/sso/account_closed.html", context, status=403)
