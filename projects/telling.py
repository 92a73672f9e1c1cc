"""What other systems are told of batches: noted in the transactions in which it happens."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from projects.models import Batch
from webhooks.services.publishing import event_publish

MOST_ROWS = 100
"""So many ids of rows are told of a change of truth; all of its cells can be read by its id."""


def batch_tell(batch: Batch) -> None:
    """Have it told that the batch is ready."""

    def data() -> Mapping[str, Any]:
        return {
            "batch_id": batch.pk,
            "name": batch.name,
            "project_id": batch.project_id,
            "source_name": batch.source_name,
            "rows": batch.row_count,
            "rows_with_truth": batch.truth_row_count,
            "page": _page(batch),
        }

    event_publish("batch.imported", organization_id=batch.organization_id, subject_id=batch.pk, data=data)


def truth_tell(
    batch: Batch, changed: Mapping[uuid.UUID, Collection[str]], *, change_id: uuid.UUID, reason: str
) -> None:
    """Have it told which cells of truth were changed. The caller holds the lock of the batch."""

    def data() -> Mapping[str, Any]:
        return {
            "batch_id": batch.pk,
            "project_id": batch.project_id,
            "change_id": change_id,
            "rows": len(changed),
            "cells": sum(map(len, changed.values())),
            "columns": sorted({name for names in changed.values() for name in names}),
            "row_ids": list(changed)[:MOST_ROWS],
            "reason": reason,
            "page": _page(batch),
        }

    event_publish("ground_truth.changed", organization_id=batch.organization_id, subject_id=batch.pk, data=data)


def _page(batch: Batch) -> str:
    return f"{settings.PUBLIC_URL}/o/{batch.organization.slug}/batches/{batch.pk}/"
