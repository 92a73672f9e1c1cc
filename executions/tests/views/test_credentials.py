"""The page about agents' keys, and that a key stands nowhere but in the agent's own service."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Organization, User
from executions.agents.registry import AGENTS
from executions.credentials.setting import credential_set
from executions.models import AgentCredential
from executions.tests.agents.servers.http import Reply, Request, running
from mino.tests.factories import add_second_factor

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
KEY = "sk-tinyfish-0123456789-wxyz"


@pytest.fixture
def client(client_for: ClientFor, admin: User) -> Client:
    """An admin's browser."""
    return client_for(admin)


def url(organization: Organization, name: str = "agent_credentials", agent: str = "") -> str:
    """The address of a page about the organization's agents."""
    return reverse(name, args=[organization.slug, agent] if agent else [organization.slug])


def test_the_page_says_whose_key_is_used(client: Client, organization: Organization, settings: Settings) -> None:
    settings.AGENTQL_API_KEY = "secret"
    page = client.get(url(organization)).text
    assert page.count("Nothing can be run with this agent") == 1
    assert page.count("the one of this installation") == 1
    client.post(url(organization, "agent_key_set", "eva"), {"key": KEY})
    page = client.get(url(organization)).text
    assert "Northlight Retail’s own, ending in <code>wxyz</code>" in page
    assert "by Admin of Northlight" in page
    assert "Nothing can be run with this agent" not in page


def test_a_key_is_set_replaced_and_removed(client: Client, organization: Organization) -> None:
    for key in (KEY, f"{KEY}-2"):
        answer = client.post(url(organization, "agent_key_set", "eva"), {"key": key}, follow=True)
        assert "The key of EVA is kept." in answer.text
    assert AgentCredential.objects.get().ending == "yz-2"
    answer = client.post(url(organization, "agent_key_remove", "eva"), follow=True)
    assert "The key of EVA is removed." in answer.text
    assert AgentCredential.objects.get().secret == ""


def test_a_refused_key_is_told_at_its_field_and_not_repeated(client: Client, organization: Organization) -> None:
    answer = client.post(url(organization, "agent_key_set", "eva"), {"key": f"{KEY} {KEY}"})
    assert answer.status_code == 422
    assert 'id="key-eva-error"' in answer.text
    assert "tinyfish-0123" not in answer.text


def test_a_limit_is_set(client: Client, organization: Organization) -> None:
    client.post(url(organization, "agent_limit_set", "agentql"), {"concurrency": "12"})
    assert AgentCredential.objects.get(agent="agentql").concurrency == 12
    for wrong in ("0", "1001", "many", "", "१२"):
        answer = client.post(url(organization, "agent_limit_set", "agentql"), {"concurrency": wrong})
        assert "Choose a number from 1 to 1000." in answer.text
    assert AgentCredential.objects.get(agent="agentql").concurrency == 12


@pytest.mark.parametrize("agent", ["local", "file", "oracle"])
def test_agents_without_keys_have_no_such_page(client: Client, organization: Organization, agent: str) -> None:
    assert client.post(url(organization, "agent_key_set", agent), {"key": KEY}).status_code == 404


def test_a_key_is_never_tested_by_a_get(client: Client, organization: Organization) -> None:
    assert client.get(url(organization, "agent_key_test", "eva")).status_code == 405


def test_only_admins_and_owners_find_the_page(client_for: ClientFor, organization: Organization, member: User) -> None:
    browser = client_for(member)
    assert browser.get(url(organization)).status_code == 403
    assert url(organization) not in browser.get(reverse("organization", args=[organization.slug])).text


def test_queries_of_the_page(
    client: Client, organization: Organization, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("eva", "agentql"):
        credential_set(organization=organization, kind=AGENTS[name], key=KEY, user=admin)
    with django_assert_num_queries(6):
        client.get(url(organization))


def test_a_key_stands_in_no_page_log_or_admin_form(
    client_for: ClientFor,
    organization: Organization,
    owner: User,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, asked = client_for(owner), list[Request]()

    async def refusing(request: Request) -> Reply:
        asked.append(request)
        return Reply(401, {"error": {"message": f"The key {KEY} is unknown"}})

    texts = []
    with running(refusing) as address:
        settings.EVA_API_URL = settings.AGENTQL_API_URL = address
        settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.MINO_ALLOWED_PORTS = [int(address.rpartition(":")[2])]
        for agent in ("eva", "agentql"):
            texts.append(browser.post(url(organization, "agent_key_set", agent), {"key": KEY}, follow=True).text)
            texts.append(browser.post(url(organization, "agent_key_test", agent), follow=True).text)
    assert len(asked) == 2
    assert "does not accept this key" in texts[-1]
    staff = client_for(add_second_factor(User.objects.create_superuser("staff@mino.example", "x")))
    for credential in AgentCredential.objects.all():
        texts.append(staff.get(reverse("admin:executions_agentcredential_change", args=[credential.pk])).text)
        assert "wxyz" in texts[-1]
        texts.append(credential.secret)
        assert credential.secret not in "".join(texts[:-1])
    texts.append(staff.get(reverse("admin:executions_agentcredential_changelist")).text)
    names = ("organization", "organization_home", "execution_list", "project_list", "agent_credentials")
    texts += [browser.get(reverse(name, args=[organization.slug])).text for name in names]
    assert KEY not in "".join(texts)
    assert KEY not in caplog.text


def test_a_report_of_an_error_does_not_show_the_key(
    client: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("mino.common.secrets.AESGCM", lambda key: 1 / 0)
    answer: Any = client.post(url(organization, "agent_key_set", "eva"), {"key": KEY})
    assert answer.status_code == 500
    report = ExceptionReporter(answer.wsgi_request, *answer.exc_info)
    told = answer.text + report.get_traceback_html() + report.get_traceback_text()
    assert "ZeroDivisionError" in told
    assert KEY not in told
