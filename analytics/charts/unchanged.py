"""Answers 304 where a page would show what the reader has already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from django.conf import settings
from django.contrib.messages import get_messages
from django.db.models import Model
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from accounts.http import WorkspaceRequest
from accounts.models import Guest, Membership
from executions.services.creation import mino_version
from projects.models.project import grants_of


def answer_unless_known(
    request: WorkspaceRequest, shown: Iterable[object], render: Callable[[], HttpResponse]
) -> HttpResponse:
    """What `render` gives, or 304 where `shown` and all else that decides the page are what the reader has.

    `shown` are model objects, of which every value that was read counts, and plain values. The page has no fragment of
    another reader in it: caches in between must not keep it.
    """
    if len(get_messages(request)):  # they are shown once
        response = render()
        response["Cache-Control"] = "private, no-store"
        return response
    etag = f'"{_digest([*_everywhere(request), *shown])}"'
    response = get_conditional_response(request, etag=etag) or render()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "HX-Request"])
    return response


def values_of(one: Model) -> list[tuple[str, object]]:
    """All values of an object that were read, and those of the objects that were read with it."""
    related = sorted((name, other) for name, other in one._state.fields_cache.items() if isinstance(other, Model))
    return [*_own(one), *((name, value) for name, other in related for value in _own(other))]


def _own(one: Model) -> list[tuple[str, object]]:
    # By its fields: what stands in the object's own dictionary is something else where it was to be read lazily.
    unread = one.get_deferred_fields()
    names = (field.attname for field in one._meta.concrete_fields)
    return [(name, getattr(one, name)) for name in names if name not in unread]


def _everywhere(request: WorkspaceRequest) -> list[object]:
    """What decides the frame of every page: version, address, day, who reads it, with which rights and secret."""
    get_token(request)
    memberships = Membership.objects.filter(user=request.user.pk).select_related("organization")
    return [
        mino_version(),
        settings.DEBUG,
        request.get_full_path(),
        bool(request.headers.get("HX-Request")),
        timezone.localdate(),
        timezone.get_current_timezone_name(),
        request.META.get("CSRF_COOKIE", ""),
        request.user,
        request.organization,
        *memberships.order_by("pk"),
        *Guest.objects.filter(user=request.user.pk).select_related("organization").order_by("pk"),
        *sorted(map(str, grants_of(request.user).items())),
    ]


def _digest(values: Iterable[object]) -> str:
    found = hashlib.sha256()
    for value in values:
        known = values_of(value) if isinstance(value, Model) else value
        found.update(repr(known).encode("utf-8", "replace") + b"\0")
    return found.hexdigest()[:40]
