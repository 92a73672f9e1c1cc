"""Signed tokens with which the process that sends events knows whom it may tell what.

That process knows no users, keys or roles: the web application checks them and gives a token for one execution.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core import signing

SALT = "mino.executions.events"
SECONDS_VALID = 300
"""How long after it was given a token opens a stream. A stream that is open goes on after that."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token allows: to follow an execution of an organization."""

    execution_id: uuid.UUID
    organization_id: uuid.UUID


def token_give(execution_id: uuid.UUID, organization_id: uuid.UUID) -> str:
    """A token for following the execution; who asks has been found to be allowed to."""
    return signing.dumps([execution_id.hex, organization_id.hex], salt=SALT)


def token_read(token: str) -> Pass | None:
    """What the token allows; None if it is no token of ours or too old."""
    try:
        execution_id, organization_id = signing.loads(token, salt=SALT, max_age=SECONDS_VALID)
    except signing.BadSignature:
        return None
    return Pass(uuid.UUID(execution_id), uuid.UUID(organization_id))
