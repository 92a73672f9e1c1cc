"""The way into an organization that the sign-in does not open yet."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Organization
from mino.sign_in_providers import origin_of


def lead_to_sign_in(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Lead to where the organization says what it asks. Raises PermissionDenied where that can't be shown."""
    where = address_to_sign_in(organization)
    if request.method not in ("GET", "HEAD") or request.headers.get("HX-Request"):
        raise PermissionDenied(f"{organization.name} asks for another way to sign in. Load the page anew to see which.")
    return redirect(f"{where}?{urlencode({'next': request.get_full_path()})}")


def address_to_sign_in(organization: Organization) -> str:
    """The page that says what the organization asks of those who want in."""
    return reverse("organization_sign_in", args=[organization.slug])


def let_forms_lead_to(response: HttpResponse, addresses: Iterable[str]) -> HttpResponse:
    """Let the forms of this page lead to these providers, which the policy of all pages does not name."""
    origins = sorted({origin_of(address) for address in addresses})
    if origins:
        response._csp_update = {"form-action": origins}  # type: ignore[attr-defined]
    return response
