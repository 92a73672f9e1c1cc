"""Takes the locks of an execution in the engine's order: credential, then execution."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from accounts.permissions import Principal, require
from executions.models import AgentCredential, Execution

ACT = "projects.run_execution"


@dataclass(frozen=True, slots=True)
class Controlled:
    """What a control did: the execution as it is now, and how many jobs it touched."""

    execution: Execution
    affected_jobs: int = 0


def lock_execution(execution_id: uuid.UUID, user: Principal | None) -> tuple[Execution, AgentCredential | None]:
    """The execution and its credential, both locked until the end of the transaction.

    `user` None stands for MINO itself. Raises PermissionDenied, Execution.DoesNotExist.
    """
    found = Execution.objects.select_related("project").get(pk=execution_id)
    if user is not None:
        require(user, ACT, found.project)
    credentials = AgentCredential.objects.filter(organization=found.organization_id, agent=found.agent)
    credential = credentials.select_for_update().first()
    execution: Execution = Execution.objects.select_for_update().get(pk=execution_id)
    return execution, credential


def lock_with_partner(
    execution_id: uuid.UUID, user: Principal | None
) -> list[tuple[Execution, AgentCredential | None]]:
    """Like `lock_execution`; one of a pair comes first, and then its partner with its credential."""
    pair_id = Execution.objects.values_list("pair_id", flat=True).get(pk=execution_id)
    if pair_id is None:
        return [lock_execution(execution_id, user)]
    found = list(Execution.objects.filter(pair=pair_id).select_related("project"))
    if user is not None:
        require(user, ACT, found[0].project)
    credentials = AgentCredential.objects.filter(
        organization=found[0].organization_id, agent__in={one.agent for one in found}
    )
    by_agent = {one.agent: one for one in credentials.select_for_update().order_by("pk")}
    locked = Execution.objects.filter(pk__in=[one.pk for one in found]).select_for_update().order_by("pk")
    both = [(one, by_agent.get(one.agent)) for one in locked]
    return sorted(both, key=lambda one: one[0].pk != execution_id)


def lock_executions(execution_ids: Collection[uuid.UUID]) -> None:
    """Lock several executions and their credentials, for a transaction that then acts on one after the other."""
    of_these = Execution.objects.filter(pk__in=execution_ids)
    credentials = AgentCredential.objects.filter(organization__in=of_these.values("organization"))
    list(credentials.select_for_update().order_by("pk").values_list("pk"))
    list(of_these.select_for_update().order_by("pk").values_list("pk"))


def give_back(credential: AgentCredential | None, count: int) -> None:
    """Free the credential's slots of jobs that run no more."""
    if credential is not None and count:
        credential.running_jobs = max(0, credential.running_jobs - count)
        credential.save(update_fields=["running_jobs", "updated_at"])
