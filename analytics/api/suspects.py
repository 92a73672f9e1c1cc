"""Suspects in the truth: cells that independent results contradict with one voice."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.models import Suspect, SuspectState
from analytics.suspects.services import CHANGE, suspect_correct, suspect_dismiss, suspect_reopen
from mino.common.api.cursors import Key
from mino.common.api.fields import Text
from mino.common.api.filters import IdFilter, ListFilter, NameFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.values.clean import MAX_CHARACTERS, clean_text
from projects.api.cells import TruthValue
from projects.api.finding import find_project, refuse_column_of_no_batch
from projects.api.rows import ROW_ID
from projects.api.shapes import PROJECT_ID
from projects.api.truth import CHANGE_ID
from projects.models import BatchStatus

STRONGEST = ("share", "last_seen", "id")


class SuspectGiven(Given):
    """A cell of truth that may be wrong: results that are independent of each other agree on another value."""

    example: ClassVar[Any] = {
        "id": "019c1a98-1b2c-7d3e-8f4a-5b6c7d8e9f0a",
        "project_id": PROJECT_ID,
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "row_id": ROW_ID,
        "row_position": 3,
        "url": "https://shop.example/kettle",
        "column": "price",
        "truth": "24.50",
        "value": "24.90",
        "support": 4,
        "share": 1.0,
        "state": "open",
        "first_seen_at": "2026-01-05T10:00:00Z",
        "last_seen_at": "2026-01-09T15:00:00Z",
        "decided_at": None,
        "decided_by": None,
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    batch_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(required=False)
    row_position = serializers.IntegerField(source="row.position", required=False)
    url = serializers.CharField(source="row.url", required=False)
    column = serializers.CharField(required=False)
    truth = TruthValue(
        required=False,
        help_text="What the cell held when it was last compared with the results, so before it was corrected; null: "
        "not known.",
    )
    value = serializers.CharField(required=False, help_text="The cell as the results that agree would have it.")
    support = serializers.IntegerField(required=False, help_text="How many independent results agree.")
    share = serializers.SerializerMethodField(required=False, help_text="Their share of all that gave an answer, 0..1.")
    state = serializers.ChoiceField(choices=SuspectState.choices, required=False)
    first_seen_at = serializers.DateTimeField(source="first_seen", required=False)
    last_seen_at = serializers.DateTimeField(source="last_seen", required=False)
    decided_at = serializers.DateTimeField(allow_null=True, required=False)
    decided_by = Author(person="decided_by", help_text="Who corrected or dismissed it.")

    def get_share(self, suspect: Suspect) -> float:
        """The share."""
        return suspect.share / 1000

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the row and who decided."""
        if {"row_position", "url"} & set(fields):
            queryset = queryset.select_related("row")
        return with_author(queryset, fields, "decided_by")


class CorrectedSuspect(SuspectGiven):
    """The suspect as it is after its truth was corrected, and the change that this was."""

    example: ClassVar[Any] = {
        **SuspectGiven.example,
        "state": "corrected",
        "decided_at": "2026-01-09T16:00:00Z",
        "decided_by": AUTHOR,
        "change_id": CHANGE_ID,
    }

    change_id = serializers.SerializerMethodField(required=False)

    def get_change_id(self, suspect: Suspect) -> uuid.UUID:
        """The change that this was: it can be read and taken back as a whole."""
        found: uuid.UUID = self.context["change_id"]
        return found


class SuspectSeen(Taken):
    """What was decided about: if other results have come since, nothing is done (409)."""

    example: ClassVar[Any] = {"value": "24.90"}

    value = Text(max_length=MAX_CHARACTERS, help_text="The `value` of the suspect as you read it.")


class SuspectFilter(ListFilter):
    """What the suspects can be narrowed to."""

    state = WordsFilter(choices=SuspectState.choices, help_text="Left out: `open` alone.")
    batch_id = IdFilter(field_name="batch")
    column = NameFilter(field_name="column", help_text="The whole name of a column.")


SUSPECTS = Listing(SuspectGiven, {"support": Key("support", then=STRONGEST)}, default="-support", filters=SuspectFilter)


def in_state(suspects: QuerySet[Suspect], query: QueryDict) -> QuerySet[Suspect]:
    """The open ones, unless the address names states, by which the filter then narrows them."""
    return suspects if "state" in query else suspects.filter(state=SuspectState.OPEN)


class SuspectView(ApiView):
    """Base of the endpoints about one suspect."""

    heading = "Suspects and review"

    def find_suspect(self, request: ApiRequest, suspect_id: uuid.UUID) -> Suspect:
        """The suspect. Raises Http404 where it can't be seen."""
        seen = Suspect.objects.visible_to(request.user).filter(organization=request.organization)
        found: Suspect = self.find(seen.select_related("project", "batch__project", "row"), pk=suspect_id)
        return found

    def find_to_decide(self, request: ApiRequest, suspect_id: uuid.UUID) -> Suspect:
        """The same for those who may change the truth. Raises PermissionDenied besides."""
        found = self.find_suspect(request, suspect_id)
        require(request.user, CHANGE, found.project)
        return found


class SuspectList(ApiView):
    """The suspects of a project."""

    heading = "Suspects and review"

    @operation("suspect_list", "List suspects", scope=Scope.READ_RESULTS, listing=SUSPECTS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Cells of truth that may be wrong, the strongest first: those that most independent results contradict.

        Without `state` these are the `open` ones, which are still to be decided; `state=open,dismissed,corrected` has
        all.
        """
        project = find_project(request, project_id)
        refuse_column_of_no_batch(request.query, project)
        found = Suspect.objects.filter(project=project, batch__status=BatchStatus.READY)
        return self.page(in_state(found, request.query))


class SuspectDetail(SuspectView):
    """One suspect."""

    @operation("suspect_read", "Read a suspect", scope=Scope.READ_RESULTS, answers=SuspectGiven)
    def get(self, request: ApiRequest, suspect_id: uuid.UUID) -> Response:
        """One suspect: what the cell held, what the results say, and what became of it."""
        return self.answer(self.find_suspect(request, suspect_id), SuspectGiven)


class SuspectCorrection(SuspectView):
    """Correcting the truth."""

    @operation(
        "suspect_correct",
        "Correct the truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=SuspectSeen,
        answers=CorrectedSuspect,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, suspect_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Make what the results agree on the truth. Stored results are scored anew, as when truth is set.

        Refused where the suspect or its truth is not any more as you read it.
        """
        found = self.find_to_decide(request, suspect_id)
        done = suspect_correct(suspect=found, user=request.user, seen=clean_text(values["value"]))
        return self.answer(found, CorrectedSuspect, change_id=done.change_id)


class SuspectDismissal(SuspectView):
    """Saying that the truth is right."""

    @operation(
        "suspect_dismiss",
        "Dismiss a suspect",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=SuspectSeen,
        answers=SuspectGiven,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, suspect_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Say that the truth is right: the cell is suspect again only when results agree on yet another value.

        Again changes nothing.
        """
        found = self.find_to_decide(request, suspect_id)
        suspect_dismiss(suspect=found, user=request.user, seen=clean_text(values["value"]))
        return self.answer(found, SuspectGiven)


class SuspectReopening(SuspectView):
    """Taking a dismissal back."""

    @operation(
        "suspect_reopen",
        "Reopen a suspect",
        scope=Scope.WRITE_GROUND_TRUTH,
        answers=SuspectGiven,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, suspect_id: uuid.UUID) -> Response:
        """Take a dismissal back. Again changes nothing; a truth that was corrected is taken back by its revision."""
        found = self.find_to_decide(request, suspect_id)
        suspect_reopen(suspect=found, user=request.user)
        return self.answer(found, SuspectGiven)
