"""Leads people to what they have not agreed to yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.privacy.texts import current_versions

GetResponse = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/api/", "/admin/", "/accounts/", "/legal/", "/health/", "/static/", "/sample-site/")
"""Where nobody is asked: programs, platform staff, the way in and out, and the texts themselves."""


def consent_not_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that may be used without agreeing: what concerns one's own data."""
    view.consent_not_required = True  # type: ignore[attr-defined]
    return view


class ConsentMiddleware:
    """Who is signed in and has not agreed to the newest texts is led to them, and back afterwards."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Lead there before the view runs. What was sent by a form is not lost: nothing of it has happened."""
        if request.path_info.startswith(OPEN_PATHS) or getattr(view, "consent_not_required", False):
            return None
        user = request.user
        if not isinstance(user, User) or has_agreed(user):
            return None
        address = reverse("consent")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        next_page = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        return redirect(f"{address}?{urlencode({'next': next_page})}" if next_page else address)


def has_agreed(user: User) -> bool:
    """Whether the user has agreed to the texts in force."""
    return all(getattr(user, f"{kind}_version") >= version for kind, version in current_versions().items())
