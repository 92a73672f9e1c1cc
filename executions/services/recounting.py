"""Counts what runs, where a counter may have been left behind."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction
from django.db.models import Sum

from executions.models import AgentCredential, Execution, Job, JobStatus

logger = logging.getLogger(__name__)


def recount(execution_id: uuid.UUID) -> bool:
    """Set the counters of running and retrying jobs, and the credential's, to what there is; answer if one was off.

    They can't be wrong, since every transaction that moves jobs moves them too; recovery looks all the same.
    """
    with transaction.atomic():
        found = Execution.objects.only("organization_id", "agent").get(pk=execution_id)
        credentials = AgentCredential.objects.filter(organization=found.organization_id, agent=found.agent)
        credential = credentials.select_for_update().first()
        execution = Execution.objects.select_for_update().get(pk=execution_id)
        jobs = Job.objects.filter(execution=execution_id)
        counted = {
            "running_jobs": jobs.filter(status=JobStatus.RUNNING).count(),
            "retrying_jobs": jobs.filter(status=JobStatus.RETRYING).count(),
        }
        wrong = {name: count for name, count in counted.items() if getattr(execution, name) != count}
        if wrong:
            logger.error("Execution %s had wrong counters, which are mended: %s", execution_id, wrong)
            Execution.objects.filter(pk=execution_id).update(**wrong)
        return _recount_credential(credential) or bool(wrong)


def _recount_credential(credential: AgentCredential | None) -> bool:
    if credential is None:
        return False
    owned = Execution.objects.filter(organization=credential.organization_id, agent=credential.agent)
    running = owned.unfinished().aggregate(total=Sum("running_jobs"))["total"] or 0
    if credential.running_jobs == running:
        return False
    logger.error("Credential %s counted %s running jobs instead of %s", credential.pk, credential.running_jobs, running)
    AgentCredential.objects.filter(pk=credential.pk).update(running_jobs=running)
    return True
