"""What the endpoints about projects and instructions take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author, with_author
from mino.common.api.fields import Boolean, Integer, Text
from mino.common.api.serializers import Given, Taken
from projects.models import Batch as BatchModel
from projects.models import BatchStatus
from projects.models.instruction_version import MAX_INSTRUCTIONS, MIN_INSTRUCTIONS
from projects.services.checks import MAX_DESCRIPTION, MAX_NAME

PROJECT_ID = "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e"
INSTRUCTIONS = "Return the title and the price of the product."


class Project(Given):
    """One extraction task."""

    on_request: ClassVar[Collection[str]] = ("instructions", "batch_count", "row_count")
    edited = ("name", "description", "is_private", "production_version")
    example = {
        "id": PROJECT_ID,
        "name": "Shop prices",
        "description": "Prices of the spring catalogue",
        "is_private": False,
        "production_version": 2,
        "newest_version": 3,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-09T14:30:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    is_private = serializers.BooleanField(required=False)
    production_version = serializers.IntegerField(
        source="production_version.number",
        default=None,
        allow_null=True,
        help_text="Number of the version that production executions use.",
    )
    newest_version = serializers.IntegerField(source="last_version_number", required=False)
    batch_count = serializers.IntegerField(required=False)
    row_count = serializers.IntegerField(required=False, help_text="Of all batches together.")
    instructions = serializers.CharField(
        source="production_version.text", default=None, allow_null=True, help_text="Text of the production version."
    )
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)
    created_by = Author()

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With author and production version, whose text only comes along when it is asked for."""
        queryset = with_author(queryset, fields)
        for name, sum_of in (("batch_count", Count("pk")), ("row_count", Sum("row_count"))):
            if name in fields:
                ready = BatchModel.objects.filter(project=OuterRef("pk"), status=BatchStatus.READY).order_by()
                total = ready.values("project").annotate(total=sum_of).values("total")
                queryset = queryset.annotate(**{name: Coalesce(Subquery(total), 0)})
        if "instructions" in fields:
            return queryset.select_related("production_version")
        if "production_version" in fields:
            return queryset.select_related("production_version").defer("production_version__text")
        return queryset


class ProjectNew(Taken):
    """A new project."""

    example = {"name": "Shop prices", "description": "Prices of the spring catalogue", "instructions": INSTRUCTIONS}

    name = Text(max_length=MAX_NAME)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, default="")
    instructions = Text(
        min_length=MIN_INSTRUCTIONS,
        max_length=MAX_INSTRUCTIONS,
        help_text="Become version 1, which is also the production version.",
    )
    is_private = Boolean(
        default=False, help_text="Hidden from those without a grant from the beginning. For admins, not for API keys."
    )


class ProjectChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"description": "Prices of the summer catalogue"}

    name = Text(max_length=MAX_NAME, required=False)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, required=False)


class Version(Given):
    """One immutable version of a project's instructions."""

    on_request: ClassVar[Collection[str]] = ()
    example = {
        "id": "019c1a60-0a22-7c31-9b1d-2e3f4a5b6c7d",
        "number": 3,
        "text": INSTRUCTIONS,
        "change_description": "Ask for the price with tax",
        "is_production": False,
        "created_at": "2026-01-09T14:30:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    number = serializers.IntegerField(required=False)
    text = serializers.CharField(required=False)
    change_description = serializers.CharField(required=False)
    is_production = serializers.SerializerMethodField(required=False)
    created_at = serializers.DateTimeField(required=False)
    created_by = Author()

    def get_is_production(self, version: Any) -> bool:
        """Whether production executions use it."""
        return bool(version.pk == self.context["production_version_id"])

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the author, and without a text that nobody wants."""
        queryset = with_author(queryset, fields)
        return queryset if "text" in fields else queryset.defer("text")


class VersionNew(Taken):
    """The next version of a project's instructions."""

    example = {"text": INSTRUCTIONS, "change_description": "Ask for the price with tax", "set_as_production": False}

    text = Text(min_length=MIN_INSTRUCTIONS, max_length=MAX_INSTRUCTIONS)
    change_description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, default="")
    set_as_production = Boolean(default=False)


class ProductionChoice(Taken):
    """The version that production executions are to use."""

    example = {"number": 1}

    number = Integer(min_value=1)
