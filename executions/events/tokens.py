"""Signed tokens with which the process that sends events knows whom it may tell what.

That process knows no users, keys or roles: the web application checks them and gives a token for one execution.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

SALT = "mino.executions.events"
SECONDS_VALID = 300
"""How long after it was given a token opens a stream. A stream that is open goes on after that; with an older token
the client is sent back to the API, which looks whether it still may and gives a new one."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token allows, or allowed before it ran out: to follow an execution of an organization."""

    execution_id: uuid.UUID
    organization_id: uuid.UUID
    has_run_out: bool = False


def token_give(execution_id: uuid.UUID, organization_id: uuid.UUID) -> str:
    """A token for following the execution; who asks has been found to be allowed to."""
    return signing.dumps([execution_id.hex, organization_id.hex], salt=SALT)


def token_read(token: str) -> Pass | None:
    """What the token allows; None if it is no token of ours."""
    try:
        return _pass(signing.loads(token, salt=SALT, max_age=SECONDS_VALID))
    except signing.SignatureExpired:
        return _pass(signing.loads(token, salt=SALT), has_run_out=True)
    except signing.BadSignature:
        return None


def _pass(read: Sequence[str], *, has_run_out: bool = False) -> Pass:
    execution_id, organization_id = map(uuid.UUID, read)
    return Pass(execution_id, organization_id, has_run_out)
