"""What the erasure of a person takes out of webhooks."""

from __future__ import annotations

import uuid

from mino.common.bulk import update_in_chunks
from webhooks.models import Subscription


def webhooks_erase(user_id: uuid.UUID) -> None:
    """Leave subscriptions without who made them."""
    update_in_chunks(Subscription.objects.filter(created_by=user_id), created_by=None)
