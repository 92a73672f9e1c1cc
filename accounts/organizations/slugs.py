"""Where an old short name leads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from accounts.models import FormerSlug, Organization


def moved_to(request: HttpRequest, slug: str) -> HttpResponseRedirect | None:
    """The redirect to the same page under the short name of today, for who may see the organization that had `slug`.

    It keeps method and body, so that a form that was open meanwhile loses nothing, and it is for this time only: the
    organization may take its old name again.
    """
    mine = Organization.objects.visible_to(request.user)
    former = FormerSlug.objects.filter(slug=slug, organization__in=mine).select_related("organization").first()
    match = request.resolver_match
    if former is None or match is None:
        return None
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": former.organization.slug})
    query = request.META.get("QUERY_STRING", "")
    moved = HttpResponseRedirect(f"{address}?{query}" if query else address)
    moved.status_code = 302 if request.method in ("GET", "HEAD") else 307
    return moved
