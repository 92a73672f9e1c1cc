"""Two versions side by side, from the run dialog to their comparison, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.engine.ledger import exchange
from executions.models import Execution
from executions.tests.engine.world import START, ended
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_both_databases]


def work() -> None:
    """A worker takes all jobs in turn; the second version is right more often."""
    places = dict(Execution.objects.values_list("pk", "pair_place"))
    running, finished = exchange([], 4, worker="here", agents=["local"]), 0
    while running:
        attempt, finished = running.pop(0), finished + 1
        how = "wrong" if places[attempt.plan.execution_id] == 1 and finished % 3 == 0 else "right"
        running += exchange([ended(attempt, how, START)], 1, worker="here", agents=["local"])


def test_a_pair_is_started_run_and_compared(page: Page, project: Project, member: User, sign_in: SignIn) -> None:
    batch = BatchFactory(project=project, name="Spring catalogue", rows=12)
    VersionFactory(project=project, change_description="Take the price after all discounts")
    sign_in(member)
    page.goto(reverse("execution_create", args=[batch.organization.slug, batch.pk]))
    expect(page.get_by_label("Its instructions")).to_be_hidden()
    page.get_by_label("Run beside another version or agent").check()
    page.get_by_label("Its instructions").select_option(label="Version 2: Take the price after all discounts")
    page.get_by_label("Times each row is run").fill("2")
    expect(page.get_by_text("Beside it, ")).to_be_visible()
    assert_looks_right(page, "pair-run")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Execution 2 runs beside it.")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("heading", name="Repeats")).to_be_visible()
    assert_looks_right(page, "pair-execution")
    page.get_by_role("link", name="compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Execution 1 against execution 2")
    expect(page.get_by_text("A paired run: the two runs of each row were taken close together")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("The link to this comparison is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert_looks_right(page, "pair-compared")
