"""Projects with the figures of their executions."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.batch_list import BatchAsk, batch_page, branches, lines_of
from analytics.figures import axis_low, contents_of, for_lists, latest_by, reached_by
from executions.models import Execution
from mino.common.pagination import keyset_page
from projects.filters import SEARCH_LENGTH, narrow_projects, search_text
from projects.folder_tree import FolderTree
from projects.instruction_diff import instruction_diff
from projects.models import Batch, BatchStatus, InstructionVersion, Project, Tag
from projects.queries import Abilities, project_of


@require_safe
def project_list(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """All projects, newest first."""
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    page = keyset_page(narrow_projects(projects, request.GET).select_related("production_version"), request.GET)
    ids = [project.pk for project in page.items]
    contents, latest = contents_of(ids), latest_by("project", ids)
    rows = [(project, contents.get(project.pk), latest.get(project.pk)) for project in page.items]
    context = {
        "page": page,
        "rows": rows,
        "search": search_text(request.GET),
        "search_length": SEARCH_LENGTH,
        "may_create": request.user.has_perm("accounts.create_project", request.organization),
    }
    return render(request, "analytics/project_list.html", context)


@require_safe
def project(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """A project: its folders, its batches with what their last execution reached, and its newest instructions."""
    shown = project_of(request, project_id)
    tree = FolderTree.of(shown)
    ask = BatchAsk.of(request.GET, request.organization, request.user, tree)
    batches = ask.narrow(Batch.objects.filter(project=shown, status=BatchStatus.READY), tree)
    page = batch_page(batches, request.GET)
    versions = list(shown.versions.select_related("created_by", "api_key").order_by("-number")[:7])
    context = {
        "project": shown,
        "page": page,
        "rows": lines_of(page.items, tree),
        "ask": ask,
        "search_length": SEARCH_LENGTH,
        "abilities": Abilities.of(request.user, shown),
        **_beside(request, shown, tree),
        **_versions(versions),
        **_difference(versions[1:2], versions[:1]),
    }
    return render(request, "analytics/project.html", context)


@require_safe
def project_instructions(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """All versions of the instructions with the accuracy each reached; `?from=` and `?to=` compare any two."""
    shown = project_of(request, project_id)
    page = keyset_page(shown.versions.select_related("created_by", "api_key"), request.GET, keys=("number",))
    newest = shown.last_version_number
    old, new = _number(request, "from", newest - 1), _number(request, "to", newest)
    texts = {one.number: one for one in shown.versions.filter(number__in=[old, new])}
    context = {
        "project": shown,
        "page": page,
        "numbers": range(newest, 0, -1) if newest <= MOST_NUMBERS else None,
        "newest": newest,
        "abilities": Abilities.of(request.user, shown),
        **_versions(page.items),
        **_difference([texts[old]] if old in texts else [], [texts[new]] if new in texts else []),
    }
    return render(request, "analytics/project_instructions.html", context)


@require_safe
def project_executions(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The executions of a project, newest first."""
    shown = project_of(request, project_id)
    executions = Execution.objects.visible_to(request.user).filter(project=shown)
    page = keyset_page(for_lists(executions), request.GET)
    context = {
        "project": shown,
        "page": page,
        "axis": axis_low(one.accuracy for one in page.items),
        "abilities": Abilities.of(request.user, shown),
    }
    return render(request, "analytics/project_executions.html", context)


def _beside(request: WorkspaceRequest, shown: Project, tree: FolderTree) -> dict[str, object]:
    """The folders with their counts, and all tags of the organization."""
    folders, total, loose = branches(shown, tree)
    tags = list(Tag.objects.visible_to(request.user).filter(organization=request.organization))
    return {"folders": folders, "batch_total": total, "loose_total": loose, "tags": tags}


MOST_NUMBERS = 200
"""Up to how many versions the choice of two lists them all."""


def _number(request: WorkspaceRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default


def _versions(versions: list[InstructionVersion]) -> dict[str, object]:
    reached = reached_by(versions)
    shares = [execution.accuracy for execution in reached.values()]
    return {"versions": [(one, reached.get(one.pk)) for one in versions], "axis": axis_low(shares)}


def _difference(old: list[InstructionVersion], new: list[InstructionVersion]) -> dict[str, object]:
    if not old or not new:
        return {"old": None, "new": None, "diff": None}
    return {"old": old[0], "new": new[0], "diff": instruction_diff(old[0].text, new[0].text)}
