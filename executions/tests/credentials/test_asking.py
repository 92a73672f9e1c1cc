"""Testing a key: what the services answer, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import Settings

from accounts.models import Organization, User
from executions.agents.registry import AGENTS, AgentKind
from executions.credentials.asking import credential_test
from executions.credentials.setting import credential_set
from executions.models import AgentCredential
from executions.tests.agents.servers.agentql_server import AgentQLServer
from executions.tests.agents.servers.eva_server import KEY, EvaServer
from executions.tests.agents.servers.http import Reply
from mino.common.errors import InvalidState

pytestmark = pytest.mark.django_db
EVA, AGENTQL = AGENTS["eva"], AGENTS["agentql"]


@pytest.mark.usefixtures("eva_server", "agentql_server")
@pytest.mark.parametrize("kind", [EVA, AGENTQL])
def test_a_good_key_is_told_from_a_bad_one(organization: Organization, admin: User, kind: AgentKind) -> None:
    for key, works, sentence in ((KEY, True, "accepts this key"), ("wrong-key", False, "does not accept this key")):
        credential_set(organization=organization, kind=kind, key=key, user=admin)
        AgentCredential.objects.update(tested_at=None)
        tested = credential_test(organization=organization, kind=kind, user=admin)
        assert tested.works is works
        assert tested.sentence.startswith(f"{kind.label} {sentence}")


@pytest.mark.parametrize(
    ("reply", "works", "sentence"),
    [
        (Reply(402, {}), False, "balance is used up"),
        (Reply(403, {}), False, "may not be used"),
        (Reply(429, {}), None, "fewer requests"),
        (Reply(500, {}), None, "answered 500, which says nothing"),
        (Reply(302, {}, {"Location": "https://elsewhere.example/"}), None, "could not be reached"),
    ],
)
def test_other_answers_are_told_in_words(
    organization: Organization, admin: User, agentql_server: AgentQLServer, reply: Reply, works: object, sentence: str
) -> None:
    agentql_server.usage = reply
    credential_set(organization=organization, kind=AGENTQL, key=KEY, user=admin)
    tested = credential_test(organization=organization, kind=AGENTQL, user=admin)
    assert tested.works is works
    assert sentence in tested.sentence
    assert len(agentql_server.requests) == 1


def test_a_test_goes_through_the_door(
    organization: Organization, admin: User, eva_server: EvaServer, settings: Settings
) -> None:
    settings.MINO_ALLOWED_NETWORKS = []
    credential_set(organization=organization, kind=EVA, key=KEY, user=admin)
    tested = credential_test(organization=organization, kind=EVA, user=admin)
    assert tested.works is None
    assert "may not reach" in tested.sentence
    assert not eva_server.requests


def test_nobody_asks_again_at_once(organization: Organization, admin: User, eva_server: EvaServer) -> None:
    credential_set(organization=organization, kind=EVA, key=KEY, user=admin)
    credential_test(organization=organization, kind=EVA, user=admin)
    with pytest.raises(InvalidState, match="tested a moment ago"):
        credential_test(organization=organization, kind=EVA, user=admin)
    tested_at = AgentCredential.objects.get().tested_at
    assert tested_at is not None
    AgentCredential.objects.update(tested_at=tested_at - timedelta(seconds=11))
    assert credential_test(organization=organization, kind=EVA, user=admin).works
    assert len(eva_server.requests) == 2


def test_only_an_own_key_is_tested_and_only_by_admins(
    organization: Organization, admin: User, member: User, eva_server: EvaServer, settings: Settings
) -> None:
    settings.EVA_API_KEY = KEY
    with pytest.raises(InvalidState, match="has no key of EVA of its own"):
        credential_test(organization=organization, kind=EVA, user=admin)
    with pytest.raises(PermissionDenied):
        credential_test(organization=organization, kind=EVA, user=member)
    assert not eva_server.requests
