"""The audit trail, to read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR
from accounts.audit.actions import ACTIONS, SUBJECTS
from accounts.audit.asking import oldest_looked_at, text_in
from accounts.audit.erasing import ERASED
from accounts.models import AuditEntry, Channel
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.filters import IdFilter, ListFilter, MomentFilter, SearchFilter, WordsFilter
from mino.common.api.listing import Listing, Pagination
from mino.common.api.operation import operation
from mino.common.api.serializers import Given


class ActorGiven(serializers.Serializer[Any]):
    """The person (`user`, named by the e-mail address) or the program (`api_key`) that acted; null for neither."""

    type = serializers.ChoiceField(choices=["user", "api_key"])
    id = serializers.UUIDField()
    name = serializers.CharField()

    def to_representation(self, instance: Any) -> Any:
        """The key where one was used, else the person."""
        if instance.api_key_id:
            return {"type": "api_key", "id": str(instance.api_key_id), "name": instance.api_key_text}
        if instance.actor_id:
            return {"type": "user", "id": str(instance.actor_id), "name": instance.actor_email or ERASED}
        return None


class AuditEntryGiven(Given):
    """One act: who did what, when, from where, and what it was before and after."""

    example: ClassVar[Any] = {
        "id": "019c1a99-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
        "created_at": "2026-01-09T14:30:00Z",
        "event": "project.updated",
        "actor": {**AUTHOR, "name": "mara@northlight.example"},
        "channel": "page",
        "subject_kind": "project",
        "subject_id": "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e",
        "subject_name": "Shop prices",
        "count": None,
        "changes": {"name": ["Shop", "Shop prices"]},
        "address": "203.0.113.9",
        "user_agent": "Mozilla/5.0",
        "request_id": "5f0c7a52d1e84c0b9a7d3e2f1b6c8d90",
    }

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField(source="timestamp", required=False)
    event = serializers.CharField(required=False)
    actor = ActorGiven(source="*", allow_null=True, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, help_text="By what way it was done.")
    subject_kind = serializers.CharField(required=False)
    subject_id = serializers.CharField(source="object_pk", required=False)
    subject_name = serializers.CharField(source="object_repr", required=False)
    count = serializers.IntegerField(allow_null=True, required=False, help_text="How many it touched, of many.")
    changes = serializers.DictField(required=False, help_text="By name: the value before, and the value after.")
    address = serializers.CharField(source="remote_addr", allow_null=True, required=False)
    user_agent = serializers.CharField(required=False)
    request_id = serializers.CharField(source="cid", required=False)


class AuditFilter(ListFilter):
    """What the entries can be narrowed to."""

    event = WordsFilter(choices=[(name, action.words) for name, action in ACTIONS.items()])
    subject_kind = WordsFilter(choices=list(SUBJECTS.items()))
    subject_id = IdFilter(field_name="object_pk")
    user_id = IdFilter(field_name="actor")
    api_key_id = IdFilter(field_name="api_key_id")
    created_after = MomentFilter(field_name="timestamp", lookup_expr="gt")
    created_before = MomentFilter(field_name="timestamp", lookup_expr="lt")
    channel = WordsFilter(choices=Channel.choices, help_text="By what way it was done.")
    search = SearchFilter(
        method="with_words",
        help_text="A text in names, addresses and values. Without an index: looked for in the newest 50,000 "
        "of what else is asked for; where that is not all, `pagination.searched_until` says how to go on.",
    )
    searched_until: datetime | None = None

    def with_words(self, entries: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Those with the text among the newest of these."""
        oldest = oldest_looked_at(entries)
        if oldest is not None:  # entries of this very moment are left
            entries, self.searched_until = entries.filter(timestamp__gt=oldest), oldest + timedelta(microseconds=1)
        return entries.filter(text_in(value))

    def told(self) -> dict[str, Any]:
        """Where the search ended."""
        until = self.searched_until
        return {"searched_until": until and serializers.DateTimeField().to_representation(until)}


class AuditPagination(Pagination):
    """Where a list goes on, and where a search in it ended."""

    example: ClassVar[dict[str, Any]] = {**Pagination.example, "searched_until": None}

    searched_until = serializers.DateTimeField(
        allow_null=True,
        help_text="With `search`: entries from this moment on were looked through, older ones are left. When a search "
        "has no further page, go on with this as `created_before`. Null where nothing is left.",
    )


AUDIT = Listing(
    AuditEntryGiven,
    {"created_at": Key("timestamp")},
    default="-created_at",
    filters=AuditFilter,
    pagination=AuditPagination,
)


class AuditList(ApiView):
    """The audit trail of the organization."""

    heading = "Organizations"

    @operation("audit_list", "List the audit trail", people_only=True, listing=AUDIT)
    def get(self, request: ApiRequest) -> Response:
        """Who did what in the organization, the newest first; for admins and owners."""
        require(request.user, "accounts.view_audit", request.organization)
        return self.page(AuditEntry.objects.visible_to(request.user).filter(organization=request.organization))
