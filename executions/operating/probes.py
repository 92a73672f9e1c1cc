"""The addresses that balancers and monitors ask. Public, without sessions; they tell no versions and no secrets."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from executions.operating.health import check_all


@login_not_required
@never_cache
@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all. Looks at nothing."""
    return JsonResponse({"live": True})


@login_not_required
@never_cache
@require_safe
def health_ready(request: HttpRequest) -> HttpResponse:
    """200 while the parts are there without which nothing works, else 503; with `?strict=1` all parts count."""
    checks = check_all()
    is_strict = request.GET.get("strict") == "1"
    ready = all(check.ok for check in checks if check.required or is_strict)
    found = {
        "ready": ready,
        "degraded": not all(check.ok for check in checks),
        "checks": {check.name: {"ok": check.ok, "text": check.text} for check in checks},
    }
    answer = JsonResponse(found, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # by `check_all`; Django would log each as an error
    return answer
