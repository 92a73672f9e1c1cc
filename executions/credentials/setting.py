"""Sets, replaces and takes away an organization's key of an agent, and how much may run with it at once."""

from __future__ import annotations

import logging
import re

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import record
from accounts.models import Organization, User
from accounts.permissions import require
from executions.agents.registry import AgentKind
from executions.credentials.keys import sealed
from executions.models import AgentCredential, Execution
from mino.common.errors import Detail, InvalidInput

logger = logging.getLogger(__name__)
MANAGE = "accounts.manage_credentials"
SHORTEST, LONGEST = 8, 500
SHOWN_FROM = 16
"""Keys of so many characters show their last four; of a shorter one that would be too much."""
LEAST_AT_ONCE, MOST_AT_ONCE = 1, 1000


@sensitive_variables("key")
def credential_set(*, organization: Organization, kind: AgentKind, key: str, user: User) -> None:
    """Keep the key of `kind`, in place of an earlier one. What runs ends with the key it began with.

    Raises InvalidInput (the message does not repeat the key), PermissionDenied.
    """
    require(user, MANAGE, organization)
    key = key.strip()
    if not re.fullmatch(rf"[!-~]{{{SHORTEST},{LONGEST}}}", key):
        message = f"A key has {SHORTEST} to {LONGEST} characters, without spaces. Copy it whole from {kind.label}."
        raise InvalidInput(message, details=[Detail("key", message)])
    with transaction.atomic():
        credential = _credential(organization, kind)
        ending = key[-4:] if len(key) >= SHOWN_FROM else ""
        before = {"ends_with": credential.ending, "is_set": bool(credential.secret)}
        _write(credential, secret=sealed(key, credential.pk), ending=ending, set_at=timezone.now(), set_by=user)
        # One key in the place of another with the same ending is a change too.
        after = {"ends_with": ending, "is_set": True, "set_at": timezone.now()}
        record("credential.set", credential, organization=organization, before=before, after=after, by=user)
    logger.info("The key of %s of organization %s was set by user %s", kind.name, organization.pk, user.pk)


def credential_remove(*, organization: Organization, kind: AgentKind, user: User) -> None:
    """Forget the key of `kind`; the installation's is used from now on, if there is one. Raises PermissionDenied."""
    require(user, MANAGE, organization)
    with transaction.atomic():
        credential = AgentCredential.objects.filter(organization=organization, agent=kind.name)
        for found in credential.select_for_update():
            before = {"ends_with": found.ending}
            if found.secret:
                record("credential.removed", found, organization=organization, before=before, by=user)
            _write(found, secret="", ending="", set_at=None, set_by=None)
    logger.info("The key of %s of organization %s was removed by user %s", kind.name, organization.pk, user.pk)


def credential_limit(*, organization: Organization, kind: AgentKind, concurrency: int, user: User) -> None:
    """Let so many runs go on at once, over all executions. What runs above that ends by itself.

    Raises InvalidInput, PermissionDenied.
    """
    require(user, MANAGE, organization)
    if not LEAST_AT_ONCE <= concurrency <= MOST_AT_ONCE:
        message = f"Choose a number from {LEAST_AT_ONCE} to {MOST_AT_ONCE}."
        raise InvalidInput(message, details=[Detail("concurrency", message)])
    with transaction.atomic():
        credential = _credential(organization, kind)
        before, after = {"concurrency": credential.concurrency}, {"concurrency": concurrency}
        _write(credential, concurrency=concurrency)
        record("credential.limit_changed", credential, organization=organization, before=before, after=after, by=user)


def _credential(organization: Organization, kind: AgentKind) -> AgentCredential:
    """The row of that agent, locked; made if there is none, with what runs already counted."""
    mine = AgentCredential.objects.filter(organization=organization, agent=kind.name)
    found = mine.select_for_update().first()
    if found is None:
        owned = Execution.objects.filter(organization=organization, agent=kind.name).unfinished()
        held = list(owned.select_for_update().order_by("pk").values_list("pk", flat=True))
        running = Execution.objects.filter(pk__in=held).aggregate(total=Sum("running_jobs"))["total"] or 0
        found, _ = AgentCredential.objects.get_or_create(
            organization=organization, agent=kind.name, defaults={"running_jobs": running}
        )
    return found


def _write(credential: AgentCredential, **values: object) -> None:
    """Only these columns: workers count in the same row."""
    AgentCredential.objects.filter(pk=credential.pk).update(**values, updated_at=timezone.now())
