"""What flipped between two executions, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from analytics.tests.comparison.making import make_run
from executions.models import Execution, FieldResult, Job
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.api.test_lists import pages
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.models import Project


@pytest.fixture
def two(project: Project) -> tuple[Execution, Execution]:
    """Six prices and a title became right, one price wrong; each execution has a row that the other did not answer,
    and the second one a row that the first did not run."""
    sites = BatchFactory(project=project, rows=10)
    first = make_run(sites, ["gw"] * 6 + ["wg", "gg", "error", "-"])
    return first, make_run(sites, ["gg"] * 6 + ["gw", "queued", "gg", "gg"])


def path_of(two: tuple[Execution, Execution], query: str = "") -> str:
    """The address of the flips of the second against the first."""
    return f"executions/{two[1].pk}/flips?baseline_id={two[0].pk}{query}"


def told(ask: Asker, path: str) -> list[tuple[int, str, str, str]]:
    """The flips in short, over all pages."""
    found = [one for page in pages(ask, path) for one in page]
    return [(one["row_position"], one["column"], one["way"], one["why"]) for one in found]


CELLS = [*((row, "price", "right", "output") for row in range(1, 7)), (7, "title", "right", "output")]
CELLS.append((7, "price", "wrong", "output"))
ROWS = [(row, "", "right", "output") for row in range(1, 7)]


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_hold_every_flip_once(ask: Asker, two: tuple[Execution, Execution], limit: int) -> None:
    assert told(ask, path_of(two, f"&limit={limit}")) == CELLS
    assert told(ask, path_of(two, f"&limit={limit}&sort=-position")) == CELLS[::-1]
    assert told(ask, path_of(two, f"&limit={limit}&of=rows")) == ROWS
    gained = [(9, "", "gained", "error"), (10, "", "gained", "missing")]
    assert told(ask, path_of(two, f"&limit={limit}&way=gained")) == gained
    assert told(ask, path_of(two, f"&limit={limit}&way=gained&sort=-position")) == gained[::-1]
    assert told(ask, path_of(two, "&way=lost")) == [(8, "", "lost", "unfinished")]


def test_filters_and_the_total(ask: Asker, two: tuple[Execution, Execution]) -> None:
    assert told(ask, path_of(two, "&way=wrong")) == CELLS[-1:]
    assert told(ask, path_of(two, "&column=title")) == CELLS[-2:-1]
    assert told(ask, path_of(two, "&why=truth")) == []
    urls = dict(Job.objects.filter(execution=two[1]).values_list("position", "url"))
    assert {row for row, *_ in told(ask, path_of(two, f"&search={urls[7]}"))} == {7}
    assert told(ask, path_of(two, f"&search={urls[10].upper()}&way=gained")) == [(10, "", "gained", "missing")]
    page = ask.get(path_of(two, "&include=total&limit=2&fields=way"))
    assert (page["pagination"]["total"], page["data"]) == (8, [{"way": "right"}] * 2)


def test_both_answers_and_the_truth(ask: Asker, two: tuple[Execution, Execution]) -> None:
    long = "x" * 400
    cell = FieldResult.objects.get(execution=two[0], job__position=1, column="price")
    FieldResult.objects.filter(pk=cell.pk).update(extracted=[long, 2])
    first = ask.get(path_of(two))["data"][0]
    assert first["baseline"]["extracted"] == [long, 2], "nothing is cut"
    assert (first["truth"], first["execution"]["extracted"]) == (cell.expected, cell.expected)
    assert (first["baseline"]["outcome"], first["execution"]["outcome"]) == ("wrong", "correct")
    assert first["row_id"] == str(cell.job.row_id)
    missing = ask.get(path_of(two, "&way=gained"))["data"][1]
    assert (missing["baseline"]["job_id"], missing["about"]) == (None, "not in A")


def test_pages_go_on_at_the_same_row_when_it_is_computed_again(ask: Asker, two: tuple[Execution, Execution]) -> None:
    page = ask.get(path_of(two, "&limit=3"))
    FieldResult.objects.filter(execution=two[0], job__position=1, column="price").update(outcome="correct")
    Job.objects.filter(execution=two[0], position=1).update(
        outcomes={"title": "correct", "price": "correct"}, evaluation_result="pass"
    )
    Execution.objects.filter(pk=two[0].pk).update(good_fields=99)
    rest = ask.get(path_of(two, f"&cursor={page['pagination']['next_cursor']}"))
    assert ask.get(path_of(two, "&include=total"))["pagination"]["total"] == len(CELLS) - 1
    assert [one["row_position"] for one in rest["data"]] == [4, 5, 6, 7, 7]


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("&column=nothing", "column"),
        ("&column=price&of=rows", "column"),
        ("&way=up", "way"),
        ("&why=weather", "why"),
        ("&of=batches", "of"),
        ("&limit=101", "limit"),
        ("&cursor=x", "cursor"),
        ("&colour=red", "colour"),
        ("&sort=way", "sort"),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Asker, two: tuple[Execution, Execution], query: str, at: str) -> None:
    refused = ask("GET", path_of(two, query))
    assert code_of(refused) == "VALIDATION_ERROR"
    assert refused.json()["details"][0]["path"] == at


def test_a_cursor_is_good_for_its_baseline_and_filter(ask: Asker, two: tuple[Execution, Execution]) -> None:
    cursor = ask.get(path_of(two, "&limit=2"))["pagination"]["next_cursor"]
    other = make_run(two[0].batch, ["ww"] * 10)
    for query in (f"&cursor={cursor}&way=right", f"&cursor={cursor}&sort=-position"):
        assert code_of(ask("GET", path_of(two, query))) == "VALIDATION_ERROR"
    assert code_of(ask("GET", path_of((other, two[1]), f"&cursor={cursor}"))) == "VALIDATION_ERROR"


def test_a_page_costs_the_same_however_long(
    ask: Asker, two: tuple[Execution, Execution], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get(path_of(two))
    counts: list[Any] = []
    for limit in (1, 50):
        # key; both executions; margin; columns, newest truth and the kept comparison; jobs and cells of both
        with django_assert_num_queries(11) as taken:
            ask.get(path_of(two, f"&limit={limit}"))
        counts.append(len(taken))


def test_the_baseline_of_a_project(
    ask: Asker, two: tuple[Execution, Execution], project: Project, owner: User, organization: Organization
) -> None:
    path = f"projects/{project.pk}/baseline"
    before = ask("GET", path)
    assert before.json() == {"id": str(project.pk), "execution_id": None, "margin": 0.02}
    chosen = {"execution_id": str(two[1].pk), "margin": 0.1}
    assert ask("PATCH", path, chosen, If_Match=before["ETag"]).json() == {"id": str(project.pk), **chosen}
    stale = browser(owner, organization)("PATCH", path, {"margin": 0.2}, If_Match=before["ETag"])
    assert code_of(stale) == "PRECONDITION_FAILED"
    third = make_run(two[0].batch, ["gg"] * 10)
    assert ask.get(f"executions/{third.pk}/comparison")["baseline_id"] == str(two[1].pk)
    assert ask.get(f"executions/{third.pk}/comparison")["margin"] == 0.1
    assert ask("PATCH", path, {"execution_id": None}).json()["execution_id"] is None
    running = make_run(two[0].batch, ["queued"] * 10, status="running")
    elsewhere = make_run(BatchFactory(project=ProjectFactory(organization=organization), rows=1), ["gg"])
    assert code_of(ask("PATCH", path, {"execution_id": str(running.pk), "margin": 0.3})) == "INVALID_STATE"
    assert code_of(ask("PATCH", path, {"execution_id": str(elsewhere.pk)})) == "VALIDATION_ERROR"
    assert code_of(ask("PATCH", path, {"margin": 0.6})) == "VALIDATION_ERROR"
    assert ask.get(path)["margin"] == 0.1, "what was refused changed nothing"
