"""API keys, for signed-in people: no key reaches keys."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author
from accounts.api_keys import services
from accounts.api_keys.scopes import Scope
from accounts.models import ApiKey
from accounts.permissions import require
from mino.common.api.fields import Choice, Identifier, Moment, Several, Text
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from projects.models import Project

STATUSES = ["active", "expired", "revoked"]
EXAMPLE = {
    "id": "019c1a70-1b2c-7d3e-8f40-5a6b7c8d9e0f",
    "name": "Price feed",
    "prefix": "mino_pk_VPUpBF",
    "scopes": ["read:projects", "run:executions"],
    "project_ids": None,
    "status": "active",
    "expires_at": "2026-04-05T09:00:00Z",
    "revoked_at": None,
    "replaced_by": None,
    "last_used_at": "2026-01-09T14:30:00Z",
    "last_used_address": "203.0.113.7",
    "created_at": "2026-01-05T09:00:00Z",
    "created_by": AUTHOR,
}


class ApiKeyGiven(Given):
    """An API key, without the key itself."""

    example = EXAMPLE

    id = serializers.UUIDField()
    name = serializers.CharField(required=False)
    prefix = serializers.CharField(required=False, help_text="Its first characters.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), required=False)
    project_ids = serializers.ListField(
        child=serializers.UUIDField(), allow_null=True, required=False, help_text="Null: all projects."
    )
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    expires_at = serializers.DateTimeField(allow_null=True, required=False)
    revoked_at = serializers.DateTimeField(allow_null=True, required=False)
    replaced_by = serializers.UUIDField(source="replaced_by_id", allow_null=True, required=False)
    last_used_at = serializers.DateTimeField(allow_null=True, required=False)
    last_used_address = serializers.CharField(allow_null=True, required=False)
    created_at = serializers.DateTimeField(required=False)
    created_by = Author(key=None)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who made it."""
        return queryset.select_related("created_by") if "created_by" in fields else queryset


class NewApiKeyGiven(ApiKeyGiven):
    """A new API key, with the key itself: it is in this answer, and in none after."""

    example = {"key": "mino_pk_" + "…" * 49, **EXAMPLE}

    key = serializers.SerializerMethodField(required=False)

    def get_key(self, key: ApiKey) -> str:
        """The key."""
        return str(self.context["text"])


class ApiKeyNew(Taken):
    """A new key."""

    example = {"name": "Price feed", "scopes": ["read:projects", "run:executions"], "project_ids": None}

    name = Text(max_length=services.MAX_NAME)
    scopes = Several(child=Choice(choices=Scope.choices), min_length=1, max_length=len(Scope))
    project_ids = Several(
        child=Identifier(),
        min_length=1,
        max_length=services.MAX_PROJECTS,
        allow_null=True,
        default=None,
        help_text="Limits the key to these projects; null: all that there are and will be.",
    )
    expires_at = Moment(allow_null=True, default=None, help_text="Null: it works until it is revoked.")


KEYS = Listing(ApiKeyGiven)


class ApiKeyList(ApiView):
    """The API keys of an organization."""

    heading = "API keys"

    @operation("api_key_list", "List API keys", people_only=True, listing=KEYS)
    def get(self, request: ApiRequest) -> Response:
        """All keys, also those that have ended. Needs an admin."""
        require(request.user, "accounts.view_api_keys", request.organization)
        return self.page(ApiKey.objects.filter(organization=request.organization))

    @operation(
        "api_key_create",
        "Create an API key",
        people_only=True,
        takes=ApiKeyNew,
        answers=NewApiKeyGiven,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    @sensitive_variables("made")
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Create a key. The answer holds the key itself, which is shown this once. Needs an owner."""
        require(request.user, "accounts.manage_api_keys", request.organization)
        _check_projects(request, values["project_ids"])
        made = services.api_key_create(organization=request.organization, user=request.user, **values)
        return _shown(self, made)


class ApiKeyDetail(ApiView):
    """One key."""

    heading = "API keys"

    @operation("api_key_read", "Read an API key", people_only=True, answers=ApiKeyGiven)
    def get(self, request: ApiRequest, api_key_id: uuid.UUID) -> Response:
        """What a key may do and when it was last used. Needs an admin."""
        key = _find(self, request, api_key_id)
        require(request.user, "accounts.view_api_keys", request.organization)
        return self.answer(key, ApiKeyGiven)

    @operation("api_key_revoke", "Revoke an API key", people_only=True, status=204)
    def delete(self, request: ApiRequest, api_key_id: uuid.UUID) -> Response:
        """End a key at once and for ever. Again changes nothing. Needs an owner."""
        services.api_key_revoke(api_key=_find(self, request, api_key_id), user=request.user)
        return self.nothing()


class ApiKeyRotation(ApiView):
    """Rotating a key."""

    heading = "API keys"

    @operation(
        "api_key_rotate",
        "Rotate an API key",
        people_only=True,
        answers=NewApiKeyGiven,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    @sensitive_variables("made")
    def post(self, request: ApiRequest, api_key_id: uuid.UUID) -> Response:
        """Make a key that may the same. The old one goes on working for 24 hours. Needs an owner."""
        return _shown(self, services.api_key_rotate(api_key=_find(self, request, api_key_id), user=request.user))


@sensitive_variables()
def _shown(view: ApiView, made: services.NewKey) -> Response:
    address = reverse("api_api_key", args=[made.api_key.pk])
    return view.answer(made.api_key, NewApiKeyGiven, created_at=address, text=made.text)


def _find(view: ApiView, request: ApiRequest, api_key_id: uuid.UUID) -> ApiKey:
    keys = ApiKey.objects.filter(organization=request.organization).select_related("organization")
    key: ApiKey = view.find(keys, pk=api_key_id)
    return key


def _check_projects(request: ApiRequest, ids: Sequence[uuid.UUID] | None) -> None:
    """Raise InvalidInput for a project that can't be seen."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization, pk__in=ids or ())
    unknown = set(ids or ()) - set(seen.values_list("pk", flat=True))
    if unknown:
        message = "There is no such project, or you can't see it."
        places = [place for place, one in enumerate(ids or ()) if one in unknown]
        raise InvalidInput(message, details=[Detail(f"project_ids.{place}", message) for place in places])
