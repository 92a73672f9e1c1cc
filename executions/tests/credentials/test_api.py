"""The agents, with their keys, settings and prices, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Organization, User
from executions.agents.registry import AGENTS
from executions.credentials.setting import credential_limit, credential_remove, credential_set
from mino.common.values.prices import all_prices, read_prices
from mino.tests.api.asking import Asker, browser, code_of, program
from projects.models import Batch

pytestmark = pytest.mark.django_db
KEY = "sk-tinyfish-0123456789-wxyz"


@pytest.fixture
def ask(organization: Organization, settings: Settings) -> Asker:
    """A program that may start executions, where the installation has no key of any agent."""
    settings.EVA_API_KEY = settings.AGENTQL_API_KEY = ""
    return program(organization, "run:executions")


def agents(ask: Asker) -> dict[str, Any]:
    """The agents, by their names."""
    return {one["name"]: one for one in ask.get("agents")["data"]}


def standing(ask: Asker) -> dict[str, tuple[bool, bool, bool]]:
    """Whether each needs a key, has one, and can be used."""
    told = agents(ask)
    assert all(bool(one["reason"]) is not one["is_usable"] for one in told.values())
    return {name: (one["needs_key"], one["has_key"], one["is_usable"]) for name, one in told.items()}


def test_keys_decide_what_can_be_used(
    ask: Asker,
    organization: Organization,
    admin: User,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    free = {"local": (False, False, True), "file": (False, False, False)}
    without = {**free, "eva": (True, False, False), "agentql": (True, False, False)}
    assert standing(ask) == without
    credential_limit(organization=organization, kind=AGENTS["agentql"], concurrency=9, user=admin)
    credential_set(organization=organization, kind=AGENTS["eva"], key=KEY, user=admin)
    assert standing(ask) == {**without, "eva": (True, True, True)}
    with django_assert_num_queries(2):  # key, agents' keys
        answer = ask("GET", "agents")
    assert KEY[-4:] not in answer.text
    credential_remove(organization=organization, kind=AGENTS["eva"], user=admin)
    assert standing(ask) == without
    settings.AGENTQL_API_KEY = "of-all"
    assert standing(ask) == {**without, "agentql": (True, True, True)}
    assert "of-all" not in ask("GET", "agents").text


def test_the_keys_of_others_do_not_count(ask: Asker, stranger: User) -> None:
    elsewhere = Organization.objects.get(slug="elsewhere")
    credential_set(organization=elsewhere, kind=AGENTS["eva"], key=KEY, user=stranger)
    assert standing(ask)["eva"] == (True, False, False)


def test_why_an_agent_can_not_be_used_is_what_starting_it_would_say(ask: Asker, batch: Batch) -> None:
    refused = ask("POST", f"batches/{batch.pk}/executions", {"agent": "eva"})
    assert code_of(refused) == "AGENT_UNAUTHORIZED"
    assert refused.json()["error"] == agents(ask)["eva"]["reason"]


def test_the_settings_are_those_that_executions_take(ask: Asker, batch: Batch) -> None:
    told = agents(ask)
    shown = {name: {one["name"]: one["default"] for one in agent["settings"]} for name, agent in told.items()}
    assert shown == {name: kind.check_settings({}) for name, kind in AGENTS.items()}
    render, screenshots = told["local"]["settings"]
    assert (render["type"], render["choices"][0]) == ("choice", {"value": "never", "label": "Never"})
    assert (screenshots["type"], screenshots["choices"]) == ("boolean", [])
    eva = {one["name"]: one for one in told["eva"]["settings"]}
    limits = ("minimum", "maximum", "max_length")
    assert [eva["max_steps"][name] for name in limits] == [1, 500, None]
    assert [eva["proxy_country"][name] for name in limits] == [None, None, 2]
    body = {"agent": "local", "agent_settings": {one["name"]: one["default"] for one in told["local"]["settings"]}}
    assert ask("POST", f"batches/{batch.pk}/executions", body).status_code == 201


def test_the_prices_are_those_of_today(ask: Asker, settings: Settings) -> None:
    assert agents(ask)["eva"]["price"] == {"per_step": 0.016, "per_request": 0.05, "currency": "USD"}
    assert agents(ask)["agentql"]["price"] is None
    text = """[{"agent": "agentql", "from": "2026-01-01", "per_request": "0.02", "currency": "EUR"},
               {"agent": "agentql", "from": "2999-01-01", "per_request": "9", "currency": "EUR"}]"""
    settings.AGENT_PRICES, settings.CURRENCY = all_prices(read_prices(text)), "EUR"
    told = {name: one["price"] for name, one in agents(ask).items()}
    nothing = {"per_step": None, "per_request": 0, "currency": "EUR"}
    asked = {"per_step": None, "per_request": 0.02, "currency": "EUR"}
    assert told == {"local": nothing, "file": nothing, "agentql": asked, "eva": None}


def test_people_see_them_too_and_other_keys_do_not(organization: Organization, viewer: User) -> None:
    assert "local" in agents(browser(viewer, organization))
    assert code_of(program(organization, "read:results")("GET", "agents")) == "FORBIDDEN"
