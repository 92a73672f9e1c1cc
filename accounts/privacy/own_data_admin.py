"""Copies of people's data for platform staff, who can't open them."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import PersonExport
from mino.common.admin import ReadOnlyAdmin


@admin.register(PersonExport)
class PersonExportAdmin(ReadOnlyAdmin):
    """Who ordered a copy, and where it stands."""

    list_display = ["user", "status", "bytes", "created_at", "expires_at"]
    list_filter = ["status"]
    list_select_related = ["user"]
    search_fields = ["=user__email"]
    fields = ["user", "status", "bytes", "error", "created_at", "expires_at"]
