"""What the process that sends live events answers to a poll. It is written there; here it is only described."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from executions.models import ExecutionStatus


class HappenedEvent(serializers.Serializer[Any]):
    """Something that happened in an execution."""

    id = serializers.IntegerField(help_text="Counts within the execution, without gaps.")
    type = serializers.ChoiceField(
        choices=["job.finished", "state.changed", "gap"], help_text="A gap: events that are not kept any more."
    )
    data = serializers.DictField(  # type: ignore[assignment] # the framework takes fields off the class
        help_text="As docs/live-events.md shows it."
    )


class ExecutionProgress(serializers.Serializer[Any]):
    """How an execution stands."""

    status = serializers.ChoiceField(choices=ExecutionStatus.choices)
    jobs = serializers.DictField(child=serializers.IntegerField(), help_text="In all, and by status.")
    results = serializers.DictField(child=serializers.IntegerField(), help_text="Results by verdict.")
    fields = serializers.DictField(  # type: ignore[assignment] # the framework takes fields off the class
        child=serializers.IntegerField(), help_text="Good and gradable cells."
    )
    cost = serializers.FloatField()
    currency = serializers.CharField()


class EventsPolled(serializers.Serializer[Any]):
    """What happened since the last event that the client has."""

    data = HappenedEvent(many=True)  # type: ignore[assignment] # as above
    progress = ExecutionProgress(allow_null=True)
    last_event_id = serializers.IntegerField(help_text="For the next request.")
    finished = serializers.BooleanField(help_text="Whether nothing more will happen by itself.")
