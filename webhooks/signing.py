"""The headers of a call: what it is, when it was sent, and the proof that it comes from MINO.

Two proofs are sent. `X-Mino-Signature` is HMAC-SHA256 of the body with the secret as it was shown, in hexadecimal. The
Standard Webhooks headers (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
sign the id and the moment of the attempt too, so that an old call can't be sent again. While two secrets hold, both
proofs are there twice: separated by a comma in the first header, by a blank in `webhook-signature`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.views.decorators.debug import sensitive_variables
from standardwebhooks import Webhook

USER_AGENT = "MINO-Webhooks/1.0"


@sensitive_variables()
def body_signature(body: str, secret: str) -> str:
    """HMAC-SHA256 of the body in hexadecimal (RFC 2104)."""
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


@sensitive_variables()
def standard_signature(body: str, secret: str, *, message_id: str, at: datetime) -> str:
    """The signature of the Standard Webhooks specification: `v1,` and base64."""
    return str(Webhook(secret).sign(message_id, at, body))


@sensitive_variables()
def signed_headers(
    body: str, secrets: Sequence[str], *, event: str, event_id: str, delivery_id: str, attempt: int, at: datetime
) -> Mapping[str, str]:
    """The headers of a call with this body, signed with each of the secrets."""
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-mino-event": event,
        "x-mino-delivery": delivery_id,
        "x-mino-attempt": str(attempt),
        "x-mino-signature": ",".join(body_signature(body, secret) for secret in secrets),
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            standard_signature(body, secret, message_id=event_id, at=at) for secret in secrets
        ),
    }
