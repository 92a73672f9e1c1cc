"""The baseline of a project, and the margin up to which a difference means nothing there."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import record
from accounts.models import User
from accounts.permissions import require
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


def project_set_baseline(*, execution: Execution, user: User) -> None:
    """Measure the project's executions by this one from now on.

    Raises InvalidState while it is still under way, or PermissionDenied.
    """
    require(user, "projects.change", execution.project)
    if not execution.is_finished:
        raise InvalidState("The execution is still under way. It can be the baseline once it has ended.")
    _write(execution.project, user, execution=execution)


def project_clear_baseline(*, project: Project, user: User) -> None:
    """Measure by nothing from now on; the margin stays. Raises PermissionDenied."""
    require(user, "projects.change", project)
    if baseline_of(project) is not None:
        _write(project, user, execution=None)


def project_set_margin(*, project: Project, user: User, margin: float) -> None:
    """Set the margin, a share from 0 to 0.5. Raises InvalidInput or PermissionDenied."""
    require(user, "projects.change", project)
    if not 0 <= margin <= MOST_MARGIN:
        message = "The margin is a number of points from 0 to 50, such as 2."
        raise InvalidInput(message, details=[Detail("margin", message)])
    _write(project, user, margin=margin)


def default_baseline(execution: Execution) -> Execution | None:
    """What an execution is compared with unless somebody says otherwise: the project's baseline, or else the newest
    completed execution of the same batch before it."""
    kept = baseline_of(execution.project)
    chosen = kept.execution if kept else None
    # Of a batch that is being deleted nothing is seen any more.
    if chosen and chosen.pk != execution.pk and chosen.batch.status == BatchStatus.READY:
        return chosen
    earlier: QuerySet[Execution] = Execution.objects.filter(
        batch=execution.batch_id, status=ExecutionStatus.COMPLETED, created_at__lt=execution.created_at
    )
    return earlier.order_by("-created_at", "-id").first()


def _write(project: Project, user: User, **values: object) -> None:
    action = "project.baseline_set" if "execution" in values else "project.margin_set"
    with transaction.atomic():
        earlier = baseline_of(project)
        before = {name: getattr(earlier, name, None) for name in values}
        ProjectBaseline.objects.update_or_create(
            project=project, defaults={**values, "set_by": user, "organization_id": project.organization_id}
        )
        record(action, project, organization=project.organization_id, before=before, after=values, by=user)
