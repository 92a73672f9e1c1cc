"""Pages about one's own data."""

from __future__ import annotations

import time
import uuid

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import PersonExport
from accounts.privacy.erasing import GRACE, erasure_cancel, erasure_request, sole_organizations
from accounts.privacy.exporting import KEPT
from accounts.privacy.exports import person_export_open, person_export_order
from accounts.privacy.forms import ErasureForm
from accounts.privacy.middleware import consent_not_required
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error

SHOWN = 10


@consent_not_required
@require_safe
def privacy(request: SignedInRequest) -> HttpResponse:
    """What one may ask for about one's own data: a copy of it, and its end."""
    exports = list(PersonExport.objects.visible_to(request.user)[:SHOWN])
    context = {
        "exports": exports,
        "at_work": any(one.is_at_work for one in exports),
        "kept_days": KEPT.days,
        "grace_days": GRACE.days,
        "alone": sole_organizations(request.user) if request.user.erasure_due_at else [],
    }
    return render(request, "accounts/privacy/privacy.html", context)


@consent_not_required
@require_POST
def person_export_order_view(request: SignedInRequest) -> HttpResponse:
    """Order a copy."""
    try:
        person_export_order(request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The copy of your data is being made. A mail tells you when it is ready.")
    return redirect("privacy")


@consent_not_required
@require_GET
def person_export_file(request: SignedInRequest, person_export_id: uuid.UUID) -> HttpResponseBase:
    """The file of a copy, for the person whose data it is."""
    export: PersonExport = get_object_or_404(PersonExport.objects.visible_to(request.user), pk=person_export_id)
    try:
        file = person_export_open(export, request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("privacy")
    name = f"mino-personal-data-{export.created_at:%Y-%m-%d}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _may_be_old(request: SignedInRequest) -> bool:
    """Whether who has neither password nor second factor, so that nothing can be asked, signed in some time ago."""
    if get_reauthentication_flows(request.user):
        return False
    latest: float = max((one["at"] for one in get_authentication_records(request, request.user)), default=0)
    return bool(time.time() - latest > REAUTHENTICATION_TIMEOUT)


@consent_not_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def erasure_request_view(request: SignedInRequest) -> HttpResponse:
    """Ask for the end of the account: who one is was just shown, and the address is typed."""
    if _may_be_old(request):
        messages.error(request, "Sign out and in again first, so that it is sure to be you. Then come back at once.")
        return redirect("privacy")
    form = ErasureForm(request.user.email, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            due = erasure_request(request.user)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            logout(request)
            messages.success(
                request, f"Your account is erased on {due:%-d %B %Y}. Until then, sign in to take that back."
            )
            return redirect("account_login")
    context = {"form": form, "alone": sole_organizations(request.user), "days": GRACE.days}
    return render(request, "accounts/privacy/erase.html", context, status=422 if form.errors else 200)


@consent_not_required
@require_POST
def erasure_cancel_view(request: SignedInRequest) -> HttpResponse:
    """Take it back."""
    try:
        erasure_cancel(request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("privacy")
    messages.success(request, "Your account stays.")
    return redirect("privacy")
