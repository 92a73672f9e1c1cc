"""A worker: slots that claim jobs, run them, finish them and claim the next, until there is none."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Mapping

from django.db import Error, connection

from executions.agents.base import Agent
from executions.credentials.keyed import KeyedAgents
from executions.engine.attempt import Attempt, Finished
from executions.engine.desk import Desk
from executions.engine.keeper import Keeper
from executions.engine.reporter import AttemptReporter
from executions.engine.running import agent_missing, run_attempt
from executions.models import Session
from executions.pictures.storing import keep_screenshot
from mino.common.tracing import bound

logger = logging.getLogger(__name__)


class Worker:
    """What the slots of one process share: agents, the desk, the keeper.

    `only` narrows the work to one execution, as the command line does.
    """

    def __init__(self, agents: Mapping[str, Agent], *, only: uuid.UUID | None = None) -> None:
        self.agents = agents
        self._only = only
        self._used: dict[str, Agent] = {}
        self._keyed = KeyedAgents()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.keeper = Keeper()
        self.desk = Desk(worker=self.name, agents=frozenset(agents), only=only)
        self.stopping = threading.Event()

    def run_slot(self, *, seconds: float = float("inf"), first: Attempt | None = None) -> bool:
        """Do one job after the other for about `seconds`, beginning with `first` if it is given.

        Answers whether there may be more to do.
        """
        until = time.monotonic() + seconds
        attempt = first
        if attempt is None and not self.stopping.is_set():
            attempt = self.desk.hand_in(None, wants_next=True)
        while attempt is not None:
            reporter = self._reporter(attempt)
            try:
                finished = self._run(attempt, reporter)
                has_time = time.monotonic() < until and not self.stopping.is_set()
                attempt = self.desk.hand_in(finished, wants_next=has_time)
            finally:
                self.keeper.remove(reporter)  # not sooner: the lease holds until the result is written
            if not has_time:
                return not self.stopping.is_set()
        return False

    def _run(self, attempt: Attempt, reporter: AttemptReporter) -> Finished:
        try:
            agent = self._agent(attempt)
        except Exception as error:
            logger.exception("The agent %s could not be made", attempt.plan.agent)
            return agent_missing(attempt, reporter, error)
        with bound(
            organization=attempt.plan.organization_id,
            execution=attempt.plan.execution_id,
            job=attempt.job_id,
            session=attempt.session_id,
        ):
            return run_attempt(attempt, agent, reporter)

    def _agent(self, attempt: Attempt) -> Agent:
        """The agent with the organization's own key if it has one."""
        name = attempt.plan.agent
        if attempt.key is not None:
            return self._keyed.agent(name, attempt.key)
        agent = self._used[name] = self.agents[name]
        return agent

    def stop(self, grace: float) -> None:
        """Start nothing more; after `grace` seconds call off what still runs, so that it is handed back.

        Remote runs go on: their leases end at once, and other workers adopt them.
        """
        self.stopping.set()
        deadline = time.monotonic() + grace
        while self.keeper.running() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.keeper.cancel_all(leave_runs=self._only is None)

    def close(self) -> None:
        """End the threads and let the agents go that were used. Slots must have ended."""
        self.stopping.set()
        self.desk.close()
        self.keeper.close()
        self._keyed.close()
        for agent in self._used.values():
            agent.close()

    def _reporter(self, attempt: Attempt) -> AttemptReporter:
        reporter = AttemptReporter(
            attempt, on_started=keep_run_id, is_taken=run_is_taken, on_screenshot=keep_screenshot
        )
        self.keeper.add(reporter)
        return reporter


def run_is_taken(attempt: Attempt, run_id: str) -> bool:
    """Whether a session of another job has the remote run; two rows may have asked for the very same thing.

    Runs that can't be told apart while the database is away count as taken: then none is adopted wrongly.
    """
    try:
        return Session.objects.filter(agent_run_id=run_id).exclude(job=attempt.job_id).exists()
    except Error as error:
        logger.warning("Job %s: whether run %s is taken could not be read: %s", attempt.job_id, run_id, error)
        return True
    finally:
        connection.close()


def keep_run_id(attempt: Attempt, run_id: str) -> None:
    """Write the remote run's id at once: it costs money from now on. Where that fails, the keeper writes it."""
    try:
        Session.objects.filter(pk=attempt.session_id).update(agent_run_id=run_id)
    except Error as error:
        logger.warning("Job %s: the id of the remote run could not be written yet: %s", attempt.job_id, error)
    finally:
        connection.close()  # back to the pool: the agent goes on for minutes
