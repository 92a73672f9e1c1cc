"""How often may be done what lets people in, sends mail or costs something: one table, kept by django-ratelimit.

Forms and the operations of the API that do the same are counted together.

It counts in fixed windows in the cache. While the cache is away everything passes, which `mino.common.cache` logs.
allauth counts failures to sign in besides, by address and account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_ratelimit.core import get_usage

from mino.common.errors import Limits, TooManyRequests
from mino.common.requests import client_address

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - a name, no address to listen at # nosec B104


def address_of(request: HttpRequest) -> str:
    """The IP address that is counted; all that nobody knows are one."""
    return client_address(request) or UNKNOWN_ADDRESS


def _of_organization(group: str, request: Any) -> str:
    return str(request.organization.pk)


def _of_email(group: str, request: HttpRequest) -> str:
    return request.POST.get("email", "").strip().casefold() or address_of(request)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many posts (`rate`, such as `20/h`) for each value of `key`: `ip`, `user`, or a function."""

    key: str | Callable[[str, Any], str]
    rate: str


LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "account_login": (Limit("ip", "60/5m"),),
    "account_signup": (Limit("ip", "20/h"),),
    "account_reset_password": (Limit("ip", "20/h"), Limit(_of_email, "5/h")),
    "account_reset_password_from_key": (Limit("ip", "30/h"),),
    "account_reauthenticate": (Limit("user", "20/5m"),),
    "account_email": (Limit("user", "20/h"),),
    "account_change_password": (Limit("user", "20/h"),),
    "mfa_authenticate": (Limit("ip", "60/5m"),),
    "mfa_login_webauthn": (Limit("ip", "60/5m"),),
    "mfa_reauthenticate": (Limit("user", "20/5m"),),
    "openid_connect_login": (Limit("ip", "60/5m"),),
    "invitation_sign_up": (Limit("ip", "20/h"),),
    "invitation_create": (Limit(_of_organization, "60/h"),),
    "invitation_send": (Limit(_of_organization, "60/h"),),
    "organization_create": (Limit("user", "10/h"),),
    "erasure_request": (Limit("user", "10/h"),),
    "person_export_order": (Limit("user", "5/d"),),
    "plan_request_create": (Limit(_of_organization, "10/d"),),
    "agent_key_test": (Limit(_of_organization, "30/h"),),
    "webhook_test": (Limit(_of_organization, "60/h"),),
    "webhook_redeliver": (Limit(_of_organization, "300/h"),),
    "webhook_redeliver_failed": (Limit(_of_organization, "30/h"),),
}
"""By the name of the address that the form is posted to."""

OPERATIONS: Mapping[str, str] = {
    "invitation_create": "invitation_create",
    "invitation_resend": "invitation_send",
    "webhook_test": "webhook_test",
    "webhook_redeliver": "webhook_redeliver",
    "webhook_redeliver_failed": "webhook_redeliver_failed",
}
"""The operations of the API that do what a form does, each with the name of that form in `LIMITS`."""


class FormLimitsMiddleware:
    """Refuses posts beyond `LIMITS` with a page that says when to try again. Stands behind WorkspaceMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Count the post, and answer in place of the view when it is one too many."""
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if request.method != "POST" or name not in LIMITS:
            return None
        above = _count(request, name)
        return too_often(request, above["time_left"]) if above else None


def operation_pass(request: Any, name: str) -> None:
    """Count a request to the operation of this name, which knows its organization. Raises TooManyRequests."""
    above = _count(request, OPERATIONS[name]) if name in OPERATIONS else None
    if above is None:
        return
    most, wait = above["limit"], max(1, above["time_left"])
    message = (
        f"This may be done {most:,} times an hour in an organization, here and on the pages. Go on in {wait} seconds."
    )
    limits = Limits(most, most, timezone.now() + timedelta(seconds=wait))
    raise TooManyRequests(message, limits=limits, headers={"Retry-After": str(wait)})


def _count(request: Any, name: str) -> dict[str, Any] | None:
    """Count a post for each limit of this name. Gives the usage that has to wait longest, if one is above its limit."""
    usages = [
        get_usage(request, group=f"{name}.{place}", key=one.key, rate=one.rate, method="POST", increment=True)
        for place, one in enumerate(LIMITS[name])
    ]
    above = [usage for usage in usages if usage and usage["should_limit"]]
    return max(above, key=lambda usage: usage["time_left"], default=None)


def too_often(request: HttpRequest, seconds: int | None = None) -> HttpResponse:
    """The page of status 429; without `seconds` it is not known how long to wait."""
    minutes = None if seconds is None else max(1, -(-seconds // 60))
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    if seconds is not None:
        response["Retry-After"] = str(max(1, seconds))
    return response
