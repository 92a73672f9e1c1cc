"""The pages of the audit trail, for admins and owners."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_safe

from accounts.audit.asking import NEWEST, Ask, AuditFilterForm
from accounts.audit.exporting import csv_chunks
from accounts.audit.presenting import shown
from accounts.http import WorkspaceRequest
from accounts.models import AuditEntry
from accounts.models.audit_entry import AuditEntryQuerySet
from accounts.permissions import require
from mino.common.pagination import PARAMETER, keyset_page

VIEW = "accounts.view_audit"


@require_safe
def audit(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The entries, newest first, narrowed by what the address says."""
    entries = _entries(request)
    form = AuditFilterForm(request.GET, organization=request.organization)
    ask = Ask.of(form)
    found, left_from = ask.narrow_some(entries)
    page = keyset_page(found, request.GET, keys=NEWEST)
    query = request.GET.copy()
    for name in (PARAMETER, "before"):
        query.pop(name, None)
    further = query.copy()
    if left_from:
        further["before"] = left_from.isoformat()
    context = {
        "form": form,
        "ask": ask,
        "lines": [shown(entry) for entry in page.items],
        "page": page,
        "query": query.urlencode(),
        "left_from": None if page.older else left_from,
        "further": further.urlencode(),
    }
    return render(request, "accounts/audit/list.html", context)


@require_safe
def audit_entry(request: WorkspaceRequest, slug: str, entry_id: uuid.UUID) -> HttpResponse:
    """All that is known of one act."""
    entry = get_object_or_404(_entries(request), pk=entry_id)
    return render(request, "accounts/audit/entry.html", {"line": shown(entry), "entry": entry})


@require_GET
def audit_export(request: WorkspaceRequest, slug: str) -> StreamingHttpResponse:
    """What the page's filters find, as CSV, however much it is."""
    ask = Ask.of(AuditFilterForm(request.GET, organization=request.organization))
    entries = ask.narrow(_entries(request).filter(timestamp__lte=timezone.now()))
    response = StreamingHttpResponse(csv_chunks(entries), content_type="text/csv; charset=utf-8")
    name = f"{slug}-audit-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _entries(request: WorkspaceRequest) -> AuditEntryQuerySet:
    """Those of this organization. Raises PermissionDenied."""
    require(request.user, VIEW, request.organization)
    found: AuditEntryQuerySet = AuditEntry.objects.filter(organization=request.organization)
    return found
