"""Two executions of 100,000 rows each against each other, beside one bare statement that counts what flipped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from analytics.comparison.flips import unpacked
from analytics.comparison.services import comparison_compute
from analytics.models import Comparison
from benchmarks.children import best_in_turns, in_fresh_process
from benchmarks.figures import Figure
from benchmarks.filling import FIELDS, fill_batch, fill_execution
from benchmarks.pages import SLUG, page_figure
from benchmarks.workspace import bench_organization, bench_user
from executions.models import Execution, Job

JOBS = 100_000
SHIFT = 2
"""Then two of five rows flip, which is far more than usual: each of them is read again to say why."""
MEMORY = 200
"""MB that a comparison may hold."""


def run(folder: Path, scale: float) -> list[Figure]:
    """Compare in processes of their own, in turns with the bare statement; then ask for the page."""
    call_command("collectstatic", interactive=False, verbosity=0)
    bench_organization()
    jobs = int(JOBS * scale)
    batch = fill_batch(jobs)
    first = fill_execution(batch, jobs, columns_with_cells=FIELDS)
    second = fill_execution(batch, jobs, columns_with_cells=FIELDS, shift=SHIFT)
    kept = Comparison.objects.create(baseline=first, candidate=second, organization_id=first.organization_id)
    compared, floor = best_in_turns(
        lambda: in_fresh_process(compare, str(kept.pk)),
        lambda: in_fresh_process(bare_count, first.number, second.number),
    )
    kept.refresh_from_db()
    return [
        Figure("comparing two executions", compared.answer, "s", floor.answer, less=True),
        Figure("rows compared a second", jobs / compared.answer, "rows/s"),
        Figure("flips of rows and cells that were explained", len(unpacked(kept.flips)), "flips"),
        Figure("peak memory", compared.peak, "MB", aim=MEMORY, less=True),
        Figure("what is kept of it", len(bytes(kept.flips)) / 1000, "kB", less=True),
        *_pages(first, second),
    ]


def compare(comparison_id: str) -> float:
    """The seconds that the comparison takes, as a worker computes it."""
    kept = Comparison.objects.get(pk=comparison_id)
    began = time.perf_counter()
    comparison_compute(kept.pk)
    return time.perf_counter() - began


def bare_count(first: int, second: int) -> float:
    """The floor: one statement pairs the rows and counts which verdicts and cells of both differ. In seconds."""
    jobs = connection.ops.quote_name(Job._meta.db_table)
    cells = ", ".join(
        f"count(*) FILTER (WHERE a.outcomes ->> '{name}' IS DISTINCT FROM b.outcomes ->> '{name}')" for name in FIELDS
    )
    statement = (
        f"SELECT a.evaluation_result, b.evaluation_result, count(*), {cells} "
        f"FROM {jobs} a JOIN {jobs} b ON b.row_id = a.row_id "
        "WHERE a.execution_id = %s AND b.execution_id = %s GROUP BY 1, 2"
    )
    one, other = (Execution.objects.get(number=number).pk for number in (first, second))
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, [one, other])
        cursor.fetchall()
    return time.perf_counter() - began


def _pages(first: Execution, second: Execution) -> Iterator[Figure]:
    with override_settings(ROOT_URLCONF="benchmarks.bare_page"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(bench_user(), backend="django.contrib.auth.backends.ModelBackend")
        bare = reverse("bare_page", args=[first.pk])
        url = f"{reverse('compare', args=[SLUG])}?executions={first.pk},{second.pk}"
        for what, query in (
            ("first page", ""),
            ("cells of a column that became wrong", "&column=price&way=wrong"),
            ("rows that became right, from the middle", "&of=rows&way=right&after=30000"),
        ):
            yield page_figure(client, f"the page, {what}", url + query, bare)
