"""What the endpoints about review take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author, with_author
from analytics.models import Decision, Suspect, SuspectState
from analytics.review.deciding import MAX_NOTE
from analytics.review.queue import DISAGREEMENTS
from executions.api.execution_shapes import EXECUTION_ID
from executions.api.job_shapes import JOB_ID, REASONS
from mino.common.api.fields import Boolean, Choice, Identifier, Text
from mino.common.api.serializers import Given, Taken
from mino.common.values.clean import MAX_CHARACTERS
from projects.api.cells import TruthValue
from projects.api.rows import ROW_ID
from projects.api.truth import CHANGE_ID

CELL_ID = "019c1a99-2b3c-7d4e-8f5a-6b7c8d9e0f1a"
MISSING = "The decision `edited` needs the new truth."
EDITED = "Only the decision `edited` takes a value: the new truth."
FORGOTTEN = "Only the decision `site_changed` can forget the truth."


class ReviewGiven(Given):
    """How far the review of an execution has come."""

    example: ClassVar[Any] = {"id": EXECUTION_ID, "reviewed": 12, "total": 340}

    id = serializers.UUIDField(help_text="Of the execution.")
    reviewed = serializers.IntegerField(required=False, help_text="Disagreements that were decided.")
    total = serializers.IntegerField(required=False, help_text="Those, and the ones that wait.")


class ReviewCellGiven(Given):
    """An answer that differs from the truth, and that nobody has decided about."""

    example: ClassVar[Any] = {
        "id": CELL_ID,
        "job_id": JOB_ID,
        "row_id": ROW_ID,
        "row_position": 3,
        "url": "https://shop.example/kettle",
        "column": "price",
        "truth": "24.50",
        "extracted": "24.90",
        "outcome": "wrong",
        "score": 0.0,
        "reason": "value_mismatch",
        "explanation": "24.90 is not 24.50",
        "is_suspect": True,
    }

    id = serializers.UUIDField()
    job_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(source="job.row_id", required=False)
    row_position = serializers.IntegerField(source="job.row_position", required=False)
    url = serializers.CharField(source="job.url", required=False)
    column = serializers.CharField(required=False)
    truth = serializers.SerializerMethodField(
        required=False, help_text="The whole cell as it is now; null: not known. Send it back as `seen`."
    )
    extracted = serializers.JSONField(allow_null=True, required=False)
    outcome = serializers.ChoiceField(choices=DISAGREEMENTS, required=False)
    score = serializers.FloatField(required=False, help_text="0 to 1; the lowest come first.")
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True, required=False)
    explanation = serializers.CharField(allow_blank=True, required=False)
    is_suspect = serializers.BooleanField(
        required=False, help_text="Whether independent results agree that the truth is another one."
    )

    def get_truth(self, cell: Any) -> str | None:
        """The cell of truth."""
        return cell.job.row.truth.get(cell.column) or None

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the row's truth and whether it is suspect; without the rest of the job.

        The suspect is looked up for each cell: for an `Exists`, PostgreSQL may read those of all organizations.
        """
        suspects = Suspect.objects.filter(row=OuterRef("job__row"), column=OuterRef("column"), state=SuspectState.OPEN)
        cells: QuerySet[Any] = (
            queryset.select_related("job__row")
            .only(
                *("job", "column", "extracted", "outcome", "score", "reason", "explanation"),
                *("job__row", "job__row_position", "job__url", "job__row__truth"),
            )
            .annotate(is_suspect=IsNull(Subquery(suspects.values("pk")[:1]), False))
        )
        return cells


class ReviewSaid(Taken):
    """A decision about a cell."""

    example: ClassVar[Any] = {"cell_id": CELL_ID, "decision": "truth_wrong", "seen": "24.50", "note": "Asked the shop"}

    cell_id = Identifier()
    decision = Choice(choices=Decision.choices)
    seen = Text(
        allow_null=True,
        allow_blank=True,
        max_length=MAX_CHARACTERS,
        help_text="The truth that you saw. If it is another one by now, nothing is done (409).",
    )
    value = Text(
        allow_null=True,
        allow_blank=True,
        required=False,
        max_length=MAX_CHARACTERS,
        help_text="For `edited`, which needs it: the new truth; null or blank: not known.",
    )
    forget = Boolean(default=False, help_text="For `site_changed`: the truth is not known any more.")
    note = Text(allow_blank=True, default="", max_length=MAX_NOTE, help_text="Why; kept with the decision.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept a value and forgetting only where they mean something."""
        is_edited = attrs["decision"] == Decision.EDITED
        if is_edited and "value" not in attrs:
            raise serializers.ValidationError({"value": [MISSING]}, code="required")
        if "value" in attrs and not is_edited:
            raise serializers.ValidationError({"value": [EDITED]})
        if attrs["forget"] and attrs["decision"] != Decision.SITE_CHANGED:
            raise serializers.ValidationError({"forget": [FORGOTTEN]})
        return attrs


class ReviewDecisionGiven(Given):
    """What was decided about an answer, and what became of the truth by it."""

    example: ClassVar[Any] = {
        "id": "019c1a9a-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
        "execution_id": EXECUTION_ID,
        "job_id": JOB_ID,
        "row_id": ROW_ID,
        "column": "price",
        "decision": "truth_wrong",
        "outcome": "wrong",
        "reason": "value_mismatch",
        "before": "24.50",
        "after": "24.90",
        "change_id": CHANGE_ID,
        "note": "Asked the shop",
        "is_settled": True,
        "created_at": "2026-01-09T15:00:00Z",
        "undone_at": None,
        "decided_by": AUTHOR,
    }

    id = serializers.UUIDField()
    execution_id = serializers.UUIDField(required=False)
    job_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(required=False)
    column = serializers.CharField(required=False)
    decision = serializers.ChoiceField(choices=Decision.choices, required=False)
    outcome = serializers.ChoiceField(choices=DISAGREEMENTS, required=False, help_text="Before the decision.")
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True, required=False)
    before = TruthValue(required=False, help_text="The truth before; null: not known.")
    after = TruthValue(required=False, help_text="The truth after; null: not known.")
    change_id = serializers.UUIDField(
        source="revision.change",
        allow_null=True,
        required=False,
        help_text="The change of the truth that the decision made. Null: the truth stayed.",
    )
    note = serializers.CharField(allow_blank=True, required=False)
    is_settled = serializers.BooleanField(required=False, help_text="Whether the answer was right by it.")
    created_at = serializers.DateTimeField(required=False)
    undone_at = serializers.DateTimeField(allow_null=True, required=False)
    decided_by = Author(person="user")

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who decided, and the change."""
        queryset = with_author(queryset, fields, "decided_by", person="user")
        return queryset.select_related("revision") if "change_id" in fields else queryset
