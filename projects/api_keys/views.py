"""API keys: the list, a new one, and what ends one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api_keys import services
from accounts.api_keys.scopes import Scope
from accounts.http import WorkspaceRequest
from accounts.models import ApiKey
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.pagination import keyset_page
from projects.api_keys.forms import MOST_SHOWN, ApiKeyForm
from projects.models import Project


@require_safe
def api_keys(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """All API keys, the newest first, also those that have ended."""
    require(request.user, "accounts.view_api_keys", request.organization)
    keys = ApiKey.objects.filter(organization=request.organization)
    page = keyset_page(keys.select_related("created_by", "replaced_by"), request.GET)
    names = _project_names(request, page.items)
    context = {
        "page": page,
        "keys": [(key, _words(key), _reach(key, names)) for key in page.items],
        "may_manage": request.user.has_perm("accounts.manage_api_keys", request.organization),
    }
    return render(request, "api_keys/list.html", context)


@never_cache
@sensitive_variables("made")
@require_http_methods(["GET", "HEAD", "POST"])
def api_key_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A new key, shown this once."""
    require(request.user, "accounts.manage_api_keys", request.organization)
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    form = ApiKeyForm(projects.order_by("name").only("name")[:MOST_SHOWN], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.api_key_create(organization=request.organization, user=request.user, **form.values)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            return _shown(request, made, is_new=True)
    return render(request, "api_keys/form.html", {"form": form})


@never_cache
@sensitive_variables("made")
@require_POST
def api_key_rotate(request: WorkspaceRequest, slug: str, api_key_id: uuid.UUID) -> HttpResponse:
    """A new key in the place of one that goes on working for a day."""
    key = _key(request, api_key_id)
    try:
        made = services.api_key_rotate(api_key=key, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("api_keys", slug)
    return _shown(request, made, is_new=False)


@require_POST
def api_key_revoke(request: WorkspaceRequest, slug: str, api_key_id: uuid.UUID) -> HttpResponse:
    """End a key at once."""
    key = services.api_key_revoke(api_key=_key(request, api_key_id), user=request.user)
    messages.success(request, f"The key “{key.name}” is revoked: it opens nothing any more.")
    return redirect("api_keys", slug)


@sensitive_variables()
def _shown(request: WorkspaceRequest, made: services.NewKey, *, is_new: bool) -> HttpResponse:
    context = {"key": made.api_key, "text": made.text, "words": _words(made.api_key), "is_new": is_new}
    return render(request, "api_keys/secret.html", context)


def _key(request: WorkspaceRequest, api_key_id: uuid.UUID) -> ApiKey:
    keys = ApiKey.objects.filter(organization=request.organization).select_related("organization")
    key: ApiKey = get_object_or_404(keys, pk=api_key_id)
    require(request.user, "accounts.manage_api_keys", request.organization)
    return key


def _words(key: ApiKey) -> Sequence[tuple[str, str]]:
    """The scopes with what they mean."""
    return [(scope, Scope(scope).label) for scope in key.scopes if scope in Scope.values]


def _project_names(request: WorkspaceRequest, keys: Sequence[ApiKey]) -> dict[str, str]:
    ids = {one for key in keys for one in key.project_ids or ()}
    found = Project.objects.visible_to(request.user).filter(organization=request.organization, pk__in=ids)
    names: Any = found.values_list("pk", "name") if ids else ()
    return {str(pk): name for pk, name in names}


def _reach(key: ApiKey, names: dict[str, str]) -> Sequence[str] | None:
    """The names of the projects that the key is limited to; None for all."""
    return None if key.project_ids is None else [names[one] for one in key.project_ids if one in names]
