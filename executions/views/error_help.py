"""What each error code means, on one page; anybody may read it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from executions.help.pauses import PAUSES
from executions.views.error_words import MEANINGS


@login_not_required
@require_safe
def error_help(request: HttpRequest) -> HttpResponse:
    """The codes with an anchor each: what happened, whether it is retried, what to do; and why executions pause."""
    return render(request, "executions/help/errors.html", {"meanings": MEANINGS.items(), "pauses": PAUSES})
