"""What the erasure of a person takes out of executions."""

from __future__ import annotations

import uuid

from executions.models import AgentCredential, Execution
from mino.common.bulk import update_in_chunks


def executions_erase(user_id: uuid.UUID) -> None:
    """Leave executions without who started or paused them, and agents' keys without who set them."""
    update_in_chunks(Execution.objects.filter(created_by=user_id), created_by=None)
    update_in_chunks(Execution.objects.filter(paused_by=user_id), paused_by=None)
    update_in_chunks(AgentCredential.objects.filter(set_by=user_id), set_by=None)
