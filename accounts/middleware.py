"""Finds the organization of a request, and the reader's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Organization
from accounts.organizations.slugs import moved_to
from accounts.permissions import roles_of
from accounts.sso.gate import lead_to_sign_in

GetResponse = Callable[[HttpRequest], HttpResponse]
TIME_ZONE_COOKIE = "time_zone"
TIME_ZONES = frozenset(available_timezones())  # read from the disk at each call
LAST_ORGANIZATION_COOKIE = "organization"
"""Where a signed-in user is led from the front page; a convenience, it opens nothing."""


class WorkspaceMiddleware:
    """Sets `request.organization` from the URL's slug. An organization that the user can't see is a 404."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        organization: Organization | None = request.organization  # type: ignore[attr-defined]
        if organization and request.COOKIES.get(LAST_ORGANIZATION_COOKIE) != organization.slug:
            response.set_cookie(
                LAST_ORGANIZATION_COOKIE,
                organization.slug,
                max_age=timedelta(days=365),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Look the organization up before the view runs; an old short name leads to the one of today."""
        slug = kwargs.get("slug")
        if slug is None or not request.resolver_match or not request.resolver_match.route.startswith("o/<"):
            return None
        organization = _organization(request, slug)
        if organization is None:
            if closed := Organization.objects.of(request.user).filter(slug=slug).first():
                return lead_to_sign_in(request, closed)
            if moved := moved_to(request, slug):
                return moved
            raise Http404("There is no such organization, or you are not in it.")
        request.organization = organization  # type: ignore[attr-defined]
        return None


def _organization(request: HttpRequest, slug: str) -> Organization | None:
    """The organization, for those who may see it. Whoever has a role there needs no further question."""
    here = Organization.objects.order_by().filter(slug=slug, deleted_at=None)
    found: Organization | None = here.first()
    if found is None or found.pk in roles_of(request.user):
        return found
    seen: Organization | None = here.visible_to(request.user).first()
    return seen


class TimeZoneMiddleware:
    """Shows times in the zone of the user's profile, else in the browser's (a cookie that a script sets)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "") or request.COOKIES.get(TIME_ZONE_COOKIE, "")
        if name in TIME_ZONES:
            with timezone.override(ZoneInfo(name)):
                return self.get_response(request)
        return self.get_response(request)
