"""Webhooks, in a real browser: make one, send a test, look at what came back, check a signature."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import Organization, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from webhooks.sending.sender import send_due
from webhooks.tests.receiver import receiving, status

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_admin_makes_a_webhook_tests_it_and_checks_a_signature(
    page: Page, organization: Organization, admin: User, sign_in: SignIn, settings: Settings
) -> None:
    with receiving() as receiver:
        settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.MINO_ALLOWED_PORTS = [receiver.port]
        receiver.answer(status(500, b"<h1>Not today</h1>"), status(204))
        sign_in(admin)
        page.goto(reverse("organization", args=[organization.slug]))
        page.get_by_role("link", name="Webhooks").click()
        page.get_by_role("main").get_by_role("link", name="New webhook").click()
        page.get_by_label("Address").fill("https://10.0.0.1/inner")
        page.get_by_role("button", name="Create webhook").click()
        expect(page.get_by_text("This address is not on the public internet.")).to_be_visible()
        assert_looks_right(page, "webhook-new")
        page.get_by_label("Address").fill(receiver.url())
        page.get_by_role("button", name="Create webhook").click()
        secret = page.get_by_label("Secret", exact=True).input_value()
        assert_looks_right(page, "webhook-secret")
        page.get_by_role("link", name="I have copied it").click()
        page.get_by_role("button", name="Send test").click()
        expect(page.get_by_role("heading", name="Delivery 1")).to_be_visible()
        send_due()
        expect(page.get_by_text("The receiver answered 500").first).to_be_visible()
        assert_looks_right(page, "webhook-delivery")
        page.get_by_role("button", name="Send now").click()
        send_due()
        expect(page.get_by_role("heading", name="Attempt 2")).to_be_visible()
        page.get_by_role("link", name="Webhooks").first.click()
        assert_looks_right(page, "webhooks")
        page.get_by_role("main").get_by_role("link", name=receiver.url()).click()
        assert_looks_right(page, "webhook")
        page.get_by_role("link", name="Check a signature").click()
        call = receiver.calls[-1]
        page.get_by_label("Body").fill(call.body.decode())
        page.get_by_label("X-Mino-Signature").fill(call.headers["x-mino-signature"])
        page.get_by_label("Another secret").fill(secret)
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("Genuine")).to_be_visible()
        assert_looks_right(page, "webhook-signature")
