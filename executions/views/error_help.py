"""What each error code means, on one page; anybody may read it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from executions.help.pauses import PAUSES
from executions.views.error_words import MEANINGS
from mino.common.api.codes import CODES


@login_not_required
@require_safe
def error_help(request: HttpRequest) -> HttpResponse:
    """The codes with an anchor each: why rows failed, why executions paused, what the API refuses."""
    context = {"meanings": MEANINGS.items(), "pauses": PAUSES, "refusals": CODES.items()}
    return render(request, "executions/help/errors.html", context)
