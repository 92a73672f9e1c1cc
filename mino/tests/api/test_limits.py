"""The API's limits: so many requests an hour over all processes, and the quotas of the plan."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from accounts.limits import requests
from accounts.models import Organization, User
from executions.tests.chaos.services import OwnRedis
from mino.common.rate_limit import MemoryWindow, RedisWindow
from mino.tests.api.asking import Asker, browser, code_of, new_key, program


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of this test alone."""
    window = MemoryWindow()
    monkeypatch.setattr(requests, "window", lambda: window)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis server of this test."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed.")
    server = OwnRedis(tmp_path / "redis")
    yield server
    server.kill()


def allow(organization: Organization, count: int) -> None:
    organization.max_requests_an_hour = count
    organization.save()


@pytest.mark.usefixtures("memory")
def test_each_answer_tells_what_is_left_also_an_error(organization: Organization, owner: User) -> None:
    allow(organization, 3)
    ask, person = program(organization, "read:batches"), browser(owner, organization)
    answers = [ask("GET", "organizations"), ask("GET", "members"), person("GET", "members")]
    assert [one.status_code for one in answers] == [200, 403, 200], "What is refused counts as well."
    assert [one["RateLimit-Remaining"] for one in answers] == ["2", "1", "0"]
    assert {one["RateLimit-Limit"] for one in answers} == {"3"}
    refused = ask("GET", "organizations")
    assert (refused.status_code, code_of(refused)) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    assert 3540 < int(refused["Retry-After"]) <= 3660
    limits = refused.json()["limits"]
    assert (limits["current"], limits["maximum"]) == (3, 3)
    assert limits["reset"]
    assert person("GET", "members").status_code == 429, "Keys and people share the limit of their organization."


@pytest.mark.usefixtures("memory")
def test_other_organizations_and_those_without_a_key_are_not_affected(
    organization: Organization, stranger: User
) -> None:
    allow(organization, 0)
    assert program(organization)("GET", "organizations").status_code == 429
    assert browser(stranger)("GET", "members").status_code == 200
    assert Asker({})("GET", "members").status_code == 401


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_parallel_requests_do_not_exceed_the_limit_on_redis(
    organization: Organization, own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request has a window of its own, as if a process of its own answered it."""
    allow(organization, 25)
    headers = {"Authorization": f"Bearer {new_key(organization)}"}
    monkeypatch.setattr(requests, "window", lambda: RedisWindow(own_redis.url, patience=20))

    def statuses(_: int) -> list[int]:
        try:
            return [Asker(headers)("GET", "organizations").status_code for _ in range(8)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        counted = Counter(status for some in threads.map(statuses, range(6)) for status in some)
    assert counted == {200: 25, 429: 23}
    own_redis.kill()
    answer = Asker(headers)("GET", "organizations")
    assert (answer.status_code, "RateLimit-Limit" in answer) == (200, False), "Without Redis nothing is limited."


def test_a_quota_that_is_used_up_is_told_with_its_numbers(organization: Organization) -> None:
    organization.max_projects, organization.project_count = 2, 2
    organization.save()
    answer = program(organization)("POST", "projects", {"name": "Third", "instructions": "Find the price."})
    assert (answer.status_code, code_of(answer)) == (403, "QUOTA_EXCEEDED")
    body = answer.json()
    assert body["limits"] == {"current": 2, "maximum": 2, "reset": None}
    assert "has 2 projects, and its plan allows 2" in body["error"]
