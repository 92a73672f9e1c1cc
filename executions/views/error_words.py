"""What the error codes mean, for people: what happened, whether it is retried, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping

from executions.agents.base import ErrorCode as Code
from executions.help.meaning import Meaning, Offer, Retried

MEANINGS: Mapping[str, Meaning] = {
    Code.TIMEOUT: Meaning(
        "The agent was not done within the time it had.",
        "Run these rows again with a longer time-out.",
        Retried.YES,
        (Offer.LONGER, Offer.RETRY, Offer.AGENT, Offer.SKIP),
    ),
    Code.SELECTOR_NOT_FOUND: Meaning(
        "A selector of the instructions matches nothing on the page.",
        "Open the page, look where the value stands now, and write a new version of the instructions.",
        Retried.NO,
        (
            Offer.SELECTOR,
            Offer.SCREENSHOT,
            Offer.VERSION,
            Offer.BROWSER,
            Offer.AGENT,
            Offer.SITE,
            Offer.RETRY,
            Offer.SKIP,
        ),
    ),
    Code.NETWORK_ERROR: Meaning(
        "The connection to the site broke.",
        "This often passes: run these rows again in a while.",
        Retried.YES,
        (Offer.RETRY, Offer.SITE, Offer.AGENT, Offer.SKIP),
    ),
    Code.DNS_ERROR: Meaning(
        "The name of the site is not known on the internet.",
        "Check the address for a slip; the site may be gone.",
        Retried.YES,
        (Offer.SITE, Offer.RETRY, Offer.SKIP),
    ),
    Code.RATE_LIMITED: Meaning(
        "The site, or the agent's maker, asked to slow down.",
        "Run these rows again with a lower concurrency.",
        Retried.YES,
        (Offer.SLOWER, Offer.RETRY, Offer.AGENT, Offer.SKIP),
    ),
    Code.SITE_ERROR: Meaning(
        "The site answered that it is broken.",
        "Run these rows again later.",
        Retried.DEPENDS,
        (Offer.RETRY, Offer.SITE, Offer.SCREENSHOT, Offer.AGENT, Offer.SKIP),
    ),
    Code.PAGE_NOT_FOUND: Meaning(
        "The site says that there is no such page.",
        "Correct the address in the batch, or leave the row out.",
        Retried.NO,
        (Offer.SITE, Offer.SKIP, Offer.RETRY),
    ),
    Code.ACCESS_BLOCKED: Meaning(
        "The site turned the agent away.",
        "Try an agent that works in a browser of its own, or leave the row out.",
        Retried.NO,
        (Offer.BROWSER, Offer.AGENT, Offer.SCREENSHOT, Offer.SITE, Offer.RETRY, Offer.SKIP),
    ),
    Code.GOAL_FAILED: Meaning(
        "The agent looked, and says that it could not do what the instructions ask.",
        "Read what it said at one of the rows, then make the instructions clearer.",
        Retried.NO,
        (Offer.SCREENSHOT, Offer.VERSION, Offer.OWN, Offer.BROWSER, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.INVALID_RESULT: Meaning(
        "The agent answered with something that holds none of the fields.",
        "Read the raw answer at one of the rows; name the fields in the instructions.",
        Retried.NO,
        (Offer.VERSION, Offer.OWN, Offer.SCREENSHOT, Offer.BROWSER, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.AGENT_UNAUTHORIZED: Meaning(
        "The agent's maker does not accept the key, or there is none.",
        "An admin or owner has to set a valid key on the organization's page “Agents”.",
        Retried.PAUSES,
        (Offer.CREDENTIAL, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.AGENT_BALANCE: Meaning(
        "The account at the agent's maker has no credit left.",
        "Top it up, then run these rows again.",
        Retried.PAUSES,
        (Offer.CREDENTIAL, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.AGENT_FORBIDDEN: Meaning(
        "The account at the agent's maker may not do this.",
        "Change the agent's settings, or ask its maker.",
        Retried.PAUSES,
        (Offer.CREDENTIAL, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.AGENT_FAILURE: Meaning(
        "The agent can't work with this input.",
        "Read what it said at one of the rows, then change the instructions.",
        Retried.NO,
        (Offer.VERSION, Offer.OWN, Offer.AGENT, Offer.RETRY, Offer.SKIP),
    ),
    Code.SYSTEM_FAILURE: Meaning(
        "The agent's own system failed.",
        "Run these rows again in a while.",
        Retried.YES,
        (Offer.RETRY, Offer.AGENT, Offer.SKIP),
    ),
    Code.OUTBOUND_REFUSED: Meaning(
        "The address leads to a place that MINO never calls, such as an inner network.",
        "Correct the address in the batch. Whoever runs this MINO can allow further networks.",
        Retried.NO,
        (Offer.NETWORK, Offer.SITE, Offer.SKIP),
    ),
    Code.WORKER_LOST: Meaning(
        "The worker process that ran the row went away.",
        "Run these rows again; nothing is wrong with them.",
        Retried.YES,
        (Offer.RETRY, Offer.SKIP),
    ),
    Code.TRANSIENT_ERROR: Meaning(
        "Something failed that may work the next time.",
        "Run these rows again.",
        Retried.YES,
        (Offer.RETRY, Offer.AGENT, Offer.SKIP),
    ),
    Code.PERMANENT_ERROR: Meaning(
        "Something failed that will fail again in the same way.",
        "Read the message at one of the rows.",
        Retried.NO,
        (Offer.SCREENSHOT, Offer.SITE, Offer.RETRY, Offer.AGENT, Offer.SKIP),
    ),
    Code.UNKNOWN_ERROR: Meaning(
        "Something failed, and nobody can say what.",
        "Read the message at one of the rows, then run it again.",
        Retried.YES,
        (Offer.RETRY, Offer.SCREENSHOT, Offer.AGENT, Offer.SKIP),
    ),
}


def meaning_of(code: str) -> Meaning:
    """The meaning of a code; one that is not known is said to be so."""
    return MEANINGS.get(code, MEANINGS[Code.UNKNOWN_ERROR])
