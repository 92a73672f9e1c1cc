"""Pages about the people of an organization."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.members import roles
from accounts.members.forms import DESCRIPTIONS, RoleForm
from accounts.members.queries import SEARCH_LENGTH, counts_of, guests_of, members_of
from accounts.models import Membership, Role
from accounts.permissions import require, roles_of
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from mino.common.values.clean import clean_text


@require_safe
def people(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Who is in the organization, with their roles."""
    require(request.user, "accounts.view", request.organization)
    search = _search(request)
    members = members_of(request.organization, search)
    context = {
        "page": keyset_page(members, request.GET, keys=("id",), ascending=True),
        "roles": [(role.label, DESCRIPTIONS[role]) for role in Role],
        **_common(request, search),
    }
    return render(request, "accounts/people/members.html", context)


@require_safe
def people_guests(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Who sees single projects without being a member."""
    require(request.user, "accounts.manage_members", request.organization)
    search = _search(request)
    guests = guests_of(request.organization, search)
    page = keyset_page(guests, request.GET, keys=("id",), ascending=True)
    return render(request, "accounts/people/guests.html", {"page": page, **_common(request, search)})


@require_safe
def people_member(request: WorkspaceRequest, slug: str, membership_id: uuid.UUID) -> HttpResponse:
    """One member: their role, and what ends their membership."""
    membership = _membership(request, membership_id)
    return _member_page(request, membership, RoleForm(_own_role(request), initial={"role": membership.role}))


@require_POST
def people_role(request: WorkspaceRequest, slug: str, membership_id: uuid.UUID) -> HttpResponse:
    """Give a member another role."""
    membership = _membership(request, membership_id)
    form = RoleForm(_own_role(request), request.POST)
    if not form.is_valid():
        return _member_page(request, membership, form)

    def change() -> str:
        changed = roles.role_change(membership=membership, role=form.cleaned_data["role"], user=request.user)
        return f"{membership.user.display_name} is {changed.get_role_display().lower()} now."

    return _done(request, change)


@require_POST
def people_remove(request: WorkspaceRequest, slug: str, membership_id: uuid.UUID) -> HttpResponse:
    """End a membership."""
    membership = _membership(request, membership_id)

    def remove() -> str:
        roles.member_remove(membership=membership, user=request.user)
        return f"{membership.user.display_name} is no longer in {request.organization.name}."

    return _done(request, remove)


@require_POST
def people_transfer(request: WorkspaceRequest, slug: str, membership_id: uuid.UUID) -> HttpResponse:
    """Hand the organization over."""
    require(request.user, "accounts.delete", request.organization)
    membership = _membership(request, membership_id)

    def transfer() -> str:
        roles.ownership_transfer(membership=membership, user=request.user)
        return f"{membership.user.display_name} owns {request.organization.name} now, and you are an admin."

    return _done(request, transfer)


@require_http_methods(["GET", "HEAD", "POST"])
def people_leave(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """End one's own membership, or one's place as a guest, once asked."""
    organization = request.organization
    if request.method != "POST":
        return render(request, "accounts/people/leave.html")
    try:
        roles.member_leave(organization=organization, user=request.user)
        roles.guest_leave(organization=organization, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("people_leave", slug=slug)
    messages.success(request, f"You have left {organization.name}.")
    return redirect("home")


@require_POST
def guest_remove(request: WorkspaceRequest, slug: str, guest_id: uuid.UUID) -> HttpResponse:
    """Show a guest out."""
    require(request.user, "accounts.manage_members", request.organization)
    guest = get_object_or_404(guests_of(request.organization), pk=guest_id)

    def remove() -> str:
        roles.guest_remove(guest=guest, user=request.user)
        return f"{guest.user.display_name} sees nothing of {request.organization.name} any more."

    return _done(request, remove, "people_guests")


def _membership(request: WorkspaceRequest, membership_id: uuid.UUID) -> Membership:
    require(request.user, "accounts.manage_members", request.organization)
    return get_object_or_404(members_of(request.organization), pk=membership_id)


def _member_page(request: WorkspaceRequest, membership: Membership, form: RoleForm) -> HttpResponse:
    own = _own_role(request)
    context = {
        "membership": membership,
        "form": form,
        "may_change": own == Role.OWNER or membership.role != Role.OWNER,
        "may_transfer": own == Role.OWNER and membership.user != request.user,
    }
    return render(request, "accounts/people/member.html", context, status=422 if form.errors else 200)


def _own_role(request: WorkspaceRequest) -> str:
    return roles_of(request.user)[request.organization.pk]


def _search(request: WorkspaceRequest) -> str:
    return clean_text(request.GET.get("search", "")).strip()[:SEARCH_LENGTH]


def _common(request: WorkspaceRequest, search: str) -> dict[str, object]:
    """What the pages of lists share."""
    may_manage = request.user.has_perm("accounts.manage_members", request.organization)
    return {
        "search": search,
        "search_length": SEARCH_LENGTH,
        "may_manage": may_manage,
        "counts": counts_of(request.organization) if may_manage else None,
    }


def _done(request: WorkspaceRequest, act: Callable[[], str], page: str = "organization") -> HttpResponse:
    """Do it and say so, or say why not; then show the list. Who ended their own place goes to the front page."""
    organization = request.organization
    try:
        messages.success(request, act())
    except ServiceError as error:
        messages.error(request, error.message)
    if organization.pk not in roles_of(request.user):
        return redirect("home")
    return redirect(page, slug=organization.slug)
