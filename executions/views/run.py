"""The dialog that starts an execution, as a page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.limits.standing import executions_standing
from accounts.permissions import require
from executions.agents.registry import AGENTS
from executions.costs.estimating import Estimate, estimate_cost
from executions.costs.shares import expected_share
from executions.forms import ExecutionForm
from executions.models import Execution, SampleMethod
from executions.services import creation
from executions.services.choosing import row_total
from executions.services.pairing import Runner, pair_create, partner_of
from executions.views.pages import runs_in_words
from mino.common.errors import ServiceError
from mino.common.ui.formats import money
from projects.models import Batch
from projects.queries import batch_of

ALREADY_RUNNING = "EXECUTION_ALREADY_RUNNING"


@require_http_methods(["GET", "HEAD", "POST"])
def execution_create(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Choose agent, version, rows and limits, see what it will cost, and start.

    The address says what the form begins with: `?like=` an earlier execution, `?rows=3,17` single rows, `?agent=`,
    `?version=`, `?timeout=`, `?local-render=` and so on. htmx asks for the estimate of what is chosen alone.
    """
    batch = batch_of(request, batch_id)
    require(request.user, "projects.run_execution", batch.project)
    data = request.POST or (request.GET if request.htmx else None)
    like = _like(batch, request.GET.get("like", ""))
    form = ExecutionForm(data, batch=batch, like=like, query=request.GET)
    if request.htmx and request.method != "POST":
        form.is_valid()  # what is right counts
        return render(request, "executions/_estimate.html", {"batch": batch, **_estimate(form, batch)})
    offer_parallel = "allow_parallel" in request.POST
    if request.method == "POST" and form.is_valid() and "estimate" not in request.POST:
        try:
            execution = _start(form, batch, request.user)
        except ServiceError as error:
            form.add_refusal(error)
            offer_parallel = offer_parallel or error.code == ALREADY_RUNNING
        else:
            _tell_start(request, execution)
            return redirect("execution", slug=slug, execution_id=execution.pk)
    context = {
        "batch": batch,
        "project": batch.project,
        "form": form,
        "offer_parallel": offer_parallel,
        "unavailable": [(kind, kind.no_key) for kind in AGENTS.values() if kind.build and kind not in form.kinds],
        "asking": _asking(request.GET),
        "standing": executions_standing(request.organization),
        **_estimate(form, batch),
    }
    return render(request, "executions/run.html", context)


def _start(form: ExecutionForm, batch: Batch, user: Any) -> Execution:
    """Start what the form says; of a pair the first one is answered."""
    values, second = form.chosen(), form.beside()
    if second is None:
        return creation.execution_create(batch=batch, user=user, **values)
    first = Runner(*(values.pop(name) for name in ("instruction_version", "agent", "agent_settings")))
    return pair_create(batch=batch, user=user, first=first, second=second, **values)[0]


def _like(batch: Batch, text: str) -> Execution | None:
    """The execution of the same batch that `text` names, if there is one."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        return None
    found: Execution | None = Execution.objects.filter(batch=batch, pk=wanted).first()
    return found


def _asking(query: QueryDict) -> str:
    """The query with which the estimate is asked for: which rows are meant. All else is in the form."""
    kept = QueryDict(mutable=True)
    for name in ("like", "rows"):
        if name in query:
            kept[name] = query.get(name, "")
    return kept.urlencode()


def _estimate(form: ExecutionForm, batch: Batch) -> dict[str, Any]:
    """What is chosen will cost, as far as enough is chosen: the context of `_estimate.html`."""
    values, second = form.known(), form.beside()
    first = _estimate_one(form, batch, values)
    if second is None or first["estimate"] is None:
        return first
    return {**first, "beside": _estimate_one(form, batch, {**values, "agent": second.agent})}


def _estimate_one(form: ExecutionForm, batch: Batch, values: dict[str, Any]) -> dict[str, Any]:
    kind = AGENTS.get(values.get("agent") or "")
    rows = _rows(form, batch, values)
    if kind is None or rows is None or values.get("max_retries") is None:
        return {"estimate": None}
    settings = form.settings_among(values)
    estimate: Estimate = estimate_cost(
        project_id=batch.project_id,
        agent=kind.name,
        agent_settings=settings,
        rows=rows,
        max_retries=values["max_retries"],
        at=timezone.now(),
    )
    return {
        "estimate": estimate,
        "agent": kind,
        "runs": runs_in_words(rows // values["repeats"], values["repeats"]),
        "is_above_budget": estimate.is_above(values.get("budget")),
        "share": expected_share(rows, with_screenshots=bool(settings.get("screenshots"))),
    }


def _rows(form: ExecutionForm, batch: Batch, values: dict[str, Any]) -> int | None:
    """How many runs of rows are chosen, None when that is not said yet."""
    method, size, repeats = (values.get(name) for name in ("sample_method", "sample_size", "repeats"))
    if method is None or not repeats or (method in (SampleMethod.FIRST, SampleMethod.RANDOM) and not size):
        return None
    return row_total(batch.row_count, method, size, form.selection) * int(repeats)


def _tell_start(request: WorkspaceRequest, execution: Execution) -> None:
    runs = runs_in_words(execution.total_jobs // execution.repeats, execution.repeats)
    partner = partner_of(execution)
    beside = f" Execution {partner.number} runs beside it." if partner else ""
    messages.success(request, f"Execution {execution.number} is started: {runs}.{beside}")
    budget, low = execution.budget, execution.estimated_cost_low
    if budget is not None and low is not None and budget < low:
        spent, expected = (money(amount, execution.currency) for amount in (budget, low))
        messages.warning(
            request, f"The budget of {spent} is below the {expected} expected at least: it will pause before its end."
        )
