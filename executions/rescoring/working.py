"""Works off what is to be scored anew, in chunks that are short transactions; after a crash another worker goes on."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from executions.models import Execution, FieldResult, JobScore, Rescoring, RescoringPart, RescoringStatus
from executions.rescoring.claims import ClaimLost, claim, give_back, give_up, move, shutting_down
from executions.rescoring.staging import next_chunk
from executions.rescoring.switching import switch
from executions.rescoring.truth import note_known_truth
from mino.common.bulk import delete_in_chunks
from mino.common.hooks import execution_rescored

logger = logging.getLogger(__name__)
UNKNOWN = "Something went wrong in MINO itself. Try again; if it fails again, tell an administrator."


def rescoring_run(rescoring_id: uuid.UUID) -> bool:
    """Score an execution anew if that waits and nobody else does it; answers whether there was anything to do."""
    token = claim(rescoring_id)
    if token is None:
        return False
    try:
        while rescoring_step(rescoring_id, token):
            if shutting_down.is_set():
                give_back(rescoring_id, token)
                break
    except (ClaimLost, Rescoring.DoesNotExist):
        logger.info("Scoring anew %s was taken over, or its execution is gone.", rescoring_id)
    except Exception:
        logger.exception("Scoring anew %s failed.", rescoring_id)
        give_up(rescoring_id, token, UNKNOWN)
    return True


def rescoring_step(rescoring_id: uuid.UUID, token: uuid.UUID) -> bool:
    """One transaction of the work; answers whether there is more. Raises ClaimLost."""
    rescoring = Rescoring.objects.select_related("execution").get(pk=rescoring_id)
    if rescoring.status == RescoringStatus.TIDYING:
        _tidy(rescoring, token)
        return False
    part = rescoring.parts.filter(is_done=False).order_by("number").first()
    if part is None:
        _switch(rescoring, token)
    else:
        _stage(rescoring, part, token)
    return True


def _stage(rescoring: Rescoring, part: RescoringPart, token: uuid.UUID) -> None:
    chunk = next_chunk(rescoring, part)
    with transaction.atomic():
        Execution.objects.select_for_update().only("pk").get(pk=rescoring.execution_id)
        done, cells = F("jobs_done") + chunk.seen, F("cells_changed") + chunk.cells
        move(rescoring.pk, token, RescoringStatus.RUNNING, jobs_done=done, cells_changed=cells)
        chunk.write()
        note_known_truth(chunk.jobs)
        part.cursor, part.is_done = chunk.cursor or part.cursor, chunk.cursor is None
        part.save(update_fields=["cursor", "is_done"])


def _switch(rescoring: Rescoring, token: uuid.UUID) -> None:
    """Go over to the new verdicts, unless a further change has come meanwhile: it adds a part under this lock."""
    with transaction.atomic():
        execution = Execution.objects.select_for_update().get(pk=rescoring.execution_id)
        if rescoring.parts.filter(is_done=False).exists():
            return
        tidying = RescoringStatus.TIDYING
        move(rescoring.pk, token, RescoringStatus.RUNNING, status=tidying, switched_at=timezone.now())
        switch(execution)
        execution_rescored.call([execution.pk])


def _tidy(rescoring: Rescoring, token: uuid.UUID) -> None:
    """Remove the verdicts that no reader sees any more."""
    execution = rescoring.execution
    shown = execution.scoring_generation
    delete_in_chunks(FieldResult.objects.filter(execution=execution, until_generation__lte=shown))
    delete_in_chunks(JobScore.objects.filter(execution=execution, generation__lte=shown))
    move(rescoring.pk, token, RescoringStatus.TIDYING, status=RescoringStatus.DONE, claim=None)
