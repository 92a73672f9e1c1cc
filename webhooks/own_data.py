"""What webhooks keep about a person: those that they made."""

from __future__ import annotations

import uuid

from django.db.models import Q

from accounts.models import Organization, User
from accounts.privacy.rows import made_rows
from mino.common.hooks import Section
from webhooks.models import Subscription


def webhooks_export(user_id: uuid.UUID, section: Section) -> None:
    """Give them, without their secrets."""
    seen = Q(organization__in=Organization.objects.visible_to(User.objects.get(pk=user_id)))
    made = Subscription.objects.filter(created_by=user_id)
    content = ("organization__name", "url", "description", "events")
    section("webhooks_created", made_rows(made, seen, ("id", "created_at"), content))
