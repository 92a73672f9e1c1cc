"""Which agents an organization can use: those that need no key, or that it or the installation has a key of."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from executions.agents.registry import AGENTS, AgentKind, agent_kind
from executions.models import AgentCredential
from mino.common.errors import Detail, InvalidInput


def usable_agents(organization_id: uuid.UUID) -> list[AgentKind]:
    """The agents that a person of the organization can choose now."""
    kinds = [kind for kind in AGENTS.values() if kind.build]
    keyless = keyless_agents(kinds, organization_id)
    return [kind for kind in kinds if kind.name not in keyless]


def usable_agent(name: str, organization_id: uuid.UUID | None) -> AgentKind:
    """The agent of that name, ready to be used by the organization (None: one that is only about to be made).

    Raises InvalidInput when there is none, or no key of it.
    """
    kind = agent_kind(name)
    if missing := missing_key(kind, organization_id):
        raise InvalidInput(missing, code="AGENT_UNAUTHORIZED", details=[Detail("agent", missing)])
    return kind


def missing_key(kind: AgentKind, organization_id: uuid.UUID | None) -> str:
    """What to say when neither the organization nor the installation has a key; empty otherwise."""
    return kind.no_key if kind.name in keyless_agents([kind], organization_id) else ""


def keyless_agents(kinds: Iterable[AgentKind], organization_id: uuid.UUID | None) -> set[str]:
    """The names of those without any key. Asks the database only if the installation lacks one of the keys."""
    needing = {kind.name for kind in kinds if kind.needs_own_key}
    if not needing or organization_id is None:
        return needing
    own = AgentCredential.objects.filter(organization=organization_id, agent__in=needing).exclude(secret="")
    return needing - set(own.values_list("agent", flat=True))
