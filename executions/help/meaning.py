"""What is said about an error code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Retried(StrEnum):
    """Whether the engine tries again by itself, as a sentence; the first word says what kind of error it is."""

    YES = (
        "Transient: tried again by itself after 1 s, 2 s, 4 s and so on, at most 60 s apart or as late as the other "
        "side asks, until the execution's retries are used up."
    )
    NO = "Permanent: not tried again by itself, since it would fail in the same way."
    DEPENDS = (
        "Transient or permanent: tried again by itself when the site says that the fault is its own and may pass "
        "(HTTP 5xx), else not."
    )
    PAUSES = (
        "Permanent, and not the row's fault: the row goes back into the queue and the execution pauses, since every "
        "further row would fail too. A resume tries one row first."
    )


class Offer(StrEnum):
    """Something that can be done about an error: each becomes a button where it is possible."""

    RETRY = "retry"
    LONGER = "longer"
    SLOWER = "slower"
    BROWSER = "browser"
    AGENT = "agent"
    SCREENSHOT = "screenshot"
    VERSION = "version"
    OWN = "own"
    SELECTOR = "selector"
    SKIP = "skip"
    CREDENTIAL = "credential"
    NETWORK = "network"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`what` happened, the `remedy` (each a sentence or two), whether it is `retried`, and what the page offers."""

    what: str
    remedy: str
    retried: Retried = Retried.NO
    offers: tuple[Offer, ...] = (Offer.RETRY, Offer.SKIP)
