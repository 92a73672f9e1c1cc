"""Says for the audit trail who a request is from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.audit.acting import acting_in


class ActingMiddleware:
    """Meanwhile entries name the request's user or key, address and browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_in(request):
            return self.get_response(request)
