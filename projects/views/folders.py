"""What is done with folders, and with the batches that are ticked in a list."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import InvalidInput, ServiceError
from mino.common.ui.formats import number
from projects.models import Batch, BatchStatus, Folder, Project, Tag
from projects.queries import project_of
from projects.services import folders as services
from projects.services.tags import batches_tag

MOST_TICKED = 50
"""As many as a page of the list holds."""


@require_POST
def folder_create(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Make a folder, in the one that `parent` names or at the top."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)

    def act() -> Folder:
        parent = _chosen(project, request.POST.get("parent", ""))
        name = request.POST.get("name", "")
        folder = services.folder_create(project=project, user=request.user, name=name, parent=parent)
        messages.success(request, f"The folder “{folder.name}” is made.")
        return folder

    return _done(request, project, act, _chosen_or_none(project, request.POST.get("parent", "")))


@require_POST
def folder_rename(request: WorkspaceRequest, slug: str, folder_id: uuid.UUID) -> HttpResponse:
    """Give a folder another name."""
    folder = _folder_of(request, folder_id)

    def act() -> Folder:
        services.folder_rename(folder=folder, user=request.user, name=request.POST.get("name", ""))
        messages.success(request, f"The folder is called “{folder.name}” now.")
        return folder

    return _done(request, folder.project, act, folder)


@require_POST
def folder_move(request: WorkspaceRequest, slug: str, folder_id: uuid.UUID) -> HttpResponse:
    """Move a folder with what is in it, into the one that `parent` names or to the top."""
    folder = _folder_of(request, folder_id)

    def act() -> Folder:
        parent = _chosen(folder.project, request.POST.get("parent", ""))
        services.folder_move(folder=folder, user=request.user, parent=parent)
        place = f"into “{parent.name}”" if parent else "to the top"
        messages.success(request, f"“{folder.name}” is moved {place}.")
        return folder

    return _done(request, folder.project, act, folder)


@require_POST
def folder_delete(request: WorkspaceRequest, slug: str, folder_id: uuid.UUID) -> HttpResponse:
    """Delete a folder; what is in it stays, one level up."""
    folder = _folder_of(request, folder_id)

    def act() -> Folder | None:
        services.folder_delete(folder=folder, user=request.user)
        messages.success(request, f"The folder “{folder.name}” is deleted. What was in it is still here.")
        return folder.parent

    return _done(request, folder.project, act, folder)


@require_POST
def batches_arrange(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Move the ticked batches into a folder (`act=move`), or put a tag on them (`tag`) or take it off (`untag`)."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)

    def act() -> Folder | None:
        batches, what = _ticked(project, request.POST), request.POST.get("act", "")
        if what == "move":
            folder = _chosen(project, request.POST.get("folder", ""))
            services.batches_move(project=project, user=request.user, batches=batches, folder=folder)
            text = f"moved into “{folder.name}”" if folder else "moved out of their folders"
        else:
            tag = _tag(request, request.POST.get("tag", ""))
            batches_tag(project=project, user=request.user, batches=batches, tag=tag, on=what != "untag")
            text = f"tagged “{tag.name}”" if what != "untag" else f"no longer tagged “{tag.name}”"
        several = len(batches) != 1
        messages.success(request, f"{number(len(batches))} batch{'es are' if several else ' is'} {text}.")
        return None

    return _done(request, project, act, None)


def _done(
    request: WorkspaceRequest, project: Project, act: Callable[[], Folder | None], before: Folder | None
) -> HttpResponse:
    """Do it, and show the folder where that leads; after a refusal the one where it was asked, with the reason."""
    try:
        folder = act()
    except ServiceError as error:
        messages.error(request, error.message)
        folder = before
    address = reverse("project", args=[request.organization.slug, project.pk])
    query = QueryDict(mutable=True)
    if folder is not None:
        query["folder"] = str(folder.pk)
    elif back := request.POST.get("back", ""):  # the filters under which it was asked
        allowed = QueryDict(back[:1000])
        query.update({name: allowed[name] for name in ("search", "tag", "folder") if allowed.get(name)})
    return redirect(f"{address}?{query.urlencode()}" if query else address)


def _folder_of(request: WorkspaceRequest, folder_id: uuid.UUID) -> Folder:
    seen = Folder.objects.visible_to(request.user).filter(organization=request.organization)
    folder: Folder = get_object_or_404(seen.select_related("project", "parent"), pk=folder_id)
    require(request.user, "projects.change", folder.project)
    return folder


def _chosen(project: Project, folder_id: str) -> Folder | None:
    """The folder that a form names, None for the top. Raises InvalidInput where it is not there any more."""
    folder = _chosen_or_none(project, folder_id)
    if folder_id and folder is None:
        raise InvalidInput("This folder is not there any more. Choose another one.")
    return folder


def _chosen_or_none(project: Project, folder_id: str) -> Folder | None:
    try:
        wanted = uuid.UUID(folder_id)
    except ValueError:
        return None
    found: Folder | None = Folder.objects.filter(project=project, pk=wanted).first()
    return found


def _ticked(project: Project, posted: QueryDict) -> list[Batch]:
    ids = []
    for text in posted.getlist("batch")[:MOST_TICKED]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    found = list(Batch.objects.filter(project=project, status=BatchStatus.READY, pk__in=ids))
    if not found:
        raise InvalidInput("No batch is chosen. Tick at least one.")
    return found


def _tag(request: WorkspaceRequest, tag_id: str) -> Tag:
    try:
        wanted = uuid.UUID(tag_id)
    except ValueError:
        raise InvalidInput("No tag is chosen. Choose one, or make one first.") from None
    seen = Tag.objects.visible_to(request.user).filter(organization=request.organization)
    found: Tag | None = seen.filter(pk=wanted).first()
    if found is None:
        raise InvalidInput("This tag is not there any more. Choose another one.")
    return found
