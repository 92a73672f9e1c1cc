"""What is sent: the JSON body of an event."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import Organization


def envelope(
    name: str, *, event_id: uuid.UUID, at: datetime, organization: Organization, data: Mapping[str, Any]
) -> str:
    """The body: `{event, id, timestamp, organization, data}` in ASCII, so that every receiver reads the same bytes."""
    return json.dumps(
        {
            "event": name,
            "id": str(event_id),
            "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "organization": {"id": str(organization.pk), "slug": organization.slug, "name": organization.name},
            "data": data,
        },
        cls=DjangoJSONEncoder,
        separators=(",", ":"),
    )
