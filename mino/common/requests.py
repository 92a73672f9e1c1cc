"""Gives each request an id, and lets probes pass before anything looks at the host, the session or the database."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from mino.common.tracing import bind, bound, bound_ids

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
PROBES = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestIdMiddleware:
    """Binds the request's id to its log lines, and tells it in the answer.

    The id that a proxy sent is taken where proxies are trusted; everybody else's is replaced.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with bound(request=_request_id(request)):
            response = self.get_response(request)
            response[REQUEST_ID] = bound_ids()["request"]
            # Django logs answers of 400 and more after all middleware, with the request beside the line.
            request.traced_ids = bound_ids()  # type: ignore[attr-defined]
            return response


def _request_id(request: HttpRequest) -> str:
    sent = request.headers.get(REQUEST_ID, "")
    return sent if settings.TRUSTED_PROXIES and WELL_FORMED.fullmatch(sent) else uuid.uuid4().hex


def client_address(request: HttpRequest) -> str:
    """The IP address a request comes from, or "" if it can't be known.

    Behind proxies it is what the outermost trusted one saw (`MINO_TRUSTED_PROXIES` counts them). What stands further
    left in X-Forwarded-For is what the client claims.
    """
    address = request.META.get("REMOTE_ADDR", "")
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(seen) and seen[0]:
        address = seen[-settings.TRUSTED_PROXIES]
    return _ip_of(address.strip())


def _ip_of(address: str) -> str:
    """The address without a port, in its short form."""
    bare = address.rpartition(":")[0] if address.count(":") == 1 else address
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    try:
        ip = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(ip, "ipv4_mapped", None) or ip)


class AddressIdsMiddleware:
    """Binds what the address names: organization, execution, job. Stands after the middleware that looks them up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]) -> None:
        """Bind them before the view runs."""
        organization = getattr(request, "organization", None)
        found = {"organization": organization and organization.pk}
        found |= {name: kwargs.get(f"{name}_id") for name in ("execution", "job")}
        bind(**{name: value for name, value in found.items() if value})


class ProbesMiddleware:
    """Answers health checks and metrics at once, whatever the cookies say and whatever the host is called.

    A balancer asks by IP address, and has to get its answer also while the database, which sessions need, is away.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBES:
            return self.get_response(request)
        answer: HttpResponse = resolve(request.path_info).func(request)
        return answer
