"""The rows of the grid for its scripts, where values come from, and the results of an execution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from analytics.tests.test_batch_page import run
from executions.models import Job
from mino.tests.factories import BatchFactory, ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch, Project

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
MOST_QUERIES = 13


def address(batch: Batch, query: str = "") -> str:
    return reverse("batch_grid", args=[batch.organization.slug, batch.pk]) + query


def test_all_rows_come_fifty_at_a_time(project: Project, viewer: User, client_for: ClientFor) -> None:
    batch = BatchFactory(project=project, rows=120)
    client, query = client_for(viewer), ""
    rows: list[int] = []
    for _ in range(3):
        told = client.get(address(batch, query)).json()
        assert len(told["rows"]) <= 50
        rows.extend(one["row"] for one in told["rows"])
        query = told["next"]
    assert rows == list(range(1, 121))
    assert query == ""
    assert client.get(address(batch, told["previous"])).json()["rows"][0]["row"] == 51
    assert client.get(address(batch, "?from=77")).json()["rows"][0]["row"] == 77


def test_the_cells_are_those_of_the_page(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 4, "2.50")
    client = client_for(viewer)
    page = client.get(reverse("batch", args=[batch.organization.slug, batch.pk])).text
    rows = client.get(address(batch, "?execution=4")).json()["rows"]
    assert len(rows) == 3
    for row in rows:
        assert row["cells"]
        assert all(cell in page for cell in row["cells"])
    assert '<del class="mn-x">2</del>.50' in str(rows[0]["cells"])


def test_what_agents_and_files_say_is_escaped(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    evil = "<img src=x onerror=alert(1)>"
    run(batch, 4, evil)
    Job.objects.update(url=f"https://shop.example/{evil}", error_message=evil, error_code="TIMEOUT")
    Job.objects.filter(position=1).update(status="error")
    told = client_for(viewer).get(address(batch)).content.decode()
    assert "&lt;img" in told
    assert "<img" not in told


@pytest.mark.parametrize(
    "query", ["", "?outcome=wrong", "?sort=-accuracy", "?sort=finished&after=2", "?accuracy_min=1", "?execution=none"]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    project: Project,
    viewer: User,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: str,
) -> None:
    batch = BatchFactory(project=project, rows=60)
    run(batch, 4, "2.50")
    client = client_for(viewer)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(address(batch, query)).status_code == 200


def test_the_sources_of_the_values_are_told(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    execution = ExecutionFactory(batch=batch, total_jobs=1, completed_jobs=1)
    job = JobFactory(
        execution=execution, row=batch.rows.first(), status="completed", sources={"price": "the <b>third</b> column"}
    )
    FieldResultFactory(job=job)
    client = client_for(viewer)
    url = reverse("job_sources", args=["northlight", job.pk])
    page, part = client.get(url).text, client.get(url, headers={"X-Requested-With": "fetch"}).text
    for shown in (page, part):
        assert "the &lt;b&gt;third&lt;/b&gt; column" in shown
        assert "The agent does not say where." in shown
    assert "<html" in page
    assert "<html" not in part
    assert url in client.get(address(batch)).content.decode()


def test_each_repeat_of_a_row_says_which_it_is(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    execution = ExecutionFactory(batch=batch, total_jobs=2, repeats=2)
    for repeat in (1, 2):
        JobFactory(execution=execution, row=batch.rows.first(), position=repeat, repeat=repeat)
    page = client_for(viewer).get(reverse("execution_results", args=["northlight", execution.pk])).text
    assert ", 1 of 2" in page
    assert ", 2 of 2" in page


def test_strangers_find_no_rows(batch: Batch, stranger: User, client_for: ClientFor) -> None:
    assert client_for(stranger).get(address(batch)).status_code == 404
