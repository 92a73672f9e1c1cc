"""Why executions pause or end by themselves, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from executions.agents.base import ErrorCode as Code


@dataclass(frozen=True, slots=True)
class Pause:
    """The code beside the state (empty: none, or that of an error), what happened, and the remedy."""

    code: str
    title: str
    what: str
    remedy: str


PAUSES: Sequence[Pause] = (
    Pause(
        "",
        "Paused by a person",
        "Somebody paused it: what ran ended by itself, nothing else starts.",
        "Resume it: it goes on with exactly the rest.",
    ),
    Pause(
        "BUDGET_REACHED",
        "The budget is reached",
        "The next attempt might cost more than is left of the budget, so none was started.",
        "Raise the budget, then resume; or stop it and keep what is done.",
    ),
    Pause(
        "PARTNER_PAUSED",
        "Its partner is paused",
        "The two executions of a pair are run close together, so one pauses with the other.",
        "Mend what the partner's page says, then resume one of them: both go on.",
    ),
    Pause(
        Code.AGENT_UNAUTHORIZED,
        "The agent's key is refused",
        "The agent's service answered 401: it does not accept the key. Or there is no key of this agent any more.",
        "An admin or owner sets a valid key on the page “Agents”; then resume. One row is tried first.",
    ),
    Pause(
        Code.AGENT_BALANCE,
        "The agent's account is empty",
        "The agent's service answered 402: there is no credit left.",
        "Top the account up at the agent's maker; then resume. One row is tried first.",
    ),
    Pause(
        Code.AGENT_FORBIDDEN,
        "The agent's account may not do this",
        "The agent's service answered 403: the account or its plan does not allow what the settings ask for.",
        "Change the plan at the maker and resume, or run the batch again with other settings.",
    ),
    Pause(
        "",
        "Many rows in a row failed in the same way",
        "So many errors of one code in a row from different places (MINO_BREAKER_ERRORS, 10 unless it is set) lie with "
        "the agent's service or the network, not with the sites. Rows that failed after the limit wait in the queue.",
        "Look the code up on this page, wait until the cause is gone, then resume. One row is tried first.",
    ),
)
