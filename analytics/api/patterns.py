"""Failure patterns: what goes wrong again and again in a project."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.models import FailurePattern, PatternKind, PatternState, PatternTrend
from analytics.patterns.words import explained, title_of
from executions.api.execution_shapes import EXECUTION_ID, ShareGiven
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, SearchFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from projects.api.finding import find_project
from projects.api.shapes import PROJECT_ID


class PatternGiven(Given):
    """A way in which cells or rows fail again and again. The figures are those of `last_execution_id`."""

    example: ClassVar[Any] = {
        "id": "019c1a90-7a8b-7c9d-8e0f-1a2b3c4d5e6f",
        "project_id": PROJECT_ID,
        "kind": "attribute",
        "title": "Fails on shop.example",
        "explanation": "Cells of “price” are not right on shop.example more often than elsewhere, by more than chance "
        "explains.",
        "column": "price",
        "failing": "cell",
        "key": "domain",
        "value": "shop.example",
        "state": "open",
        "trend": "rising",
        "frequency": 30,
        "share": {"value": 0.75, "n": 40, "low": 0.598, "high": 0.858},
        "lift": 6.2,
        "weight": 25,
        "first_seen_at": "2026-01-05T10:00:00Z",
        "last_seen_at": "2026-01-09T15:00:00Z",
        "last_execution_id": EXECUTION_ID,
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=PatternKind.choices, required=False)
    title = serializers.SerializerMethodField(required=False)
    explanation = serializers.SerializerMethodField(required=False)
    column = serializers.CharField(required=False, help_text="Empty where whole rows fail.")
    failing = serializers.CharField(required=False, help_text="A failure type, `cell`, `row`, or an error code.")
    key = serializers.CharField(required=False, help_text="The shape of wrong values, or the attribute.")
    value = serializers.CharField(required=False, help_text="The value of `key`.")
    state = serializers.ChoiceField(choices=PatternState.choices, required=False)
    trend = serializers.ChoiceField(choices=PatternTrend.choices, allow_blank=True, required=False)
    frequency = serializers.IntegerField(required=False, help_text="How often it fails.")
    share = ShareGiven(required=False, help_text="How often it fails of how often it could.")
    lift = serializers.FloatField(
        allow_null=True, required=False, help_text="How many times as often as elsewhere, for attributes."
    )
    weight = serializers.IntegerField(required=False, help_text="How many rows more than usual it costs.")
    first_seen_at = serializers.DateTimeField(allow_null=True, required=False)
    last_seen_at = serializers.DateTimeField(allow_null=True, required=False)
    last_execution_id = serializers.UUIDField(allow_null=True, required=False)

    def get_title(self, pattern: Any) -> str:
        """The pattern in a few words."""
        return title_of(pattern)

    def get_explanation(self, pattern: Any) -> str:
        """What it means, in a sentence."""
        return explained(pattern)


class PatternFilter(ListFilter):
    """What the patterns can be narrowed to."""

    state = WordsFilter(choices=PatternState.choices)
    kind = WordsFilter(choices=PatternKind.choices)
    column = SearchFilter(field_name="column", help_text="The whole name of a column.")


PATTERNS = Listing(PatternGiven, {"weight": Key("weight")}, default="-weight", filters=PatternFilter)


class PatternList(ApiView):
    """The patterns of a project."""

    heading = "Failure patterns"

    @operation("pattern_list", "List failure patterns", scope=Scope.READ_RESULTS, listing=PATTERNS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """The failure patterns of a project in all states, those that cost most rows first."""
        return self.page(FailurePattern.objects.filter(project=find_project(request, project_id)))


class PatternDetail(ApiView):
    """One pattern."""

    heading = "Failure patterns"

    @operation("pattern_read", "Read a failure pattern", scope=Scope.READ_RESULTS, answers=PatternGiven)
    def get(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """One failure pattern with its figures."""
        seen = FailurePattern.objects.visible_to(request.user).filter(organization=request.organization)
        return self.answer(self.find(seen, pk=pattern_id), PatternGiven)
