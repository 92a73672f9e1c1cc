"""The page about how long an organization keeps things."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.models import Organization
from accounts.organizations.retention import KINDS, Kind, retention_update
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error

PERIODS = (1, 3, 7, 14, 30, 60, 90, 180, 365, 730)
"""Days that are offered; few different ones, since each is one walk through what is kept."""
STANDARD = "installation"
"""The choice of the installation's own time."""

HELP = {
    "screenshot_days": "Pictures of the pages that agents saw.",
    "raw_result_days": "What agents answered, word by word. The values that were read from it stay.",
    "audit_days": "Who did what. It can't be made shorter than 90 days, so that nobody hides what they did.",
}


class RetentionForm(forms.Form):
    """For each kind the installation's time, or a shorter one."""

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            own = getattr(organization, kind.column)
            self.fields[kind.column] = forms.TypedChoiceField(
                label=kind.label,
                help_text=HELP[kind.column],
                choices=_choices(kind, own),
                coerce=_number,
                initial=STANDARD if own is None else own,
            )


def _choices(kind: Kind, own: int | None) -> list[tuple[str | int, str]]:
    offered = {days for days in PERIODS if kind.shortest_days <= days < kind.installation_days}
    if own is not None and own <= kind.installation_days:
        offered.add(own)
    standard = f"As long as this installation: {_days(kind.installation_days)}"
    return [(STANDARD, standard), *((days, _days(days)) for days in sorted(offered))]


def _number(chosen: str) -> int | None:
    return None if chosen == STANDARD else int(chosen)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


@require_http_methods(["GET", "HEAD", "POST"])
def organization_privacy(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """How long screenshots, raw answers and the audit trail are kept."""
    organization = request.organization
    require(request.user, "accounts.manage_settings", organization)
    form = RetentionForm(organization, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            retention_update(organization=organization, user=request.user, days=form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "Saved. What is too old by now is removed within the hour.")
            return redirect("organization_privacy", slug=slug)
    return render(request, "accounts/settings/privacy.html", {"form": form}, status=422 if form.errors else 200)
