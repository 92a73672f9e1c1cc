"""What the endpoints that start executions take and give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from executions.api.execution_shapes import ExecutionGiven
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST, Ground
from executions.models import Execution, ExecutionType, JobStatus, SampleMethod
from executions.models.execution import MAX_CONCURRENCY, MAX_REPEATS, MAX_RETRIES, MAX_SAMPLE
from executions.services.checking import MAX_TIMEOUT
from executions.services.choosing import MAX_SELECTION
from executions.services.cloning import WITHOUT_ANSWER
from executions.services.creation import LARGEST_SEED
from mino.common.api.fields import Boolean, Choice, Integer, Named, Number, Several, Text
from mino.common.api.serializers import Given, Taken

RERUN = [str(one) for one in WITHOUT_ANSWER]


class Money(Number):
    """An amount of money, taken as the decimal number that was written."""

    default_error_messages: ClassVar[Any] = {"min_value": "Give an amount above 0."}

    def to_internal_value(self, data: Any) -> Any:
        """The amount. Raises ValidationError for one with more than six decimals or that is no number."""
        value = Decimal(repr(super().to_internal_value(data)))
        if not value.is_finite():
            self.fail("invalid")
        return value


class RunnerNew(Taken):
    """By what rows are run: instructions, and an agent with its settings."""

    example: ClassVar[Any] = {"agent": "local", "agent_settings": {"render": "always"}}

    agent = Text(
        max_length=20, required=False, help_text="Its short name. Left out: the organization's usual agent, if set."
    )
    agent_settings = Named(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="What the agent is told, as `/agents` lists it; a setting that is left out has its usual value.",
    )
    instruction_version = Integer(
        min_value=1, required=False, help_text="Number of the version. Left out: the production version."
    )


class RunNew(Taken):
    """Which rows are run, and within which limits."""

    type = Choice(choices=ExecutionType.choices, default=ExecutionType.TEST)
    sample_method = Choice(choices=SampleMethod.choices, default=SampleMethod.ALL)
    sample_size = Integer(
        min_value=1, max_value=MAX_SAMPLE, allow_null=True, default=None, help_text="For `first` and `random` alone."
    )
    seed = Integer(
        min_value=0,
        max_value=LARGEST_SEED,
        allow_null=True,
        default=None,
        help_text="For `random` alone: the same seed draws the same rows again. Left out: one is drawn and kept.",
    )
    selection = Several(
        child=Integer(min_value=1),
        max_length=MAX_SELECTION,
        allow_null=True,
        default=None,
        help_text="For `selection` alone: the places in the batch of the rows to run (their `row_position`).",
    )
    repeats = Integer(min_value=1, max_value=MAX_REPEATS, default=1, help_text="How often each row is run.")
    concurrency = Integer(
        min_value=1,
        max_value=MAX_CONCURRENCY,
        required=False,
        help_text="How many rows run at the same time. Left out, as with all limits: as the organization has set.",
    )
    max_retries = Integer(min_value=0, max_value=MAX_RETRIES, required=False)
    timeout = Integer(
        min_value=1,
        max_value=MAX_TIMEOUT,
        allow_null=True,
        required=False,
        help_text="Seconds for one attempt; null: as many as the agent usually has.",
    )
    budget = Money(
        min_value=float(SMALLEST),
        max_value=float(HIGHEST_TOTAL),
        allow_null=True,
        required=False,
        help_text="The most that the agent may cost, with at most six decimals; null: no limit, the only choice for an "
        "agent without a price.",
    )
    allow_parallel = Boolean(default=False, help_text="Run it also while the same is running.")


class ExecutionNew(RunnerNew, RunNew):
    """What to run."""

    example: ClassVar[Any] = {
        "agent": "local",
        "type": "test",
        "sample_method": "random",
        "sample_size": 2,
        "concurrency": 5,
        "max_retries": 3,
    }


class ExecutionLike(ExecutionNew):
    """What is to be different from the execution; what is left out is as there."""

    example: ClassVar[Any] = {"agent_settings": {"render": "always"}, "allow_parallel": True}
    meanings: ClassVar[Mapping[str, str]] = {
        "agent": "Its short name.",
        "agent_settings": "What the agent is told, in the place of all that it was told; a setting that is left out "
        "of them has its usual value. Without them another agent has its usual settings.",
        "instruction_version": "Number of the version.",
        "sample_method": "Another one than there needs its own `sample_size` or `selection`.",
        "seed": "For `random` alone: the same seed draws the same rows again; null: one is drawn and kept.",
        "concurrency": "How many rows run at the same time.",
        "timeout": "Seconds for one attempt; null, and left out with another agent: as many as the agent usually has.",
        "allow_parallel": "Run it also while the same is running. Left out: no.",
    }

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The same fields, none of which has a value when it is left out, some with a meaning of their own."""
        fields = super().get_fields()
        for name, field in fields.items():
            field.default, field.required = serializers.empty, False
            field.help_text = self.meanings.get(name, field.help_text)
        return fields


class RerunChoice(Taken):
    """Which rows of an execution are run anew: by default those that failed."""

    example: ClassVar[Any] = {"status": ["error", "stopped"]}

    status = Several(
        child=Choice(choices=RERUN),
        min_length=1,
        default=[JobStatus.ERROR.value],
        help_text="Rows with a job in one of these states: it failed, was left out, or was stopped before its end. "
        "`stopped` also means rows that had no job yet when the execution ended.",
    )


class PairNew(RunNew):
    """Two executions over the same rows. A budget is for each of the two."""

    example: ClassVar[Any] = {
        "first": {"agent": "local"},
        "second": {"agent_settings": {"render": "always"}},
        "sample_method": "random",
        "sample_size": 2,
    }

    first = RunnerNew(default=dict, help_text="What the first is run by.")
    second = RunnerNew(help_text="What the second is run by; what is left out is as in the first.")


class PairGiven(Given):
    """A paired run: two executions over the same rows, whose jobs are taken in turn, close together."""

    example: ClassVar[Any] = {
        "id": "019c1a70-1b2c-7d3e-8f4a-5b6c7d8e9f0a",
        "project_id": ExecutionGiven.example["project_id"],
        "created_at": "2026-01-09T14:30:00Z",
        "executions": [ExecutionGiven.example],
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    created_at = serializers.DateTimeField(required=False)
    executions = ExecutionGiven(many=True, required=False, help_text="The first and the second, as far as they exist.")

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With both executions."""
        if "executions" not in fields:
            return queryset
        both = ExecutionGiven.load(Execution.objects.order_by("pair_place"), ExecutionGiven.usual_fields())
        return queryset.prefetch_related(Prefetch("executions", both))


class EstimateGiven(Given):
    """What the agent will cost."""

    example: ClassVar[Any] = {
        "rows": 300,
        "repeats": 1,
        "ground": "history",
        "currency": "USD",
        "low": 3.1,
        "high": 4.4,
        "most": 14.4,
        "history_rows": 200,
        "attempts": 214,
        "pilot_rows": None,
        "is_above_budget": False,
    }

    rows = serializers.IntegerField(required=False, help_text="How many rows would be run.")
    repeats = serializers.IntegerField(required=False)
    ground = serializers.ChoiceField(
        choices=[one.value for one in Ground],
        source="estimate.ground",
        required=False,
        help_text="What it stands on: the project's `history`, the `prices` alone, or a `free` or `unpriced` agent.",
    )
    currency = serializers.CharField(source="estimate.currency", required=False)
    low = serializers.FloatField(
        source="estimate.low",
        allow_null=True,
        required=False,
        help_text="With 95 % probability it costs no less, and no more than `high`; null: unknown.",
    )
    high = serializers.FloatField(source="estimate.high", allow_null=True, required=False)
    most = serializers.FloatField(
        source="estimate.most", allow_null=True, required=False, help_text="When every row needs every retry."
    )
    history_rows = serializers.IntegerField(
        source="estimate.history_rows", required=False, help_text="How many earlier rows of the project it stands on."
    )
    attempts = serializers.IntegerField(
        source="estimate.attempts", required=False, help_text="How many attempts these took."
    )
    pilot_rows = serializers.IntegerField(
        source="estimate.pilot_rows",
        allow_null=True,
        required=False,
        help_text="How many rows a first sample should have to say more; null: no need for one.",
    )
    is_above_budget = serializers.BooleanField(
        required=False, help_text="Whether even the lowest cost exceeds the budget: it will pause before its end."
    )
