"""API keys and what was answered to repeated requests, for platform staff: to look at only."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import ApiKey, IdempotentRequest
from mino.common.admin import ReadOnlyAdmin
from mino.common.admin_search import IndexedAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """API keys by their first characters; the digest is not shown."""

    exclude = ["digest"]
    list_display = ["name", "prefix", "organization", "created_by", "expires_at", "revoked_at", "last_used_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), ("last_used_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization", "created_by"]
    search_fields = ["=prefix", "name", "=organization__slug"]


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(IndexedAdmin):
    """Requests with an Idempotency-Key; answers may hold secrets, so they are not shown."""

    exclude = ["key", "fingerprint", "headers", "answer"]
    list_display = ["id", "organization", "principal", "status", "created_at"]
    list_select_related = ["organization"]
    heavy_fields = ["answer", "headers"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of a request, or the short name of an organization."
