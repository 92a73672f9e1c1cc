"""Many exports, patterns, suspects, decisions and roll-ups."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Role
from analytics.models import (
    BatchRollUp,
    Comparison,
    ExecutionRollUp,
    Export,
    FailurePattern,
    PatternAnalysis,
    PatternOccurrence,
    ProjectBaseline,
    ReviewDecision,
    ReviewReservation,
    RowHistory,
    SavedFilter,
    SiteGeneration,
    SiteStatistic,
    Suspect,
    SuspectScan,
)
from executions.models import Execution, Job
from mino.tests.large.batches import ROWS
from mino.tests.large.multiplying import ago, id_of, multiply
from mino.tests.large.people import MANY, SOME
from mino.tests.large.place import Places
from projects.models import Batch, Project, Row

HERE_OR_THERE = f"CASE WHEN mod(n, 4) = 0 THEN {id_of(Row)} ELSE {id_of(Row, 'n + 1000000')} END"


def fill_findings(places: Places) -> None:
    """What analytics keeps."""
    _exports(places)
    _patterns(places)
    _review(places)
    _roll_ups(places)
    owners = places.owners("organization", "project", "batch")
    suspect = places.subject(Suspect, "suspect_id")
    values = {
        "support": "2 + mod(n, 30)",
        "share": "500 + mod(n, 500)",
        "last_seen": ago("last_seen"),
        "column": "'title'",
    }
    state = "(ARRAY['open', 'open', 'dismissed', 'corrected'])[1 + mod(n / 4, 4)]"
    multiply(suspect, MANY, row=HERE_OR_THERE, state=state, **values, **owners)
    scan = SuspectScan.objects.create(
        batch=places.batch, execution=places.execution, is_wanted=False, heartbeat=timezone.now()
    )
    multiply(scan, MANY, execution=id_of(Execution), batch=places.of("batch"))


def _exports(places: Places) -> None:
    export = places.subject(Export, "export_id")
    values = {
        "status": "(ARRAY['ready', 'expired', 'expired', 'failed', 'cancelled'])[1 + mod(n / 4, 5)]",
        "expires_at": "now() + n * interval '1 hour'",
        "created_at": ago("created_at"),
        "batch_id": id_of(Batch),
    }
    multiply(export, MANY, **values, **places.owners("organization", "project"))
    multiply(places.subject(SavedFilter, "filter_id"), 100, name="'Filter ' || n")
    own = {"id": id_of(SavedFilter, "n + 1000000"), "project": id_of(Project)}
    multiply(places.subject(SavedFilter, "filter_id"), SOME, **own)
    other = Execution.objects.filter(batch=places.batch).exclude(pk=places.execution.pk).first()
    assert other is not None
    compared = Comparison.objects.create(
        organization=places.organization, baseline=other, candidate=places.execution, status="ready"
    )
    multiply(compared, SOME, candidate=id_of(Execution))


def _patterns(places: Places) -> None:
    pattern = places.subject(FailurePattern, "pattern_id")
    values = {
        "key": "'host'",
        "value": "'shop-' || n",
        "kind": "(ARRAY['type', 'shape', 'attribute', 'error'])[1 + mod(n / 4, 4)]",
        "state": "(ARRAY['open', 'cured', 'dismissed'])[1 + mod(n / 4, 3)]",
        "weight": "n",
    }
    multiply(pattern, MANY, **values, **places.owners("organization", "project"))
    occurrence = PatternOccurrence.objects.create(
        pattern=pattern, execution=places.execution, at=timezone.now(), frequency=1, n=2
    )
    multiply(occurrence, SOME, execution=id_of(Execution), at=ago("at"))
    values = {"id": id_of(PatternOccurrence, "n + 1000000"), "pattern": id_of(FailurePattern, "4 * n")}
    multiply(occurrence, 2000, weight="n", **values)
    values = {"id": id_of(PatternOccurrence, "n + 2000000"), "execution": id_of(Execution, "1 + mod(n, 1000)")}
    multiply(occurrence, MANY, pattern=id_of(FailurePattern), **values)
    analysis = PatternAnalysis.objects.create(execution=places.execution)
    multiply(analysis, MANY, execution=id_of(Execution))


def _review(places: Places) -> None:
    values: dict[str, Any] = {"row": id_of(Row), "job": id_of(Job), "created_at": ago("created_at")}
    person = places.subjects.people[Role.MEMBER]
    decision = ReviewDecision.objects.create(
        execution=places.execution,
        job=places.job,
        row=places.job.row,
        column="price",
        decision="agent_wrong",
        outcome="wrong",
        user=person,
        created_at=timezone.now(),
    )
    multiply(decision, MANY, **values, **places.owners("execution"))
    held = ReviewReservation.objects.create(
        execution=places.execution, row=places.job.row, column="price", user=person, expires_at=timezone.now()
    )
    multiply(held, SOME, row=id_of(Row), expires_at=ago("expires_at"), execution=places.of("execution"))


def _roll_ups(places: Places) -> None:
    generation = SiteGeneration.objects.create(
        execution_id=places.execution.pk, batch_id=places.batch.pk, created_at=timezone.now()
    )
    multiply(generation, MANY, execution_id=id_of(Execution), batch_id=id_of(Batch), created_at=ago("created_at"))
    rolled = ExecutionRollUp.objects.create(execution=places.execution, generation=generation.pk, as_of=timezone.now())
    multiply(rolled, MANY, execution=id_of(Execution), generation=id_of(SiteGeneration))
    site = SiteStatistic.objects.create(generation=generation.pk, site="shop.example", jobs=3, failed=1)
    values = {"site": "'shop-' || n || '.example'", "trouble": "mod(n, 1000) / 1000.0"}
    multiply(site, 10_000, **values)
    elsewhere = {"id": id_of(SiteStatistic, "n + 1000000"), "generation": id_of(SiteGeneration, "1 + mod(n, 500)")}
    multiply(site, MANY, **values, **elsewhere)
    history = RowHistory.objects.create(row=places.job.row, batch=places.batch, project=places.project)
    kind = "(ARRAY['stable_right', 'stable_wrong', 'flaky', 'few'])[1 + mod(n / 4, 4)]"
    multiply(history, ROWS, row=id_of(Row), kind=kind, flips="mod(n, 9)")
    multiply(BatchRollUp.objects.create(batch=places.batch), MANY, batch=id_of(Batch))
    baseline = ProjectBaseline.objects.create(organization=places.organization, project=places.project)
    multiply(baseline, SOME, project=id_of(Project))
