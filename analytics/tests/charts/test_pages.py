"""The analytics pages: right figures, ways to the rows, and 304 as long as nothing that they show is another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Role, User
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from analytics.tests.comparison.making import make_run
from executions.models import ColumnStatistic, Execution
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db
MOST_QUERIES = 22


@pytest.fixture
def batch(project: Project) -> Batch:
    """Four rows."""
    made: Batch = BatchFactory(project=project, name="Autumn catalogue", rows=4)
    return made


def run(batch: Batch, *words: str, **values: Any) -> Execution:
    """An execution with its roll-up."""
    execution = make_run(batch, words, **values)
    Execution.objects.filter(pk=execution.pk).update(
        error_counts={"TIMEOUT": words.count("error")}, finished_at=timezone.now()
    )
    roll_up_want(execution.pk)
    assert roll_up_compute(execution.pk)
    execution.refresh_from_db()
    return execution


def address(shown: Project | Batch | Execution, name: str = "analytics") -> str:
    """The analytics page of a project, a batch or an execution."""
    return reverse(f"{shown._meta.model_name}_{name}", args=[shown.organization.slug, shown.pk])


def figures(answer: Any) -> dict[str, Any]:
    """The figures of a page by name."""
    return {one.name: one for one in answer.context["figures"]}


@pytest.mark.parametrize("kind", ["project", "batch", "execution"])
def test_each_page_shows_its_figures_with_ways_to_the_rows(
    batch: Batch, viewer: User, client_for: ClientFor, kind: str
) -> None:
    execution = run(batch, "gg", "gw", "error", "ww")
    subjects: dict[str, Project | Batch | Execution] = {
        "project": batch.project,
        "batch": batch,
        "execution": execution,
    }
    shown = subjects[kind]
    client = client_for(viewer)
    answer = client.get(address(shown))
    found = figures(answer)
    [columns, sites, errors] = [found[name] for name in ("columns", "sites", "errors")]
    assert [line[0].text for line in columns.lines] == ["title", "price"]
    assert columns.lines[1][1].text.startswith("33.3")
    assert "n = 3" in columns.lines[1][1].note
    assert [point["n"] for point in columns.chart["points"]] == [3, 3]
    assert errors.lines[0][0].text == "TIMEOUT"
    assert {line[0].text for line in sites.lines} == {"shop2.example", "shop3.example", "shop4.example"}
    links = [cell.url for one in found.values() for line in one.lines for cell in line if cell.url]
    assert links
    for link in set(links):
        assert client.get(link).status_code == 200


def test_a_number_leads_to_as_many_rows(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, "gg", "gw", "error", "ww")
    client = client_for(viewer)
    [line] = figures(client.get(address(batch)))["rows"].lines
    for cell in line[1:4]:
        if cell.url:
            assert len(client.get(cell.url).context["lines"]) == int(cell.text)


def test_what_is_drawn_can_be_read_from_the_page(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    version = VersionFactory(project=batch.project)
    run(batch, "gg", "gw", "ww", "ww")
    run(batch, "gg", "gg", "gg", "ww", instruction_version=version)
    page = client_for(viewer).get(address(batch)).content.decode()
    match = re.search(r'<script id="quality-data" type="application/json">(.*?)</script>', page)
    assert match
    chart = json.loads(match[1])
    assert chart["labels"] == ["1 · v1", "2 · v2"]
    assert [point["n"] for point in chart["series"][1]["points"]] == [4, 4]
    assert all(point["low"] < point["value"] < point["high"] for point in chart["series"][1]["points"])


def test_filters_choose_the_executions(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    old = run(batch, "gg")
    Execution.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    run(batch, "gw", type="production")
    run(batch, "ww", agent="file")
    client = client_for(viewer)
    day = (timezone.localdate() - timedelta(days=30)).isoformat()

    def shown(query: str) -> list[int]:
        return [one.number for one in client.get(address(batch) + query).context["scope"].executions]

    assert shown("") == [1, 2, 3]
    assert shown(f"?since={day}") == [2, 3]
    assert shown(f"?until={day}") == [1]
    assert shown("?type=production") == [2]
    assert shown("?agent=file") == [3]
    assert shown("?version=7") == []
    assert shown("?since=2026-99-99&type=x&agent=y&version=z") == [1, 2, 3]


def test_several_executions_of_the_same_rows_do_not_make_intervals_narrower(
    batch: Batch, viewer: User, client_for: ClientFor
) -> None:
    run(batch, "gg", "gw", "gw", "ww")
    client = client_for(viewer)
    [once] = [one for one in figures(client.get(address(batch)))["columns"].chart["points"] if one["value"] < 0.5]
    for _ in range(3):
        run(batch, "gg", "gw", "gw", "ww")
    [often] = [one for one in figures(client.get(address(batch)))["columns"].chart["points"] if one["value"] < 0.5]
    assert (often["n"], once["n"]) == (16, 4)
    assert (often["low"], often["high"]) == (once["low"], once["high"])


def test_flaky_rows_are_listed_by_kind(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    for words in (["gg", "ww", "gg"], ["gg", "ww", "ww"], ["gg", "ww", "gg"]):
        run(batch, *words)
    client = client_for(viewer)
    figure = figures(client.get(address(batch)))["histories"]
    assert [one["values"] for one in figure.chart["series"]] == [[1], [1], [1], [0]]
    assert [line[1].text for line in figure.lines] == ["2"]
    for link, position in zip([one["links"][0] for one in figure.chart["series"]], [1, 3, 2], strict=False):
        assert [one.row.position for one in client.get(link).context["page"].items] == [position]
    assert len(client.get(address(batch.project, "row_history")).context["page"].items) == 1
    assert client.get(address(batch, "row_history") + "?kind=nonsense").context["chosen"] == "flaky"


def test_an_unchanged_page_is_not_sent_again(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    execution = run(batch, "gg", "gw")
    client = client_for(viewer)
    for shown in (batch, batch.project, execution):
        first = client.get(address(shown))
        again = client.get(address(shown), headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert first["Cache-Control"] == "private, no-cache"
        assert "Cookie" in first["Vary"]


CHANGES: dict[str, Callable[[Batch, Membership], Any]] = {
    "a new execution": lambda batch, _: run(batch, "gg"),
    "another roll-up": lambda batch, _: roll_up_want(batch.executions.get().pk),
    "the batch's name": lambda batch, _: Batch.objects.update(name="Winter"),
    "the project's name": lambda batch, _: Project.objects.update(name="Other"),
    "the organization's name": lambda batch, _: batch.organization.__class__.objects.update(name="South"),
    "a counter": lambda batch, _: Execution.objects.update(passed_jobs=2),
    "rights": lambda _, membership: Membership.objects.filter(pk=membership.pk).update(role=Role.ADMIN),
    "the reader's name": lambda _, membership: User.objects.filter(pk=membership.user_id).update(name="Somebody"),
    "a version": lambda batch, _: VersionFactory(project=batch.project),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_on_a_page_makes_it_another(
    batch: Batch, viewer: User, client_for: ClientFor, change: str
) -> None:
    run(batch, "gg", "gw")
    client = client_for(viewer)
    etags = {shown: client.get(address(shown))["ETag"] for shown in (batch, batch.project)}
    CHANGES[change](batch, Membership.objects.get(user=viewer))
    for shown, etag in etags.items():
        assert client.get(address(shown), headers={"If-None-Match": etag}).status_code == 200


def test_other_readers_and_messages_get_pages_of_their_own(
    batch: Batch, viewer: User, member: User, client_for: ClientFor
) -> None:
    run(batch, "gg", "gw")
    etag = client_for(viewer).get(address(batch))["ETag"]
    client = client_for(member)
    assert client.get(address(batch), headers={"If-None-Match": etag}).status_code == 200
    etag = client.get(address(batch))["ETag"]
    url = reverse("project_set_margin", args=[batch.organization.slug, batch.project_id])
    left = client.post(url, {"margin": "3"})
    assert list(get_messages(left.wsgi_request))
    answer = client.get(address(batch), headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert "ETag" not in answer


@pytest.mark.parametrize("kind", ["project", "batch"])
def test_the_pages_ask_a_fixed_number_of_questions_and_no_job(
    batch: Batch,
    viewer: User,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    kind: str,
) -> None:
    for _ in range(8):
        run(batch, "gg", "gw", "error", "ww")
    client = client_for(viewer)
    shown = batch.project if kind == "project" else batch
    with django_assert_max_num_queries(MOST_QUERIES) as asked:
        first = client.get(address(shown))
    assert not [
        one["sql"] for one in asked.captured_queries if re.search(r"executions_(job|fieldresult)\b", one["sql"])
    ]
    with django_assert_max_num_queries(13):
        client.get(address(shown), headers={"If-None-Match": first["ETag"]})


def test_the_table_behind_a_figure_is_exported(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    execution = run(batch, "gg", "gw", "error", "ww")
    client = client_for(viewer)
    page = client.get(address(batch)).content.decode()
    assert 'href="?export=columns"' in page
    for shown in (batch, batch.project, execution):
        answer = client.get(address(shown), {"export": "columns"})
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert lines[0].startswith('Column,Accuracy,"Accuracy, low","Accuracy, high","Accuracy, n"')
        assert lines[2].startswith("price,0.333")
    for name in ("cells", "rows", "errors", "coverage", "latency", "cost", "sites", "quality"):
        assert client.get(address(batch), {"export": name}).status_code == 200
    assert client.get(address(batch), {"export": "nonsense"}).status_code == 404


def test_each_column_is_followed_over_executions(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, "gg", "gw", "error", "ww")
    run(batch, "gg", "gg", "gg", "gw")
    found = figures(client_for(viewer).get(address(batch)))["column-trend"]
    assert [one["name"] for one in found.chart["series"]] == ["title", "price"]
    title, price = ([point["value"] for point in one["points"]] for one in found.chart["series"])
    assert (title, price) == ([pytest.approx(2 / 3), 1.0], [pytest.approx(1 / 3), 0.75])
    assert [line[-1].text[:4] for line in found.lines] == ["75.0", "33.3"]
    assert "column=price" in found.lines[0][-1].url


def test_a_number_leads_to_its_rows_wherever_it_stands(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    for _ in range(2):
        Execution.objects.filter(pk=run(batch, "gg", "gw", "error", "ww").pk).update(cost="0.40")
    found = figures(client_for(viewer).get(address(batch)))
    without = {
        (name, cell.text)
        for name, one in found.items()
        for line in one.lines
        for cell in line[1:]
        if not cell.url and not cell.is_text and cell.text not in ("0", "–")
    }
    assert without <= {("rows", "4")}, "All rows are what the first cell of the line leads to."


def test_nothing_yet_says_what_to_do(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    client = client_for(viewer)
    for shown in (batch, batch.project):
        assert "Nothing has run yet" in client.get(address(shown)).content.decode()


def test_names_of_columns_and_sites_are_escaped(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    batch.rows.update(url="https://x.example/</script><script>alert(1)</script>")
    execution = run(batch, "gg", "ww")
    ColumnStatistic.objects.filter(execution=execution).delete()
    bad = "</script><script>alert(1)</script>"
    ColumnStatistic.objects.create(execution=execution, column=bad, position=1, correct=1, wrong=1)
    page = client_for(viewer).get(address(batch)).content.decode()
    assert "<script>alert" not in page
