"""The analytics pages among a million jobs and twenty thousand executions, and the walk that gathers their roll-up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.db.models import Count, Sum
from django.test import Client, override_settings
from django.urls import reverse

from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from benchmarks.children import Measured, in_fresh_process
from benchmarks.figures import Figure
from benchmarks.filling import fill_batch, fill_execution, fill_executions
from benchmarks.pages import EXECUTIONS, JOBS, SLUG, TIMES, page_figure
from benchmarks.workspace import bench_organization, bench_user
from executions.models import Execution, Job
from projects.models import Batch

MEMORY = 200
"""MB that the walk may hold, however many jobs and sites there are."""


def run(folder: Path, scale: float) -> list[Figure]:
    """Gather the roll-up once, in a process of its own, then ask for each page."""
    call_command("collectstatic", interactive=False, verbosity=0)
    bench_organization()
    batch = fill_batch(int(JOBS * scale))
    execution = fill_execution(batch, batch.row_count, columns_with_cells=["price"])
    roll_up_want(execution.pk)
    walk = in_fresh_process(compute, str(execution.pk))
    fill_executions(execution, int(EXECUTIONS * scale))
    return [*_walk(execution, walk), *_pages(batch, execution)]


def compute(execution_id: str) -> float:
    """The seconds that the roll-up takes."""
    began = time.perf_counter()
    if not roll_up_compute(Execution.objects.get(pk=execution_id).pk):
        raise RuntimeError("Nothing was due.")
    return time.perf_counter() - began


def _walk(execution: Execution, walk: Measured[float]) -> Iterator[Figure]:
    began = time.perf_counter()
    found = Job.objects.filter(execution=execution).order_by().values("status", "evaluation_result")
    list(found.annotate(jobs=Count("pk"), good=Sum("good_fields"), seconds=Sum("agent_seconds")))
    floor = time.perf_counter() - began
    yield Figure("gather the roll-up, beside one bare aggregate over the jobs", walk.answer, "s", floor, less=True)
    yield Figure("jobs gathered a second", execution.total_jobs / walk.answer, "jobs/s")
    yield Figure("most memory of the walk", walk.peak, "MB", aim=MEMORY, less=True)


def _pages(batch: Batch, execution: Execution) -> Iterator[Figure]:
    with override_settings(ROOT_URLCONF="benchmarks.bare_page"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(bench_user(), backend="django.contrib.auth.backends.ModelBackend")
        bare = reverse("bare_page", args=[execution.pk])
        addresses = {
            "analytics of the project": reverse("project_analytics", args=[SLUG, batch.project_id]),
            "analytics of the batch": reverse("batch_analytics", args=[SLUG, batch.pk]),
            "analytics of the execution": reverse("execution_analytics", args=[SLUG, execution.pk]),
            "rows with too few results": reverse("batch_row_history", args=[SLUG, batch.pk]) + "?kind=few",
            "home": reverse("organization_home", args=[SLUG]),
        }
        for what, url in addresses.items():
            yield page_figure(client, what, url, bare)
        url = addresses["analytics of the batch"]
        etag = client.get(url)["ETag"]
        times = []
        for _ in range(TIMES):
            began = time.perf_counter()
            answer = client.get(url, headers={"If-None-Match": etag})
            times.append(time.perf_counter() - began)
            if answer.status_code != 304:
                raise RuntimeError(f"{url} answered {answer.status_code} and not 304.")
        yield Figure("analytics of the batch, unchanged (304)", statistics.median(times) * 1000, "ms")
