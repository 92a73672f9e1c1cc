"""Members, invitations, guests and former short names in Django admin: only members are changed there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.members.roles import member_add, member_remove, role_change
from accounts.models import FormerSlug, Guest, Invitation, Membership, Organization, Role
from mino.common.admin import ReadOnlyAdmin
from mino.common.errors import ServiceError


class MemberForm(forms.ModelForm[Membership]):
    """Somebody who becomes a member without an invitation."""

    def clean_organization(self) -> Organization:
        """Refuse one that is deleted."""
        organization: Organization = self.cleaned_data["organization"]
        if organization.deleted_at is not None:
            raise forms.ValidationError("This organization is deleted. Restore it first.", code="deleted")
        return organization


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Who is where, and as what: changed by the actions of the list, with the same checks as on people's own pages."""

    form = MemberForm
    fields = ["organization", "user", "role", "invited_by", "invited_at", "joined_at"]
    autocomplete_fields = ["organization", "user"]
    list_display = ["user", "organization", "role", "invited_by", "joined_at"]
    list_filter = ["role"]
    list_select_related = ["user", "organization", "invited_by"]
    search_fields = ["=user__email", "=organization__slug"]
    actions = ["make_viewer", "make_member", "make_admin", "make_owner", "remove"]

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[Any]:
        """A new one is no more than who becomes what, and where."""
        return list(super().get_fields(request, obj)) if obj else ["organization", "user", "role"]

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """An organization whose owners are all gone needs somebody from outside."""
        return request.user.has_perm("accounts.add_membership")

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered."""
        return request.user.has_perm("accounts.change_membership")

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Add the member as a service does it."""
        obj.pk = member_add(organization=obj.organization, person=obj.user, role=obj.role).pk

    @admin.action(description="Make viewer", permissions=["act"])
    def make_viewer(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """Let the chosen ones only look."""
        self._each(request, chosen, partial(role_change, role=Role.VIEWER), "is viewer now")

    @admin.action(description="Make member", permissions=["act"])
    def make_member(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """Let the chosen ones work."""
        self._each(request, chosen, partial(role_change, role=Role.MEMBER), "is member now")

    @admin.action(description="Make admin", permissions=["act"])
    def make_admin(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """Let the chosen ones decide about people."""
        self._each(request, chosen, partial(role_change, role=Role.ADMIN), "is admin now")

    @admin.action(description="Make owner", permissions=["act"])
    def make_owner(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """Let the chosen ones own the organization, beside whoever does."""
        self._each(request, chosen, partial(role_change, role=Role.OWNER), "is owner now")

    @admin.action(description="Remove from the organization, with all grants there", permissions=["act"])
    def remove(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """End the chosen memberships."""
        self._each(request, chosen, member_remove, "is removed")

    def _each(self, request: HttpRequest, chosen: QuerySet[Membership], act: Callable[..., Any], done: str) -> None:
        for one in chosen.select_related("organization", "user"):
            where = f"{one.user} in {one.organization}"
            try:
                act(membership=one, user=None)
            except ServiceError as error:
                self.message_user(request, f"{where}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{where} {done}.", messages.SUCCESS)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations; of their links only digests are kept, and not shown."""

    exclude = ["digest"]
    list_display = ["email", "organization", "role", "sent_at", "expires_at", "ending", "is_undelivered"]
    list_filter = ["role", "ending", "is_undelivered"]
    list_select_related = ["organization"]
    search_fields = ["email", "=organization__slug"]


@admin.register(Guest)
class GuestAdmin(ReadOnlyAdmin):
    """Guests; what is granted to them is listed with the projects."""

    list_display = ["user", "organization", "invited_by", "joined_at"]
    list_select_related = ["user", "organization", "invited_by"]
    search_fields = ["user__email", "=organization__slug"]


@admin.register(FormerSlug)
class FormerSlugAdmin(ReadOnlyAdmin):
    """Old short names, which lead on to their organization."""

    list_display = ["slug", "organization", "retired_at"]
    list_select_related = ["organization"]
    search_fields = ["slug", "=organization__slug"]
