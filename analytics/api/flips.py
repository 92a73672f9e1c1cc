"""What flipped between two executions: rows and cells that became right or wrong, and why."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ASK_AGAIN, ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.api.comparison_finding import baseline_for, pairs_of
from analytics.comparison.asking import WAYS, WHYS, FlipAsk
from analytics.comparison.flips import flips_behind, keys_of, unpacked
from analytics.comparison.lines import FlipLine, flip_lines
from analytics.comparison.lines import Side as LineSide
from analytics.comparison.presenting import Pair
from analytics.comparison.searching import asked_entries, columns_of
from executions.api.finding import find_execution
from executions.api.job_shapes import JOB_ID, OUTCOMES, VERDICTS
from executions.models import Job, JobStatus
from mino.common.api.cursors import Key, filter_digest, read_cursor, write_cursor
from mino.common.api.errors import ApiError, invalid
from mino.common.api.filters import IdFilter, ListFilter, NameFilter, SearchFilter, WordFilter
from mino.common.api.listing import CHOOSING, PAGING, TOTAL, Chosen, Listing, refuse_unknown, wanted_limit
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, given
from projects.api.rows import ROW_ID

WAY_NAMES = {way: name for name, way in WAYS.items()}
WHY_NAMES = {why: name for name, why in WHYS.items()}
NOT_YET = "The comparison is still being computed. Ask again after as many seconds as Retry-After says."


class FlipSideGiven(serializers.Serializer[Any]):
    """What one of the executions made of it."""

    job_id = serializers.UUIDField(allow_null=True, help_text="Null: this execution did not run the row.")
    status = serializers.ChoiceField(choices=JobStatus.choices, allow_null=True)
    error_code = serializers.CharField(allow_blank=True)
    evaluation_result = serializers.ChoiceField(choices=VERDICTS, allow_null=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES, allow_null=True, help_text="Of the cell; null for a row.")
    extracted = serializers.JSONField(allow_null=True, help_text="Of the cell; null for a row.")
    truth = serializers.CharField(allow_null=True, help_text="As it was compared with this answer; null: not known.")


def _side(side: LineSide) -> dict[str, Any]:
    return {
        "job_id": side.job_id,
        "status": side.status or None,
        "error_code": side.error_code,
        "evaluation_result": side.verdict,
        "outcome": side.outcome or None,
        "extracted": side.extracted,
        "truth": side.truth,
    }


class FlipGiven(Given):
    """A row or a cell with another verdict than in the baseline, or a row that only one of both answered."""

    example: ClassVar[Any] = {
        "row_id": ROW_ID,
        "row_position": 3,
        "url": "https://shop.example/kettle",
        "column": "price",
        "way": "right",
        "why": "output",
        "about": "",
        "truth": "24.90",
        "baseline": {
            "job_id": JOB_ID,
            "status": "completed",
            "error_code": "",
            "evaluation_result": "fail",
            "outcome": "wrong",
            "extracted": "29.90",
            "truth": "24.90",
        },
        "execution": {
            "job_id": "019c1a71-9c4d-7e5f-8a6b-7c8d9e0f1a2b",
            "status": "completed",
            "error_code": "",
            "evaluation_result": "pass",
            "outcome": "correct",
            "extracted": "24.90",
            "truth": "24.90",
        },
    }

    row_id = serializers.UUIDField(allow_null=True, required=False, help_text="Null: it was deleted a moment ago.")
    row_position = serializers.IntegerField(source="position", required=False)
    url = serializers.CharField(allow_blank=True, required=False)
    column = serializers.CharField(allow_blank=True, required=False, help_text="Empty: the row as a whole.")
    way = serializers.SerializerMethodField(required=False)
    why = serializers.SerializerMethodField(required=False)
    about = serializers.CharField(allow_blank=True, required=False, help_text="What stands behind the reason.")
    truth = serializers.CharField(allow_null=True, required=False, help_text="Of the cell, as the execution has it.")
    baseline = serializers.SerializerMethodField(required=False)
    execution = serializers.SerializerMethodField(required=False)

    @extend_schema_field({"type": "string", "enum": list(WAYS)})
    def get_way(self, line: FlipLine) -> str:
        """Became right or wrong; `gained` and `lost` rows were answered by only one of both."""
        return WAY_NAMES[line.way]

    @extend_schema_field({"type": "string", "enum": list(WHYS)})
    def get_why(self, line: FlipLine) -> str:
        """The reason."""
        return WHY_NAMES[line.reason]

    @extend_schema_field(FlipSideGiven)
    def get_baseline(self, line: FlipLine) -> Any:
        """The baseline's answer."""
        return FlipSideGiven(_side(line.first)).data

    @extend_schema_field(FlipSideGiven)
    def get_execution(self, line: FlipLine) -> Any:
        """The execution's answer."""
        return FlipSideGiven(_side(line.second)).data


class FlipListFilter(ListFilter):
    """What the flips can be narrowed to."""

    baseline_id = IdFilter(help_text="The execution to compare with. Left out: as for the comparison.")
    of = WordFilter(choices=[("cells", "Cells"), ("rows", "Rows")], help_text="Cells (the usual) or rows as a whole.")
    column = NameFilter(help_text="The whole name of a column.")
    way = WordFilter(
        choices=[(name, name) for name in WAYS],
        help_text="`gained` and `lost` are rows that only the execution, or only the baseline, answered; they are in "
        "no other list.",
    )
    why = WordFilter(choices=[(name, name) for name in WHYS], help_text="The reason.")
    search = SearchFilter(help_text="A part of the row's address.")


@dataclass(frozen=True, slots=True)
class _Place:
    """What a cursor holds of an entry."""

    place: int


@dataclass(frozen=True, slots=True)
class FlipListing(Listing):
    """The list of the flips of a comparison, which are no objects of the database."""

    def of(self, pair: Pair, query: QueryDict, wanted: Chosen, *, scope: object) -> dict[str, Any]:
        """The page that `query` asks for, with what is `wanted` of its entries.

        Raises ApiError or ValidationError for a parameter that can't be used.
        """
        order, limit = self._order(query.get("sort", self.default)), wanted_limit(query)
        includes, fields = wanted
        flips = unpacked(pair.comparison.flips)
        mask = asked_entries(pair, flips, asked_flips(pair, query))
        digest = filter_digest(self.serializer.__name__, str(scope), str(pair.baseline.pk), self._filters_of(query))
        cursor = query.get("cursor")
        after = int(read_cursor(cursor, order, digest)[0]) if cursor else None
        found = flips_behind(flips, mask, after, limit + 1, descending=order.descending)
        entries, more = found[:limit], len(found) > limit
        following = write_cursor(order, digest, _Place(int(keys_of(entries)[-1]))) if more else None
        lines = flip_lines(entries, columns_of(pair), pair.baseline, pair.execution)
        total = {TOTAL: int(mask.sum())} if TOTAL in includes else {}
        return {
            "data": given(self.serializer, lines, many=True, context={"fields": fields}),
            "pagination": {"next_cursor": following, "has_more": more, **total},
        }


FLIPS = FlipListing(FlipGiven, {"position": Key("place")}, default="position", filters=FlipListFilter, last_key="place")


class FlipList(ApiView):
    """What flipped between an execution and a baseline."""

    heading = "Comparison"

    @operation("flip_list", "List what flipped", scope=Scope.READ_RESULTS, listing=FLIPS, errors=["INVALID_STATE"])
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The cells, or with `of=rows` the rows, that became right or wrong against a baseline, in the rows' order.

        Each with both answers, the truth and why: the `output` changed, the `truth` or the matching `options`, it was a
        `retry`; for rows that only one of both answered an `error`, or it is `missing` or `unfinished` in the other.
        While a worker still computes the comparison, this is refused with `INVALID_STATE` and `Retry-After`. Where
        it is computed again between two pages, the next one goes on behind the same row.
        """
        query = request.query
        refuse_unknown(query, [*PAGING, *CHOOSING, *FlipListFilter.names()])
        execution = find_execution(request, execution_id)
        [pair] = pairs_of(request, [baseline_for(request, execution), execution])
        if pair.judged is None:
            raise ApiError("INVALID_STATE", NOT_YET, headers={"Retry-After": str(ASK_AGAIN)})
        return Response(FLIPS.of(pair, query, request.chosen, scope=(request.organization.pk, execution.pk)))


def asked_flips(pair: Pair, query: QueryDict) -> FlipAsk:
    """Which flips are asked for. Raises ApiError or ValidationError for what makes no sense."""
    asked = FlipListFilter.checked(query, Job.objects.none()).form.cleaned_data
    columns = columns_of(pair)
    of, column, way, why, search = (asked.get(name) or "" for name in ("of", "column", "way", "why", "search"))
    if column and column not in columns:
        raise invalid("column", f"Both executions have no such column. They have: {', '.join(columns) or 'none'}.")
    if column and of == "rows":
        raise invalid("column", "Rows as a whole are of no column. Leave one of both out.")
    return FlipAsk(of or "cells", column, way, why, search)
