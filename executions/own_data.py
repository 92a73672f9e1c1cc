"""What executions keep about a person: those that they started or paused, and the keys that they set."""

from __future__ import annotations

import uuid

from django.db.models import Q

from accounts.models import User
from accounts.privacy.rows import made_rows
from executions.models import AgentCredential, Execution
from mino.common.hooks import Section
from projects.models import Project


def executions_export(user_id: uuid.UUID, section: Section) -> None:
    """Give them; of a key only which agent's it is."""
    user = User.objects.get(pk=user_id)
    seen = Q(project__in=Project.objects.visible_to(user).values("pk"))
    content = ("project_id", "batch_id", "number", "agent", "status", "started_at", "finished_at")
    started = Execution.objects.filter(created_by=user_id)
    section("executions_started", made_rows(started, seen, ("id", "created_at"), content))
    paused = Execution.objects.filter(paused_by=user_id)
    section("executions_paused", made_rows(paused, seen, ("id", "paused_at"), ("project_id", "number")))
    keys = AgentCredential.objects.filter(set_by=user_id)
    section("agent_keys_set", made_rows(keys, Q(), ("id", "organization__name", "agent", "set_at"), ()))
