"""Checks what is to be run, before anything is started or estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executions.agents.registry import AgentKind
from executions.credentials.availability import usable_agent
from executions.models import ExecutionType
from executions.models.execution import MAX_CONCURRENCY, MAX_REPEATS, MAX_RETRIES
from executions.services.choosing import check_placeholders, check_rows, frozen_columns, row_total
from mino.common.errors import Detail, InvalidInput
from projects.models import Batch, BatchStatus, InstructionVersion

MAX_TIMEOUT = 3600
MOST_REPEATED_JOBS = 1_000_000
"""So many jobs an execution may have whose rows are run several times."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A choice that can be run: the agent, all of its settings, the frozen columns, the chosen positions (None: no
    single ones), and how many rows these are.
    """

    kind: AgentKind
    settings: Mapping[str, Any]
    columns: list[dict[str, Any]]
    positions: list[int] | None
    rows: int


def check_choice(
    *,
    batch: Batch,
    instruction_version: InstructionVersion,
    agent: str,
    agent_settings: Mapping[str, Any],
    type: str,
    sample_method: str,
    sample_size: int | None,
    seed: int | None,
    selection: Sequence[int] | None,
    concurrency: int,
    max_retries: int,
    timeout: int | None,
    repeats: int,
) -> Checked:
    """Find out whether `executions.services.creation.execution_create` could run this. Raises InvalidInput."""
    kind = usable_agent(agent, batch.organization_id)
    _check_numbers(concurrency, max_retries, timeout, repeats)
    _check_what(batch, instruction_version, type)
    positions = check_rows(batch, sample_method, size=sample_size, seed=seed, selection=selection)
    settings = kind.check_settings(agent_settings)
    columns = frozen_columns(batch)
    check_placeholders(instruction_version.text, columns)
    rows = row_total(batch.row_count, sample_method, sample_size, positions)
    _check_jobs(rows, repeats)
    return Checked(kind, settings, columns, positions, rows)


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
