"""Removes roll-ups that nobody reads any more, in chunks."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from analytics.models import BatchRollUp, RowHistory, SiteGeneration, SiteStatistic
from mino.common.bulk import delete_in_chunks


def remove_generations(generations: QuerySet[SiteGeneration]) -> None:
    """Remove these generations with their sites."""
    for generation in list(generations.values_list("pk", flat=True)):
        remove_generation(generation)


def remove_generation(generation: uuid.UUID) -> None:
    """Remove a generation with its sites, also where only those are left of it."""
    delete_in_chunks(SiteStatistic.objects.filter(generation=generation))
    SiteGeneration.objects.filter(pk=generation).delete()


def roll_ups_remove(batch_id: uuid.UUID) -> None:
    """Remove the roll-ups of a batch that is being deleted; those of its executions go with them."""
    remove_generations(SiteGeneration.objects.filter(batch_id=batch_id))
    delete_in_chunks(RowHistory.objects.filter(batch=batch_id))
    BatchRollUp.objects.filter(pk=batch_id).delete()
