"""How long an organization keeps screenshots, raw results and its audit trail: never longer than the installation."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import Organization, User
from mino.common.errors import Detail, InvalidInput

SHORTEST_AUDIT = 90
"""Days for which no admin can make their own acts unseen."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is kept for a time: the organization's column, and the installation's setting."""

    column: str
    setting: str
    label: str
    shortest: int = 1

    @property
    def installation_days(self) -> int:
        """For how long the installation keeps it."""
        days: int = getattr(settings, self.setting)
        return days

    @property
    def shortest_days(self) -> int:
        """The least that an organization can choose."""
        return min(self.shortest, self.installation_days)

    def own_days_of(self, organization: Organization) -> int | None:
        """What the organization chose; None where that is no shorter than what the installation has now."""
        own: int | None = getattr(organization, self.column)
        return own if own is not None and own <= self.installation_days else None

    def days_of(self, organization: Organization) -> int:
        """For how long it is kept for this organization."""
        own = self.own_days_of(organization)
        return self.installation_days if own is None else own


SCREENSHOTS = Kind("screenshot_days", "SCREENSHOT_DAYS", "Screenshots")
RAW_RESULTS = Kind("raw_result_days", "RAW_RESULT_DAYS", "Raw answers of agents")
AUDIT = Kind("audit_days", "AUDIT_DAYS", "Audit trail", SHORTEST_AUDIT)
KINDS = (SCREENSHOTS, RAW_RESULTS, AUDIT)


def retention_update(*, organization: Organization, user: User | None, days: Mapping[str, int | None]) -> Organization:
    """Set for how many days the organization keeps what (`days` by column; None: as long as the installation).

    Raises InvalidInput for a number that is out of bounds, or PermissionDenied.
    """
    wrong = [Detail(kind.column, message) for kind in KINDS if (message := _problem(kind, days.get(kind.column)))]
    if wrong:
        raise InvalidInput(wrong[0].message, details=wrong)
    with transaction.atomic():
        held = organization_held(organization)
        required_now(user, "accounts.manage_settings", held)
        before = {kind.column: getattr(held, kind.column) for kind in KINDS}
        after = {kind.column: days.get(kind.column) for kind in KINDS}
        for column, value in after.items():
            setattr(held, column, value)
        held.save(update_fields=[*after, "updated_at"])
        record("organization.privacy_changed", held, organization=held, before=before, after=after, by=user)
    return held


def shorter_than_installation(kind: Kind) -> dict[int, list[uuid.UUID]]:
    """The organizations that keep it for a shorter time than the installation, by their number of days."""
    column = kind.column
    shorter = Organization.objects.filter(**{f"{column}__lt": kind.installation_days}).order_by("pk")
    found: defaultdict[int, list[uuid.UUID]] = defaultdict(list)
    for organization_id, days in shorter.values_list("pk", column):
        found[days].append(organization_id)
    return dict(found)


def _problem(kind: Kind, days: int | None) -> str:
    if days is None or kind.shortest_days <= days <= kind.installation_days:
        return ""
    return f"{kind.label}: choose {kind.shortest_days} to {kind.installation_days} days, or the installation's time."
