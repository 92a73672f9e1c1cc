"""The cache while Redis is away."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from django.core.cache.backends.redis import RedisCache
from django.test import Client, override_settings

from accounts.models import User
from executions.models import Execution
from executions.services.creation import execution_create
from mino.common.cache import ForgivingRedisCache
from mino.tests.factories import PASSWORD
from projects.models import Batch

BACKEND = "mino.common.cache.ForgivingRedisCache"


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The address of a Redis that does not run, and whose port nobody else gets."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{reserved.getsockname()[1]}/0"


@pytest.fixture
def without_redis(nowhere: str) -> Iterator[None]:
    """The whole application with a cache that is away."""
    with override_settings(CACHES={"default": {"BACKEND": BACKEND, "LOCATION": nowhere}}):
        yield


def test_a_cache_that_is_away_is_an_empty_one(nowhere: str) -> None:
    cache = ForgivingRedisCache(nowhere, {})
    assert isinstance(cache, RedisCache)
    cache.set("a", 1)
    cache.set_many({"b": 2})
    assert (cache.get("a"), cache.get("a", 7), cache.get_many(["a", "b"])) == (None, 7, {})
    assert cache.add("a", 1)
    assert not cache.delete("a")
    assert not cache.has_key("a")
    assert cache.incr("a") == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("without_redis")
def test_people_sign_in_and_see_what_runs_without_redis(
    client: Client, batch: Batch, owner: User, client_for: Callable[[User], Client]
) -> None:
    assert client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD}).status_code == 302
    version = batch.project.production_version
    assert version
    execution: Execution = execution_create(batch=batch, user=None, instruction_version=version, agent="local")
    assert client_for(owner).get(f"/o/northlight/executions/{execution.pk}/").status_code == 200
