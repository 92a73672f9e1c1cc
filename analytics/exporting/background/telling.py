"""What other systems are told of exports: noted in the transaction in which one becomes ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from analytics.models import Export
from webhooks.services.publishing import event_publish


def export_tell(export: Export) -> None:
    """Have it told that the export can be downloaded."""

    def data() -> Mapping[str, Any]:
        return {
            "export_id": export.pk,
            "kind": export.kind,
            "project_id": export.project_id,
            "batch_id": export.batch_id,
            "execution_id": export.execution_id,
            "format": export.format,
            "rows": export.rows_done,
            "bytes": export.bytes,
            "expires_at": export.expires_at,
            "page": settings.PUBLIC_URL + reverse("export_detail", args=[export.organization.slug, export.pk]),
        }

    event_publish("export.ready", organization_id=export.organization_id, subject_id=export.pk, data=data)
