"""The matcher playground in a real browser: options are tried on real cells, then saved."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.models import Rescoring
from executions.rescoring import ordering
from executions.rescoring.working import rescoring_run
from executions.services.creation import execution_create
from executions.tests.views.conftest import Work, nothing_remembered, work
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer, catalogue
from projects.models import Batch, Project

__all__ = ["nothing_remembered", "work"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(project: Project, member: User, sign_in: SignIn, work: Work) -> Batch:
    """A batch with the results of an execution; the member who ran it is signed in."""
    sign_in(member)
    batch, version = catalogue(project, 12), project.production_version
    assert version
    execution_create(batch=batch, user=member, instruction_version=version, agent="local", max_retries=0)
    work(behaviour=answer)
    return batch


def test_options_are_tried_on_real_cells_and_saved(page: Page, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    page.goto(reverse("batch_columns", args=["northlight", batch.pk]))
    page.get_by_role("link", name="Change how price is matched").click()
    flips = page.get_by_role("region", name="What would flip").first
    expect(page.get_by_text("Nothing flips")).to_be_visible()
    page.wait_for_load_state()  # or what is typed before the scripts are there would not be tried
    page.locator("[name=tolerance]").fill("100")
    expect(flips.get_by_role("table")).to_contain_text("Correct")
    assert_looks_right(page, "playground-flips")
    page.get_by_role("button", name="Save and score anew").click()
    expect(page.get_by_text("results are scored anew.", exact=False).first).to_be_visible()
    assert_looks_right(page, "playground-scoring-anew")
    for one in Rescoring.objects.all():
        rescoring_run(one.pk)
    expect(page.locator("#rescoring")).to_contain_text("All results are scored anew.")
    page.get_by_role("link", name="Show the new ones").click()
    expect(page.get_by_text("Nothing flips")).to_be_visible()
