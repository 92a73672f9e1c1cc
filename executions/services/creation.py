"""Starts executions."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.audit import record
from accounts.authors import author_fields
from accounts.limits.counting import execution_count
from accounts.models import Organization
from accounts.permissions import Principal, require
from executions.costs.freezing import frozen_costs
from executions.engine.waking import wake_preparation
from executions.models import ColumnStatistic, Execution, ExecutionType, PairedRun, SampleMethod
from executions.services.checking import check_choice
from executions.services.choosing import chosen_positions
from executions.services.preparation import PREPARED_AT_ONCE, execution_prepare
from mino.common.errors import AlreadyExists, InvalidState
from mino.common.values.columns import ColumnRole
from projects.models import Batch, BatchStatus, InstructionVersion
from projects.services.rows_deletion import has_gaps

LARGEST_SEED = 2**31 - 1


class AlreadyRunning(AlreadyExists):
    """The same is under way already, as the execution `execution_id`."""

    code = "EXECUTION_ALREADY_RUNNING"

    def __init__(self, twin: Execution) -> None:
        super().__init__(
            f"Execution {twin.number} already runs this version with this agent over this batch. Wait until it has "
            "ended, or allow parallel runs."
        )
        self.execution_id = twin.pk


def execution_create(
    *,
    batch: Batch,
    user: Principal | None,
    instruction_version: InstructionVersion,
    agent: str,
    agent_settings: Mapping[str, Any] | None = None,
    type: str = ExecutionType.TEST,
    sample_method: str = SampleMethod.ALL,
    sample_size: int | None = None,
    seed: int | None = None,
    concurrency: int = 5,
    max_retries: int = 3,
    timeout: int | None = None,
    selection: Sequence[int] | None = None,
    repeats: int = 1,
    budget: Decimal | None = None,
    allow_parallel: bool = False,
    has_own_worker: bool = False,
    pair: PairedRun | None = None,
    pair_place: int | None = None,
) -> Execution:
    """Start a run of `instruction_version` by `agent` over rows of `batch`.

    `sample_size` is 1-1000 for a sample (the first rows, or random ones by `seed`; without a seed one is drawn and
    kept). `selection` are the positions of the rows to run, for the sample method `selection`. With other methods
    these three are refused. `concurrency` is 1-50, `max_retries` 0-10, `timeout` seconds per attempt (the agent's
    default if None). Each row is run `repeats` times, 1-10. `budget` is the most that the agent may cost, in the
    installation's currency: the execution pauses before it costs more. A small execution starts at once; a worker
    creates the jobs of a large one first. `user` is None for the command line. With `has_own_worker` the caller runs
    the jobs itself, and no other worker does. `pair` and `pair_place` are for `executions.services.pairing` alone.
    Raises InvalidInput, AlreadyRunning, InvalidState (the batch is being deleted), QuotaExceeded
    or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.run_execution", batch.project)
    checked = check_choice(
        batch=batch,
        instruction_version=instruction_version,
        agent=agent,
        agent_settings=agent_settings or {},
        type=type,
        sample_method=sample_method,
        sample_size=sample_size,
        seed=seed,
        selection=selection,
        concurrency=concurrency,
        max_retries=max_retries,
        timeout=timeout,
        repeats=repeats,
    )
    if sample_method == SampleMethod.RANDOM and seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    costs = frozen_costs(
        project_id=batch.project_id,
        agent=agent,
        agent_settings=checked.settings,
        rows=checked.rows * repeats,
        max_retries=max_retries,
        budget=budget,
    )
    with transaction.atomic():
        organization = Organization.objects.select_for_update(no_key=True).get(pk=batch.organization_id)
        if organization.deleted_at is not None:  # the lock was waited for
            raise InvalidState("This organization was deleted a moment ago.")
        if not Batch.objects.filter(pk=batch.pk, status=BatchStatus.READY).exists():
            raise InvalidState("This batch was deleted a moment ago.")
        if has_gaps(batch):
            raise InvalidState("Rows of this batch are just being deleted. Try again in a minute.")
        if not allow_parallel:
            _refuse_twin(batch, instruction_version, agent, type, pair)
        execution_count(organization.pk)
        Organization.objects.filter(pk=organization.pk).update(last_execution_number=F("last_execution_number") + 1)
        execution = Execution(
            organization=organization,
            project_id=batch.project_id,
            batch=batch,
            instruction_version=instruction_version,
            number=organization.last_execution_number + 1,
            type=type,
            agent=agent,
            agent_settings=checked.settings,
            timeout=timeout or int(checked.kind.default_timeout),
            instructions=instruction_version.text,
            columns=checked.columns,
            mino_version=mino_version(),
            sample_method=sample_method,
            sample_size=sample_size,
            seed=seed,
            selection=checked.positions,
            repeats=repeats,
            pair=pair,
            pair_place=pair_place,
            concurrency=concurrency,
            effective_concurrency=concurrency,
            max_retries=max_retries,
            has_own_worker=has_own_worker,
            **author_fields(user),
            **costs,
        )
        execution.total_jobs = len(chosen_positions(execution)) * repeats
        execution.save(force_insert=True)
        _create_statistics(execution)
        record("execution.created", execution, organization=organization, after=_shown(execution), by=user)
        if execution.total_jobs <= PREPARED_AT_ONCE:
            execution_prepare(execution.pk)
            execution.refresh_from_db()
        else:
            wake_preparation(execution.pk)
    return execution


def _shown(execution: Execution) -> dict[str, Any]:
    """The execution as the audit trail shows it; what is not set is left out."""
    shown = {
        "project": execution.project.name,
        "batch": execution.batch.name,
        "version": execution.instruction_version.number,
        "agent": execution.agent,
        "type": execution.type,
        "rows": execution.total_jobs // execution.repeats,
        "repeats": execution.repeats,
        "concurrency": execution.concurrency,
        "max_retries": execution.max_retries,
        "budget": execution.budget,
        "place_in_pair": execution.pair_place,
    }
    return {name: value for name, value in shown.items() if value is not None}


def mino_version() -> str:
    """MINO's own version, kept with each execution because it decides verdicts."""
    try:
        return version("mino")
    except PackageNotFoundError:
        return MINO_VERSION


MINO_VERSION = "0.1.0"


def _refuse_twin(
    batch: Batch, instruction_version: InstructionVersion, agent: str, type: str, pair: PairedRun | None
) -> None:
    same = Execution.objects.unfinished().filter(
        batch=batch, instruction_version=instruction_version, agent=agent, type=type
    )
    twin = (same.exclude(pk__in=pair.executions.values("pk")) if pair else same).first()
    if twin is not None:
        raise AlreadyRunning(twin)


def _create_statistics(execution: Execution) -> None:
    fields = [column for column in execution.columns if column["role"] == ColumnRole.GROUND_TRUTH]
    ColumnStatistic.objects.bulk_create(
        ColumnStatistic(execution=execution, column=field["name"], position=position)
        for position, field in enumerate(fields)
    )
