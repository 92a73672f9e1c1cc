"""Pages among a million jobs, at any depth and with each filter, beside a bare template page of fifty rows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management import call_command
from django.http import QueryDict
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks.figures import Figure
from benchmarks.filling import fill_batch, fill_execution, fill_executions
from benchmarks.workspace import bench_organization, bench_user
from executions.models import Execution, Job
from mino.common.pagination import keyset_page
from projects.models import Batch

JOBS = 1_000_000
EXECUTIONS = 20_000
TIMES = 15
SLUG = "bench"
Address = tuple[str, str]
"""What it shows, and where it is."""


def run(folder: Path, scale: float) -> list[Figure]:
    """Ask for each page several times, in turns with the bare page, and take the medians."""
    call_command("collectstatic", interactive=False, verbosity=0)
    bench_organization()
    batch = fill_batch(int(JOBS * scale))
    execution = fill_execution(batch, batch.row_count, columns_with_cells=["price"])
    fill_executions(execution, int(EXECUTIONS * scale))
    return measure(batch, execution)


def measure(batch: Batch, execution: Execution) -> list[Figure]:
    """Each page beside the bare one, in one process."""
    with override_settings(ROOT_URLCONF="benchmarks.bare_page"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(bench_user(), backend="django.contrib.auth.backends.ModelBackend")
        bare = reverse("bare_page", args=[execution.pk])
        return [page_figure(client, what, url, bare) for what, url in _addresses(batch, execution)]


def _addresses(batch: Batch, execution: Execution) -> Iterator[Address]:
    yield from _execution_list(execution)
    yield from _batch_page(batch, execution)
    yield from _results_page(execution)
    for what, position in _depths(execution.total_jobs):
        job = Job.objects.get(execution=execution, position=max(1, position))
        yield f"job, {what}", reverse("job", args=[SLUG, job.pk])


def _depths(total: int) -> list[tuple[str, int]]:
    return [("first page", 0), ("middle", total // 2), ("last page", total - 50)]


def _execution_list(execution: Execution) -> Iterator[Address]:
    url = reverse("execution_list", args=[SLUG])
    everything = Execution.objects.filter(organization=execution.organization)
    for what, place in _depths(everything.count()):
        newest_first = everything.order_by("-created_at", "-id")
        beyond = everything.filter(created_at__lte=newest_first[place].created_at)
        yield f"executions, {what}", url + (keyset_page(beyond, QueryDict()).older if place else "")
    for query in ("status=failed", "status=running", "type=production", f"project={execution.project_id}"):
        yield f"executions, {query.split('=')[0]} {query.split('=')[1][:10]}", f"{url}?{query}"


def _batch_page(batch: Batch, execution: Execution) -> Iterator[Address]:
    url = f"{reverse('batch', args=[SLUG, batch.pk])}?execution={execution.number}"
    for what, position in _depths(execution.total_jobs):
        yield f"batch, {what}", f"{url}&after={position}" if position else url
    middle = execution.total_jobs // 2
    for query in (
        "status=error",
        "status=queued",
        "evaluation_result=fail",
        "error_code=TIMEOUT",
        "error_code=DNS_ERROR",
        "column=price&outcome=wrong",
        "column=price&outcome=missed",
        "outcome=wrong",
        "truth=yes",
        "truth=no",
        "search=shop-123.",
        "search=nowhere",
    ):
        yield f"batch, {query}", f"{url}&{query}"
    yield "batch, evaluation_result=fail, middle", f"{url}&evaluation_result=fail&after={middle}"
    wrong = Job.objects.filter(execution=execution, position__gt=middle, evaluation_result="fail").order_by("position")
    place = wrong.values_list("position", flat=True)[0]
    yield "batch, column=price&outcome=wrong, middle", f"{url}&column=price&outcome=wrong&after={place}"
    yield "batch, rows alone, middle", f"{reverse('batch', args=[SLUG, batch.pk])}?execution=none&after={middle}"


def _results_page(execution: Execution) -> Iterator[Address]:
    url = reverse("execution_results", args=[SLUG, execution.pk])
    for what, position in _depths(execution.total_jobs):
        yield f"results, {what}", f"{url}?after={position}"
    for query in (
        "status=error",
        "status=queued",
        "evaluation_result=fail",
        "error_code=TIMEOUT",
        "error_code=DNS_ERROR",
        "column=price&outcome=wrong",
        "column=price&outcome=missed",
        "accuracy_min=90",
        "sort=accuracy",
        "sort=-finished&accuracy_max=50",
        "site=shop-123.example",
    ):
        yield f"results, {query}", f"{url}?{query}"


def page_figure(client: Client, what: str, url: str, bare: str) -> Figure:
    """A page beside the bare one, in turns."""
    page, floor = _seconds(client, url), _seconds(client, bare)
    page(), floor()
    timed = [(page(), floor()) for _ in range(TIMES)]
    shown = statistics.median(one for one, _ in timed)
    least = statistics.median(one for _, one in timed)
    return Figure(what, shown * 1000, "ms", least * 1000, aim=2, aim_is_ratio=True, less=True)


def _seconds(client: Client, url: str) -> Callable[[], float]:
    def ask() -> float:
        began = time.perf_counter()
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}.")
        return time.perf_counter() - began

    return ask
