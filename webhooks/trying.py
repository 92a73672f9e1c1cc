"""Says whether a signature holds, and if not, why: for people who write a receiver."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.views.decorators.debug import sensitive_variables
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from webhooks.secrets import PREFIX
from webhooks.signing import body_signature, standard_signature


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the two proofs: what it is called, whether it holds (None: not given), why in a sentence, and what it
    should be (only for a secret that the reader brought)."""

    name: str
    holds: bool | None
    sentence: str
    expected: str = ""


@sensitive_variables("secrets")
def try_signatures(
    *,
    body: str,
    secrets: Sequence[str],
    signature: str = "",
    message_id: str = "",
    timestamp: str = "",
    standard: str = "",
    show: bool = False,
) -> list[Verdict]:
    """Both verdicts about a call, with any of the secrets; `show` tells what the first secret makes of the body."""
    return [
        _mino(body, secrets, signature.strip(), show),
        _standard(body, secrets, message_id.strip(), timestamp.strip(), standard.strip(), show),
    ]


@sensitive_variables("secrets")
def _mino(body: str, secrets: Sequence[str], given: str, show: bool) -> Verdict:
    expected = [body_signature(body, secret) for secret in secrets]
    shown = expected[0] if show and expected else ""
    if not given:
        return Verdict("X-Mino-Signature", None, "Not given.", shown)
    parts = [part.strip().lower() for part in given.split(",")]
    if any(hmac.compare_digest(part.encode(), one.encode()) for part in parts for one in expected):
        return Verdict("X-Mino-Signature", True, "It is HMAC-SHA256 of this body with this secret.", shown)
    if not all(len(part) == 64 and part.isascii() and part.isalnum() for part in parts):
        return Verdict("X-Mino-Signature", False, "It is not 64 hexadecimal digits.", shown)
    why = "It was made of another body or with another secret. A body that was parsed and written anew is another one."
    return Verdict("X-Mino-Signature", False, why, shown)


@sensitive_variables("secrets")
def _standard(body: str, secrets: Sequence[str], message_id: str, timestamp: str, given: str, show: bool) -> Verdict:
    name = "webhook-signature"
    moment = _moment(timestamp)
    shown = ""
    if show and secrets and message_id and moment:
        shown = standard_signature(body, secrets[0], message_id=message_id, at=moment)
    if not (message_id and timestamp and given):
        return Verdict(name, None, "Give all three of the webhook-… headers to check it.", shown)
    if moment is None:
        return Verdict(name, False, "webhook-timestamp is not a number of seconds since 1970.", shown)
    signatures = [part.partition(",")[2] for part in given.split() if part.startswith("v1,")]
    if not signatures:
        return Verdict(name, False, "It has no part that begins with “v1,”.", shown)
    made = [standard_signature(body, secret, message_id=message_id, at=moment).partition(",")[2] for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), part.encode()) for one in made for part in signatures):
        return Verdict(name, False, "It was made of another id, timestamp or body, or with another secret.", shown)
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": given}
    try:
        _verify(body, secrets, headers)
    except WebhookVerificationError as error:
        return Verdict(name, False, f"It is genuine, but your library refuses it now: {error}.", shown)
    except ValueError:
        why = "One part is genuine, but your library may fail at another: each is “v1,” with base64 behind it."
        return Verdict(name, False, why, shown)
    return Verdict(name, True, "It signs this id, this moment and this body with this secret.", shown)


@sensitive_variables()
def _verify(body: str, secrets: Sequence[str], headers: dict[str, str]) -> None:
    """What a receiver's library says. Raises WebhookVerificationError with the last reason, ValueError when it fails.

    It fails at a part without a comma, with two of them, or with something else than base64.
    """
    for place, secret in enumerate(secrets, 1):
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
            return
        except (WebhookVerificationError, ValueError):
            if place == len(secrets):
                raise


def _moment(timestamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(timestamp), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


@sensitive_variables()
def is_secret(text: str) -> bool:
    """Whether the text has the form of a secret."""
    encoded = text.removeprefix(PREFIX)
    try:
        return text.startswith(PREFIX) and len(base64.b64decode(encoded + "==")) > 0
    except (binascii.Error, ValueError):
        return False
