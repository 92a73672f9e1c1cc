"""The audit trail, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.audit import acting_as, record
from accounts.models import Channel, Organization, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from projects.models import Project
from projects.services.projects import project_update
from projects.services.versions import version_create

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def happened(organization: Organization, owner: User, member: User, project: Project) -> None:
    """Some acts of several people."""
    version_create(project=project, user=member, text="Return the title.\nReturn the price, as a number. " * 20)
    project_update(project=project, user=member, name="Prices of shops", description="All that sell mugs")
    after = {"note": "a-word-without-any-place-to-break-it-" * 12, "columns": ["price", "title"]}
    record("truth.changed", project, organization=organization, after=after, by=member, count=12_345)
    with acting_as(owner, channel=Channel.WORKER):
        record("export.ordered", project, organization=organization, after={"format": "csv"})
    record(
        "member.role_changed", member, organization=organization, before={"role": "viewer"}, after={"role": "member"}
    )


def test_an_owner_finds_what_somebody_did(
    page: Page, organization: Organization, owner: User, member: User, happened: None, sign_in: SignIn
) -> None:
    sign_in(owner)
    page.goto(reverse("organization", args=[organization.slug]))
    page.get_by_role("link", name="Audit trail").click()
    expect(page.get_by_role("row", name="Role of a member changed")).to_contain_text("viewer")
    assert_looks_right(page, "audit-trail")
    page.get_by_label("What").select_option("Projects: all")
    page.get_by_label("Text").fill("mugs")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Project changed").click()
    expect(page.get_by_role("row", name="name", exact=False).first).to_contain_text("Prices of shops")
    assert_looks_right(page, "audit-entry")
    page.get_by_role("link", name=member.email).click()
    expect(page.get_by_role("row", name="Truth changed")).to_contain_text("12")
