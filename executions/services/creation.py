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
from executions.credentials.availability import usable_agent
from executions.engine.waking import wake_preparation
from executions.models import ColumnStatistic, Execution, ExecutionType, PairedRun, SampleMethod
from executions.models.execution import MAX_CONCURRENCY, MAX_REPEATS, MAX_RETRIES
from executions.services.choosing import (
    check_placeholders,
    check_rows,
    chosen_positions,
    frozen_columns,
    row_total,
)
from executions.services.preparation import PREPARED_AT_ONCE, execution_prepare
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState
from mino.common.values.columns import ColumnRole
from projects.models import Batch, BatchStatus, InstructionVersion
from projects.services.rows_deletion import has_gaps

MAX_TIMEOUT = 3600
LARGEST_SEED = 2**31 - 1
MOST_REPEATED_JOBS = 1_000_000
"""So many jobs an execution may have whose rows are run several times."""


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
    kept). `selection` are the positions of the rows to run, for the sample method `selection`. `concurrency` is 1-50,
    `max_retries` 0-10, `timeout` seconds per attempt (the agent's default if None). Each row is run `repeats` times,
    1-10. `budget` is the most that the agent may cost, in the installation's currency: the execution pauses before it
    costs more. A small execution starts at once; a worker creates the jobs of a large one first. `user` is None for the
    command line. With `has_own_worker` the caller runs the jobs itself, and no other worker does. `pair` and
    `pair_place` are for `executions.services.pairing` alone. Raises InvalidInput, AlreadyExists (the same is running),
    InvalidState (the batch is being deleted), QuotaExceeded or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.run_execution", batch.project)
    kind = usable_agent(agent, batch.organization_id)
    _check_numbers(concurrency, max_retries, timeout, repeats)
    _check_what(batch, instruction_version, type)
    positions = check_rows(batch, sample_method, sample_size, selection)
    settings = kind.check_settings(agent_settings or {})
    columns = frozen_columns(batch)
    check_placeholders(instruction_version.text, columns)
    rows = row_total(batch.row_count, sample_method, sample_size, positions)
    _check_jobs(rows, repeats)
    if sample_method == SampleMethod.RANDOM and seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    costs = frozen_costs(
        project_id=batch.project_id,
        agent=agent,
        agent_settings=settings,
        rows=rows * repeats,
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
            agent_settings=settings,
            timeout=timeout or int(kind.default_timeout),
            instructions=instruction_version.text,
            columns=columns,
            mino_version=mino_version(),
            sample_method=sample_method,
            sample_size=sample_size if sample_method in (SampleMethod.FIRST, SampleMethod.RANDOM) else None,
            seed=seed if sample_method == SampleMethod.RANDOM else None,
            selection=positions,
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


def _check_numbers(concurrency: int, max_retries: int, timeout: int | None, repeats: int) -> None:
    limits = [
        ("concurrency", concurrency, 1, MAX_CONCURRENCY),
        ("max_retries", max_retries, 0, MAX_RETRIES),
        ("timeout", timeout, 1, MAX_TIMEOUT),
        ("repeats", repeats, 1, MAX_REPEATS),
    ]
    wrong = [
        Detail(name, f"Choose a number from {low} to {high}.")
        for name, value, low, high in limits
        if value is not None and not low <= value <= high
    ]
    if wrong:
        raise InvalidInput("Some numbers are out of range.", details=wrong)


def _check_jobs(rows: int, repeats: int) -> None:
    if repeats > 1 and rows * repeats > MOST_REPEATED_JOBS:
        message = (
            f"{rows} rows, each run {repeats} times, are {rows * repeats} runs. Choose fewer rows or repeats: with "
            f"repeats there can be {MOST_REPEATED_JOBS}."
        )
        raise InvalidInput(message, details=[Detail("repeats", message)])


def _check_what(batch: Batch, instruction_version: InstructionVersion, type: str) -> None:
    project = batch.project
    if batch.status != BatchStatus.READY or batch.row_count == 0:
        raise InvalidInput("This batch has no rows to run.", code="BATCH_EMPTY")
    if instruction_version.project_id != project.pk:
        message = "These instructions belong to another project."
        raise InvalidInput(message, details=[Detail("instruction_version", message)])
    if type not in ExecutionType.values:
        message = f"Choose one of {', '.join(ExecutionType.values)}."
        raise InvalidInput(message, details=[Detail("type", message)])
    if type == ExecutionType.PRODUCTION and instruction_version.pk != project.production_version_id:
        message = "A production execution uses the production version. Choose that version, or run a test."
        raise InvalidInput(message, details=[Detail("instruction_version", message)])


def _refuse_twin(
    batch: Batch, instruction_version: InstructionVersion, agent: str, type: str, pair: PairedRun | None
) -> None:
    same = Execution.objects.unfinished().filter(
        batch=batch, instruction_version=instruction_version, agent=agent, type=type
    )
    twin = (same.exclude(pk__in=pair.executions.values("pk")) if pair else same).first()
    if twin is not None:
        raise AlreadyExists(
            f"Execution {twin.number} already runs this version with this agent over this batch. Wait until it has "
            "ended, or allow parallel runs.",
            code="EXECUTION_ALREADY_RUNNING",
        )


def _create_statistics(execution: Execution) -> None:
    fields = [column for column in execution.columns if column["role"] == ColumnRole.GROUND_TRUTH]
    ColumnStatistic.objects.bulk_create(
        ColumnStatistic(execution=execution, column=field["name"], position=position)
        for position, field in enumerate(fields)
    )
