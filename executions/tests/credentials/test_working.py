"""Workers use the organization's own key, and executions wait where there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from executions.agents.registry import AGENTS, Agents
from executions.credentials.keyed import KeyedAgents, LockedAgent
from executions.credentials.keys import SealedKey, own_key
from executions.credentials.setting import credential_remove, credential_set
from executions.engine.ledger import exchange
from executions.engine.recovery import take_lost
from executions.engine.worker import Worker
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Session
from executions.services.cancelling import cancel_left_runs
from executions.services.control import execution_resume, execution_stop
from executions.services.creation import execution_create
from executions.tests.agents.servers.eva_server import KEY, EvaServer
from mino.common.errors import InvalidInput
from projects.models import Batch

EVA = AGENTS["eva"]
pytestmark = pytest.mark.django_db


def keep(organization: Organization, user: User, key: str = KEY) -> None:
    credential_set(organization=organization, kind=EVA, key=key, user=user)


def start(batch: Batch, **values: object) -> Execution:
    version = batch.project.production_version
    return execution_create(
        **{"batch": batch, "user": None, "instruction_version": version, "agent": "eva", **values}  # type: ignore[arg-type]
    )


def work(execution: Execution) -> None:
    """Run all that can run, as a worker does."""
    worker = Worker(Agents())
    worker.run_slot()
    worker.close()
    execution.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_a_worker_uses_the_key_of_the_organization_before_that_of_the_installation(
    batch: Batch, admin: User, eva_server: EvaServer, settings: Settings
) -> None:
    settings.EVA_API_KEY = "the-installation's"
    keep(batch.organization, admin)
    execution = start(batch)
    work(execution)
    assert execution.status == ExecutionStatus.COMPLETED
    assert {request.headers["x-api-key"] for request in eva_server.requests} == {KEY}


@pytest.mark.django_db(transaction=True)
def test_without_an_own_key_that_of_the_installation_is_used(
    batch: Batch, eva_server: EvaServer, settings: Settings
) -> None:
    settings.EVA_API_KEY = KEY
    execution = start(batch)
    work(execution)
    assert execution.status == ExecutionStatus.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_an_execution_whose_key_was_removed_pauses_and_goes_on_with_the_next(
    batch: Batch, admin: User, eva_server: EvaServer
) -> None:
    keep(batch.organization, admin)
    execution = start(batch)
    credential_remove(organization=batch.organization, kind=EVA, user=admin)
    work(execution)
    assert (execution.status, execution.status_code) == (ExecutionStatus.PAUSED, "AGENT_UNAUTHORIZED")
    assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.QUEUED}
    keep(batch.organization, admin)
    execution_resume(execution.pk, user=admin)
    work(execution)
    assert execution.status == ExecutionStatus.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_a_key_that_can_not_be_read_pauses_the_execution_with_the_remedy(
    batch: Batch, admin: User, settings: Settings
) -> None:
    keep(batch.organization, admin)
    execution = start(batch)
    settings.ENCRYPTION_KEYS = [b"x" * 32]
    work(execution)
    assert execution.status == ExecutionStatus.PAUSED
    assert "MINO_ENCRYPTION_KEYS" in execution.status_reason


def test_an_agent_without_any_key_is_not_started(batch: Batch, admin: User) -> None:
    with pytest.raises(InvalidInput, match="EVA has no key"):
        start(batch)
    keep(batch.organization, admin)
    assert start(batch).total_jobs == 3


def test_an_own_key_makes_a_claim_no_slower(batch: Batch, admin: User, settings: Settings) -> None:
    settings.EVA_API_KEY = KEY
    AgentCredential.objects.create(organization=batch.organization, agent="eva")
    start(batch)
    counts = []
    for has_key in (False, False, True):
        if has_key:
            keep(batch.organization, admin)
        with CaptureQueriesContext(connection) as queries:
            [attempt] = exchange([], 1, worker="here", agents={"eva"})
        assert (attempt.key is not None) is has_key
        counts.append(len(queries))
    assert counts[2] == counts[1]  # the first one also reads what the execution froze


def test_a_taken_over_run_is_asked_for_with_the_own_key(batch: Batch, admin: User) -> None:
    keep(batch.organization, admin)
    start(batch)
    exchange([], 1, worker="gone", agents={"eva"})
    Session.objects.update(lease_expires_at=timezone.now(), agent_run_id="run-1")
    [attempt] = take_lost(1, worker="heir", agents={"eva"}, now=timezone.now())
    assert attempt.key is not None
    assert attempt.key.opened() == KEY


@pytest.mark.django_db(transaction=True)
def test_a_left_run_is_called_off_with_the_own_key(batch: Batch, admin: User, eva_server: EvaServer) -> None:
    keep(batch.organization, admin)
    execution = start(batch)
    exchange([], 1, worker="gone", agents={"eva"})
    Session.objects.update(agent_run_id="run-1")
    execution_stop(execution.pk, user=None)
    Session.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    assert cancel_left_runs(Agents(), timezone.now()) == 1
    assert [(one.path, one.headers["x-api-key"]) for one in eva_server.requests] == [("/v1/runs/run-1/cancel", KEY)]


def test_an_agent_is_made_once_for_a_key_and_anew_for_another(organization: Organization, admin: User) -> None:
    def key() -> SealedKey:
        found = own_key(AgentCredential.objects.get())
        assert found is not None
        return found

    keep(organization, admin)
    agents = KeyedAgents()
    first = agents.agent("eva", key())
    assert agents.agent("eva", key()) is first
    keep(organization, admin, "another-key")
    assert agents.agent("eva", key()) is not first
    AgentCredential.objects.update(secret="1:nonsense:")
    assert isinstance(agents.agent("eva", key()), LockedAgent)
    agents.close()
