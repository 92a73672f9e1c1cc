"""The secret of a subscription: made here, kept encrypted, opened only to sign."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import datetime

from django.views.decorators.debug import sensitive_variables

from mino.common.secrets import decrypt, encrypt
from webhooks.models import Subscription

PREFIX = "whsec_"
BYTES = 32
CURRENT, PREVIOUS = "secret", "previous_secret"


def new_secret() -> str:
    """A fresh secret as the Standard Webhooks specification writes it: `whsec_` and 256 random bits in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


@sensitive_variables()
def sealed(secret: str, subscription_id: uuid.UUID, column: str = CURRENT) -> str:
    """What is stored for a secret in that column of that subscription."""
    return encrypt(secret, table=Subscription._meta.db_table, column=column, row=subscription_id)


@sensitive_variables()
def opened(subscription: Subscription, column: str = CURRENT) -> str:
    """The secret itself. Raises SecretUnreadable."""
    stored = str(getattr(subscription, column))
    return decrypt(stored, table=Subscription._meta.db_table, column=column, row=subscription.pk)


@sensitive_variables()
def secrets_at(subscription: Subscription, now: datetime) -> list[str]:
    """The secrets that sign at that moment: the current one, and for a day after a rotation the one before it.

    Raises SecretUnreadable.
    """
    found = [opened(subscription)]
    until = subscription.previous_secret_until
    if subscription.previous_secret and until is not None and until > now:
        found.append(opened(subscription, PREVIOUS))
    return found
