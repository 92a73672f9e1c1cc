"""Pages for who invites."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.members import invitations
from accounts.members.forms import InviteForm
from accounts.members.queries import counts_of
from accounts.models import Invitation
from accounts.permissions import require, roles_of
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.pagination import keyset_page


@require_safe
def invitation_list(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The invitations that wait for an answer, the newest first."""
    require(request.user, "accounts.manage_members", request.organization)
    waiting = Invitation.objects.pending().filter(organization=request.organization).select_related("invited_by")
    context = {
        "page": keyset_page(waiting, request.GET, keys=("sent_at", "id")),
        "now": timezone.now(),
        "counts": counts_of(request.organization),
        "may_manage": True,
    }
    return render(request, "accounts/people/invitations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Invite people by their addresses."""
    require(request.user, "accounts.manage_members", request.organization)
    form = InviteForm(roles_of(request.user)[request.organization.pk], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invitations.invitations_create(
                organization=request.organization, user=request.user, **form.cleaned_data
            )
        except ServiceError as error:
            add_service_error(form, error)
        else:
            who = sent[0].email if len(sent) == 1 else f"{len(sent)} people"
            messages.success(request, f"{who} invited. The link works for seven days.")
            return redirect("invitation_list", slug=slug)
    context = {"form": form, "counts": counts_of(request.organization), "most": invitations.A_DAY}
    return render(request, "accounts/people/invite.html", context, status=422 if form.errors else 200)


@require_POST
def invitation_send(request: WorkspaceRequest, slug: str, invitation_id: uuid.UUID) -> HttpResponse:
    """Send an invitation again."""
    invitation = _invitation(request, invitation_id)
    try:
        invitations.invitation_resend(invitation=invitation, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"A new link is on its way to {invitation.email}. The one before stops working.")
    return redirect("invitation_list", slug=slug)


@require_POST
def invitation_revoke(request: WorkspaceRequest, slug: str, invitation_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, invitation_id)
    try:
        invitations.invitation_revoke(invitation=invitation, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect("invitation_list", slug=slug)


def _invitation(request: WorkspaceRequest, invitation_id: uuid.UUID) -> Invitation:
    require(request.user, "accounts.manage_members", request.organization)
    found: Invitation = get_object_or_404(
        Invitation.objects.filter(organization=request.organization).select_related("organization"), pk=invitation_id
    )
    return found
