"""What the end of an organization means for what it runs."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction

from executions.models import Execution, PairedRun, Screenshot
from executions.pictures.removing import remove_in_chunks
from executions.services.control import execution_stop
from mino.common.errors import InvalidState

logger = logging.getLogger(__name__)


def executions_stop_later(organization_id: uuid.UUID) -> None:
    """Stop what the organization runs once its deletion is committed; what that misses the sweep finds."""
    transaction.on_commit(stop_orphaned, robust=True)


def stop_orphaned() -> int:
    """Stop the executions of deleted organizations. Answers how many were stopped."""
    orphaned = Execution.objects.unfinished().filter(organization__deleted_at__isnull=False)
    stopped = 0
    for execution_id in list(orphaned.values_list("pk", flat=True)):
        try:
            execution_stop(execution_id, user=None)
        except InvalidState:  # it has just ended, or its partner has stopped it
            continue
        stopped += 1
    return stopped


def executions_remove(organization_id: uuid.UUID) -> None:
    """Remove what is left of the executions of an organization when its batches are gone."""
    remove_in_chunks(Screenshot.objects.filter(organization=organization_id))
    with transaction.atomic():
        PairedRun.objects.filter(organization=organization_id).delete()
