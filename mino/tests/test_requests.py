"""Ids of requests, and probes that nothing stands in the way of."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from executions.models import Execution
from mino.common.logs import WithIds
from mino.tests.factories import ExecutionFactory

pytestmark = pytest.mark.django_db
SENT = {"x-request-id": "balancer-4711"}


def test_each_request_has_an_id_of_its_own(client: Client) -> None:
    first, second = client.get("/")["X-Request-ID"], client.get("/")["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


def test_the_id_of_a_trusted_proxy_is_kept(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client.get("/", headers=SENT)["X-Request-ID"] == "balancer-4711"


@pytest.mark.parametrize("sent", ["short", "a" * 65, "with a space", "two\nlines-of-it", "ümläuts-in-it"])
def test_an_odd_id_is_replaced(client: Client, settings: Settings, sent: str) -> None:
    settings.TRUSTED_PROXIES = 1
    assert re.fullmatch("[0-9a-f]{32}", client.get("/", headers={"x-request-id": sent})["X-Request-ID"])


def test_the_id_that_a_visitor_sends_is_replaced(client: Client) -> None:
    assert client.get("/", headers=SENT)["X-Request-ID"] != "balancer-4711"


def test_lines_of_a_request_name_it_and_what_its_address_names(
    viewer: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    organization = viewer.memberships.get().organization
    missing = Execution(pk=ExecutionFactory().pk)
    caplog.handler.addFilter(WithIds())
    with caplog.at_level(logging.WARNING, "django.request"):
        answer = client.get(f"/o/{organization.slug}/executions/{missing.pk}/")
    assert answer.status_code == 404
    expected = {"organization": str(organization.pk), "execution": str(missing.pk), "request": answer["X-Request-ID"]}
    assert caplog.records[-1].ids == expected  # type: ignore[attr-defined]
