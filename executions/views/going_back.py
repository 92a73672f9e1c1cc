"""Where an act leads afterwards."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.http import WorkspaceRequest


def address_back(request: WorkspaceRequest, otherwise: str, *arguments: object) -> str:
    """The page that the form names as `next` if it is one of ours, else the page `otherwise` of the organization."""
    data = request.POST if request.method == "POST" else request.GET
    wanted = data.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse(otherwise, args=[request.organization.slug, *arguments])
