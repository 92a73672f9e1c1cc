"""The baseline of a project, and the margin up to which a difference means nothing there."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import record
from accounts.authors import person_of
from accounts.permissions import Principal, require
from analytics.comparison.asking import why_not
from analytics.models import ProjectBaseline
from analytics.statistics.verdict import MARGIN
from executions.models import Execution, ExecutionStatus
from mino.common.errors import Detail, InvalidInput, InvalidState
from projects.models import BatchStatus, Project

MOST_MARGIN = 0.5


def baseline_of(project: Project) -> ProjectBaseline | None:
    """What the project's executions are compared with, None while nobody has chosen anything."""
    related = ProjectBaseline.objects.select_related("execution__batch")
    found: ProjectBaseline | None = related.filter(project=project).first()
    return found


def margin_of(project: Project) -> float:
    """The project's margin, a share."""
    found = baseline_of(project)
    return found.margin if found else MARGIN


def project_set_baseline(*, execution: Execution, user: Principal) -> None:
    """Measure the project's executions by this one from now on.

    Raises InvalidState while it is still under way, or PermissionDenied.
    """
    require(user, "projects.change", execution.project)
    if not execution.is_finished:
        raise InvalidState("The execution is still under way. It can be the baseline once it has ended.")
    _write(execution.project, user, execution=execution)


def project_clear_baseline(*, project: Project, user: Principal) -> None:
    """Measure by nothing from now on; the margin stays. Raises PermissionDenied."""
    require(user, "projects.change", project)
    if baseline_of(project) is not None:
        _write(project, user, execution=None)


def project_set_margin(*, project: Project, user: Principal, margin: float) -> None:
    """Set the margin, a share from 0 to 0.5. Raises InvalidInput or PermissionDenied."""
    require(user, "projects.change", project)
    if not 0 <= margin <= MOST_MARGIN:
        message = "The margin is a number of points from 0 to 50, such as 2."
        raise InvalidInput(message, details=[Detail("margin", message)])
    _write(project, user, margin=margin)


def default_baseline(execution: Execution) -> Execution | None:
    """What an execution is compared with unless somebody says otherwise: the project's baseline where the two can be
    compared, or else the newest completed execution of the same batch before it."""
    kept = baseline_of(execution.project)
    chosen = kept.execution if kept else None
    if chosen and chosen.pk != execution.pk and _is_comparable(chosen, execution):
        return chosen
    earlier: QuerySet[Execution] = Execution.objects.filter(
        batch=execution.batch_id, status=ExecutionStatus.COMPLETED, created_at__lt=execution.created_at
    )
    return earlier.order_by("-created_at", "-id").first()


def _is_comparable(baseline: Execution, execution: Execution) -> bool:
    """Whether the baseline is still seen, which is not so while its batch is being deleted, and has the same rows."""
    return baseline.batch.status == BatchStatus.READY and not why_not([baseline, execution])


def _write(project: Project, user: Principal, **values: object) -> None:
    action = "project.baseline_set" if "execution" in values else "project.margin_set"
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        earlier = baseline_of(project)
        before = {name: getattr(earlier, name, None) for name in values}
        ProjectBaseline.objects.update_or_create(
            project=project, defaults={**values, "set_by": person_of(user), "organization_id": project.organization_id}
        )
        record(action, project, organization=project.organization_id, before=before, after=values, by=user)
