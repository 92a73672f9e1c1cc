"""Says for the audit trail who a request is from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.audit.acting import acting_in
from accounts.audit.downloads import tell_download


class ActingMiddleware:
    """Meanwhile entries name the request's user or key, address and browser; files that are fetched leave one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_in(request):
            response = self.get_response(request)
            tell_download(request, response)
            return response
