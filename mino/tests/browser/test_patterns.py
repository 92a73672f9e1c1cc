"""Failure patterns in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from analytics.models import FailurePattern
from analytics.tests.patterns.making import analysed, play
from executions.models import Execution
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Project, Row

pytestmark = pytest.mark.django_db(transaction=True)
GOOD: dict[str, Any] = {}


@pytest.fixture
def execution(project: Project) -> Execution:
    """Two executions over sixty rows: a site that fails, titles with the shop's name, errors; then half as many."""
    batch = BatchFactory(project=project, name="Autumn catalogue", rows=60)
    Row.objects.filter(batch=batch, position__lte=12).update(url="https://lumenhaus.example/lamps")
    titles = [{"title": f"Kettle {number} | Northlight"} for number in range(1, 12)]
    answers: list[Any] = [*titles, GOOD, *([{"price": None}] * 6), *(["error:TIMEOUT"] * 6), *([GOOD] * 36)]
    before = timezone.now() - timedelta(days=3)
    analysed(play(batch, answers, started_at=before, finished_at=before))
    later = VersionFactory(project=project)
    fewer: list[Any] = [*titles, GOOD, *([GOOD] * 12), *([GOOD] * 36)]
    return analysed(play(batch, fewer, instruction_version=later))


def test_a_pattern_is_found_understood_and_run_again(
    page: Page, execution: Execution, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    slug = execution.organization.slug
    page.goto(reverse("execution", args=[slug, execution.pk]))
    expect(page.get_by_role("heading", name="Failure patterns")).to_be_visible()
    page.get_by_role("navigation", name="Sections of the execution").get_by_role("link", name="Patterns").click()
    expect(page.get_by_text("chance held below")).to_be_visible()
    assert_looks_right(page, "patterns-execution")
    page.goto(reverse("project_patterns", args=[slug, execution.project_id]))
    assert_looks_right(page, "patterns")
    page.get_by_label("State").select_option("Cured")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("cured by version 2").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="More text than wanted, behind it").click()
    expect(page.get_by_text("leave out text such as “| Northlight”")).to_be_visible()
    assert_looks_right(page, "pattern")
    page.get_by_role("button", name="Run these 11 again").click()
    page.get_by_role("button", name="With version 2 again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Execution 3")
    expect(page.get_by_text("Test, 11 chosen rows")).to_be_visible()


def test_a_pattern_by_site_is_dismissed(page: Page, execution: Execution, member: User, sign_in: SignIn) -> None:
    sign_in(member)
    found = FailurePattern.objects.get(key="domain", failing="cell", column="title")
    page.goto(reverse("pattern", args=[execution.organization.slug, found.pk]))
    expect(page.get_by_text("Share on lumenhaus.example")).to_be_visible()
    assert_looks_right(page, "pattern-site")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
