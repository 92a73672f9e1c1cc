"""Fills tables by single statements: a million jobs that have run, without running them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Field, Max

from benchmarks.workspace import bench_project, production_version
from executions.models import ColumnStatistic, Execution, ExecutionStatus, FieldResult, Job, Session
from executions.services.choosing import frozen_columns
from mino.common.values.columns import ColumnRole, ColumnType
from projects.models import Batch, BatchStatus, Column, Project, Row

COLUMNS = (
    ("site_url", ColumnType.URL, ColumnRole.SITE_URL),
    ("sku", ColumnType.TEXT, ColumnRole.KEY),
    ("name", ColumnType.TEXT, ColumnRole.INPUT),
    ("country", ColumnType.TEXT, ColumnRole.INPUT),
    ("price", ColumnType.NUMBER, ColumnRole.GROUND_TRUTH),
    ("availability", ColumnType.TEXT, ColumnRole.GROUND_TRUTH),
    ("brand", ColumnType.TEXT, ColumnRole.GROUND_TRUTH),
    ("email", ColumnType.EMAIL, ColumnRole.GROUND_TRUTH),
)
FIELDS = [name for name, _, role in COLUMNS if role == ColumnRole.GROUND_TRUTH]

# What stands in row n. Every twentieth job ended in one of three errors, every fifth has a wrong price.
URL = "'https://shop-' || mod(n, 997) || '.example/products/' || n"
INPUTS = "jsonb_build_object('name', 'Oak lamp number ' || n, 'country', 'NO')"
ANSWER = "jsonb_build_object('price', {price}, 'availability', 'InStock', 'brand', 'Nord', 'email', {email})"
EMAIL = "'sales@shop-' || mod(n, 997) || '.example'"
TRUTH = ANSWER.format(price="(mod(n, 900)) || '.50'", email=EMAIL)
RESULT = ANSWER.format(price="(mod(n, 900) + (mod(n, 5) = 0)::int) || '.50'", email=EMAIL)
OUTCOME = "CASE WHEN mod(n, 5) = 0 THEN 'wrong' ELSE 'correct' END"
OUTCOMES = f"jsonb_build_object('price', {OUTCOME}, 'availability', 'correct', 'brand', 'correct', 'email', 'correct')"
FAILED = "mod(n, 20) = 0"
ERROR_CODE = "CASE mod(n / 20, 3) WHEN 0 THEN 'TIMEOUT' WHEN 1 THEN 'PAGE_NOT_FOUND' ELSE 'SITE_ERROR' END"


def new_ids(kind: int) -> str:
    """SQL for the UUIDv7 of row n: of now, told apart by `kind` (below 4096), in the order of the rows."""
    milliseconds = "lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0')"
    return f"({milliseconds} || '7' || '{kind:03x}' || '8' || lpad(to_hex(n), 15, '0'))::uuid"


def fill(model: type[models.Model], values: Mapping[str, str | Any], source: str, *parameters: Any) -> None:
    """Insert into the model's table what `source` (SQL after FROM) gives.

    `values` are SQL by field; a field that is not named gets its default, NULL or an empty text.
    """
    names, expressions, given = [], [], []
    for field in model._meta.local_fields:
        names.append(_column(field))
        if field.name in values:
            expressions.append(values[field.name])
        else:
            expressions.append("%s")
            given.append(field.get_db_prep_save(field.get_default(), connection))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(expressions)} FROM {source}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, *parameters])


def fill_batch(rows: int, project: Project | None = None, *, analyze: bool = True) -> Batch:
    """A ready batch with so many rows, of the benchmark's project if no other is given.

    Who fills many leaves `analyze` out and calls `analyze_all` at the end, here and below.
    """
    project = project or bench_project()
    batch = Batch.objects.create(
        organization=project.organization,
        project=project,
        name=f"{rows} rows",
        status=BatchStatus.READY,
        row_count=rows,
        truth_row_count=rows,
    )
    for position, (name, kind, role) in enumerate(COLUMNS, start=1):
        Column.objects.create(batch=batch, position=position, name=name, header=name, type=kind, role=role)
    values = {
        "id": new_ids(_kind()),
        "batch": _id(batch),
        "position": "n",
        "line": "n + 1",
        "url": URL,
        "key": "'SKU-' || n",
        "inputs": INPUTS,
        "truth": TRUTH,
        "has_truth": "true",
    }
    fill(Row, values, "generate_series(1, %s) AS n", rows)
    if analyze:
        _analyze(Row)
    return batch


def fill_execution(
    batch: Batch, jobs: int, *, columns_with_cells: Sequence[str] = (), shift: int = 0, analyze: bool = True
) -> Execution:
    """A completed execution over the first rows of the batch, with its jobs and the cells of the columns named.

    `shift` is by how many rows those that fail or are wrong lie before their usual place.
    """
    execution = _execution(batch, jobs)
    rows = f"(SELECT id, position AS n FROM {Row._meta.db_table} WHERE batch_id = %s AND position <= %s) AS site"
    done = f"NOT ({FAILED})"
    values = {
        "id": new_ids(_kind()),
        "organization": _id(execution.organization),
        "project": _id(batch.project),
        "batch": _id(batch),
        "execution": _id(execution),
        "row": "site.id",
        "position": "n",
        "row_position": "n",
        "url": URL,
        "has_ground_truth": "true",
        "status": f"CASE WHEN {FAILED} THEN 'error' ELSE 'completed' END",
        "progress": "100",
        "result": f"CASE WHEN {done} THEN {RESULT} END",
        "evaluation_result": f"CASE WHEN {done} THEN CASE WHEN mod(n, 5) = 0 THEN 'fail' ELSE 'pass' END END",
        "outcomes": f"CASE WHEN {done} THEN {OUTCOMES} ELSE '{{}}'::jsonb END",
        "good_fields": f"CASE WHEN {done} THEN 4 - (mod(n, 5) = 0)::int ELSE 0 END",
        "gradable_fields": f"CASE WHEN {done} THEN 4 ELSE 0 END",
        "accuracy": f"CASE WHEN {done} THEN 1 - (mod(n, 5) = 0)::int * 0.25 END",
        "attempts": "1",
        "failure_type": f"CASE WHEN {FAILED} THEN 'permanent' ELSE '' END",
        "error_code": f"CASE WHEN {FAILED} THEN {ERROR_CODE} ELSE '' END",
        "error_message": f"CASE WHEN {FAILED} THEN 'The site did not answer as it should.' ELSE '' END",
        "agent_seconds": "2.5 + mod(n, 7)",
        "created_at": "now()",
        "started_at": "now() - interval '1 hour' + n * interval '1 millisecond'",
        "finished_at": "now() - interval '1 hour' + n * interval '1 millisecond' + interval '3 seconds'",
    }
    fill(Job, _shifted(values, shift), rows, batch.pk, jobs)
    for column in columns_with_cells:
        _fill_cells(execution, column, shift)
    _fill_sessions(execution)
    if analyze:
        _analyze(Job, FieldResult, Session, Execution)
    return execution


def _shifted(values: Mapping[str, str], shift: int) -> Mapping[str, str]:
    """The values with every fifth and every twentieth row counted from another one on."""
    moved = {f"mod(n, {period})": f"mod(n + {shift}, {period})" for period in (5, 20)}
    for old, new in moved.items():
        values = {name: value.replace(old, new) for name, value in values.items()}
    return values


def _fill_cells(execution: Execution, column: str, shift: int) -> None:
    jobs = f"(SELECT id, position AS n FROM {Job._meta.db_table} WHERE execution_id = %s AND status = 'completed') job"
    outcome = OUTCOME if column == "price" else "'correct'"
    values = {
        "id": new_ids(_kind()),
        "execution": _id(execution),
        "job": "job.id",
        "column": f"'{column}'",
        "expected": f"{TRUTH} ->> '{column}'",
        "extracted": f"{RESULT} -> '{column}'",
        "outcome": outcome,
        "score": f"({outcome} = 'correct')::int",
        "reason": f"CASE {outcome} WHEN 'wrong' THEN 'value_mismatch' ELSE '' END",
    }
    fill(FieldResult, _shifted(values, shift), jobs, execution.pk)


def _fill_sessions(execution: Execution) -> None:
    """One attempt each of every thousandth job."""
    jobs = (
        f"(SELECT id, position AS n, started_at, finished_at, result FROM {Job._meta.db_table} "
        "WHERE execution_id = %s AND mod(position, 1000) = 1) AS job"
    )
    values = {
        "id": new_ids(_kind()),
        "organization": _id(execution.organization),
        "job": "job.id",
        "number": "1",
        "status": "'completed'",
        "steps": """'[{"at": 0.1, "description": "Asking AgentQL", "url": "https://shop.example"}]'::jsonb""",
        "step_count": "1",
        "raw_result": "job.result",
        "started_at": "job.started_at",
        "finished_at": "job.finished_at",
    }
    fill(Session, values, jobs, execution.pk)


def _execution(batch: Batch, jobs: int) -> Execution:
    """The execution itself, its counters as the jobs will be, and the statistics of its columns."""
    numbers = Execution.objects.filter(organization=batch.organization_id).aggregate(last=Max("number"))
    errors, wrong = jobs // 20, jobs // 5 - jobs // 20
    version = production_version(batch.project)
    now = datetime.now(UTC)
    execution: Execution = Execution.objects.create(
        organization=batch.organization,
        project=batch.project,
        batch=batch,
        instruction_version=version,
        number=(numbers["last"] or 0) + 1,
        status=ExecutionStatus.COMPLETED,
        agent="agentql",
        instructions=version.text,
        columns=frozen_columns(batch),
        total_jobs=jobs,
        prepared_jobs=jobs,
        completed_jobs=jobs - errors,
        error_jobs=errors,
        passed_jobs=jobs - errors - wrong,
        failed_jobs=wrong,
        first_attempt_passed_jobs=jobs - errors - wrong,
        first_attempt_failed_jobs=wrong,
        first_attempt_good_fields=(jobs - errors) * 4 - wrong,
        first_attempt_gradable_fields=(jobs - errors) * 4,
        graded_rows=jobs - errors,
        good_fields=(jobs - errors) * 4 - wrong,
        gradable_fields=(jobs - errors) * 4,
        good_fields_squared=(jobs - errors - wrong) * 16 + wrong * 9,
        gradable_fields_squared=(jobs - errors) * 16,
        good_times_gradable=(jobs - errors - wrong) * 16 + wrong * 12,
        started_at=now - timedelta(hours=1),
        finished_at=now,
    )
    for position, name in enumerate(FIELDS):
        bad = wrong if name == "price" else 0
        ColumnStatistic.objects.create(
            execution=execution, column=name, position=position, correct=jobs - errors - bad, wrong=bad
        )
    return execution


def fill_executions(like: Execution, count: int, *, analyze: bool = True) -> None:
    """So many copies of an execution without jobs, a minute apart, for long lists."""
    values = {field.name: f"origin.{_column(field)}" for field in like._meta.local_fields}
    values |= {
        "id": new_ids(_kind()),
        "number": "origin.number + n",
        "created_at": "origin.created_at - n * interval '1 minute'",
        "type": "CASE mod(n, 10) WHEN 0 THEN 'production' ELSE 'test' END",
        "status": "CASE WHEN mod(n, 50) = 0 THEN 'failed' WHEN mod(n, 20) = 0 THEN 'stopped' ELSE 'completed' END",
    }
    source = f"{like._meta.db_table} AS origin, generate_series(1, %s) AS n WHERE origin.id = %s"
    fill(Execution, values, source, count, like.pk)
    if analyze:
        _analyze(Execution)


def analyze_all() -> None:
    """Let the database see how much there is in all tables."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _column(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _id(instance: models.Model) -> str:
    return f"'{instance.pk}'::uuid"


_kinds = iter(range(1, 4096))


def _kind() -> int:
    """A number for each set of ids."""
    return next(_kinds)


def _analyze(*tables: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"VACUUM ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
