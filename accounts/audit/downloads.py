"""Tells the audit trail of every file that leaves an organization as a download, whichever view gave it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.audit.recording import record

OWN_ACTIONS = {"audit_export": "audit.exported"}
"""What a download is called whose address has this name."""


def tell_download(request: HttpRequest, response: HttpResponseBase) -> None:
    """Record the answer if it is a file to be saved, with its name and the address, which holds its filters."""
    disposition = response.headers.get("Content-Disposition", "")
    organization = _organization_of(request)
    if request.method != "GET" or organization is None or not disposition.startswith("attachment"):
        return
    match = request.resolver_match
    action = OWN_ACTIONS.get(match.url_name or "" if match else "", "export.downloaded")
    after = {"file": disposition.partition("filename=")[2].strip('"') or None, "address": request.get_full_path()}
    record(action, None, organization=organization, after=after)


def _organization_of(request: HttpRequest) -> Any:
    """The organization of the address, or that of the API key."""
    found = getattr(request, "organization", None)
    return found or getattr(getattr(request, "user", None), "organization_id", None)
