"""One call: the signed body goes out through the outbound door, and what comes back is read, up to a limit."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from mino.common.outbound import OutboundError, policy_from_settings, post
from mino.common.secrets import SecretUnreadable
from mino.common.values.clean import clean_text
from webhooks.models import Delivery
from webhooks.secrets import secrets_at
from webhooks.signing import signed_headers

logger = logging.getLogger(__name__)
TIMEOUT = 10.0
MOST_READ = 64 * 1024
MOST_HEADERS, LONGEST_HEADER = 50, 1000
GONE = 410


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call. `error` is a sentence, empty when the receiver answered 2xx; `duration` in milliseconds."""

    url: str
    started_at: datetime
    duration: int
    status_code: int | None = None
    error: str = ""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return not self.error

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more of it, ever."""
        return self.status_code == GONE


def call(delivery: Delivery) -> Called:
    """Send a delivery once. To be called outside of any transaction. Never raises for what the receiver does."""
    subscription, event, now = delivery.subscription, delivery.event, timezone.now()
    url, begun = subscription.url, time.monotonic()
    headers: Mapping[str, str] = {}
    try:
        headers = signed_headers(
            event.body,
            secrets_at(subscription, now),
            event=event.name,
            event_id=str(event.pk),
            delivery_id=str(delivery.pk),
            attempt=delivery.attempts + 1,
            at=now,
        )
        answer = post(
            url,
            event.body.encode(),
            policy=policy_from_settings(),
            headers=headers,
            timeout=TIMEOUT,
            max_bytes=MOST_READ,
        )
    except OutboundError as error:
        return Called(url, now, _since(begun), error=error.reason[:300], request_headers=headers)
    except SecretUnreadable as error:
        logger.error("The secret of subscription %s can't be read: %s", subscription.pk, error)
        return Called(url, now, _since(begun), error="The secret of this webhook can’t be read. Rotate it.")
    except Exception:  # whatever it is: as a failed attempt it is tried again later, and not for ever
        logger.exception("Delivery %s could not be sent", delivery.pk)
        return Called(url, now, _since(begun), error="Something went wrong in MINO itself.", request_headers=headers)
    return Called(
        url,
        now,
        _since(begun),
        status_code=answer.status,
        error=_complaint(answer.status),
        request_headers=headers,
        response_headers=_kept_headers(answer.headers),
        response_body=_text(answer.body, answer.headers),
    )


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _complaint(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"The receiver answered {status}: redirects are not followed. Give the address that it leads to."
    return f"The receiver answered {status}. Anything but 2xx is tried again."


def _kept_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    kept = list(headers.items())[:MOST_HEADERS]
    return {clean_text(name)[:LONGEST_HEADER]: clean_text(value)[:LONGEST_HEADER] for name, value in kept}


def _text(body: bytes, headers: Mapping[str, str]) -> str:
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        return f"({len(body):,} bytes, compressed though that was not asked for)"
    return clean_text(body.decode("utf-8", "replace"))
