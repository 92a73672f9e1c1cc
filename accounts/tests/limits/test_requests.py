"""Requests to the API: let pass, refused, and counted for the usage."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.limits import requests
from accounts.limits.metering import RequestMeter
from accounts.limits.requests import request_pass, requests_room
from accounts.models import Organization, UsageMonth
from mino.common.errors import TooManyRequests
from mino.common.rate_limit import MemoryWindow
from mino.tests.factories import OrganizationFactory


@pytest.fixture
def organization(db: None) -> Organization:
    return OrganizationFactory(plan="free", max_requests_an_hour=2)


@pytest.fixture(autouse=True)
def meter(monkeypatch: pytest.MonkeyPatch) -> RequestMeter:
    """A window and a meter of the test alone."""
    meter, window = RequestMeter(), MemoryWindow()
    monkeypatch.setattr(requests, "METER", meter)
    monkeypatch.setattr(requests, "window", lambda: window)
    return meter


def test_the_third_request_of_two_is_refused_with_when_to_come_back(
    organization: Organization, meter: RequestMeter
) -> None:
    assert request_pass(organization)["RateLimit-Remaining"] == "1"
    assert request_pass(organization)["RateLimit-Remaining"] == "0"
    with pytest.raises(TooManyRequests, match="2 requests were made in the last hour") as refused:
        request_pass(organization)
    error = refused.value
    assert (error.code, error.headers["RateLimit-Limit"], error.headers["RateLimit-Remaining"]) == (
        "RATE_LIMIT_EXCEEDED",
        "2",
        "0",
    )
    assert error.limits
    assert error.limits.reset
    assert (error.limits.current, error.limits.maximum) == (2, 2)
    left = error.limits.reset - timezone.now()
    assert timedelta(hours=1) - timedelta(seconds=5) < left < timedelta(hours=1, minutes=1)
    assert abs(left - timedelta(seconds=int(error.headers["Retry-After"]))) < timedelta(seconds=5)
    meter.write()
    assert UsageMonth.objects.get().requests == 2, "A refused one is no usage."
    room = requests_room(organization)
    assert room
    assert (room.counted, room.percent) == (2, 100)


def test_what_staff_agreed_counts_at_once(organization: Organization) -> None:
    organization.max_requests_an_hour = 0
    with pytest.raises(TooManyRequests):
        request_pass(organization)
    organization.max_requests_an_hour = None
    assert request_pass(organization)["RateLimit-Limit"] == "100"


def test_while_nobody_can_say_requests_pass_and_are_counted(
    organization: Organization, meter: RequestMeter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(MemoryWindow):
        def take(self, key: str, limit: int) -> None:  # type: ignore[override]
            return None

    monkeypatch.setattr(requests, "window", Away)
    assert [request_pass(organization) for _ in range(3)] == [{}] * 3
    meter.write()
    assert UsageMonth.objects.get().requests == 3


def test_an_organization_that_is_gone_does_not_keep_the_others_from_being_written(
    organization: Organization, meter: RequestMeter
) -> None:
    gone = OrganizationFactory()
    meter.add(gone.pk)
    meter.add(organization.pk)
    gone.delete()
    meter.write()
    meter.write()
    assert UsageMonth.objects.get().requests == 1


@pytest.mark.django_db(transaction=True)
def test_many_threads_are_written_by_one_in_the_background(
    organization: Organization, meter: RequestMeter, settings: Settings
) -> None:
    settings.API_REQUESTS_WRITTEN_EVERY = 0.05

    def ask() -> None:
        for _ in range(100):
            meter.add(organization.pk)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until = time.monotonic() + 30
    while sum(UsageMonth.objects.values_list("requests", flat=True)) < 800:
        assert time.monotonic() < until, "They are not written."
        time.sleep(0.02)
    assert UsageMonth.objects.get().requests == 800
