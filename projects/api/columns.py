"""Columns of a batch, and how their cells are compared."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole, ColumnType
from projects.api.finding import find_batch
from projects.api.matching_options import MatchingOptionsGiven, MatchingOptionsSet
from projects.models import Batch, Column
from projects.services.columns import column_update_options
from projects.services.truth import lock_batch

OPTIONS = "Matching options that differ from their defaults."


class ColumnGiven(Given):
    """A column of a batch."""

    edited = ("options",)
    example = {
        "id": "019c1a65-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "position": 3,
        "name": "price",
        "header": "expected_price",
        "type": "number",
        "role": "ground_truth",
        "options": {"relative_tolerance": 0.01},
    }

    id = serializers.UUIDField()
    position = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False, help_text="The field that agents are asked for.")
    header = serializers.CharField(required=False, help_text="What stood in the file.")
    type = serializers.ChoiceField(choices=[kind.value for kind in ColumnType], required=False)
    role = serializers.ChoiceField(choices=[role.value for role in ColumnRole], required=False)
    options = MatchingOptionsGiven(required=False, help_text=OPTIONS)


class ColumnChange(Taken):
    """How the cells of a column are to be compared."""

    example = {"options": {"relative_tolerance": 0.01}}

    options = MatchingOptionsSet(
        help_text="All matching options that are to differ from their defaults; those left out get their defaults.",
    )


COLUMNS = Listing(ColumnGiven, {"position": Key("position")}, default="position", last_key="position")


class ColumnList(ApiView):
    """The columns of a batch."""

    heading = "Batches"

    @operation("column_list", "List columns", scope=Scope.READ_BATCHES, listing=COLUMNS)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """The columns of a batch, with their matching options."""
        return self.page(Column.objects.filter(batch=find_batch(request, batch_id)))


class ColumnDetail(ApiView):
    """One column."""

    heading = "Batches"

    @operation("column_read", "Read a column", scope=Scope.READ_BATCHES, answers=ColumnGiven)
    def get(self, request: ApiRequest, batch_id: uuid.UUID, column_id: uuid.UUID) -> Response:
        """One column."""
        return self.answer(self._column(request, batch_id, column_id), ColumnGiven)

    @operation(
        "column_update",
        "Change how a column is compared",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=ColumnChange,
        answers=ColumnGiven,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, batch_id: uuid.UUID, column_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Set the matching options of a column with truth. Stored results are scored anew at once, free of agents'
        cost; more than 2,000 of them by a worker, and `/batches/{id}/scoring` says how far it is.
        """
        found = self._column(request, batch_id, column_id)
        with self.edited(found, ColumnGiven, lock=_lock) as column, options_named():
            column_update_options(column=column, user=request.user, options=values["options"])
        return self.answer(column, ColumnGiven)

    def _column(self, request: ApiRequest, batch_id: uuid.UUID, column_id: uuid.UUID) -> Column:
        columns = Column.objects.filter(batch=find_batch(request, batch_id)).select_related("batch__project")
        return self.find(columns, pk=column_id)


@contextmanager
def options_named() -> Iterator[None]:
    """Let refusals name the option as the body does: `options.threshold`."""
    try:
        yield
    except InvalidInput as error:
        details = [Detail(f"options.{one.path}" if one.path else "options", one.message) for one in error.details]
        raise InvalidInput(error.message, code=error.code, details=details) from error


def _lock(column: Column) -> None:
    """As the service does: it locks the organization and the batch."""
    batch: Batch = column.batch
    lock_batch(batch)
