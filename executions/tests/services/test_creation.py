"""Starting executions."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from executions.engine.ledger import exchange
from executions.models import Execution, ExecutionStatus, Job
from executions.services import preparation
from executions.services.creation import execution_create
from executions.services.preparation import execution_prepare
from executions.services.sweeping import find_work, stop_abandoned
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Batch, Project
from projects.services.deletion import batch_delete, purge_deleted

pytestmark = pytest.mark.django_db
ONLY_URLS = [{"name": "site_url", "type": "url", "role": "site_url"}]


def create(batch: Batch, **values: Any) -> Execution:
    """Start a run of the production version by the local agent."""
    version = batch.project.production_version
    return execution_create(
        **{"batch": batch, "user": None, "instruction_version": version, "agent": "local", **values}
    )


def test_a_small_execution_runs_at_once(batch: Batch) -> None:
    execution = create(batch)
    assert (execution.status, execution.total_jobs, execution.queued_jobs) == (ExecutionStatus.RUNNING, 3, 3)
    assert [job.row_position for job in execution.jobs.all()] == [1, 2, 3]


def test_a_large_execution_is_prepared_in_chunks(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("executions.services.creation.PREPARED_AT_ONCE", 1)
    monkeypatch.setattr(preparation, "CHUNK", 2)
    execution = create(batch)
    assert (execution.status, execution.prepared_jobs) == (ExecutionStatus.QUEUED, 0)
    execution_prepare(execution.pk)
    execution_prepare(execution.pk)
    execution.refresh_from_db()
    assert (execution.status, execution.prepared_jobs, Job.objects.count()) == (ExecutionStatus.RUNNING, 3, 3)


def test_a_batch_that_was_just_deleted_is_not_run(batch: Batch) -> None:
    batch_delete(batch=Batch.objects.get(pk=batch.pk), user=None)
    with pytest.raises(InvalidState, match="deleted"):
        create(batch)
    assert purge_deleted() == 1


def test_numbers_count_within_the_organization(batch: Batch) -> None:
    assert [create(batch, allow_parallel=True).number for _ in range(3)] == [1, 2, 3]


def test_the_first_rows_can_be_run_alone(batch: Batch) -> None:
    execution = create(batch, sample_method="first", sample_size=2)
    assert [job.row_position for job in execution.jobs.all()] == [1, 2]


def test_the_same_seed_draws_the_same_sample(project: Project) -> None:
    batch = BatchFactory(project=project, rows=30)
    sampled = {"sample_method": "random", "sample_size": 5, "allow_parallel": True}
    samples = [list(create(batch, **sampled, seed=seed).jobs.values_list("row")) for seed in (7, 7, 8)]
    assert samples[0] == samples[1] != samples[2]
    assert len(set(samples[0])) == 5


def test_a_random_sample_without_a_seed_keeps_the_seed_it_drew(batch: Batch) -> None:
    assert create(batch, sample_method="random", sample_size=2).seed is not None


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 51}, "concurrency"),
        ({"max_retries": 11}, "max_retries"),
        ({"timeout": 0}, "timeout"),
        ({"sample_method": "random", "sample_size": 1001}, "sample_size"),
        ({"sample_method": "first"}, "sample_size"),
        ({"sample_method": "last"}, "sample_method"),
        ({"type": "rehearsal"}, "type"),
        ({"agent": "oracle"}, "agent"),
        ({"agent": "eva"}, "agent"),
        ({"agent_settings": {"render": "sometimes"}}, "agent_settings.render"),
        ({"agent_settings": {"colour": "red"}}, "agent_settings.colour"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_started(batch: Batch, values: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(batch, **values)
    assert path in [detail.path for detail in refusal.value.details]
    assert not Execution.objects.exists()


def test_production_demands_the_production_version(batch: Batch) -> None:
    other = VersionFactory(project=batch.project, text="Another text altogether.")
    with pytest.raises(InvalidInput):
        create(batch, instruction_version=other, type="production")
    assert create(batch, type="production").type == "production"


def test_an_unknown_placeholder_is_named(batch: Batch) -> None:
    version = VersionFactory(project=batch.project, text="Look for {{brand}} at {{ site_url }}.")
    with pytest.raises(InvalidInput, match=r"\{\{brand\}\}"):
        create(batch, instruction_version=version)


def test_the_same_run_is_not_started_twice(batch: Batch) -> None:
    create(batch)
    with pytest.raises(AlreadyExists) as refusal:
        create(batch)
    assert refusal.value.code == "EXECUTION_ALREADY_RUNNING"
    assert create(batch, allow_parallel=True).number == 2


def test_an_empty_batch_is_refused(project: Project) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(BatchFactory(project=project))
    assert refusal.value.code == "BATCH_EMPTY"


def test_a_batch_without_truth_columns_takes_the_fields_of_an_earlier_one(batch: Batch) -> None:
    only_urls = BatchFactory(
        project=batch.project, rows=1, columns=[{"name": "site_url", "type": "url", "role": "site_url"}]
    )
    execution = create(only_urls)
    assert [column["name"] for column in execution.columns] == ["site_url", "title", "price"]


def test_without_any_fields_it_says_what_to_do(project: Project) -> None:
    only_urls = BatchFactory(project=project, rows=1, columns=ONLY_URLS)
    with pytest.raises(InvalidInput) as refusal:
        create(only_urls)
    assert refusal.value.code == "NO_FIELDS"


def test_a_viewer_may_not_run(batch: Batch, viewer: User, member: User) -> None:
    with pytest.raises(PermissionDenied):
        create(batch, user=viewer)
    assert create(batch, user=member).created_by == member


def test_an_execution_whose_own_worker_is_gone_is_stopped(batch: Batch) -> None:
    gone, alive = (create(batch, has_own_worker=True, allow_parallel=True) for _ in range(2))
    exchange([], 1, worker="alive", agents={"local"}, only=alive.pk)
    long_ago = timezone.now() - timedelta(hours=1)
    assert stop_abandoned() == 0
    Execution.objects.update(updated_at=long_ago)
    assert stop_abandoned() == 1
    gone.refresh_from_db()
    alive.refresh_from_db()
    assert (gone.status, gone.stopped_jobs, alive.status) == (ExecutionStatus.STOPPED, 3, ExecutionStatus.RUNNING)


def test_the_sweep_asks_for_as_many_slots_as_can_be_used(batch: Batch) -> None:
    create(batch, concurrency=2)
    assert find_work() == 2


def test_chosen_rows_are_run_in_their_order(batch: Batch) -> None:
    execution = create(batch, sample_method="selection", selection=[3, 1])
    assert (execution.selection, execution.total_jobs, execution.sample_size) == ([1, 3], 2, None)
    assert [(job.position, job.row_position) for job in execution.jobs.all()] == [(1, 1), (2, 3)]


@pytest.mark.parametrize(
    ("selection", "path", "sentence"),
    [
        (None, "selection", "No row is chosen. Choose at least one"),
        ([], "selection", "No row is chosen"),
        ([1, 4, 5], "selection.1", "There is no row 4. This batch has the rows 1 to 3."),
        ([3, 0], "selection.1", "There is no row 0"),
        ([2, 1, 2], "selection.2", "Row 2 is chosen twice"),
    ],
)
def test_a_wrong_choice_of_rows_is_told(batch: Batch, selection: list[int] | None, path: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(sentence)) as refusal:
        create(batch, sample_method="selection", selection=selection)
    assert [detail.path for detail in refusal.value.details] == [path]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"sample_size": 3}, ["sample_size"]),
        ({"seed": 0}, ["seed"]),
        ({"selection": [1]}, ["selection"]),
        ({"sample_method": "first", "sample_size": 2, "seed": 4}, ["seed"]),
        ({"sample_method": "random", "sample_size": 2, "selection": [1]}, ["selection"]),
        ({"sample_method": "selection", "selection": [1], "sample_size": 3, "seed": 4}, ["sample_size", "seed"]),
    ],
)
def test_what_goes_with_other_sample_methods_is_refused(batch: Batch, values: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(InvalidInput, match="goes with “") as refusal:
        create(batch, **values)
    assert [detail.path for detail in refusal.value.details] == paths
    assert not Execution.objects.exists()


def test_an_execution_keeps_what_it_may_cost(batch: Batch, settings: Settings) -> None:
    settings.EVA_API_KEY = "secret"
    execution = create(batch, agent="eva", agent_settings={"max_steps": 20}, budget=Decimal("0.5"))
    assert (execution.budget, execution.currency, execution.attempt_cost_bound) == (
        Decimal("0.5"),
        "USD",
        Decimal("0.32"),
    )
    assert (execution.estimated_cost_low, execution.estimated_cost_high) == (Decimal("0.15"), Decimal("0.15"))


@pytest.mark.parametrize("budget", ["0", "-1", "NaN", "Infinity", "100000000", "0.0000001"])
def test_a_budget_is_an_amount_of_money(batch: Batch, budget: str) -> None:
    with pytest.raises(InvalidInput, match="Choose an amount above 0") as refusal:
        create(batch, budget=Decimal(budget))
    assert [detail.path for detail in refusal.value.details] == ["budget"]


def test_a_budget_needs_a_price(batch: Batch, settings: Settings) -> None:
    settings.AGENTQL_API_KEY = "secret"
    with pytest.raises(InvalidInput, match="No price is set for AgentQL"):
        create(batch, agent="agentql", budget=Decimal(1))
    execution = create(batch, agent="agentql")
    assert (execution.estimated_cost_low, execution.attempt_cost_bound) == (None, None)
