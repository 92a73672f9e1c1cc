"""Agents that work with the keys of organizations, for workers."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict

from django.views.decorators.debug import sensitive_variables

from executions.agents.base import Agent, Reporter, Result, Task
from executions.agents.errors import UNAUTHORIZED
from executions.agents.registry import agent_kind
from executions.credentials.keys import SealedKey
from mino.common.secrets import SecretUnreadable

logger = logging.getLogger(__name__)
MOST_KEPT = 256


class LockedAgent(Agent):
    """Stands in for an agent whose key can't be read: executions pause with the reason."""

    name = "locked"

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def run(self, task: Task, reporter: Reporter) -> Result:
        """Say why there is no key. Raises AgentError."""
        raise UNAUTHORIZED.error(self._reason)


class KeyedAgents:
    """One agent for each key of an organization, made when first asked for; the longest unused go. Thread-safe.

    A key that was replaced has another text in the database: its agent is let go, and the new one is made.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[uuid.UUID, tuple[SealedKey, Agent]] = OrderedDict()
        self._lock = threading.Lock()

    def agent(self, name: str, key: SealedKey) -> Agent:
        """The agent `name` with that key; one that refuses to work where the key can't be read."""
        with self._lock:
            held = self._made.get(key.credential_id)
            if held is not None and held[0] == key:
                self._made.move_to_end(key.credential_id)
                return held[1]
            try:
                made = _make(name, key)
            except SecretUnreadable as error:
                logger.error("The key of credential %s can't be read: %s", key.credential_id, error)
                return LockedAgent(str(error))
            self._made[key.credential_id] = key, made
            gone = [held[1]] if held else []
            while len(self._made) > MOST_KEPT:
                gone.append(self._made.popitem(last=False)[1][1])
        for agent in gone:
            agent.close()
        return made

    def close(self) -> None:
        """Let all of them go."""
        with self._lock:
            made, self._made = list(self._made.values()), OrderedDict()
        for _, agent in made:
            agent.close()


@sensitive_variables()
def _make(name: str, key: SealedKey) -> Agent:
    build = agent_kind(name).build
    if build is None:
        raise LookupError(f"No worker runs the agent {name}.")
    return build(key.opened())
