"""The circuit breaker: pauses an execution whose further jobs would all fail in the same way.

It opens when the agent's own service refuses the account (no key, no credit, not allowed), or when so many
infrastructure errors of one code come in a row from different places. After a person's resume one job is tried first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from executions.engine.attempt import Ending, Finished

CALLS_SITES_ITSELF = "local"
"""The agent whose network errors may be the site's own: it takes errors of different sites to blame the network."""


@dataclass(slots=True)
class Breaker:
    """The breaker of one execution, while it is under lock. `limit` is how many errors in a row open it."""

    limit: int
    is_open: bool
    code: str
    is_probing: bool
    streak: dict[str, Any]
    reason: str = ""
    changed: bool = False

    def hear(self, finished: Finished) -> bool:
        """Take note of how an attempt ended. Answers whether its job is to be handed back instead of failing."""
        if finished.ending is Ending.COMPLETED:
            self._all_is_well()
        if finished.ending is not Ending.ERROR:
            return False
        if finished.pause:
            self._open(finished, finished.error_message)
            return True
        if not finished.infrastructure:
            self._all_is_well()
            return False
        if self.is_open:
            return finished.error_code == self.code
        return self._count(finished)

    def _count(self, finished: Finished) -> bool:
        """Count an infrastructure error; open at the limit, or at once when the one job that is tried fails so."""
        code, place = finished.error_code, place_of(finished)
        places = self.streak.get("places", []) if self.streak.get("code") == code else []
        if place not in places:
            places = [*places, place]
            self.streak = {"code": code, "places": places}
            self.changed = True
        tried_in_vain = self.is_probing and finished.attempt.plan.agent != CALLS_SITES_ITSELF
        if self.is_probing and not tried_in_vain:
            self.is_probing, self.changed = False, True
        if len(places) < self.limit and not tried_in_vain:
            return False
        count = f"{len(places)} rows in a row ended" if len(places) > 1 else "The row that was tried first ended"
        self._open(finished, f"{count} with {code}. The last one said: {finished.error_message}")
        return True

    def _open(self, finished: Finished, reason: str) -> None:
        if not self.is_open:
            self.is_open, self.code, self.reason = True, finished.error_code, reason or finished.error_code
        self.is_probing, self.streak, self.changed = False, {}, True

    def _all_is_well(self) -> None:
        if self.streak or self.is_probing:
            self.is_probing, self.streak, self.changed = False, {}, True


def place_of(finished: Finished) -> str:
    """What an error is counted for once: the site's host for the agent that calls sites itself, else the job."""
    attempt = finished.attempt
    if attempt.plan.agent == CALLS_SITES_ITSELF:
        return urlsplit(attempt.task.url).hostname or str(attempt.job_id)
    return str(attempt.job_id)
