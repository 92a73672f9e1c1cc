"""What an account can do that waits for its erasure: take it back, fetch a copy, sign out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

OPEN = frozenset({"privacy", "erasure_cancel", "person_export_order", "person_export_file", "avatar"})
OPEN_PATHS = ("/accounts/", "/api/", "/legal/", "/health/", "/static/")


class ErasureMiddleware:
    """Leads who signs in to an account that waits for its erasure to where that can be taken back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Lead there before the view runs."""
        match = request.resolver_match
        is_open = (match and match.url_name in OPEN) or request.path_info.startswith(OPEN_PATHS)
        if is_open or getattr(request.user, "erasure_due_at", None) is None:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("privacy")})
        return redirect("privacy")
