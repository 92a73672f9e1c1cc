"""Many executions; one with very many jobs, and one that runs."""

from __future__ import annotations

from django.db import transaction

from executions.models import (
    Execution,
    ExecutionEvent,
    FieldResult,
    Job,
    JobScore,
    PairedRun,
    Rescoring,
    Retry,
    Screenshot,
    Session,
)
from mino.tests.factories import JOINED, ExecutionFactory
from mino.tests.large.batches import TRUTH, URL
from mino.tests.large.multiplying import ELSEWHERE, ago, id_of, multiply, uuid
from mino.tests.large.people import MANY, SOME
from mino.tests.large.place import Places
from projects.models import Batch, Row

JOBS = 30_000
JOBS_RUNNING = 5_000
RUNNING_FROM = 1_000_000
ELSEWHERE_FROM = 2_000_000
ENDED = "now() - n * interval '1 minute'"
STATUS = "CASE WHEN mod(n, 20) = 0 THEN 'error' WHEN mod(n, 500) = 1 THEN 'skipped' ELSE 'completed' END"
DONE = f"{STATUS} = 'completed'"
VERDICT = "CASE WHEN mod(n, 7) = 0 THEN 'not_gradable' WHEN mod(n, 5) = 1 THEN 'fail' ELSE 'pass' END"
CODE = "(ARRAY['TIMEOUT', 'PAGE_NOT_FOUND', 'SITE_ERROR'])[1 + mod(n / 20, 3)]"
UNDER_WAY = "CASE WHEN n <= 20 THEN 'running' WHEN n <= 100 THEN 'retrying' ELSE 'queued' END"


def fill_results(places: Places) -> Execution:
    """Executions with their jobs, attempts and cells. Gives the one that runs."""
    _executions(places)
    running: Execution = ExecutionFactory(
        batch=places.batch,
        number=900_000,
        status="running",
        total_jobs=2 * JOBS_RUNNING,
        prepared_jobs=2 * JOBS_RUNNING,
    )
    _jobs(places, running)
    _cells(places)
    _retries(places, running)
    _scoring(places)
    event = ExecutionEvent.objects.create(
        execution=places.execution, sequence=0, type="job.finished", created_at=JOINED
    )
    moment = "now() - mod(n, 1400) * interval '1 minute'"
    multiply(event, MANY, sequence="n", created_at=moment, **places.owners("execution"))
    return running


def _executions(places: Places) -> None:
    Execution.objects.filter(pk=places.execution.pk).update(
        status="completed", total_jobs=JOBS, is_metering=False, number=950_000
    )
    places.execution.refresh_from_db()
    batch = f"CASE WHEN mod(n, 20) = 0 THEN {uuid(places.batch)} ELSE {id_of(Batch)} END"
    values = {
        "batch": batch,
        "pair": "NULL",
        "pair_place": "NULL",
        "number": "n + 100000",
        "status": "CASE WHEN mod(n, 40) = 2 THEN 'stopped' WHEN mod(n, 60) = 4 THEN 'failed' ELSE 'completed' END",
        "type": "CASE mod(n, 20) WHEN 6 THEN 'production' ELSE 'test' END",
        "agent": "CASE mod(n, 100) WHEN 8 THEN 'eva' ELSE 'local' END",
        "created_at": ago("created_at"),
        "finished_at": ago("created_at"),
        "graded_rows": "10",
        "good_fields": "80",
        "gradable_fields": "100",
    }
    multiply(places.execution, MANY, **values, **places.owners("organization", "project"))
    multiply(places.execution.column_statistics.get(column="price"), MANY, execution=id_of(Execution))
    pair = PairedRun.objects.create(organization=places.organization, project=places.project, seed=1)
    multiply(pair, SOME, **places.owners("organization", "project"))


def _jobs(places: Places, running: Execution) -> None:
    origin = places.job
    row = {
        "position": "n + 3",
        "row_position": "n + 3",
        "url": URL,
        "row": id_of(Row),
        "has_ground_truth": "mod(n, 4) > 0",
    }
    ended = {
        "status": STATUS,
        "current_session": f"CASE WHEN {STATUS} <> 'skipped' THEN {id_of(Session)} END",
        "evaluation_result": f"CASE WHEN {DONE} THEN {VERDICT} END",
        "result": f"CASE WHEN {DONE} THEN {TRUTH} END",
        "accuracy": f"CASE WHEN {DONE} AND mod(n, 7) > 0 THEN mod(n, 100) / 100.0 END",
        "error_code": f"CASE WHEN {STATUS} = 'error' THEN {CODE} ELSE '' END",
        "failure_type": f"CASE WHEN {STATUS} = 'error' THEN 'permanent' ELSE '' END",
        "attempts": "1",
        "started_at": ENDED,
        "finished_at": ENDED,
    }
    session = Session.objects.get(job=origin)
    with transaction.atomic():  # each refers to the other
        multiply(origin, JOBS, **row, **ended)
        where = f"SELECT n FROM generate_series(1, {JOBS}) AS n WHERE {STATUS} <> 'skipped'"
        multiply(session, where, job=id_of(Job), status="'completed'", started_at=ENDED, finished_at=ENDED)
    under_way = {
        "id": id_of(Job, f"n + {RUNNING_FROM}"),
        "execution": uuid(running),
        "status": UNDER_WAY,
        "current_session": "NULL",
    }
    waiting = {"next_retry_at": "CASE WHEN n BETWEEN 21 AND 100 THEN now() + n * interval '1 second' END"}
    multiply(origin, JOBS_RUNNING, **row | under_way | waiting)
    done = {"id": id_of(Job, f"n + {RUNNING_FROM}"), "execution": uuid(running), "current_session": "NULL"}
    multiply(origin, f"SELECT generate_series({JOBS_RUNNING + 1}, {2 * JOBS_RUNNING}) AS n", **row | ended | done)
    lease = {"id": id_of(Session, f"n + {RUNNING_FROM}"), "job": id_of(Job, f"n + {RUNNING_FROM}")}
    multiply(session, 20, status="'running'", lease_expires_at="now() + interval '1 minute'", **lease)
    owners = places.owners("organization", "project", "batch", "execution")
    elsewhere = {"id": id_of(Job, f"n + {ELSEWHERE_FROM}"), "row": id_of(Row, "n + 1000000"), "current_session": "NULL"}
    multiply(origin, ELSEWHERE, **row | ended | elsewhere | owners)
    again = {
        "id": id_of(Job, f"n + {2 * ELSEWHERE_FROM}"),
        "row": uuid(origin.row_id),
        "execution": id_of(Execution, "20 * n"),
        "current_session": "NULL",
    }
    multiply(origin, 200, **ended | again)  # the first row over time


def _cells(places: Places) -> None:
    cell = FieldResult.objects.get(execution=places.execution)
    bad = "WHEN mod(n, 10) = 1 THEN 'wrong' WHEN mod(n, 100) = 2 THEN 'missed' WHEN mod(n, 1000) = 3 THEN 'invented'"
    outcome = f"CASE {bad} ELSE 'correct' END"
    done = f"SELECT n FROM generate_series(1, {JOBS}) AS n WHERE {DONE}"
    multiply(
        cell,
        done,
        job=id_of(Job),
        outcome=outcome,
        score=f"CASE WHEN {outcome} = 'correct' THEN 1.0 ELSE mod(n, 90) / 100.0 END",
    )
    values = {"id": id_of(FieldResult, "n + 1000000"), "job": id_of(Job), "column": "'title'"}
    values |= {"outcome": "'correct'", "score": "1.0"}
    multiply(cell, done, **values)
    picture = places.subject(Screenshot, "screenshot_id")
    values = {
        "session": f"{id_of(Session, '4 * n + 2')}",
        "taken_at": ago("taken_at"),
        "organization": places.of("organization"),
    }
    multiply(picture, "SELECT generate_series(1, 6500) AS n", **values)


def _retries(places: Places, running: Execution) -> None:
    retry = Retry.objects.create(
        job=places.job, execution=places.execution, attempt_number=2, scheduled_for=JOINED, status="completed"
    )
    multiply(retry, MANY, job=id_of(Job), scheduled_for="now() - n * interval '1 minute'")
    values = {
        "id": id_of(Retry, "n + 1000000"),
        "job": id_of(Job, f"n + {RUNNING_FROM}"),
        "execution": uuid(running),
        "status": "'pending'",
    }
    due = "now() + n * interval '1 second'"
    multiply(retry, "SELECT generate_series(21, 100) AS n", scheduled_for=due, **values)
    values = {"id": id_of(Retry, "n + 2000000"), "job": id_of(Job, f"n + {ELSEWHERE_FROM}"), "status": "'pending'"}
    multiply(
        retry,
        f"SELECT generate_series(1, {SOME}, 2) AS n",
        scheduled_for=due,
        execution=places.of("execution"),
        **values,
    )


def _scoring(places: Places) -> None:
    score = JobScore.objects.create(execution=places.execution, job=places.job, generation=2, evaluation_result="pass")
    multiply(score, SOME, job=id_of(Job))
    done = Rescoring.objects.create(
        organization=places.organization, batch=places.batch, execution=places.execution, generation=1, status="done"
    )
    multiply(done, SOME, created_at=ago("created_at"), **places.owners("organization", "batch", "execution"))
