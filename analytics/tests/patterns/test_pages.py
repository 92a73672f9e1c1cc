"""The pages of failure patterns."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence
from analytics.patterns.services import MOST_ATTEMPTS
from analytics.review.queue import Queue
from analytics.tests.patterns.making import analysed, play
from executions.models import Execution
from mino.tests.factories import BatchFactory, MembershipFactory, VersionFactory
from projects.models import Batch, Row

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {}


@pytest.fixture
def batch() -> Batch:
    found: Batch = BatchFactory(rows=60)
    Row.objects.filter(batch=found, position__lte=12).update(url="https://bad.example/x")
    return found


@pytest.fixture
def execution(batch: Batch) -> Execution:
    answers: list[Any] = [{"title": f"Kettle {n} | Northlight <b>"} for n in range(1, 11)] + [GOOD, GOOD]
    answers += [{"price": None}] * 6 + ["error:TIMEOUT"] * 6 + [GOOD] * 36
    return analysed(play(batch, answers))


@pytest.fixture
def browser(batch: Batch, client: Client) -> Client:
    member = MembershipFactory(organization=batch.organization, role=Role.MEMBER)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pattern(**values: Any) -> FailurePattern:
    found: FailurePattern = FailurePattern.objects.get(**values)
    return found


def test_the_patterns_of_a_project_are_listed_and_narrowed(browser: Client, execution: Execution) -> None:
    url = reverse("project_patterns", args=[execution.organization.slug, execution.project_id])
    page = browser.get(url).content.decode()
    assert "More text than wanted, behind it" in page
    assert "Rows end in TIMEOUT" in page
    assert "on bad.example" in page
    narrowed = browser.get(url, {"kind": "type", "column": "price"})
    assert [line.title for line in narrowed.context["lines"]] == ["Nothing was extracted"]
    assert not browser.get(url, {"state": "dismissed"}).context["lines"]
    assert browser.get(url, {"version": 1}).context["lines"]
    assert not browser.get(url, {"version": 2}).context["lines"]


def test_the_list_takes_as_many_queries_for_many_patterns_as_for_one(
    browser: Client, execution: Execution, django_assert_max_num_queries: Any
) -> None:
    url = reverse("project_patterns", args=[execution.organization.slug, execution.project_id])
    FailurePattern.objects.bulk_create(
        FailurePattern(
            organization=execution.organization, project=execution.project, kind="type", column=f"c{n}", failing="x",
            weight=n % 7, last_execution=execution, frequency=1, n=2,
        )
        for n in range(70)
    )  # fmt: skip
    with django_assert_max_num_queries(12):
        first = browser.get(url)
    assert len(first.context["lines"]) == 50
    seen = {line.pattern.pk for line in first.context["lines"]}
    second = browser.get(url + first.context["page"].older)
    assert not seen & {line.pattern.pk for line in second.context["lines"]}


def test_a_pattern_is_explained_with_figures_examples_and_a_remedy(
    browser: Client, execution: Execution, django_assert_max_num_queries: Any
) -> None:
    found = pattern(kind="shape", key="extra_text")
    url = reverse("pattern", args=[execution.organization.slug, found.pk])
    with django_assert_max_num_queries(16):
        page = browser.get(url)
    text = page.content.decode()
    assert "Return only “title” itself: leave out text such as “| Northlight &lt;b&gt;”." in text
    assert "<b>" not in text.partition("Examples")[2].partition("Northlight")[2][:40]
    assert len(page.context["examples"]) == 10
    assert "threshold" in text
    review = reverse("execution_review", args=[execution.organization.slug, execution.pk])
    assert f"{review}?column=title&amp;pattern={found.pk}" in text
    assert browser.get(page.context["review_url"]).status_code == 200
    assert reverse("matching_playground", args=[execution.organization.slug, execution.batch_id]) in text


def test_a_pattern_by_site_shows_both_shares_and_the_lift(browser: Client, execution: Execution) -> None:
    found = pattern(kind="attribute", key="domain", failing="cell", column="title")
    text = browser.get(reverse("pattern", args=[execution.organization.slug, found.pk])).content.decode()
    assert "Share on bad.example" in text
    assert "Lift" in text


def test_the_remedy_is_written_into_a_new_version(browser: Client, execution: Execution) -> None:
    found = pattern(kind="shape", key="extra_text")
    text = browser.get(reverse("pattern", args=[execution.organization.slug, found.pk])).content.decode()
    (address,) = re.findall(r'href="([^"]*instructions/new/[^"]*)"', text)
    form = browser.get(html.unescape(address)).context["form"]
    said = form.initial["text"].splitlines()
    assert said[:-1] == execution.instructions.splitlines()
    assert said[-1] == "Return only “title” itself: leave out text such as “| Northlight <b>”."
    assert form.initial["change_description"] == "title: More text than wanted, behind it"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"kind": "attribute", "key": "domain", "failing": "row"}, 10),
        ({"kind": "error", "key": ""}, 6),
        ({"kind": "type", "failing": "missing_extraction"}, 6),
    ],
)
def test_the_number_of_rows_leads_to_these_rows(
    browser: Client, execution: Execution, values: dict[str, str], shown: int
) -> None:
    found = pattern(**values)
    assert found.frequency == shown
    page = browser.get(reverse("pattern", args=[execution.organization.slug, found.pk]))
    rows = browser.get(page.context["rows_url"]).context["lines"]
    assert len(rows) == shown


def test_rows_that_fail_on_a_site_can_be_reviewed(browser: Client, execution: Execution) -> None:
    found = pattern(kind="attribute", key="domain", failing="row")
    page = browser.get(reverse("pattern", args=[execution.organization.slug, found.pk]))
    review = browser.get(page.context["review_url"])
    reader = review.wsgi_request.user
    assert isinstance(reader, User)
    waiting = Queue(execution, reader, review.context["narrowed"]).waiting()
    assert set(waiting.values_list("job__row_position", flat=True)) == set(range(1, 11))
    errors = pattern(kind="error", key="")
    assert not browser.get(reverse("pattern", args=[execution.organization.slug, errors.pk])).context["review_url"]


def test_running_again_takes_exactly_the_rows_of_the_pattern(browser: Client, execution: Execution) -> None:
    found = pattern(kind="type", failing="missing_extraction")
    url = reverse("pattern_rerun", args=[execution.organization.slug, found.pk])
    assert browser.post(url).status_code == 302
    again = Execution.objects.exclude(pk=execution.pk).get()
    assert list(again.jobs.order_by("position").values_list("row_position", flat=True)) == list(range(13, 19))
    assert again.instruction_version_id == execution.instruction_version_id
    later = VersionFactory(project=execution.project)
    browser.post(url, {"version": later.number})
    assert Execution.objects.filter(instruction_version=later, total_jobs=6).exists()
    assert browser.post(url, {"version": "99"}).status_code == 404


def test_a_pattern_that_is_dismissed_stays_so_when_it_is_seen_again(browser: Client, execution: Execution) -> None:
    found = pattern(kind="type", failing="missing_extraction")
    browser.post(reverse("pattern_dismiss", args=[execution.organization.slug, found.pk]))
    analysed(execution)
    found.refresh_from_db()
    assert found.state == "dismissed"
    browser.post(reverse("pattern_reopen", args=[execution.organization.slug, found.pk]))
    found.refresh_from_db()
    assert found.state == "open"


def test_an_execution_shows_its_patterns_and_waits_for_them(browser: Client, execution: Execution) -> None:
    url = reverse("execution_patterns", args=[execution.organization.slug, execution.pk])
    assert "Rows end in TIMEOUT" in browser.get(url).content.decode()
    part = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    browser.post(reverse("execution_patterns_find", args=[execution.organization.slug, execution.pk]))
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None
    assert "every 5s" in browser.get(url, headers={"HX-Request": "true"}).content.decode()


def test_a_search_that_was_given_up_can_be_started_again(browser: Client, execution: Execution) -> None:
    url = reverse("execution_patterns", args=[execution.organization.slug, execution.pk])
    find = reverse("execution_patterns_find", args=[execution.organization.slug, execution.pk])
    browser.post(find)
    PatternAnalysis.objects.update(attempts=MOST_ATTEMPTS)
    shown = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "found by an earlier search" in shown
    assert "hx-trigger" not in shown
    assert find in shown
    PatternOccurrence.objects.all().delete()
    assert "The search failed" in browser.get(url).content.decode()
    browser.post(find)
    assert "hx-trigger" in browser.get(url, headers={"HX-Request": "true"}).content.decode()


def test_patterns_of_a_deleted_batch_are_removed(execution: Execution) -> None:
    from analytics.patterns.services import patterns_remove

    patterns_remove(execution.batch_id)
    assert not FailurePattern.objects.exists()
    assert not PatternAnalysis.objects.exists()
