"""Looking for a run whose id nobody knows, in the service's list of runs: by its goal and by when it began."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tinyfish import SDKError

from executions.agents.eva.client import BROKEN, EvaClient
from executions.agents.remote import TooMuch

logger = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(seconds=5)
"""How far the service's clock may be from ours."""
_PAGE = 100
_MAX_PAGES = 20
_MAX_FILTER = 1500
"""A longer goal makes an address that servers refuse: then all runs of the time are read instead."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look brought: the runs that fit, None when the list could not be read."""

    run_ids: frozenset[str] | None

    @property
    def only(self) -> str:
        """The run, when exactly one fits."""
        return next(iter(self.run_ids)) if self.run_ids and len(self.run_ids) == 1 else ""

    @property
    def ruled_out(self) -> bool:
        """Whether there is certainly no such run."""
        return self.run_ids is not None and not self.run_ids


def look(client: EvaClient, goal: str, since: datetime, is_taken: Callable[[str], bool]) -> Seen:
    """Look once for the run with this goal that began after `since` and is nobody else's.

    Raises only `Cancelled` and `OutOfTime`.
    """
    try:
        runs = [run for run in _listed(client, goal, since) if str(run.get("goal") or "").strip() == goal.strip()]
        return Seen(_ids_of(_of_that_time([run for run in runs if not is_taken(str(run["run_id"]))], since)))
    except (SDKError, *BROKEN, ValueError, KeyError, TooMuch) as error:
        logger.warning("The list of runs could not be read: %s", type(error).__name__)
        return Seen(None)


def _ids_of(runs: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(str(run["run_id"]) for run in runs)


def _listed(client: EvaClient, goal: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """The runs since then, page by page. Raises ValueError when the list is not what it should be, or has no end."""
    after = (since - CLOCKS_DIFFER).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    filters = {"created_after": after, "sort_direction": "desc", "limit": str(_PAGE)}
    if len(goal.encode()) <= _MAX_FILTER:
        filters["goal"] = goal
    for _ in range(_MAX_PAGES):
        page = client.runs_as_they_are(**filters)
        runs, more = page.get("data"), page.get("pagination")
        if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs) or not isinstance(more, dict):
            raise ValueError("The list of runs has another form.")
        yield from runs
        if not more.get("has_more") or not more.get("next_cursor"):
            return
        filters["cursor"] = str(more["next_cursor"])
    raise ValueError("The list of runs is too long.")


def _of_that_time(runs: list[Mapping[str, Any]], since: datetime) -> list[Mapping[str, Any]]:
    """Those that can have begun after `since`.

    A run from just before `since` counts only if none is later, and if it was not over by then: it may be that of an
    earlier attempt.
    """
    going = [run for run in runs if _moment(run.get("finished_at"), since) >= since]
    later = [run for run in going if _moment(run.get("created_at"), since) >= since]
    return later or [run for run in going if _moment(run.get("created_at"), since) >= since - CLOCKS_DIFFER]


def _moment(text: object, otherwise: datetime) -> datetime:
    """A time as the service writes it; `otherwise` when it says none."""
    if not isinstance(text, str) or not text:
        return otherwise
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
