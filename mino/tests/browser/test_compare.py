"""Comparisons in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from analytics.tests.comparison.making import make_run
from executions.models import Execution
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Return the title and the price of the product.\nTake the price after all discounts.\nIgnore the shipping."


@pytest.fixture
def runs(project: Project) -> list[Execution]:
    """Three executions over sixty rows: the second better, the third much like the first."""
    batch = BatchFactory(project=project, name="Autumn catalogue", rows=60)
    begun = timezone.now() - timedelta(days=4)
    first = make_run(batch, ["gw"] * 17 + ["gg"] * 40 + ["error", "ww", "gg"], started_at=begun)
    version = VersionFactory(project=project, text=TEXT)
    mended = ["gg"] * 14 + ["gm"] * 3 + ["gg"] * 38 + ["gw", "wg", "gg", "error", "gg"]
    second = make_run(batch, mended, started_at=timezone.now(), instruction_version=version, instructions=TEXT)
    third = make_run(batch, ["gw"] * 16 + ["gg"] * 40 + ["gw", "error", "ww", "gg"], started_at=begun)
    return [first, second, third]


def test_two_executions_are_compared(page: Page, runs: list[Execution], member: User, sign_in: SignIn) -> None:
    sign_in(member)
    page.goto(reverse("compare", args=[runs[0].organization.slug]))
    expect(page.get_by_role("heading", name="Choose two to 5")).to_be_visible()
    assert_looks_right(page, "compare-choose")
    page.get_by_label("Execution 1", exact=True).check()
    page.get_by_label("Execution 2", exact=True).check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Execution 1 against execution 2")
    expect(page.get_by_text("Version 2 is better: the pass rate rose")).to_be_visible()
    assert_looks_right(page, "compare")
    page.get_by_role("link", name="Became wrong 2").click()
    expect(page.get_by_role("cell", name="Output changed")).to_have_count(2)
    page.get_by_text("What changed in the instructions").click()
    expect(page.get_by_text("Take the price after all discounts.")).to_be_visible()
    assert_looks_right(page, "compare-wrong")


def test_three_executions_are_compared(page: Page, runs: list[Execution], member: User, sign_in: SignIn) -> None:
    sign_in(member)
    ids = ",".join(str(one.pk) for one in runs)
    page.goto(f"{reverse('compare', args=[runs[0].organization.slug])}?executions={ids}&with={runs[2].pk}")
    expect(page.get_by_text("Not enough data to tell")).to_be_visible()
    assert_looks_right(page, "compare-three")
    page.get_by_role("link", name="Look at B").click()
    expect(page.get_by_text("B is shown below")).to_be_visible()
    page.get_by_role("button", name="Make execution 2 the baseline").click()
    expect(page.get_by_text("Execution 2 is the baseline of")).to_be_visible()
