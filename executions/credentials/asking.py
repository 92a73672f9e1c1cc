"""Asks an agent's service whether a key works, with a question that costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import record
from accounts.models import Organization, User
from accounts.permissions import require
from executions.agents.registry import AgentKind
from executions.credentials.keys import own_key
from executions.credentials.setting import MANAGE
from executions.models import AgentCredential
from mino.common.errors import InvalidState
from mino.common.outbound import OutboundError, OutboundRefused, fetch, policy_from_settings
from mino.common.secrets import SecretUnreadable

logger = logging.getLogger(__name__)
TIMEOUT = 10.0
EVERY = timedelta(seconds=10)
"""How long to wait between two questions with one key."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What the service made of a key: None when it did not say. `sentence` is for people."""

    works: bool | None
    sentence: str


SAID: Mapping[int, tuple[bool | None, str]] = {
    401: (False, "{0} does not accept this key. Copy it again from your account there."),
    402: (False, "{0} knows this key, but its balance is used up. Add some there."),
    403: (False, "{0} knows this key, but its account may not be used. Look at your plan there."),
    429: (None, "{0} asks for fewer requests at the moment. Test again in a minute."),
}


@sensitive_variables()
def credential_test(*, organization: Organization, kind: AgentKind, user: User) -> Tested:
    """Ask the service of `kind` whether the organization's own key works.

    Not to be called in a transaction. Raises InvalidState (no key, or asked a moment ago), PermissionDenied.
    """
    require(user, MANAGE, organization)
    credential = _next_in_turn(organization, kind)
    key = own_key(credential)
    if key is None:
        raise InvalidState(f"{organization.name} has no key of {kind.label} of its own to test.")
    record("credential.tested", credential, organization=organization, by=user)
    try:
        url, headers = _question(kind.name, key.opened())
        policy = replace(policy_from_settings(), max_redirects=0)  # the key is for this address alone
        status = fetch(url, policy=policy, headers=headers, timeout=TIMEOUT).status
    except SecretUnreadable as error:
        return Tested(None, str(error))
    except OutboundRefused:
        return Tested(None, f"MINO may not reach the address of {kind.label}. Whoever runs it can allow that network.")
    except OutboundError as error:
        logger.info("The service of %s could not be asked: %s", kind.name, type(error).__name__)
        return Tested(None, f"{kind.label} could not be reached, or gave no answer in time. Test again in a minute.")
    return _said(kind.label, status)


def _next_in_turn(organization: Organization, kind: AgentKind) -> AgentCredential | None:
    """The credential, if it has a key. Raises InvalidState when it was asked about a moment ago."""
    now = timezone.now()
    mine = AgentCredential.objects.filter(organization=organization, agent=kind.name).exclude(secret="")
    found: AgentCredential | None = mine.first()
    rested = Q(tested_at=None) | Q(tested_at__lte=now - EVERY)
    if found is not None and not mine.filter(rested).update(tested_at=now):
        raise InvalidState(f"This key was tested a moment ago. Test again in {EVERY.seconds} seconds.")
    return found


@sensitive_variables()
def _question(agent: str, key: str) -> tuple[str, dict[str, str]]:
    """An address that tells nothing without a key, and the headers to ask it with."""
    headers = {"accept": "application/json"}
    if agent == "eva":
        return f"{settings.EVA_API_URL.rstrip('/')}/v1/runs?limit=1", {**headers, "x-api-key": key}
    # https://docs.agentql.com/usage-api/api-reference: the key is a parameter here, unlike everywhere else.
    return f"{settings.AGENTQL_API_URL.rstrip('/')}/v1/usage?{urlencode({'api_key': key})}", headers


def _said(name: str, status: int) -> Tested:
    if 200 <= status < 300:
        return Tested(True, f"{name} accepts this key.")
    unclear = "{0} answered {1}, which says nothing of the key. Test again in a minute."
    works, sentence = SAID.get(status, (None, unclear))
    return Tested(works, sentence.format(name, status))
