"""The tags of an organization."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from projects.models import Tag, TaggedBatch
from projects.models.tag import MAX_TAG_NAME
from projects.services import tags as services


@require_safe
def tag_list(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """All tags by name, each with a form to change it."""
    require(request.user, "accounts.view", request.organization)
    tags = Tag.objects.filter(organization=request.organization)
    page = keyset_page(tags, request.GET, keys=("folded", "id"), ascending=True)
    tagged = TaggedBatch.objects.filter(tag__in=page.items, batch__status="ready").order_by()
    counts = {one["tag"]: one["batches"] for one in tagged.values("tag").annotate(batches=Count("pk"))}
    context = {
        "page": page,
        "rows": [(tag, counts.get(tag.pk, 0)) for tag in page.items],
        "may_change": request.user.has_perm("accounts.change_tags", request.organization),
        "name_length": MAX_TAG_NAME,
        "colour": services.COLOURS[tags.count() % len(services.COLOURS)],
    }
    return render(request, "projects/tag_list.html", context)


@require_POST
def tag_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Make a tag."""
    require(request.user, "accounts.change_tags", request.organization)
    try:
        tag = services.tag_create(organization=request.organization, user=request.user, **_posted(request))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The tag “{tag.name}” is made.")
    return redirect("tag_list", slug=slug)


@require_POST
def tag_change(request: WorkspaceRequest, slug: str, tag_id: uuid.UUID) -> HttpResponse:
    """Give a tag another name and colour."""
    tag = _tag_of(request, tag_id)
    try:
        services.tag_change(tag=tag, user=request.user, **_posted(request))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The tag “{tag.name}” is saved.")
    return redirect("tag_list", slug=slug)


@require_POST
def tag_delete(request: WorkspaceRequest, slug: str, tag_id: uuid.UUID) -> HttpResponse:
    """Delete a tag, and take it from all that has it."""
    tag = _tag_of(request, tag_id)
    services.tag_delete(tag=tag, user=request.user)
    messages.success(request, f"The tag “{tag.name}” is deleted.")
    return redirect("tag_list", slug=slug)


def _tag_of(request: WorkspaceRequest, tag_id: uuid.UUID) -> Tag:
    seen = Tag.objects.visible_to(request.user).filter(organization=request.organization)
    tag: Tag = get_object_or_404(seen.select_related("organization"), pk=tag_id)
    require(request.user, "accounts.change_tags", request.organization)
    return tag


def _posted(request: WorkspaceRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("name", "colour")}
