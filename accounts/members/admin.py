"""Invitations, guests and former short names in Django admin: to look at only."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import FormerSlug, Guest, Invitation
from mino.common.admin import ReadOnlyAdmin


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
