"""The agent itself: what the engine holds."""

from __future__ import annotations

import logging
from datetime import datetime

import httpx
from tinyfish import SDKError

from executions.agents.base import Agent, Reporter, Result, Task
from executions.agents.errors import UNAUTHORIZED
from executions.agents.eva.adopting import Adoption
from executions.agents.eva.client import EvaClient
from executions.agents.eva.run import Terms
from executions.agents.eva.starting import Start
from executions.agents.remote import OutOfTime, Pool, TooMuch, Watch

DEFAULT_BASE_URL = "https://agent.tinyfish.ai"

logger = logging.getLogger(__name__)
_CANCEL_SECONDS = 10.0


class EvaAgent(Agent):
    """TinyFish's web agent. One instance stands for one account; it serves many threads.

    `silence` is how many seconds may pass without any event or heartbeat, `poll_interval` how often a run whose stream
    broke is asked for.
    """

    name = "eva"
    default_timeout = 600.0
    adopts_runs = True

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        silence: float = 90.0,
        poll_interval: float = 2.0,
    ) -> None:
        self._has_key = bool(api_key)
        self._terms = Terms(silence=silence, poll_interval=poll_interval)
        self._clients = Pool(lambda: EvaClient(api_key=api_key, base_url=base_url, silence=silence))

    def run(self, task: Task, reporter: Reporter) -> Result:
        """Start a run, follow its events, and read what came of it. See `Agent.run`."""
        self._check_key()
        with self._clients.borrowed() as client:
            return Start(client, task, reporter, self._terms).make()

    def adopt(self, run_id: str, task: Task, reporter: Reporter, since: datetime) -> Result:
        """Ask for a lost worker's run until it is over, and read what came of it. See `Agent.adopt`."""
        self._check_key()
        with self._clients.borrowed() as client:
            return Adoption(client, task, reporter, self._terms).adopt(run_id, since)

    def cancel(self, run_id: str) -> None:
        """Stop a remote run. Best effort: what goes wrong is logged."""
        try:
            with self._clients.borrowed() as client, client.watched(Watch(_CANCEL_SECONDS, None, 1_000_000)):
                client.cancel_run(run_id)
        except (SDKError, httpx.HTTPError, OutOfTime, TooMuch) as error:
            logger.warning("The run %s could not be cancelled: %s", run_id, error)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _check_key(self) -> None:
        if not self._has_key:
            raise UNAUTHORIZED.error("No key is set.")
